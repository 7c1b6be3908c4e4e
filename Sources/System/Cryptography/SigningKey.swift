import COpenSSL

/// A private key that signs, and its public half, in the forms that mail signatures need (RFC 8301, RFC 8463).
public struct SigningKey: Sendable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable { case rsa, ed25519 }

    /// OpenSSL's form of it, which is wiped when the last copy goes.
    ///
    /// `@unchecked Sendable`: the pointer never changes, and the key behind it is only read after it was made; OpenSSL lets several threads
    /// sign with one key at once, and frees it by a count of its own, here when nobody can sign with it any more.
    private final class Parsed: @unchecked Sendable {
        let pointer: OpaquePointer
        init(_ pointer: OpaquePointer) { self.pointer = pointer }
        deinit { EVP_PKEY_free(pointer) }
    }

    public let kind: Kind
    /// SubjectPublicKeyInfo of RSA, the 32 octets of Ed25519.
    public let publicKey: [UInt8]
    private let parsed: Parsed

    /// The private half is a secret.
    public var description: String { "a key of kind \(kind)" }

    /// Takes 100 ms and more of a processor for RSA.
    public static func random(_ kind: Kind) throws(CryptographyError) -> SigningKey {
        guard let context = EVP_PKEY_CTX_new_id(kind == .rsa ? EVP_PKEY_RSA : EVP_PKEY_ED25519, nil) else {
            throw .library("EVP_PKEY_CTX_new_id")
        }
        defer { EVP_PKEY_CTX_free(context) }
        var made: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1, kind == .ed25519 || EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048) == 1,
            EVP_PKEY_keygen(context, &made) == 1, let made
        else { throw .library("EVP_PKEY_keygen") }
        return try SigningKey(Parsed(made))
    }

    /// - Parameter privateKey: as `privateKey` gives it, or the 32 octets of an Ed25519 key.
    public init(privateKey: [UInt8]) throws(CryptographyError) { try self.init(Self.parse(privateKey)) }

    /// - Parameters:
    ///   - box: as `sealed` gave it.
    ///   - key: what it was sealed with.
    public init(sealed box: [UInt8], key: [UInt8]) throws(CryptographyError) {
        var secret = try SealedBox.open(box, key: key)
        defer { OPENSSL_cleanse(&secret, secret.count) }
        try self.init(Self.parse(secret))
    }

    private init(_ parsed: Parsed) throws(CryptographyError) {
        self.parsed = parsed
        let key = parsed.pointer
        switch EVP_PKEY_get_base_id(key) {
        case EVP_PKEY_RSA:
            kind = .rsa
            publicKey = try Self.encoded("i2d_PUBKEY") { i2d_PUBKEY(key, $0) }
        case EVP_PKEY_ED25519:
            kind = .ed25519
            var octets = [UInt8](repeating: 0, count: 32), length = 32
            guard EVP_PKEY_get_raw_public_key(key, &octets, &length) == 1, length == 32 else {
                throw .library("EVP_PKEY_get_raw_public_key")
            }
            publicKey = octets
        default: throw .library("EVP_PKEY_get_base_id")
        }
    }

    /// In DER: a secret.
    public var privateKey: [UInt8] {
        get throws(CryptographyError) { try Self.encoded("i2d_PrivateKey") { i2d_PrivateKey(parsed.pointer, $0) } }
    }

    /// To be kept where others might read it.
    public func sealed(key: [UInt8]) throws(CryptographyError) -> [UInt8] {
        var secret = try privateKey
        defer { OPENSSL_cleanse(&secret, secret.count) }
        return try SealedBox.seal(secret, key: key)
    }

    /// RSA (PKCS #1 v1.5) with SHA-256, or Ed25519 of the message's SHA-256 (RFC 8463 §3).
    public func signature(of message: [UInt8]) throws(CryptographyError) -> [UInt8] {
        guard let context = EVP_MD_CTX_new() else { throw .library("EVP_MD_CTX_new") }
        defer { EVP_MD_CTX_free(context) }
        let input = kind == .rsa ? message : try Cryptography.sha256(message)
        var length = 0
        guard EVP_DigestSignInit(context, nil, kind == .rsa ? EVP_sha256() : nil, nil, parsed.pointer) == 1,
            EVP_DigestSign(context, nil, &length, input, input.count) == 1
        else { throw .library("EVP_DigestSignInit") }
        var signature = [UInt8](repeating: 0, count: length)
        guard EVP_DigestSign(context, &signature, &length, input, input.count) == 1 else { throw .library("EVP_DigestSign") }
        return Array(signature.prefix(length))
    }

    /// Whether a signature is this key's, of this message.
    public func verifies(_ signature: [UInt8], of message: [UInt8]) throws(CryptographyError) -> Bool {
        guard let context = EVP_MD_CTX_new() else { throw .library("EVP_MD_CTX_new") }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        let input = kind == .rsa ? message : try Cryptography.sha256(message)
        guard EVP_DigestVerifyInit(context, nil, kind == .rsa ? EVP_sha256() : nil, nil, parsed.pointer) == 1 else {
            throw .library("EVP_DigestVerifyInit")
        }
        return EVP_DigestVerify(context, signature, signature.count, input, input.count) == 1
    }

    private static func parse(_ bytes: [UInt8]) throws(CryptographyError) -> Parsed {
        defer { ERR_clear_error() }
        if bytes.count == 32, let key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, bytes, 32) { return Parsed(key) }
        let key = bytes.withUnsafeBufferPointer { buffer in
            var position = buffer.baseAddress
            return d2i_AutoPrivateKey(nil, &position, buffer.count)
        }
        guard let key else { throw .library("d2i_AutoPrivateKey") }
        return Parsed(key)
    }

    private static func encoded(
        _ function: String, _ encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>) -> Int32
    ) throws(CryptographyError) -> [UInt8] {
        var bytes: UnsafeMutablePointer<UInt8>?
        let length = encode(&bytes)
        guard length > 0, let bytes else { throw .library(function) }
        defer { CRYPTO_clear_free(bytes, Int(length), nil, 0) }
        return Array(UnsafeBufferPointer(start: bytes, count: Int(length)))
    }
}
