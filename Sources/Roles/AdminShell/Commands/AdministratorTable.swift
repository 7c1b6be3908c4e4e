import AdminAPI

enum AdministratorTable {
    static func of(_ administrators: [Administrator]) -> Table {
        Table(
            ["name", "role", "tenant", "domain", "state", "last login", "created"],
            administrators.map { entry in
                [
                    .text(entry.name.text), .text(entry.role.rawValue), .text(entry.tenant?.text ?? "-"),
                    .text(entry.domain?.text ?? "-"), .text(entry.state.rawValue), .time(entry.lastLoginAt), .time(entry.createdAt),
                ]
            })
    }
}
