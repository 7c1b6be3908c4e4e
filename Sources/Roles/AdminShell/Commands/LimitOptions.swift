import AdminAPI
import ArgumentParser
import Quantities

/// An option for each limit.
package struct LimitOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Users of the tenant: a number, unlimited, or none to name no limit here.", valueName: "number"))
    var users: String?
    @Option(help: ArgumentHelp("Domains of the tenant.", valueName: "number")) var domains: String?
    @Option(help: ArgumentHelp("Aliases of the tenant.", valueName: "number")) var aliases: String?
    @Option(help: ArgumentHelp("Storage of the tenant, such as 50GB (plans only; `quota set` for one tenant).", valueName: "size"))
    var storage: String?
    @Option(help: ArgumentHelp("Storage of a user without a quota of their own.", valueName: "size")) var userQuota: String?
    @Option(help: ArgumentHelp("The largest quota that a user may have.", valueName: "size")) var largestUserQuota: String?
    @Option(help: ArgumentHelp("Size of a message, received or sent.", valueName: "size")) var messageSize: String?
    @Option(help: ArgumentHelp("Recipients that a user may send to within an hour.", valueName: "number")) var recipientsPerHour: String?
    @Option(help: ArgumentHelp("Recipients that a user may send to within a day.", valueName: "number")) var recipientsPerDay: String?
    @Option(help: ArgumentHelp("Days that what is deleted is kept; 0 destroys at once.", valueName: "number")) var keptDays: String?
    @Option(help: ArgumentHelp("Days that messages stay in a mailbox for trash.", valueName: "number")) var trashDays: String?
    @Option(help: ArgumentHelp("Days that messages stay in a mailbox for junk.", valueName: "number")) var junkDays: String?
    @Option(
        help: ArgumentHelp(
            "What users may log in to: a list of imap, pop3, submission and web (their account pages), such as imap,submission,web.",
            valueName: "services"))
    var protocols: String?

    package init() {}

    /// For completion.
    static let names: [String: LiveNames.Source] = ["--protocols": .lists(MailService.allCases.map(\.rawValue))]

    private var texts: [(LimitName, String?)] {
        [
            (.users, users), (.domains, domains), (.aliases, aliases), (.storage, storage), (.userQuota, userQuota),
            (.largestUserQuota, largestUserQuota), (.messageSize, messageSize), (.recipientsPerHour, recipientsPerHour),
            (.recipientsPerDay, recipientsPerDay), (.protocols, protocols),
            (.keptDays, keptDays), (.trashDays, trashDays), (.junkDays, junkDays),
        ]
    }

    /// What was given.
    /// - Throws: `ValidationError` that names the option.
    func changes() throws -> LimitChanges {
        var values: [LimitName: LimitValue?] = [:]
        for (name, text) in texts {
            guard let text else { continue }
            values[name] = .some(try Self.value(text, of: name))
        }
        return LimitChanges(values)
    }

    private static func value(_ text: String, of name: LimitName) throws -> LimitValue? {
        guard let value = LimitText.value(text, of: name) else { throw refusal(name, LimitText.form(of: name)) }
        return value
    }

    private static func refusal(_ name: LimitName, _ form: String) -> ValidationError {
        ValidationError("--\(name.words) takes \(form), the word unlimited, or the word none.")
    }
}
