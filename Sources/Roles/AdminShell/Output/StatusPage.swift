import AdminAPI

/// `status` as one screen, however many tenants there are: first whether all is well, then what there is.
struct StatusPage {
    private let status: PlatformStatus
    /// Warnings that are shown; `--format json` has all.
    private static let warnings = 5
    /// Of what stands behind a fact's name.
    private static let width = 60

    init(_ status: PlatformStatus) { self.status = status }

    var report: Report {
        let facts = head + status.listeners.map { ("listens: \($0.service)", .text($0.address)) } + totals
        return Report(status, Table(facts.map(\.0), [facts.map(\.1)]), .text(screen))
    }

    private var screen: String {
        let facts = head.map { ($0.0, $0.1.shown) } + listeners + totals.map { ($0.0, $0.1.shown) }
        let width = facts.reduce(0) { max($0, $1.0.count) } + 3
        let lines = facts.map { name, value in
            (name.isEmpty ? "" : "\(name):") + String(repeating: " ", count: width - name.count - (name.isEmpty ? 0 : 1)) + value
        }
        return (verdict + [""] + lines).map { $0.trimmingTrailingSpaces() }.joined(separator: "\n")
    }

    private var verdict: [String] {
        guard !status.warnings.isEmpty else { return ["All is well."] }
        let shown = status.warnings.prefix(Self.warnings).map { "! \($0.withoutControls())" }
        let more = status.warnings.count - shown.count
        return shown + (more > 0 ? ["! … and \(counted(more, "warning")) more; `status --format json` has all."] : [])
    }

    private var head: [(String, Table.Cell)] {
        let database = status.database
        let server = database.available ? "PostgreSQL \(database.version ?? "")".trimmingSpaces() : "not available"
        let running = names(.running), ailing = names(.waiting)
        let facts: [(String, Table.Cell)] = [
            ("hostname", .text(status.hostname)), ("version", .text(status.version)), ("data directory", .text(status.dataDirectory)),
            ("running since", .time(status.startedAt)),
            ("database", .text(server + (database.embedded ? " (embedded)" : ""))),
            ("workers", .text(running.isEmpty ? "none runs" : "\(running.count) running: \(PlatformStatus.few(running))")),
        ]
        return facts + (ailing.isEmpty ? [] : [("failing", .text("\(ailing.count): \(PlatformStatus.few(ailing))"))])
    }

    /// The platform's own first: there are few of them, and all tenants need them.
    private func names(_ state: Worker.State) -> [String] {
        let workers = status.workers.filter { $0.state == state }
        return workers.filter { !$0.name.isTenant }.map(\.name.text) + workers.filter(\.name.isTenant).map(\.name.text)
    }

    /// By host, several services a line.
    private var listeners: [(String, String)] {
        var hosts: [(host: String, services: [String])] = []
        for listener in status.listeners {
            let colon = listener.address.lastIndex(of: ":") ?? listener.address.endIndex
            let host = String(listener.address[..<colon]), port = listener.address[colon...].dropFirst()
            let service = "\(listener.service) \(port)".trimmingSpaces()
            if let place = hosts.firstIndex(where: { $0.host == host }) { hosts[place].services.append(service) } else {
                hosts.append((host, [service]))
            }
        }
        let lines = hosts.flatMap { Self.wrapped("\($0.host): ", $0.services) }
        return lines.enumerated().map { ($0 == 0 ? "listens" : "", $1.withoutControls()) }
    }

    private static func wrapped(_ beginning: String, _ parts: [String]) -> [String] {
        var lines = [beginning]
        for (index, part) in parts.enumerated() {
            let part = index + 1 < parts.count ? "\(part), " : part
            if lines[lines.count - 1].count + part.count > width { lines.append("  ") }
            lines[lines.count - 1] += part
        }
        return lines
    }

    private var totals: [(String, Table.Cell)] {
        guard let totals = status.totals else { return [] }
        return [
            ("tenants", .number(totals.tenants)), ("domains", .number(totals.domains)), ("users", .number(totals.users)),
            ("messages", .number(totals.usage.messages)), ("stored", .size(totals.usage.bytes)), ("queued", .number(totals.queued)),
        ]
    }
}

extension WorkerName {
    fileprivate var isTenant: Bool { if case .tenant = self { true } else { false } }
}
