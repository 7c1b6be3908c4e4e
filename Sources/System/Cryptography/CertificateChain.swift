import COpenSSL

/// The certificates of a PEM file in their order, each issued by the one behind it (RFC 8446 §4.4.2).
final class CertificateChain {
    /// The server's own first; at least one.
    let members: [OpaquePointer]

    deinit { for member in members { X509_free(member) } }

    /// - Throws: `CertificateMistake` when a member cannot be read. What else stands in the file, such as a key, is passed over.
    init(_ pem: [UInt8]) throws {
        guard let count = Int32(exactly: pem.count) else { throw CryptographyError.tooLarge }
        guard let memory = BIO_new(BIO_s_mem()) else { throw CryptographyError.library("BIO_new") }
        defer { BIO_free(memory) }
        guard count == 0 || BIO_write(memory, pem, count) == count else { throw CryptographyError.library("BIO_write") }
        defer { ERR_clear_error() }
        ERR_clear_error()
        var members: [OpaquePointer] = []
        while let member = PEM_read_bio_X509(memory, nil, nil, nil) { members.append(member) }
        let isAtEnd = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE
        self.members = members
        // OpenSSL takes the beginning of a certificate whose end is missing for text behind the last one.
        if !isAtEnd || Self.beginnings(in: pem) > members.count {
            throw members.isEmpty ? CertificateMistake.noCertificate : .unreadableMember(members.count + 1)
        }
        guard !members.isEmpty else { throw CertificateMistake.noCertificate }
    }

    /// How many certificates the text announces.
    private static func beginnings(in pem: [UInt8]) -> Int {
        let mark = Array("-----BEGIN CERTIFICATE-----".utf8)
        var count = 0, place = pem.startIndex
        while let dash = pem[place...].firstIndex(of: UInt8(ascii: "-")) {
            if pem[dash...].starts(with: mark) { (count, place) = (count + 1, dash + mark.count) } else { place = dash + 1 }
        }
        return count
    }

    /// - Throws: `CertificateMistake` for a chain that clients do not follow, or whose signatures they do not take.
    func check() throws(CertificateMistake) {
        for (index, member) in members.enumerated() {
            // An authority's own signature of itself proves nothing, and nobody looks at it.
            let isRoot = index > 0 && X509_NAME_cmp(X509_get_issuer_name(member), X509_get_subject_name(member)) == 0
            var bits: Int32 = 0
            if !isRoot, X509_get_signature_info(member, nil, nil, &bits, nil) != 1 || bits < Self.leastSignature {
                throw .weakSignature(index + 1)
            }
            guard index + 1 < members.count else { return }
            let issuer = members[index + 1]
            guard X509_check_issued(issuer, member) == X509_V_OK, let key = X509_get0_pubkey(issuer), X509_verify(member, key) == 1
            else { throw .notIssuedByNext(index + 1) }
        }
    }

    /// Bits of security of a signature: what SHA-1 and MD5 do not give, and programs refuse (RFC 9155).
    private static let leastSignature: Int32 = 112
}
