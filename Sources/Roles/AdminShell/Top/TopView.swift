import AdminAPI
import Quantities

/// One screen of `top`, line by line: the platform above, tenants below, those with most of what it is sorted by first.
package struct TopView: Sendable {
    package enum Column: Int, CaseIterable, Sendable {
        case tenant, sessions, mail, commands, stored, memory

        var title: String {
            switch self {
            case .tenant: "TENANT"
            case .sessions: "SESSIONS"
            case .mail: "MAIL/S"
            case .commands: "CMDS/S"
            case .stored: "STORED"
            case .memory: "MEMORY"
            }
        }

        /// Room for the title and its mark, and for any value.
        fileprivate var width: Int { self == .mail || self == .commands ? 7 : 9 }

        package func next(_ step: Int) -> Column {
            let all = Column.allCases
            return all[(rawValue + step + all.count) % all.count]
        }
    }

    package static let smallest = (columns: 60, rows: 15)
    private static let keys = "q quits; arrows or s change the order"

    package var sort: Column
    package var columns: Int
    package var rows: Int
    /// Bold and reverse.
    package var isStyled: Bool

    package init(sort: Column = .mail, columns: Int, rows: Int, isStyled: Bool = false) {
        (self.sort, self.columns, self.rows, self.isStyled) = (sort, columns, rows, isStyled)
    }

    /// - Parameters:
    ///   - problem: why these figures are old.
    ///   - showsKeys: for a screen that somebody sits before.
    package func lines(_ rates: LoadRates, problem: String? = nil, showsKeys: Bool = true) -> [String] {
        guard columns >= Self.smallest.columns, rows >= Self.smallest.rows else {
            return [cut("The terminal is too small: \(Self.smallest.columns) by \(Self.smallest.rows) are needed.")]
        }
        var lines = head(rates)
        let room = rows - lines.count - 2
        lines.append(styled(header, "7"))
        let sorted = sorted(rates.tenants)
        let shown = sorted.count > room ? room - 1 : sorted.count
        lines += sorted.prefix(shown).map { cut(row($0)) }
        if shown < sorted.count { lines.append(cut("and \(counted(sorted.count - shown, "tenant")) more")) }
        guard showsKeys else { return lines.map { $0.trimmingTrailingSpaces() } }
        lines += Array(repeating: "", count: max(0, rows - lines.count - 1))
        return lines + [cut(problem.map { "! \($0.withoutControls())" } ?? Self.keys)]
    }

    // MARK: The platform

    private func head(_ rates: LoadRates) -> [String] {
        let load = rates.load, text = RateText.text
        let title = "Casella at \(load.hostname.withoutControls())"
        let running = "up \(RateText.duration(seconds: load.milliseconds / 1_000))  \(load.at.description.dropFirst(11))"
        let gap = String(repeating: " ", count: max(2, columns - title.count - running.count))
        let sessions = load.sessions
        return [
            styled(cut(title + gap + running), "1"), "",
            cut("mail      delivered \(text(rates.deliveredPerSecond))/s, refused \(text(rates.refusedPerSecond))/s, "
                + "deferred \(text(rates.deferredPerSecond))/s"),
            cut("          submitted \(text(rates.submittedPerSecond))/s, \(queue(load.queue))"),
            cut("sessions  \(sessions.total): imap \(sessions.imap), pop3 \(sessions.pop3), submission \(sessions.submission)"),
            cut("          commands \(text(rates.commandsPerSecond))/s, logins \(text(rates.loginsPerSecond))/s, "
                + "refused \(text(rates.loginsRefusedPerSecond))/s"),
            cut("machine   \(disk(load.disk)), memory \(load.memory)"), "",
        ]
    }

    private func queue(_ queue: PlatformLoad.Queue?) -> String {
        guard let queue else { return "queue not known" }
        let held = queue.held > 0 ? ", held \(queue.held)" : ""
        return "queue \(queue.messages)\(held)"
            + (queue.messages > queue.held ? ", oldest \(RateText.duration(seconds: queue.oldestSeconds))" : "")
    }

    private func disk(_ disk: PlatformLoad.Disk?) -> String {
        guard let disk, disk.size.octets > 0 else { return "disk not known" }
        return "disk \(disk.free) free (\(Int64(Double(disk.free.octets) * 100 / Double(disk.size.octets))) %)"
    }

    // MARK: Tenants

    private var header: String {
        cells(TopView.Column.allCases.map { $0 == sort ? "\($0.title)*" : $0.title })
    }

    private func row(_ tenant: LoadRates.Tenant) -> String {
        cells([
            tenant.name.text, "\(tenant.sessions)", RateText.text(tenant.deliveredPerSecond), RateText.text(tenant.commandsPerSecond),
            "\(tenant.stored)", tenant.isRunning ? "\(tenant.memory)" : "-",
        ])
    }

    /// The first to the left, with all the room that is left; the others to the right.
    private func cells(_ texts: [String]) -> String {
        let widths = Column.allCases.dropFirst().map(\.width)
        let first = max(8, columns - widths.reduce(0) { $0 + $1 + 1 })
        var line = texts[0].count > first ? texts[0].prefix(first - 1) + "~" : texts[0][...]
        line += String(repeating: " ", count: first - line.count)
        for (text, width) in zip(texts.dropFirst(), widths) {
            line += String(repeating: " ", count: max(1, width + 1 - text.count)) + text
        }
        return String(line)
    }

    private func sorted(_ tenants: [LoadRates.Tenant]) -> [LoadRates.Tenant] {
        func amount(_ tenant: LoadRates.Tenant) -> Double {
            switch sort {
            case .tenant: 0
            case .sessions: Double(tenant.sessions)
            case .mail: tenant.deliveredPerSecond ?? 0
            case .commands: tenant.commandsPerSecond ?? 0
            case .stored: Double(tenant.stored.octets)
            case .memory: tenant.isRunning ? Double(tenant.memory.octets) : -1
            }
        }
        return tenants.sorted { (amount($1), $0.name) < (amount($0), $1.name) }
    }

    // MARK: Text

    private func cut(_ text: String) -> String { text.cut(toColumns: columns) }

    private func styled(_ text: String, _ attribute: String) -> String {
        isStyled ? "\u{1B}[\(attribute)m\(cut(text))\u{1B}[0m" : cut(text)
    }
}
