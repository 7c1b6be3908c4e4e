import NIOSSL

/// A certificate with its key, as BoringSSL takes them.
///
/// OpenSSL, which the control plane reads certificates with, knows more curves and is less strict about encodings: only who has
/// made this value knows that the doors can show the pair.
public struct ServerCredentials: Sendable {
    public let chain: [NIOSSLCertificateSource]
    public let key: NIOSSLPrivateKeySource

    /// - Parameters:
    ///   - chain: PEM: the certificate, then those that lead to an authority.
    ///   - key: PEM, unencrypted.
    public init(chain: [UInt8], key: [UInt8]) throws(UnusableCredentials) {
        do {
            self.chain = try NIOSSLCertificate.fromPEMBytes(chain).map { .certificate($0) }
        } catch {
            throw .chain
        }
        do {
            self.key = .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem))
        } catch {
            throw .key
        }
        // Some curves are read and refused only once they shall be used.
        do { _ = try NIOSSLContext(configuration: configuration) } catch { throw .pair }
    }

    /// For a server that shows them.
    public var configuration: TLSConfiguration {
        var settings = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: key)
        settings.minimumTLSVersion = .tlsv12  // RFC 8997, RFC 9325 §3.1.1
        return settings
    }
}

/// What of a certificate and its key TLS cannot use.
public enum UnusableCredentials: Error, Sendable, Equatable, CustomStringConvertible {
    case chain, key, pair

    public var description: String {
        switch self {
        case .chain: "the chain holds a certificate whose encoding is wrong; ask its authority for another one"
        case .key, .pair: "the key is of a kind that cannot be shown; take ECDSA on P-256, P-384 or P-521, or RSA with 2048 bits or more"
        }
    }
}
