import COpenSSL

/// Whether an authority vouches for a server's certificate (RFC 5280 §6), as whoever connects finds out.
public enum CertificateTrust {
    /// - Parameters:
    ///   - chain: PEM: the certificate first, then those that lead to an authority.
    ///   - authorities: a file of PEM; nil: those that this system trusts. They are read at each call, which takes a few milliseconds.
    public static func isGiven(to chain: [UInt8], by authorities: String? = nil) -> Bool {
        defer { ERR_clear_error() }
        let certificates = read(chain)
        defer { for certificate in certificates { X509_free(certificate) } }
        guard let first = certificates.first, let store = X509_STORE_new() else { return false }
        defer { X509_STORE_free(store) }
        let isLoaded = authorities.map { X509_STORE_load_locations(store, $0, nil) } ?? X509_STORE_set_default_paths(store)
        guard isLoaded == 1, let between = OPENSSL_sk_new_null() else { return false }
        defer { OPENSSL_sk_free(between) }
        for certificate in certificates.dropFirst() { OPENSSL_sk_push(between, UnsafeRawPointer(certificate)) }
        guard let check = X509_STORE_CTX_new() else { return false }
        defer { X509_STORE_CTX_free(check) }
        guard X509_STORE_CTX_init(check, store, first, between) == 1,
            X509_STORE_CTX_set_purpose(check, X509_PURPOSE_SSL_SERVER) == 1
        else { return false }
        return X509_verify_cert(check) == 1
    }

    private static func read(_ chain: [UInt8]) -> [OpaquePointer] {
        guard let count = Int32(exactly: chain.count), count > 0, let memory = BIO_new(BIO_s_mem()) else { return [] }
        defer { BIO_free(memory) }
        guard BIO_write(memory, chain, count) == count else { return [] }
        var certificates: [OpaquePointer] = []
        while certificates.count < 20, let certificate = PEM_read_bio_X509(memory, nil, nil, nil) { certificates.append(certificate) }
        return certificates
    }
}
