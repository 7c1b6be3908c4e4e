import AdminAPI

/// How a command gets a password: never from its arguments, which every user of the machine can read. A hash, of which less is to be
/// feared, may come from there.
package enum PasswordInput: Sendable {
    case standardInput, generate, ask
    case hash(String), hashOnStandardInput, hashFile(String)

    /// - Throws: `AdminError` when there is no password or it is refused; `Abandoned`.
    package func obtain(for owner: String, from console: any Console) throws -> PasswordChoice {
        let choice: PasswordChoice
        switch self {
        case .generate: return .generate
        case .hash(let text): choice = .hash(text)
        case .hashOnStandardInput:
            guard let line = console.readLine() else { throw AdminError(.invalid, "Standard input holds no hash.") }
            choice = .hash(line)
        case .hashFile(let path): choice = .hash(try InputText.contents(of: path, for: console).trimmingSpaces())
        case .standardInput where console.canAsk, .ask:
            guard console.canAsk else {
                throw AdminError(.invalid, "There is no terminal to ask for a password on.", hint: "Use --password-stdin or --generate.")
            }
            guard let first = console.askHidden("Password for \(owner): "), !first.isEmpty else { throw Abandoned() }
            choice = .given(first)
            try choice.validate()  // before it is typed again
            guard let second = console.askHidden("Again: ") else { throw Abandoned() }
            guard first == second else { throw AdminError(.invalid, "The two passwords differ.", hint: "Nothing was changed; try again.") }
        case .standardInput:
            guard let line = console.readLine() else { throw AdminError(.invalid, "Standard input holds no password.") }
            choice = .given(line)
        }
        try choice.validate(takesHash: true)
        return choice
    }
}
