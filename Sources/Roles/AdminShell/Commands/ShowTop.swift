import AdminAPI
import ArgumentParser

package struct ShowTop: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "top", abstract: "Watch what the platform does: mail, sessions, queue, disk, and tenants by load.",
        discussion: """
            Keys: q or Ctrl-C quits, arrows or s change the column that tenants are sorted by. With --once, or another format than \
            table, it prints one screen and ends.
            """)
    @Flag(help: "Print one screen as text.") var once = false
    @Option(
        help: ArgumentHelp("Seconds between two readings, 0.1 to 60; 2 if left out.", valueName: "seconds"),
        transform: { text in
            guard let seconds = Double(text), (0.1...60).contains(seconds) else {
                throw ValidationError("--interval takes seconds, 0.1 to 60.")
            }
            return seconds
        })
    var interval = 2.0
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        guard once || context.settings.format != .table else {
            // Ctrl-C must not wait for long until an answer comes.
            let client = AdminClient(transport: context.settings.transport(timeout: .seconds(5)))
            try TopScreen(client: client, interval: .seconds(interval), isStyled: context.console.isStyled).run()
            return Report(Nothing(), Table([], []), .silent)
        }
        let first = try context.client.call(Calls.showLoad)
        try context.pause(for: .seconds(interval))
        let rates = LoadRates(try context.client.call(Calls.showLoad), since: first)
        // As wide as it needs to be, and as long.
        let view = TopView(columns: 80, rows: max(TopView.smallest.rows, rates.tenants.count + 10))
        return Report(rates, rates.table, .text(view.lines(rates, showsKeys: false).joined(separator: "\n")))
    }
}
