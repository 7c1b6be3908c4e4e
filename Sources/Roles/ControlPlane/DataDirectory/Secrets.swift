import Cryptography

/// What the platform made up for itself at its first start: files that only the control plane's user reads.
struct Secrets: Sendable {
    /// Passwords of PostgreSQL roles, in hexadecimal digits.
    let superuser: String
    let control: String
    let relay: String
    /// From which the passwords of tenants' roles follow.
    private let master: [UInt8]

    init(directory: String) throws(StartupError) {
        superuser = try Self.secret("superuser", in: directory)
        control = try Self.secret("control", in: directory)
        relay = try Self.secret("relay", in: directory)
        master = Array(try Self.secret("master", in: directory).utf8)
    }

    /// The password of the tenant's SQL role; needs no storage, and tells nothing of another tenant's.
    func tenantPassword(role: String) throws(CryptographyError) -> String {
        Hexadecimal.encode(try Cryptography.hmacSHA256(key: master, Array(role.utf8)))
    }

    /// A key for one purpose, 32 octets, which the database does not hold.
    func key(for purpose: String) throws(CryptographyError) -> [UInt8] {
        try Cryptography.hmacSHA256(key: master, Array("key for \(purpose)".utf8))
    }

    /// Seals the private keys of a tenant's domains; the tenant's worker gets it.
    func key(forDKIMOf tenant: Int64) throws(CryptographyError) -> [UInt8] { try key(for: "DKIM keys of tenant \(tenant)") }

    private static func secret(_ name: String, in directory: String) throws(StartupError) -> String {
        let path = "\(directory)/\(name)"
        if let stored = try FileSystem.read(path) {
            let text = String(decoding: stored, as: UTF8.self).filter { !$0.isWhitespace }
            guard text.utf8.count >= 32, Hexadecimal.decode(text) != nil else {
                throw .configuration("\(path) does not hold the hexadecimal digits of a secret; restore it from a backup.")
            }
            return text
        }
        do {
            let text = Hexadecimal.encode(try Cryptography.randomBytes(32))
            try FileSystem.write(Array((text + "\n").utf8), to: path, mode: 0o600)
            return text
        } catch let error as StartupError {
            throw error
        } catch {
            throw .configuration("\(path) could not be made: \(error).")
        }
    }
}
