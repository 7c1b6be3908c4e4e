import MailSettings
import Runtime

/// A domain's policy of MTA-STS fetched as a host that sends mail to it does (RFC 8461 §3.3).
package struct PolicyFetch: Sendable {
    package enum Outcome: Sendable, Equatable {
        case fetched(PublishedPolicy)
        /// As of `OwnHostFetch`.
        case failed(String), unreachable(String)
    }

    package static let path = "/.well-known/mta-sts.txt"
    private let fetch: OwnHostFetch

    /// - Parameter fetch: from `mta-sts.` and the domain.
    package init(_ fetch: OwnHostFetch) { self.fetch = fetch }

    @EventLoopActor package func run() async -> Outcome {
        switch await fetch.run(.init(path: Self.path, types: ["text/plain"], limit: PublishedPolicy.sizeLimit)) {
        case .answered(let body): PublishedPolicy(body).map { .fetched($0) } ?? .failed("answers with what is no policy")
        case .failed(let says): .failed(says)
        case .unreachable(let says): .unreachable(says)
        }
    }
}
