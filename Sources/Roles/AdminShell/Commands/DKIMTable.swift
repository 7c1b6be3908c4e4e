import AdminAPI

enum DKIMTable {
    static func of(_ keys: [DKIMKey]) -> Table {
        Table(
            ["domain", "selector", "algorithm", "state", "since", "created"],
            keys.map { key in
                [
                    .text(key.domain.text), .text(key.selector.text), .text(key.algorithm), .text(key.state.rawValue),
                    .time(key.changedAt), .time(key.createdAt),
                ]
            })
    }

    /// Lines of a zone file, each under a comment that says what it is for.
    static func records(_ keys: [DKIMKey]) -> String { PrintDNS.zoneFile(keys.map(\.record)) }
}
