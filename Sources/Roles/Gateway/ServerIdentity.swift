import NIOSSL
import Runtime
import Supervision
import TLS

/// The certificates that the public doors show: by the name that the client asks for (SNI, RFC 6066 §3), else the first.
///
/// They are replaced while connections are open, which go on with what they were shown.
@EventLoopActor
final class ServerIdentity {
    /// For the next connection.
    private(set) var context: NIOSSLContext
    private let choices = ChosenByName()
    /// The one that is shown to whoever asks for no name.
    private var standard: ServerCertificate?

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

    /// What was taken last, by what it was made from: proving a pair costs time, and few of many change at once.
    private var credentials: [ServerCertificate: ServerCredentials] = [:]

    /// - Parameter certificates: at least one; the first is shown to whoever asks for no name, or for one that has none.
    /// - Throws: when none of them can be used.
    init(_ certificates: [ServerCertificate]) throws {
        let taken = Self.credentials(for: certificates, known: [:])
        credentials = taken
        context = try Self.prepare(certificates, taken, choices)
        standard = certificates.first { taken[$0] != nil }
    }

    /// One that cannot be used is passed over, and what is shown for its names stays as it is; the others are shown. When the first
    /// cannot be, the standard one of before stays.
    func replace(with certificates: [ServerCertificate]) throws {
        let before = credentials
        var shown = certificates
        var taken = Self.credentials(for: certificates, known: before)
        for (index, certificate) in certificates.enumerated() where taken[certificate] == nil {
            guard let stays = index == 0 ? standard : before.keys.first(where: { $0.hostNames == certificate.hostNames }) else { continue }
            shown[index] = stays
            taken[stays] = before[stays]
        }
        context = try Self.prepare(shown, taken, choices)
        credentials = taken
        standard = shown.first { taken[$0] != nil }
    }

    /// Host names that are shown one of their own, or have the first.
    var names: Set<String> { Set(credentials.keys.flatMap(\.hostNames)) }

    private static func credentials(
        for certificates: [ServerCertificate], known: [ServerCertificate: ServerCredentials]
    ) -> [ServerCertificate: ServerCredentials] {
        var taken: [ServerCertificate: ServerCredentials] = [:]
        for certificate in certificates {
            do {
                let fresh = { try ServerCredentials(chain: Array(certificate.chain.utf8), key: Array(certificate.key.utf8)) }
                taken[certificate] = try known[certificate] ?? fresh()
            } catch {
                let names = certificate.hostNames.joined(separator: ", ")
                Log.error("a certificate cannot be used; the one before stays", ["names": names, "error": "\(error)"])
            }
        }
        return taken
    }

    private static func prepare(
        _ certificates: [ServerCertificate], _ credentials: [ServerCertificate: ServerCredentials], _ names: ChosenByName
    ) throws -> NIOSSLContext {
        var exact: [String: NIOSSLContextConfigurationOverride] = [:], wildcards = exact
        var first: ServerCredentials?
        for certificate in certificates {
            guard let pair = credentials[certificate] else { continue }
            var choice = NIOSSLContextConfigurationOverride()
            choice.certificateChain = pair.chain
            choice.privateKey = pair.key
            first = first ?? pair
            for name in certificate.hostNames {
                if name.hasPrefix("*.") { wildcards[String(name.dropFirst())] = choice } else { exact[name] = choice }
            }
        }
        guard var settings = first?.configuration else { throw NoCertificate() }
        settings.sslContextCallback = { [names] asked, promise in
            promise.succeed(EventLoopActor.assumeIsolated { names.choice(for: asked.serverHostname) })
        }
        let context = try NIOSSLContext(configuration: settings)
        (names.exact, names.wildcards) = (exact, wildcards)
        return context
    }

    private struct NoCertificate: Error, CustomStringConvertible {
        var description: String { "none of the certificates can be used" }
    }
}
