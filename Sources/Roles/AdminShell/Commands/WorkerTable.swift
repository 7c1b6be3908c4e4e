import AdminAPI

enum WorkerTable {
    static func of(_ workers: [Worker]) -> Table {
        Table(
            ["worker", "state", "pid", "since", "crashes", "last exit"],
            workers.map { worker in
                [
                    .text(worker.name.text), .text(worker.state.rawValue), .text(worker.pid.map { "\($0)" } ?? "-"),
                    .time(worker.startedAt), .number(Int64(worker.crashes)), .text(worker.lastExit ?? ""),
                ]
            })
    }
}
