import AdminAPI
import ArgumentParser

package struct CreateAdministrator: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create an administrator.",
        discussion: """
            Prints the secret of the one-time passwords, once, as an address that authenticator apps take. Without --password-stdin or \
            --generate it asks for the password, twice. `role list` says what each role may do.
            """)
    package static let names = LiveNames(options: [
        "--role": .words(Role.allCases.map(\.rawValue)), "--tenant": .live(.tenants), "--domain": .live(.domains),
    ])
    @Argument(help: "Name to log in with.", transform: { try AdministratorName($0) }) var name: AdministratorName
    @Option(
        help: ArgumentHelp("What the administrator may do: \(Role.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "role"))
    var role: Role
    @Option(help: ArgumentHelp("For roles of a tenant.", valueName: "name"), transform: { try TenantName($0) }) var tenant: TenantName?
    @Option(help: ArgumentHelp("For roles of a domain.", valueName: "domain"), transform: { try DomainName($0) }) var domain: DomainName?
    @OptionGroup var password: PasswordOptions
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let choice = try password.input.obtain(for: name.text, from: context.console)
        let made = try context.client.call(
            Calls.createAdministrator,
            sending: NewAdministrator(name: name, role: role, tenant: tenant, domain: domain, password: choice))
        return made.report("Created administrator \(name), \(role.rawValue).")
    }
}

extension Role: ExpressibleByArgument {}

extension AdministratorSecrets {
    func report(_ sentence: String) -> Report {
        var lines = [sentence]
        if let generatedPassword { lines.append("Password: \(generatedPassword)") }
        if let oneTimePassword { lines.append("One-time passwords: \(oneTimePassword)") }
        if lines.count > 1 { lines.append("This is not shown again; pass it on now.") }
        let table = Table(
            ["name", "password", "one-time passwords"],
            [[.text(name.text), .text(generatedPassword ?? ""), .text(oneTimePassword ?? "")]])
        return Report(self, table, .sentence(lines.joined(separator: "\n")))
    }
}
