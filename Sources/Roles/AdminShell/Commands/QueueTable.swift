import AdminAPI

enum QueueTable {
    static func of(_ entries: [QueueEntry]) -> Table {
        Table(
            ["id", "tenant", "sender", "size", "received", "state", "recipients", "next attempt", "last reply"],
            entries.map { entry in
                let waiting = entry.recipients.filter { $0.state == .waiting }
                return [
                    .number(entry.id), .text(entry.tenant?.text ?? "-"), .text("<\(entry.sender)>"), .size(entry.size),
                    .time(entry.receivedAt), .text(entry.held ? "held" : "waiting"),
                    .text(waiting.map(\.address).joined(separator: " ")), .time(waiting.compactMap(\.nextAttemptAt).min()),
                    .text(waiting.compactMap(\.lastReply).last ?? ""),
                ]
            })
    }

    /// One message, a row a recipient.
    static func recipients(of entry: QueueEntry) -> Table {
        Table(
            ["recipient", "state", "attempts", "next attempt", "last reply"],
            entry.recipients.map { recipient in
                [
                    .text(recipient.address), .text(recipient.state.rawValue), .number(Int64(recipient.attempts)),
                    .time(recipient.nextAttemptAt), .text(recipient.lastReply ?? ""),
                ]
            })
    }
}
