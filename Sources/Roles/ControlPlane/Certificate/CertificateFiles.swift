import AdminAPI
import Cryptography
import Glibc
import Supervision
import TLS

/// A certificate with its key, in two PEM files.
struct CertificateFiles: Sendable, Equatable {
    let certificate: String
    let key: String

    init(certificate: String, key: String) { (self.certificate, self.key) = (certificate, key) }

    /// The platform's own: what the configuration names, whether it is there or not, or a self-signed pair under `directory`, made once.
    init(_ configuration: Configuration, directory: String) throws(StartupError) {
        if let certificate = configuration.certificateFile, let key = configuration.privateKeyFile {
            (self.certificate, self.key) = (certificate, key)
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

    /// What tells that a file is another one, or has another content, than before; equal for files that are not there.
    struct Stamp: Sendable, Equatable {
        private var facts: [Int]

        init(_ files: CertificateFiles) {
            facts = [files.certificate, files.key].flatMap { path in
                var file = stat()
                guard stat(path, &file) == 0 else { return [0] }
                return [Int(file.st_ino), Int(file.st_size), file.st_mtim.tv_sec, file.st_mtim.tv_nsec]
            }
        }
    }

    /// Octets that a file with a chain, or a key, has at most.
    private static let sizeLimit = 256 * 1024

    private static func tooLarge(_ path: String) -> AdminError { AdminError(.invalid, "The file \(path) is too large for a certificate.") }

    /// - Throws: what is wrong with the files, as a sentence about them.
    func read() throws -> ReadCertificate {
        func content(_ path: String) throws -> [UInt8] {
            var file = stat()
            // Something that is no plain file might keep its reader waiting.
            let isThere = stat(path, &file) == 0
            guard !isThere || file.st_mode & S_IFMT == S_IFREG else { throw AdminError(.invalid, "\(path) is no plain file.") }
            guard !isThere || file.st_size <= Self.sizeLimit else { throw Self.tooLarge(path) }
            guard let bytes = try FileSystem.read(path) else { throw AdminError(.invalid, "There is no file \(path).") }
            guard bytes.count <= Self.sizeLimit else { throw Self.tooLarge(path) }
            return bytes
        }
        let (chain, secret) = (try content(certificate), try content(key))
        do {
            return try ReadCertificate(chain: chain, key: secret)
        } catch {
            throw AdminError(.invalid, "\(certificate) and \(key) cannot be used: \(error).")
        }
    }
}

/// What two files hold.
struct ReadCertificate: Sendable {
    let facts: CertificateFacts
    let shown: ServerCertificate

    /// - Throws: `CertificateMistake` or `UnusableCredentials` when the gateway cannot show them, or clients would refuse them at any time.
    init(chain: [UInt8], key: [UInt8]) throws {
        facts = try CertificateFacts(chain: chain, key: key)
        _ = try ServerCredentials(chain: chain, key: key)
        shown = ServerCertificate(
            hostNames: facts.hostNames, chain: String(decoding: chain, as: UTF8.self), key: String(decoding: key, as: UTF8.self))
    }
}
