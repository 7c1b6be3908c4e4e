import AdminAPI

enum HoldTable {
    static func of(_ holds: [Hold]) -> Table {
        Table(
            ["target", "tenant", "since", "by", "kept messages", "kept size", "reason"],
            holds.map { hold in
                [
                    .text(hold.target.text), .text(hold.tenant.text), .time(hold.setAt), .text(hold.setBy), .number(hold.keptMessages),
                    .size(hold.keptBytes), .text(hold.reason),
                ]
            })
    }
}
