import MailSettings
import Runtime

/// The settings of a domain's mail programs fetched as these do.
package struct SettingsFetch: Sendable {
    package enum Document: Sendable {
        case thunderbird, outlook

        /// - Parameter name: of the record that leads to its host.
        init?(under name: String) {
            switch name.prefix(while: { $0 != "." }) {
            case "autoconfig": self = .thunderbird
            case "autodiscover": self = .outlook
            default: return nil
            }
        }

        package var path: String {
            switch self {
            case .thunderbird: "/mail/config-v1.1.xml"
            case .outlook: "/autodiscover/autodiscover.xml"
            }
        }
    }

    package enum Outcome: Sendable, Equatable {
        case fetched(PublishedSettings)
        /// As of `OwnHostFetch`.
        case failed(String), unreachable(String)
    }

    private let document: Document
    private let domain: String
    private let fetch: OwnHostFetch

    /// - Parameter fetch: from `autoconfig.` or `autodiscover.` and the domain.
    package init(_ document: Document, of domain: String, _ fetch: OwnHostFetch) {
        (self.document, self.domain, self.fetch) = (document, domain, fetch)
    }

    @EventLoopActor package func run() async -> Outcome {
        switch await fetch.run(request) {
        case .answered(let body): settings(in: body).map { .fetched($0) } ?? .failed("answers with what are no settings")
        case .failed(let says): .failed(says)
        case .unreachable(let says): .unreachable(says)
        }
    }

    private var request: OwnHostFetch.Request {
        let types = ["text/xml", "application/xml"], limit = PublishedSettings.sizeLimit
        switch document {
        case .thunderbird: return .init(path: document.path, types: types, limit: limit)
        case .outlook:
            // Whoever asks names an address; every domain is to have this one (RFC 5321 §4.5.1).
            let body = OutlookSettings.request(of: "postmaster@\(domain)")
            return .init(method: "POST", path: document.path, types: types, body: body, limit: limit)
        }
    }

    private func settings(in body: [UInt8]) -> PublishedSettings? {
        switch document {
        case .thunderbird: PublishedSettings(thunderbird: body, domain: domain)
        case .outlook: PublishedSettings(outlook: body)
        }
    }
}
