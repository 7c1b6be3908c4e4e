import AdminAPI
import ArgumentParser
import PasswordHashes

package struct ImportUsers: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Create many users, from a CSV file.",
        discussion: """
            Columns stand between commas, semicolons or tabs, in UTF-8 or UTF-16, as spreadsheets write them. \
            The first line names the columns: address, and any of password, hash, quota (such as 2GB) and messages. An empty quota is \
            as the plan says; a user with neither password nor hash receives mail and cannot log in. Hashes are those of other mail \
            systems: \(PasswordHashRefusal.schemes). The whole file is checked first, and nothing is made when it shows a mistake by \
            itself. Whom the platform refuses, as for a domain that it does not have, is told by line; the others are made, and the exit \
            status is 2. A user who exists already is left as it is: when an import was interrupted, by Ctrl-C or otherwise, running it \
            again goes on. Keep the file from others' eyes, and delete it afterwards.
            """)
    @Argument(help: "The file; - is standard input.", completion: .file()) var file: String
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let name = file == "-" ? "standard input" : file
        let users = UserFile(try InputText.contents(of: file, for: context.console), whileReading: context.progress.look)
        guard users.mistakes.isEmpty else { throw MistakenFile(name: name, mistakes: users.mistakes, verb: "made") }
        let mistakes = MistakeList(name)
        var outcomes: [UserImportSummary.Line] = []
        // Also when it is broken off: nothing else tells who was refused until then.
        defer { mistakes.show(outcomes.compactMap { line in line.error.map { .init(line: line.line, $0) } }, on: context.console) }
        try perform(users.users, context, &outcomes)
        return UserImportSummary(dryRun: context.settings.dryRun, users: outcomes, notBegun: users.users.count - outcomes.count).report
    }

    /// - Parameter outcomes: what came of each, also of those before a failure; by line.
    private func perform(_ users: [UserFile.Line], _ context: Context, _ outcomes: inout [UserImportSummary.Line]) throws {
        let owners = try owners(of: users, context)
        let batches = UserBatches(users, tenant: { owners[$0] }).batches
        context.progress.begin(users.count, of: "users", parts: batches.count)
        defer {
            context.progress.end()
            outcomes.sort { $0.line < $1.line }
        }
        for batch in batches {
            if context.console.isInterrupted { return }
            let request = UserImport(users: batch.map(\.user))
            do {
                outcomes += zip(batch, try context.client.call(Calls.importUsers, sending: request).users).map { .init($0, $1) }
            } catch {
                guard !context.settings.dryRun, !outcomes.isEmpty, error.code != .interrupted else { throw error }
                let there = outcomes.count { $0.outcome != .refused }
                let done = "\(there) of \(users.count) users are done; run it again to go on with the others."
                throw AdminError(error.code, error.message, hint: error.hint.map { "\($0)\n\(done)" } ?? done)
            }
            context.progress.reached(outcomes.count)
        }
    }

    /// A request is about one tenant's users.
    private func owners(of users: [UserFile.Line], _ context: Context) throws -> [DomainName: TenantName] {
        guard Set(users.map(\.user.address.domain)).count > 1 else { return [:] }
        let domains = try context.client.call(Calls.listDomains)
        return Dictionary(domains.map { ($0.name, $0.tenant) }) { first, _ in first }
    }
}
