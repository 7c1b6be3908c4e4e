import AdminAPI
import ArgumentParser

package struct SetVacation: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Have people who write to a user told that the user is away.",
        discussion: """
            Each sender is told once in --days days. Nobody is told who wrote to a list or a group, and no program. Days are those of \
            UTC, the last one included.
            """)
    package static let names = LiveNames(arguments: [.live(.addresses)])
    @Argument(help: "The user's address.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @Option(help: "The subject of the reply.") var subject: String
    @Option(help: "Its text.") var text: String?
    @Option(help: ArgumentHelp("A file with its text; - is standard input.", valueName: "file"), completion: .file()) var file: String?
    @Option(help: ArgumentHelp("From this day on, such as 2026-05-01.", valueName: "day"), transform: { try Day($0) }) var from: Day?
    @Option(help: ArgumentHelp("Up to this day.", valueName: "day"), transform: { try Day($0) }) var until: Day?
    @Option(help: "Days before the same sender is told again, 1 to 30; 7 if left out.") var days: Int?
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let new = NewVacation(subject: subject, text: try givenText(context.console), from: from, until: until, days: days)
        try new.validate()
        let vacation = try context.client.call(Calls.setVacation, address.text, sending: new)
        return Report(
            vacation, VacationTable.of([vacation], withText: true), .sentence("Who writes to \(vacation.address) is told that it is away."))
    }

    private func givenText(_ console: any Console) throws -> String {
        switch (text, file) {
        case (let text?, nil): return text
        case (nil, let file?): return try InputText.contents(of: file, for: console)
        case (nil, nil), (_?, _?):
            throw AdminError(.invalid, "The reply needs one text.", hint: "Give either --text TEXT or --file FILE.")
        }
    }
}
