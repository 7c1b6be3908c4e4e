import AdminAPI

enum ForwardTable {
    static func of(_ forwards: [Forward]) -> Table {
        Table(
            ["user", "tenant", "copy", "goes on to"],
            forwards.map { forward in
                [
                    .text(forward.address.text), .text(forward.tenant.text), .text(forward.copy ? "yes" : "no"),
                    .text(forward.to.map(\.text).joined(separator: " ")),
                ]
            })
    }
}
