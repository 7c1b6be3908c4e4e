import AdminAPI

/// What came of each line of an import.
struct UserImportSummary: Encodable, Sendable {
    struct Line: Encodable, Sendable {
        let line: Int
        let address: EmailAddress
        let outcome: ImportedUser.Outcome
        let error: AdminError?

        init(_ line: UserFile.Line, _ user: ImportedUser) {
            (self.line, address, outcome, error) = (line.number, user.address, user.outcome, user.error)
        }
    }

    let dryRun: Bool
    let users: [Line]
    /// Of those behind the place where it was interrupted.
    let notBegun: Int

    var report: Report {
        let rows = users.map { user -> [Table.Cell] in
            [.number(Int64(user.line)), .text(user.address.text), .text(user.outcome.rawValue), .text(user.error?.message ?? "")]
        }
        return Report(
            self, Table(["line", "address", "outcome", "reason"], rows), .sentence(sentence), exitStatus: exitStatus)
    }

    private var exitStatus: Int32 {
        notBegun > 0 ? AdminError.Code.interrupted.exitStatus : count(.refused) > 0 ? 2 : 0
    }

    private var sentence: String {
        guard notBegun > 0 else { return outcome }
        let done = "Interrupted: \(users.count) of \(counted(users.count + notBegun, "user")) done"
        return "\(done); \(notBegun) not begun; run it again to go on." + (users.isEmpty ? "" : " Of those: \(outcome)")
    }

    private var outcome: String {
        let made = counted(count(.made), "user"), existing = count(.exists), refused = count(.refused)
        var parts = [dryRun ? "\(made) would be made" : "\(made) made"]
        if existing > 0 { parts.append("\(existing) skipped, being there already") }
        if refused > 0 { parts.append("\(refused) \(dryRun ? "would be refused" : "refused")") }
        return parts.joined(separator: ", ") + "."
    }

    private func count(_ outcome: ImportedUser.Outcome) -> Int { users.count { $0.outcome == outcome } }
}
