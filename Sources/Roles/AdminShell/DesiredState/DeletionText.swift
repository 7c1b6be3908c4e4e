import AdminAPI

/// What an apply deletes, and how much of that is lost, for people.
struct DeletionText {
    private var users = 0, domains = 0, usersDestroyed = 0, domainsDestroyed = 0

    init(_ impacts: [ApplyImpact]) {
        for impact in impacts {
            users += impact.usersDeleted
            domains += impact.domainsDeleted
            usersDestroyed += impact.usersDestroyed
            domainsDestroyed += impact.domainsDestroyed
        }
    }

    var isEmpty: Bool { users == 0 && domains == 0 }
    /// Such as "2 users and 1 domain".
    var what: String { Self.list(users, domains) }
    /// Nothing is destroyed at once.
    var keepsAll: Bool { usersDestroyed == 0 && domainsDestroyed == 0 }
    /// Where something is destroyed, what is not.
    var forEver: String {
        let kept = Self.list(users - usersDestroyed, domains - domainsDestroyed)
        return kept.isEmpty ? "for ever" : "for ever but for \(kept) that a legal hold keeps"
    }

    private static func list(_ users: Int, _ domains: Int) -> String {
        [(users, "user"), (domains, "domain")].filter { $0.0 > 0 }.map { counted($0.0, $0.1) }.joined(separator: " and ")
    }
}
