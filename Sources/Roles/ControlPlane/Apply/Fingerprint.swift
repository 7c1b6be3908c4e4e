import AdminAPI
import Cryptography
import Quantities

extension TenantReading {
    /// Tells whether anything that can be written down has changed since: of passwords whether there is one, when it was set, and by when
    /// it is to be changed. And whether what goes is kept, or what comes back is there, as it was shown.
    @concurrent func fingerprint(_ keeping: Keeping) async throws -> String {
        var lines = ["tenant \(id)", state.settings.plan.text, state.settings.quota.line, state.settings.limits.line]
        lines.append(state.settings.suspension.line)
        lines += state.domains.map { "domain \($0) \($1.quota.line) \($1.mtaSTS) \($1.keys.rawValue)" }.sorted()
        lines += state.domainAliases.map { "name \($0) \($1)" }.sorted()
        lines += state.aliases.map { "alias \($0) \($1.map(\.text).joined(separator: " "))" }.sorted()
        lines += state.groups.map { address, group in
            "group \(address) \(group.posting) \(group.owners.map(\.text)) \(group.members.map(\.text))"
        }.sorted()
        lines += state.users.map { address, user in
            let facts = users[address], changeBy = user.passwordChangeBy?.description ?? ""
            return "user \(address) \(facts?.id ?? 0) \(user.quota.line) \(user.limits.line) \(user.suspension.line) "
                + "\(facts?.passwordSet ?? 0) \(changeBy) \(user.vacation?.line ?? "")"
                + (user.forward.map { " forward \($0.copy) \($0.to.map(\.text))" } ?? "")
                + (user.memberList.map { " shared" + $0.map { " \($0.address) \($0.rights) \($0.sends)" }.joined() } ?? "")
        }.sorted()
        return try Fingerprint.of(lines + keeping.lines)
    }
}

extension PlanState {
    func fingerprint() throws -> String { try Fingerprint.of(plans.map { "plan \($0) \($1.line)" }.sorted()) }
}

enum Fingerprint {
    static func of(_ lines: [String]) throws -> String {
        Hexadecimal.encode(try Cryptography.sha256(Array(lines.joined(separator: "\n").utf8)))
    }
}

extension StoredQuota {
    fileprivate var line: String { "\(bytes.stored(at: .user) ?? -2) \(messages.limit ?? -1)" }
}

extension NewVacation {
    fileprivate var line: String {
        "\(subject.utf8.count) \(subject) \(text.utf8.count) \(text) \(from?.text ?? "") \(until?.text ?? "") \(days ?? 0)"
    }
}

extension LimitSet {
    fileprivate var line: String { values.map { "\($0.rawValue)=\($1)" }.sorted().joined(separator: ";") }
}

extension StoredSuspension {
    fileprivate var line: String { "\(what.map(\.rawValue).joined(separator: ","))/\(reason?.text ?? "")" }
}
