import AdminAPI

/// What a deletion prints as JSON.
struct Deleted: Encodable, Sendable { let deleted: String }

/// The same of what may be brought back.
struct DeletedAndKept: Encodable, Sendable {
    let deleted: String
    let destroyed: Bool
    /// nil: until somebody destroys it.
    let keptUntil: Timestamp?
    /// What leads to a user's address, and stays.
    let leading: [AliasAddress]?
}

extension Report {
    /// - Parameters:
    ///   - noun: what was deleted, such as a shared mailbox.
    ///   - undelete: the command that brings it back; nil: the noun's own.
    init(_ deletion: Deletion, of noun: String, _ name: String, undelete: String? = nil) {
        let until = deletion.keptUntil.map { " until \($0)" } ?? ""
        let sentence =
            deletion.destroyed
            ? "Deleted \(noun) \(name), for ever."
            : "Deleted \(noun) \(name); `\(undelete ?? "\(noun) undelete") \(name)` brings it back\(until)."
        let leading = (deletion.leading ?? []).map(\.text)
        let stays = leading.isEmpty ? "" : " Still leading there: \(leading.joined(separator: ", "))."
        self.init(
            DeletedAndKept(deleted: name, destroyed: deletion.destroyed, keptUntil: deletion.keptUntil, leading: deletion.leading),
            Table(
                ["deleted", "destroyed", "kept until"],
                [[.text(name), .text(deletion.destroyed ? "yes" : "no"), .time(deletion.keptUntil)]]),
            .sentence(sentence + stays))
    }
}

extension Context {
    /// Asks before something is deleted, or destroyed with `--now`. Whether what is deleted is kept is the platform's to say.
    /// - Parameter described: what goes, and what is in it.
    func confirmDeletion(_ described: String, now: Bool, _ name: String, _ strength: Confirmation.Strength) throws {
        guard now else {
            return try confirm(
                """
                This deletes \(described). It is out of service within seconds, and kept for as long as the plan's kept-days (or \
                deletedKeptDays) say; with 0 it is destroyed at once, for ever.
                """, strength)
        }
        try confirm("This destroys \(described), for ever.", .typing(name))
    }

    /// What `show` tells; with `now`, of what is deleted already, what `deleted list` tells.
    func described(_ level: KeptLevel, _ name: String, now: Bool, _ show: () throws -> String) throws -> String {
        do {
            return try show()
        } catch let error as AdminError where now && error.code == .notFound {
            let kept = try client.call(Calls.listDeleted).filter { $0.level == level && $0.name == name }
            guard !kept.isEmpty else { throw error }
            let what = "the deleted \(level.rawValue) \(name)"
            if level == .alias || level == .group { return what }
            return "\(what) with \(counted(kept.reduce(0) { $0 + $1.usage.messages }, "message"))"
        }
    }
}
