import NIOSSL
import Runtime
import Supervision

/// The certificates that the public doors show: by the name that the client asks for (SNI, RFC 6066 §3), else the first.
///
/// They are replaced while connections are open, which go on with what they were shown.
@EventLoopActor
final class ServerIdentity {
    /// For the next connection.
    private(set) var context: NIOSSLContext
    private let names = ChosenByName()

    /// Those of names that were asked for, on the one event loop that handshakes run on too.
    private final class ChosenByName: Sendable {
        @EventLoopActor var exact: [String: NIOSSLContextConfigurationOverride] = [:]
        @EventLoopActor var wildcards: [String: NIOSSLContextConfigurationOverride] = [:]

        nonisolated init() {}

        @EventLoopActor func choice(for host: String?) -> NIOSSLContextConfigurationOverride {
            guard let host = host?.lowercased() else { return .noChanges }
            if let found = exact[host] { return found }
            // A wildcard stands for one label (RFC 6125 §6.4.3).
            guard let dot = host.firstIndex(of: ".") else { return .noChanges }
            return wildcards[String(host[dot...])] ?? .noChanges
        }
    }

    /// - Parameter certificates: at least one; the first is shown to whoever asks for no name, or for one that has none.
    init(_ certificates: [ServerCertificate]) throws { context = try Self.prepare(certificates, names) }

    /// Keeps what there is when one of the certificates cannot be used.
    func replace(with certificates: [ServerCertificate]) throws { context = try Self.prepare(certificates, names) }

    private static func prepare(_ certificates: [ServerCertificate], _ names: ChosenByName) throws -> NIOSSLContext {
        var exact: [String: NIOSSLContextConfigurationOverride] = [:], wildcards = exact
        var first: NIOSSLContextConfigurationOverride?
        for certificate in certificates {
            var choice = NIOSSLContextConfigurationOverride()
            choice.certificateChain = try NIOSSLCertificate.fromPEMBytes(Array(certificate.chain.utf8)).map { .certificate($0) }
            choice.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(certificate.key.utf8), format: .pem))
            if first == nil { first = choice }
            for name in certificate.hostNames {
                if name.hasPrefix("*.") { wildcards[String(name.dropFirst())] = choice } else { exact[name] = choice }
            }
        }
        guard let chain = first?.certificateChain, let key = first?.privateKey else { throw NoCertificate() }
        var settings = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: key)
        settings.minimumTLSVersion = .tlsv12  // RFC 8997, RFC 9325 §3.1.1
        settings.sslContextCallback = { [names] asked, promise in
            promise.succeed(EventLoopActor.assumeIsolated { names.choice(for: asked.serverHostname) })
        }
        let context = try NIOSSLContext(configuration: settings)
        (names.exact, names.wildcards) = (exact, wildcards)
        return context
    }

    private struct NoCertificate: Error {}
}
