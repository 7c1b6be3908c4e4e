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

    var input: PasswordInput { generate ? .generate : passwordStdin ? .standardInput : .ask }
}
