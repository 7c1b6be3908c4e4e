import AdminAPI
import ArgumentParser

/// Where a command's password comes from. Never from the command line itself: every user of the machine can read that.
package struct PasswordOptions: ParsableArguments {
    @Flag(help: "Read the password from standard input (its first line).") var passwordStdin = false
    @Flag(help: "Let the platform make a password, shown once.") var generate = false

    package init() {}

    package func validate() throws {
        if passwordStdin, generate { throw ValidationError("--password-stdin and --generate exclude each other.") }
    }

    /// Whether any is given.
    var isGiven: Bool { generate || passwordStdin }
    var input: PasswordInput { generate ? .generate : passwordStdin ? .standardInput : .ask }
}

/// Where a user's password comes from: as above, or as the hash that another mail system has of it.
package struct UserPasswordOptions: ParsableArguments {
    @OptionGroup var password: PasswordOptions
    @Option(
        help: ArgumentHelp("The hash of another mail system, such as {SSHA}… or $6$…; others on the machine see it.", valueName: "text"))
    var hash: String?
    @Flag(help: "Read the hash from standard input (its first line).") var hashStdin = false
    @Option(help: ArgumentHelp("Read the hash from a file.", valueName: "file"), completion: .file()) var hashFile: String?

    package init() {}

    package func validate() throws {
        guard [password.isGiven, hash != nil, hashStdin, hashFile != nil].count(where: { $0 }) <= 1 else {
            throw ValidationError("--hash, --hash-stdin, --hash-file, --password-stdin and --generate exclude each other.")
        }
    }

    var isGiven: Bool { password.isGiven || hash != nil || hashStdin || hashFile != nil }
    var input: PasswordInput {
        if let hash { return .hash(hash) }
        if hashStdin { return .hashOnStandardInput }
        return hashFile.map { .hashFile($0) } ?? password.input
    }
}
