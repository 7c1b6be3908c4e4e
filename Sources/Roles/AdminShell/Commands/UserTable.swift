import AdminAPI

extension User {
    /// What begins a sentence on it.
    var kind: String { shared == true ? "Shared mailbox" : "User" }
}

enum UserTable {
    static func of(_ users: [User]) -> Table {
        Table(
            ["address", "tenant", "state", "password", "used", "quota", "messages", "message quota", "created"],
            users.map { user in
                [
                    .text(user.address.text), .text(user.tenant.text), .text(user.suspended.shown(user.suspensionReason)),
                    .text(user.hasPassword ? "set" : "none"),
                    .size(user.usage.bytes), .sizeLimit(user.quota.bytes), .number(user.usage.messages), .numberLimit(user.quota.messages),
                    .time(user.createdAt),
                ]
            })
    }

    /// One user, with what is no matter in a list.
    static func facts(of user: User) -> Table {
        let table = of([user])
        return Table(
            table.headers + [
                "password changed", "password to be changed by", "one-time passwords", "last login", "last login over", "last login from",
            ],
            table.rows.map { row in
                row + [
                    .time(user.passwordChangedAt), .time(user.passwordChangeDue), .text(user.hasOneTimePasswords ? "needed" : "none"),
                    .time(user.lastLogin?.at), .text(user.lastLogin?.service.rawValue ?? "-"), .text(user.lastLogin?.from ?? "-"),
                ]
            })
    }
}

extension LastLogin {
    fileprivate var from: String { client ?? "others" }
}
