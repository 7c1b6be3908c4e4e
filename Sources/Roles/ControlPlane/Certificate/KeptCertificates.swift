import AdminAPI
import Glibc
import Supervision

/// Copies under `<data>/tls` of the certificates that could be read last, for starts at which their files are gone, damaged or half
/// renewed.
///
/// Certificate and key are in one file, so that no crash and no full disk leaves one without the other.
struct KeptCertificates: Sendable {
    let directory: String
    let journal: Journal

    /// - Parameter name: nil: the standard certificate.
    private func stem(_ name: CertificateName?) -> String { "\(directory)/\(name?.text.replacing("*", with: "_") ?? "standard")" }

    private func pair(_ name: CertificateName?) -> String { stem(name) + ".pair.pem" }

    /// How copies were kept once: in two files.
    private func separate(_ name: CertificateName?) -> CertificateFiles {
        CertificateFiles(certificate: stem(name) + ".certificate.pem", key: stem(name) + ".key.pem")
    }

    /// Stands between key and chain; whoever reads PEM passes it over.
    private static let seam = "\nThe certificates of the key above:\n"

    /// nil when there is no copy that can be shown.
    func read(_ name: CertificateName?) -> ReadCertificate? {
        guard let bytes = try? FileSystem.read(pair(name)) else { return try? separate(name).read() }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: Self.seam, maxSplits: 1)
        guard parts.count == 2 else { return nil }
        return try? ReadCertificate(chain: Array(parts[1].utf8), key: Array(parts[0].utf8))
    }

    func keep(_ content: ReadCertificate, of name: CertificateName?) {
        let bytes = Array((content.shown.key + Self.seam + content.shown.chain).utf8)
        do {
            if try FileSystem.read(pair(name)) != bytes { try FileSystem.write(bytes, to: pair(name), mode: 0o600) }
            unlink(separate(name).certificate)
            unlink(separate(name).key)
        } catch {
            journal.warning("a certificate could not be kept", ["name": name?.text ?? "the standard one", "error": "\(error)"])
        }
    }

    func remove(_ name: CertificateName) {
        for path in [pair(name), separate(name).certificate, separate(name).key] { unlink(path) }
    }
}
