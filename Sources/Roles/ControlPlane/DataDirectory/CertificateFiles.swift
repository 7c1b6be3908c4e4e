import Cryptography

/// The certificate and key that the gateway shows.
struct CertificateFiles: Sendable {
    let certificate: String
    let key: String

    /// What the configuration names, or a self-signed pair under `directory`, made once.
    init(_ configuration: Configuration, directory: String) throws(StartupError) {
        if let certificate = configuration.certificateFile, let key = configuration.privateKeyFile {
            (self.certificate, self.key) = (certificate, key)
            for path in [certificate, key] {
                guard try FileSystem.read(path) != nil else { throw .configuration("The file \(path), named under tls, does not exist.") }
            }
            return
        }
        (certificate, key) = (directory + "/certificate.pem", directory + "/key.pem")
        guard !FileSystem.exists(certificate) || !FileSystem.exists(key) else { return }
        do {
            let made = try SelfSignedCertificate(hostNames: [configuration.hostname])
            try FileSystem.write(Array(made.privateKeyPEM.utf8), to: key, mode: 0o600)
            try FileSystem.write(Array(made.certificatePEM.utf8), to: certificate, mode: 0o644)
        } catch let error as StartupError {
            throw error
        } catch {
            throw .configuration("No certificate could be made for \(configuration.hostname): \(error). Set hostname in casella.json.")
        }
    }
}
