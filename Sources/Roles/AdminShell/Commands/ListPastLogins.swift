import AdminAPI
import ArgumentParser

package struct ListPastLogins: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "history", abstract: "List who logged in on the last \(UserLogin.keptDays) days: from where, and with which password.",
        discussion: """
            A line counts the logins of a user on one day over one service, from one address and with one password, and has the moments of \
            the first one and the last one. The newest day is first, and of a day what began last. Of days on which a user logged in from \
            very many addresses, `others` counts the further ones. `--all --format json` or `csv` exports everything. Days are those of UTC.
            """)
    package static let names = LiveNames(arguments: [.live(.quotaTargets)])
    @Argument(help: "A tenant, a domain or an address; all if left out.", transform: { try QuotaTarget($0) }) var target: QuotaTarget?
    @Option(help: ArgumentHelp("From this day on, such as 2026-05-01.", valueName: "day"), transform: { try Day($0) }) var since: Day?
    @Option(help: ArgumentHelp("Up to this day.", valueName: "day"), transform: { try Day($0) }) var until: Day?
    @Option(help: ArgumentHelp("How many lines.", valueName: "number")) var count = 50
    @Flag(help: "All there are.") var all = false
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        var logins: [UserLogin] = []
        while true {
            let wanted = all ? UserLogin.maximum : min(UserLogin.maximum, count - logins.count)
            let page = try context.client.call(
                Calls.listPastLogins,
                query: [
                    "target": target?.text, "since": since?.text, "until": (logins.last?.day ?? until)?.text,
                    "before": logins.last.map { "\($0.number)" }, "count": "\(wanted)",
                ])
            logins += page
            guard page.count == wanted, all || logins.count < count else { break }
        }
        let table = Table(
            ["address", "tenant", "day", "service", "from", "password", "first", "last", "logins"],
            logins.map { login in
                [
                    .text(login.address.text), .text(login.tenant.text), .text(login.day.text), .text(login.service.rawValue),
                    .text(login.client ?? "others"), .text(login.password), .time(login.firstAt), .time(login.lastAt),
                    .number(login.logins),
                ]
            })
        return Report(logins, table, .list(ifEmpty: "Nobody logged in on those days."))
    }
}

extension UserLogin {
    /// In a word before each name, so that no name of a device can be taken for something else.
    fileprivate var password: String {
        if let appPassword { return "app password \(appPassword)" }
        return client == nil ? "any" : "own"
    }
}
