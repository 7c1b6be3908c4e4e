import AdminAPI
import FoundationEssentials

/// The answer to `GET /health`: who is not well, and why.
package struct Health: Encodable, Sendable {
    package struct Process: Encodable, Sendable {
        package var name: String
        package var healthy: Bool
        /// `running`, `idle`, `waiting`, `stopped`.
        var state: String
        package var problem: String?
    }

    package var healthy: Bool
    package var processes: [Process]

    package init(_ gathered: Gathered) {
        processes = [Process(name: "control", healthy: true, state: "running", problem: nil)] + gathered.processes.map(Process.init)
        // Of an outside server nothing is known but whether it answers.
        if gathered.database == nil { processes.append(Process.outsideDatabase(answers: gathered.queue != nil)) }
        healthy = processes.allSatisfy(\.healthy)
    }

    /// Of one process by its name; nil when there is none. A tenant's worker that has nothing to do is well.
    package init?(_ gathered: Gathered, of name: String, tenants: [TenantName]) {
        let all = Health(gathered).processes
        if let found = all.first(where: { $0.name == name }) {
            processes = [found]
        } else if tenants.contains(where: { WorkerName.tenant($0).text == name }) {
            processes = [Process(name: name, healthy: true, state: "idle", problem: nil)]
        } else {
            return nil
        }
        healthy = processes.allSatisfy(\.healthy)
    }

    var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return ((try? encoder.encode(self)).map(Array.init) ?? []) + [10]
    }
}

extension Health.Process {
    init(_ process: MeasuredProcess) {
        let problem = process.problem
        self.init(
            name: process.worker.name.text, healthy: problem == nil, state: process.worker.state.rawValue, problem: problem)
    }

    static func outsideDatabase(answers: Bool) -> Self {
        Self(
            name: "database", healthy: answers, state: answers ? "running" : "waiting",
            problem: answers ? nil : "It does not answer. Casella does not start or stop it, since it is an outside server.")
    }
}
