import AdminAPI

enum WrongLoginsTable {
    static func of(_ logins: [WrongLogins]) -> Table {
        Table(
            ["account", "from", "wrong logins", "limit", "locked until", "what is refused"],
            logins.map { entry in
                [
                    .text(entry.account ?? "any"), .text(entry.place ?? "anywhere"), .number(Int64(entry.count)),
                    .number(Int64(entry.limit)), .time(entry.lockedUntil),
                    .text(entry.lockedUntil == nil ? "nothing yet" : words(entry.kind)),
                ]
            })
    }

    private static func words(_ kind: WrongLogins.Kind) -> String {
        switch kind {
        case .familiar: "every login to this account from this address"
        case .stranger: "every login to this account from this network"
        case .address: "logins from this address to accounts that it never logged in to"
        case .network: "logins from this network to accounts that it never logged in to"
        case .account: "logins from networks that never logged in to this account"
        }
    }
}
