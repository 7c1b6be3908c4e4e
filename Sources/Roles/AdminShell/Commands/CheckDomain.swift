import AdminAPI
import ArgumentParser

package struct CheckDomain: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Look up a domain's DNS records and say what is wrong with them.",
        discussion: """
            Where other mail servers shall insist on TLS (`domain mta-sts`), it is also asked what they meet: which certificate the mail \
            host shows, and, where a web server has this host's port 443, which policy that one serves. The exit status is 2 when \
            something is wrong; what is merely advised, or cannot be found out at the moment, leaves it 0.
            """)
    package static let names = LiveNames(arguments: [.live(.domainNames)])
    @Argument(help: "The domain or domain alias, such as acme.example.", transform: { try DomainName($0) }) var domain: DomainName
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let check = try context.client.call(Calls.checkDomain, domain.text)
        let table = Table(
            ["type", "name", "verdict", "published", "explanation"],
            check.findings.map { finding in
                [
                    .text(finding.type), .text(finding.name), .styled(finding.verdict.rawValue, finding.verdict.style),
                    .text(finding.published.joined(separator: ", ")), .text(finding.explanation),
                ]
            })
        let isWrong = check.findings.contains { $0.verdict == .wrong }
        return Report(check, table, .list(ifEmpty: ""), exitStatus: isWrong ? 2 : 0)
    }
}

extension DomainCheck.Finding.Verdict {
    fileprivate var style: Style {
        switch self {
        case .right: .good
        case .advised: .heading
        case .wrong, .unknown: .bad
        }
    }
}
