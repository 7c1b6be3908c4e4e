import AdminAPI

/// What an apply deletes, and how much of that is lost, for people.
struct DeletionText {
    private var tenants = 0, users = 0, domains = 0, tenantsDestroyed = 0, usersDestroyed = 0, domainsDestroyed = 0

    init(_ impacts: [ApplyImpact]) {
        for impact in impacts {
            tenants += impact.tenantDeleted ? 1 : 0
            tenantsDestroyed += impact.tenantDestroyed ? 1 : 0
            users += impact.usersDeleted
            domains += impact.domainsDeleted
            usersDestroyed += impact.usersDestroyed
            domainsDestroyed += impact.domainsDestroyed
        }
    }

    var isEmpty: Bool { tenants == 0 && users == 0 && domains == 0 }
    /// Such as "1 tenant, 2 users and 1 domain".
    var what: String { Self.list(tenants, users, domains) }
    /// The commands that bring back what is kept, such as "user undelete".
    var undeletes: String {
        if tenants > 0 { return "tenant undelete" }
        return [(users, "user"), (domains, "domain")].filter { $0.0 > 0 }.map { "\($0.1) undelete" }.joined(separator: "` and `")
    }
    /// Nothing is destroyed at once.
    var keepsAll: Bool { tenantsDestroyed == 0 && usersDestroyed == 0 && domainsDestroyed == 0 }
    /// Where something is destroyed, what is not.
    var forEver: String {
        let kept = Self.list(tenants - tenantsDestroyed, users - usersDestroyed, domains - domainsDestroyed)
        return kept.isEmpty ? "for ever" : "for ever but for \(kept) that a legal hold keeps"
    }

    private static func list(_ tenants: Int, _ users: Int, _ domains: Int) -> String {
        let parts = [(tenants, "tenant"), (users, "user"), (domains, "domain")].filter { $0.0 > 0 }.map { counted($0.0, $0.1) }
        return parts.count > 2 ? "\(parts.dropLast().joined(separator: ", ")) and \(parts.last ?? "")" : parts.joined(separator: " and ")
    }
}
