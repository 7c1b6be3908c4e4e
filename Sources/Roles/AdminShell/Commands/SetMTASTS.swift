import AdminAPI
import ArgumentParser
import MailSettings

package struct SetMTASTS: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "mta-sts", abstract: "Say whether other mail servers shall insist on TLS when they send to a domain.",
        discussion: """
            With testing they report what would have failed, with enforce they send nothing to a host without a certificate that they \
            trust, with none they need not care. The policy is served over HTTPS under the name mta-sts of the domain, which needs a \
            certificate; `domain dns` prints the records, of which one changes with the policy. It is that of the domain's aliases too.
            """)
    package static let names = LiveNames(
        arguments: [.live(.domains)], options: ["--mode": .words(MTASTSMode.allCases.map(\.rawValue))])
    @Argument(help: "The domain, such as acme.example.", transform: { try DomainName($0) }) var domain: DomainName
    @Option(
        help: ArgumentHelp("One of \(MTASTSMode.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "mode"),
        transform: { try Self.mode($0) })
    var mode: MTASTSMode
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    private static func mode(_ text: String) throws(AdminError) -> MTASTSMode {
        if let mode = MTASTSMode(rawValue: text) { return mode }
        throw AdminError(
            .invalid, "There is no such mode.", hint: "It is \(MTASTSMode.allCases.map(\.rawValue).joined(separator: ", ")).")
    }

    package func execute(in context: Context) throws -> Report {
        let setting = try context.client.call(Calls.setMTASTS, domain.text, sending: MTASTSChange(mode: mode))
        let table = Table(
            ["domain", "mode", "id", "policy", "warnings"],
            [[
                .text(setting.domain.text), .text(setting.mode.rawValue), .text(setting.id),
                .text(setting.policy.replacing("\r\n", with: " ")), .text(setting.warnings.joined(separator: " ")),
            ]])
        let done = "The MTA-STS policy of \(setting.domain) has the mode \(setting.mode.rawValue)."
        let record = "Publish: _mta-sts.\(setting.domain). TXT \"v=STSv1; id=\(setting.id);\""
        return Report(setting, table, .sentence(([done, record] + setting.warnings.map { "! \($0)" }).joined(separator: "\n")))
    }
}
