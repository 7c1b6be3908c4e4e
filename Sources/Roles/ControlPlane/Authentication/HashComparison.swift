import Argon2
import Crypt
import Cryptography
import PasswordHashes

/// Compares a password with a stored hash, ours or another mail system's. It takes as long as the hash says.
enum HashComparison {
    static func matches(_ hash: String, password: [UInt8]) throws -> Bool {
        // Ours, which cost what the configuration says or once said.
        if hash.hasPrefix("$argon2id$") { return try Argon2.verify(hash, password: password) }
        // A zero ends a password for some schemes, and others (HMAC) do not tell it from nothing at all.
        guard password.count <= Argon2.maximumPasswordLength, !password.contains(0) else { return false }
        switch try PasswordHash(hash) {
        case .argon2id(let hash): return try Argon2.verify(hash.text, password: password)
        case .crypt(let hash): return try Crypt.verify(hash.text, password: password)
        case .saltedDigest(let hash):
            return Cryptography.constantTimeEqual(try digest(password + hash.salt, hash.algorithm), hash.digest)
        case .pbkdf2(let hash):
            let key = try Cryptography.pbkdf2SHA1(password, salt: hash.salt, rounds: hash.rounds, length: hash.key.count)
            return Cryptography.constantTimeEqual(key, hash.key)
        }
    }

    private static func digest(_ bytes: [UInt8], _ algorithm: SaltedDigest.Algorithm) throws(CryptographyError) -> [UInt8] {
        switch algorithm {
        case .sha1: try Cryptography.sha1(bytes)
        case .sha256: try Cryptography.sha256(bytes)
        case .sha512: try Cryptography.sha512(bytes)
        }
    }
}
