import NIOSSL

/// The certificate and key that the public doors show.
enum ServerIdentity {
    /// Reads the PEM files; done before the process confines itself, since the key is not its to read afterwards.
    /// TLS 1.2 is the least (RFC 8997, RFC 9325 §3.1.1).
    static func load(certificate: String, key: String) throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMFile(certificate).map { NIOSSLCertificateSource.certificate($0) }
        var settings = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain, privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)))
        settings.minimumTLSVersion = .tlsv12
        return try NIOSSLContext(configuration: settings)
    }
}
