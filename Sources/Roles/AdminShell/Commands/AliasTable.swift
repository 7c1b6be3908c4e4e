import AdminAPI

enum AliasTable {
    static func of(_ aliases: [Alias]) -> Table {
        Table(
            ["alias", "tenant", "leads to"],
            aliases.map { alias in
                [.text(alias.address.text), .text(alias.tenant.text), .text(alias.targets.map(\.text).joined(separator: " "))]
            })
    }
}
