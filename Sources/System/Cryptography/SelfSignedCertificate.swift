import COpenSSL

/// A certificate that vouches for itself: what a platform shows until its operator brings a real one.
public struct SelfSignedCertificate: Sendable, CustomStringConvertible {
    public let certificatePEM: String
    /// PKCS #8, unencrypted: for a file that only its owner reads.
    public let privateKeyPEM: String

    /// The certificate only: the key is a secret.
    public var description: String { certificatePEM }

    /// Makes an EC P-256 key and a certificate for `hostNames`, valid for ten years from now.
    /// - Parameter hostNames: the first is the subject's common name; all are DNS names of the subject alternative name.
    public init(hostNames: [String]) throws(CryptographyError) {
        guard let first = hostNames.first else { throw .badHostName("") }
        for name in hostNames where !Self.canBeNamed(name) { throw .badHostName(name) }
        guard let key = Self.makeKey() else { throw .library("EVP_PKEY_keygen") }
        defer { EVP_PKEY_free(key) }
        guard let certificate = X509_new() else { throw .library("X509_new") }
        defer { X509_free(certificate) }
        try Self.fill(certificate, commonName: first, hostNames: hostNames, key: key)
        guard X509_sign(certificate, key, EVP_sha256()) > 0 else { throw .library("X509_sign") }
        certificatePEM = try Self.pem { PEM_write_bio_X509($0, certificate) }
        privateKeyPEM = try Self.pem { PEM_write_bio_PKCS8PrivateKey($0, key, nil, nil, 0, nil, nil) }
    }

    /// Letters, digits, hyphen, dot and a leading `*`: nothing that means something in OpenSSL's extension syntax.
    private static func canBeNamed(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 253
            && name.utf8.allSatisfy { character in
                switch character {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "*"):
                    true
                default: false
                }
            }
    }

    private static func makeKey() -> OpaquePointer? {
        guard let context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nil) else { return nil }
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1,
            EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) == 1,
            EVP_PKEY_CTX_set_ec_param_enc(context, OPENSSL_EC_NAMED_CURVE) == 1,
            EVP_PKEY_keygen(context, &key) == 1
        else { return nil }
        return key
    }

    private static func fill(
        _ certificate: OpaquePointer, commonName: String, hostNames: [String], key: OpaquePointer
    ) throws(CryptographyError) {
        guard X509_set_version(certificate, 2) == 1 else { throw .library("X509_set_version") }  // 2 stands for version 3
        try setSerialNumber(of: certificate)
        let tenYears = 3652 * 86_400
        // Five minutes back: clocks of clients are not all right.
        guard X509_gmtime_adj(X509_getm_notBefore(certificate), -300) != nil,
            X509_gmtime_adj(X509_getm_notAfter(certificate), tenYears) != nil,
            X509_set_pubkey(certificate, key) == 1
        else { throw .library("X509_gmtime_adj") }
        guard let name = X509_NAME_new() else { throw .library("X509_NAME_new") }
        defer { X509_NAME_free(name) }
        // A common name holds 64 characters at most (ub-common-name, RFC 5280 appendix A.1).
        let subject = Array(commonName.utf8.prefix(64))
        guard X509_NAME_add_entry_by_txt(name, "CN", 0x1001 /* MBSTRING_ASC */, subject, Int32(subject.count), -1, 0) == 1,
            X509_set_subject_name(certificate, name) == 1, X509_set_issuer_name(certificate, name) == 1
        else { throw .library("X509_NAME_add_entry_by_txt") }
        let alternativeNames = hostNames.map { "DNS:" + $0 }.joined(separator: ",")
        try add(NID_subject_alt_name, alternativeNames, to: certificate)
        try add(NID_basic_constraints, "critical,CA:FALSE", to: certificate)
        try add(NID_key_usage, "critical,digitalSignature", to: certificate)
        try add(NID_ext_key_usage, "serverAuth", to: certificate)
    }

    /// Sixteen random octets, positive: unique without a counter (RFC 5280 §4.1.2.2 allows twenty).
    private static func setSerialNumber(of certificate: OpaquePointer) throws(CryptographyError) {
        var octets = try Cryptography.randomBytes(16)
        octets[0] = octets[0] & 0x7F | 0x40
        guard let number = BN_bin2bn(octets, 16, nil) else { throw .library("BN_bin2bn") }
        defer { BN_free(number) }
        guard BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil else { throw .library("BN_to_ASN1_INTEGER") }
    }

    private static func add(_ identifier: Int32, _ value: String, to certificate: OpaquePointer) throws(CryptographyError) {
        guard let entry = X509V3_EXT_conf_nid(nil, nil, identifier, value) else { throw .library("X509V3_EXT_conf_nid") }
        defer { X509_EXTENSION_free(entry) }
        guard X509_add_ext(certificate, entry, -1) == 1 else { throw .library("X509_add_ext") }
    }

    private static func pem(_ write: (OpaquePointer) -> Int32) throws(CryptographyError) -> String {
        guard let memory = BIO_new(BIO_s_mem()) else { throw .library("BIO_new") }
        defer { BIO_free(memory) }
        guard write(memory) == 1 else { throw .library("PEM_write_bio") }
        let length = BIO_ctrl_pending(memory)
        guard let capacity = Int32(exactly: length) else { throw .tooLarge }
        var bytes = [UInt8](repeating: 0, count: length)
        guard BIO_read(memory, &bytes, capacity) == capacity else { throw .library("BIO_read") }
        return String(decoding: bytes, as: UTF8.self)
    }
}
