import HTTP
import MailSettings
import Runtime
import Supervision

/// What is answered over HTTPS: the policies of MTA-STS, and the settings of mail programs. Nothing in it depends on which users there are.
/// The account pages are none of it (`AccountRelay`); the mail host's own name leads to them.
@EventLoopActor
package final class WebDocuments {
    private let host: String
    private let services: [OfferedService]
    private let domains: HostedDomains
    private let hasAccountPages: Bool

    /// Seconds that settings may be kept.
    private static let maximumAge = 300

    /// - Parameters:
    ///   - host: the mail host's name.
    ///   - ports: those in effect, by the names of their services.
    package init(host: String, ports: [String: Int], domains: HostedDomains, hasAccountPages: Bool = false) {
        (self.host, self.domains, self.hasAccountPages) = (host, domains, hasAccountPages)
        services = OfferedService.all(at: ports)
    }

    /// Where something is to be found, and whose host names begin with what.
    private enum Document {
        case policy, thunderbird, thunderbirdOfDomain, outlook

        /// Outlook and its likes write the path in several ways.
        init?(path: String) {
            switch path {
            case "/.well-known/mta-sts.txt": self = .policy
            case "/mail/config-v1.1.xml": self = .thunderbird
            case "/.well-known/autoconfig/mail/config-v1.1.xml": self = .thunderbirdOfDomain
            case _ where path.lowercased() == "/autodiscover/autodiscover.xml": self = .outlook
            default: return nil
            }
        }

        var prefix: String {
            switch self {
            case .policy: "mta-sts."
            case .thunderbird: "autoconfig."
            case .thunderbirdOfDomain: ""
            case .outlook: "autodiscover."
            }
        }

        var methods: [String] { self == .outlook ? ["GET", "HEAD", "POST"] : ["GET", "HEAD"] }
    }

    package func answer(to request: HTTPRequest) -> HTTPResponse {
        if request.path == "/", hasAccountPages, request.host == host.lowercased() {
            let methods = ["GET", "HEAD"]
            return methods.contains(request.method) ? .redirect(to: AccountRelay.path) : Self.refusal(allowing: methods)
        }
        guard let document = Document(path: request.path) else { return Self.nothing }
        guard document.methods.contains(request.method) else { return Self.refusal(allowing: document.methods) }
        guard domains.isKnown else { return .refusal(.unavailable, "Not known yet; try again in a moment.") }
        let domain =
            request.host.hasPrefix(document.prefix) ? domains[String(request.host.dropFirst(document.prefix.count))] : nil
        switch document {
        case .policy:
            guard let domain else { return Self.nothing }
            let policy = MTASTSPolicy(mode: domain.policyMode, mailHost: host)
            return HTTPResponse(.ok, contentType: "text/plain; charset=utf-8", body: policy.text)
        case .thunderbird, .thunderbirdOfDomain:
            guard let domain else { return Self.nothing }
            let settings = ThunderbirdSettings(domain: domain.name, host: host, services: services)
            return HTTPResponse(.ok, contentType: "text/xml; charset=utf-8", body: settings.xml, maximumAge: Self.maximumAge)
        case .outlook: return outlook(request, domain)
        }
    }

    /// Asked with POST whoever asks says for which address; then the SRV record may have led here by the mail host's own name too.
    private func outlook(_ request: HTTPRequest, _ domain: HostedDomain?) -> HTTPResponse {
        guard request.method == "POST" else { return domain == nil ? Self.nothing : settingsOfOutlook(address: nil) }
        guard domain != nil || request.host == host.lowercased() else { return Self.nothing }
        guard let address = OutlookSettings.address(inRequest: request.body) else {
            return .refusal(.badRequest, "The request has no EMailAddress.")
        }
        guard let name = address.split(separator: "@").last, domains[String(name)] != nil else { return Self.nothing }
        return settingsOfOutlook(address: address)
    }

    private func settingsOfOutlook(address: String?) -> HTTPResponse {
        HTTPResponse(
            .ok, contentType: "text/xml; charset=utf-8", body: OutlookSettings.xml(host: host, services: services, address: address))
    }

    private static func refusal(allowing methods: [String]) -> HTTPResponse {
        .refusal(.methodNotAllowed, "Use \(methods.joined(separator: ", ")).", allowed: methods)
    }

    private static let nothing = HTTPResponse.refusal(.notFound, "There is nothing here.")
}
