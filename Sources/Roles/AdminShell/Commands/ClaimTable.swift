import AdminAPI

enum ClaimTable {
    static func of(_ claims: [DomainClaim]) -> Table {
        Table(
            ["domain", "tenant", "state", "record", "type", "value", "expires", "checked"],
            claims.map { claim in
                [
                    .text(claim.name.text), .text(claim.tenant.text), .text(claim.state.rawValue), .text(claim.record.name),
                    .text(claim.record.type), .text(claim.record.value), .time(claim.expiresAt), .time(claim.checkedAt),
                ]
            })
    }
}
