import COpenSSL

/// What a server's certificate says, read from PEM: of the first of a chain.
public struct CertificateFacts: Sendable, Equatable {
    /// DNS names of the subject alternative name (RFC 6125 §6.4.4), in lower case; a first label may be `*`.
    public let hostNames: [String]
    /// In OpenSSL's one-line form.
    public let issuer: String
    /// Seconds since 1970.
    public let notBefore: Int64, notAfter: Int64
    /// SHA-256 of the certificate.
    public let fingerprint: [UInt8]
    public let isSelfSigned: Bool
    /// SHA-256 of the public key as the certificate has it (RFC 6698 §2.1.2).
    public let keyDigest: [UInt8]

    /// - Parameters:
    ///   - chain: the certificate first, then those that lead to an authority.
    ///   - key: its private key, unencrypted.
    /// - Throws: `CertificateMistake` when one of them cannot be read, the key is another certificate's, or clients would refuse what they
    ///   are shown, however long it is valid.
    public init(chain: [UInt8], key: [UInt8]) throws {
        let chain = try CertificateChain(chain)
        let certificate = chain.members[0]
        // Never asks for a passphrase: the callback gives an empty one.
        let refuse: @convention(c) (UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?) -> Int32 = { _, _, _, _ in 0 }
        guard let privateKey = try Self.read(key, { PEM_read_bio_PrivateKey($0, nil, refuse, nil) }) else { throw CertificateMistake.noKey }
        defer { EVP_PKEY_free(privateKey) }
        guard X509_check_private_key(certificate, privateKey) == 1 else { throw CertificateMistake.keyOfAnother }
        try Self.check(privateKey)
        try chain.check()
        hostNames = Self.hostNames(of: certificate)
        guard let name = X509_NAME_oneline(X509_get_issuer_name(certificate), nil, 0) else { throw CertificateMistake.noCertificate }
        issuer = String(cString: name)
        CRYPTO_free(name, nil, 0)
        notBefore = try Self.seconds(X509_get0_notBefore(certificate))
        notAfter = try Self.seconds(X509_get0_notAfter(certificate))
        var length: UInt32 = 0
        fingerprint = [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { buffer, count in
            count = X509_digest(certificate, EVP_sha256(), buffer.baseAddress, &length) == 1 ? Int(length) : 0
        }
        keyDigest = try Self.keyDigest(of: certificate)
        isSelfSigned = X509_NAME_cmp(X509_get_issuer_name(certificate), X509_get_subject_name(certificate)) == 0
    }

    /// Bits of an RSA key that mail programs take at least.
    private static let leastRSA: Int32 = 2048
    /// In OpenSSL's names: what TLS has signatures for that everybody knows (RFC 8446 §4.2.3).
    private static let curves: Set = ["prime256v1", "secp384r1", "secp521r1"]

    private static func check(_ key: OpaquePointer) throws(CertificateMistake) {
        switch EVP_PKEY_get_base_id(key) {
        case EVP_PKEY_RSA:
            let bits = EVP_PKEY_get_bits(key)
            guard bits >= leastRSA else { throw .smallKey(bits: bits) }
        case EVP_PKEY_EC:
            let curve = curve(of: key)
            guard curves.contains(curve) else { throw .unusableKey(curve) }
        case EVP_PKEY_ED25519: break
        default: throw .unusableKey(EVP_PKEY_get0_type_name(key).map { String(cString: $0) } ?? "that the file has")
        }
    }

    private static func curve(of key: OpaquePointer) -> String {
        var length = 0, name = [CChar](repeating: 0, count: 80)
        guard EVP_PKEY_get_group_name(key, &name, name.count, &length) == 1, length > 0, length < name.count else { return "EC" }
        return String(decoding: name[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func keyDigest(of certificate: OpaquePointer) throws(CryptographyError) -> [UInt8] {
        var encoded: UnsafeMutablePointer<UInt8>?
        let length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &encoded)
        guard length > 0, let encoded else { throw .library("i2d_X509_PUBKEY") }
        defer { CRYPTO_free(encoded, nil, 0) }
        return try Cryptography.sha256(Array(UnsafeBufferPointer(start: encoded, count: Int(length))))
    }

    private static func read(_ pem: [UInt8], _ parse: (OpaquePointer) -> OpaquePointer?) throws(CryptographyError) -> OpaquePointer? {
        guard let count = Int32(exactly: pem.count) else { throw .tooLarge }
        guard let memory = BIO_new(BIO_s_mem()) else { throw .library("BIO_new") }
        defer { BIO_free(memory) }
        guard count == 0 || BIO_write(memory, pem, count) == count else { throw .library("BIO_write") }
        defer { ERR_clear_error() }
        return parse(memory)
    }

    private static func hostNames(of certificate: OpaquePointer) -> [String] {
        guard let names = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil).map({ OpaquePointer($0) }) else { return [] }
        defer { OPENSSL_sk_pop_free(names) { GENERAL_NAME_free($0?.assumingMemoryBound(to: GENERAL_NAME.self)) } }
        return (0..<max(0, OPENSSL_sk_num(names))).compactMap { index in
            guard let name = OPENSSL_sk_value(names, index)?.assumingMemoryBound(to: GENERAL_NAME.self).pointee, name.type == GEN_DNS,
                let text = name.d.dNSName
            else { return nil }
            let bytes = UnsafeBufferPointer(start: ASN1_STRING_get0_data(text), count: Int(ASN1_STRING_length(text)))
            // A NUL inside, and other tricks of forgers, name no host.
            guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
            return String(decoding: bytes, as: UTF8.self).lowercased()
        }
    }

    private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) throws -> Int64 {
        var days: Int32 = 0, seconds: Int32 = 0
        guard let epoch = ASN1_TIME_set(nil, 0) else { throw CryptographyError.library("ASN1_TIME_set") }
        defer { ASN1_TIME_free(epoch) }
        guard ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else { throw CertificateMistake.noCertificate }
        return Int64(days) * 86_400 + Int64(seconds)
    }
}
