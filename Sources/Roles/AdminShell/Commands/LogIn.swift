import AdminAPI
import ArgumentParser

package struct LogIn: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Log in to a platform on another machine (--server).",
        discussion: """
            The session is kept for twelve hours, in a file that only you can read. With --password-stdin the first line of standard \
            input is the password, the second the one-time password.
            """)
    @Argument(help: "Your name as an administrator.", transform: { try AdministratorName($0) }) var name: AdministratorName
    @Option(
        help: ArgumentHelp("Trust the certificate with this SHA-256 fingerprint, instead of the system's authorities.", valueName: "hex"),
        transform: { text in
            guard let fingerprint = Fingerprint(text) else { throw ValidationError("A fingerprint has 64 hexadecimal digits.") }
            return fingerprint
        })
    var fingerprint: Fingerprint?
    @Flag(help: "Read the password and the one-time password from standard input.") var passwordStdin = false
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        guard let server = context.settings.server else {
            throw AdminError(.invalid, "On the machine itself nobody logs in.", hint: "Say where with --server HOST.")
        }
        // Before passwords are asked for.
        if context.settings.dryRun { throw Calls.logIn.trialRefusal }
        func next(_ question: String) throws -> String {
            let answer: String?
            if passwordStdin { answer = context.console.readLine() } else {
                guard context.console.canAsk else {
                    throw AdminError(.invalid, "There is no terminal to ask for a password on.", hint: "Use --password-stdin.")
                }
                answer = context.console.askHidden(question)
            }
            guard let answer, !answer.isEmpty else { throw Abandoned() }
            return answer
        }
        let password = try next("Password for \(name): ")
        let oneTimePassword = try next("One-time password: ")
        let token = try context.client(trusting: fingerprint).call(
            Calls.logIn, sending: AdminLogin(name: name, password: password, oneTimePassword: oneTimePassword))
        let earlier = StoredSession.load(for: server)?.fingerprint
        try StoredSession(token: token.token, fingerprint: fingerprint?.description ?? earlier).save(for: server)
        return Report(
            LoggedIn(name: name.text, server: server.description, expiresAt: token.expiresAt),
            Table(["name", "server", "expires"], [[.text(name.text), .text(server.description), .time(token.expiresAt)]]),
            .sentence("Logged in to \(server) as \(name), until \(token.expiresAt)."))
    }

    private struct LoggedIn: Encodable, Sendable {
        let name: String, server: String, expiresAt: Timestamp
    }
}
