import COpenSSL

/// SHA-256 of bytes that come piece by piece.
public final class RunningDigest {
    private let context: OpaquePointer

    public init() throws(CryptographyError) {
        guard let context = EVP_MD_CTX_new() else { throw .library("EVP_MD_CTX_new") }
        self.context = context
        guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else { throw .library("EVP_DigestInit_ex") }
    }

    deinit { EVP_MD_CTX_free(context) }

    public func add(_ bytes: [UInt8]) throws(CryptographyError) {
        guard EVP_DigestUpdate(context, bytes, bytes.count) == 1 else { throw .library("EVP_DigestUpdate") }
    }

    /// To be asked for once: 32 octets.
    public func finish() throws(CryptographyError) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        guard EVP_DigestFinal_ex(context, &digest, nil) == 1 else { throw .library("EVP_DigestFinal_ex") }
        return digest
    }
}
