import AdminAPI
import ArgumentParser

/// How a person reaches the platform and proves that an account is theirs.
package struct OwnAccountOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Trust the certificate with this SHA-256 fingerprint, instead of the system's authorities.", valueName: "hex"),
        transform: { text in
            guard let fingerprint = Fingerprint(text) else { throw ValidationError("A fingerprint has 64 hexadecimal digits.") }
            return fingerprint
        })
    var fingerprint: Fingerprint?
    @Flag(help: "Read the passwords from standard input, a line each.") var passwordStdin = false

    package init() {}

    func client(in context: Context) throws -> AdminClient {
        guard let fingerprint else { return context.client }
        guard context.settings.server != nil else {
            throw AdminError(.invalid, "On the machine itself the platform shows no certificate.", hint: "Say where with --server HOST.")
        }
        return context.client(trusting: fingerprint)
    }

    /// Asks for the password, then for a one-time password.
    func proof(of address: LoginName, from console: any Console) throws -> AccountProof {
        let password = try password(of: address, from: console)
        return AccountProof(address: address, password: password, oneTimePassword: oneTimePassword(from: console))
    }

    /// The account's present password.
    func password(of address: LoginName, from console: any Console) throws -> String {
        if !passwordStdin, !console.canAsk {
            throw AdminError(.invalid, "There is no terminal to ask for a password on.", hint: "Use --password-stdin.")
        }
        let answer = passwordStdin ? console.readLine() : console.askHidden("Present password of \(address): ")
        guard let answer, !answer.isEmpty else { throw Abandoned() }
        return answer
    }

    /// nil: none.
    func oneTimePassword(from console: any Console) -> String? {
        let answer = passwordStdin ? console.readLine() : console.askHidden("One-time password (empty if you have none): ")
        return answer.flatMap { $0.isEmpty ? nil : $0 }
    }
}
