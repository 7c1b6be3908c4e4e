import COpenSSL

/// The primitives that the platform needs, from the distribution's OpenSSL.
public enum Cryptography {
    /// Bytes from the operating system's generator, fit for keys and salts.
    public static func randomBytes(_ count: Int) throws(CryptographyError) -> [UInt8] {
        guard count > 0 else { return [] }
        guard let length = Int32(exactly: count) else { throw .tooLarge }
        var succeeded = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            succeeded = RAND_bytes(buffer.baseAddress, length) == 1
            initialized = succeeded ? count : 0
        }
        guard succeeded else { throw .library("RAND_bytes") }
        return bytes
    }

    /// SHA-256 (FIPS 180-4): 32 octets.
    public static func sha256(_ bytes: [UInt8]) throws(CryptographyError) -> [UInt8] { try digest(EVP_sha256(), bytes) }

    /// SHA-1 (FIPS 180-4): 20 octets. For password hashes of other mail systems, until their users log in.
    public static func sha1(_ bytes: [UInt8]) throws(CryptographyError) -> [UInt8] { try digest(EVP_sha1(), bytes) }

    /// SHA-512 (FIPS 180-4): 64 octets.
    public static func sha512(_ bytes: [UInt8]) throws(CryptographyError) -> [UInt8] { try digest(EVP_sha512(), bytes) }

    private static func digest(_ hash: OpaquePointer?, _ bytes: [UInt8]) throws(CryptographyError) -> [UInt8] {
        var length: UInt32 = 0
        var succeeded = false
        let digest = [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { buffer, initialized in
            succeeded = EVP_Digest(bytes, bytes.count, buffer.baseAddress, &length, hash, nil) == 1
            initialized = succeeded ? Int(length) : 0
        }
        guard succeeded else { throw .library("EVP_Digest") }
        return digest
    }

    /// HMAC-SHA-256 (RFC 2104): 32 octets.
    public static func hmacSHA256(key: [UInt8], _ message: [UInt8]) throws(CryptographyError) -> [UInt8] {
        try hmac(EVP_sha256(), key: key, message)
    }

    /// HMAC-SHA-1 (RFC 2104): 20 octets. For one-time passwords, whose apps know no other hash.
    public static func hmacSHA1(key: [UInt8], _ message: [UInt8]) throws(CryptographyError) -> [UInt8] {
        try hmac(EVP_sha1(), key: key, message)
    }

    /// PBKDF2 with HMAC-SHA-1 (RFC 8018 §5.2). For password hashes of other mail systems, until their users log in.
    public static func pbkdf2SHA1(
        _ password: [UInt8], salt: [UInt8], rounds: Int, length: Int
    ) throws(CryptographyError) -> [UInt8] {
        guard let passwordLength = Int32(exactly: password.count), let saltLength = Int32(exactly: salt.count),
            let rounds = Int32(exactly: rounds), let keyLength = Int32(exactly: length)
        else { throw .tooLarge }
        // A null pointer is no password at all: an empty one is given an address.
        let characters = password.isEmpty ? [0] : password.map { CChar(bitPattern: $0) }
        var key = [UInt8](repeating: 0, count: length)
        guard PKCS5_PBKDF2_HMAC(characters, passwordLength, salt, saltLength, rounds, EVP_sha1(), keyLength, &key) == 1 else {
            throw .library("PKCS5_PBKDF2_HMAC")
        }
        return key
    }

    private static func hmac(_ hash: OpaquePointer?, key: [UInt8], _ message: [UInt8]) throws(CryptographyError) -> [UInt8] {
        guard let keyLength = Int32(exactly: key.count) else { throw .tooLarge }
        var length: UInt32 = 0
        var succeeded = false
        // A null pointer means "reuse the former key" to HMAC: an empty key is given an address.
        let keyBytes = key.isEmpty ? [0] : key
        let digest = [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { buffer, initialized in
            succeeded = HMAC(hash, keyBytes, keyLength, message, message.count, buffer.baseAddress, &length) != nil
            initialized = succeeded ? Int(length) : 0
        }
        guard succeeded else { throw .library("HMAC") }
        return digest
    }

    /// Compares two secrets in a time that tells nothing but their lengths.
    public static func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return left.isEmpty || CRYPTO_memcmp(left, right, left.count) == 0
    }
}

public enum CryptographyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The named OpenSSL function failed.
    case library(String)
    case tooLarge
    /// A certificate was asked for without a host name, or for one that cannot stand in it.
    case badHostName(String)

    public var description: String {
        switch self {
        case .library(let function): "OpenSSL: \(function) failed"
        case .tooLarge: "too many bytes for one call"
        case .badHostName(let name): "'\(name)' cannot be named in a certificate"
        }
    }
}
