import COpenSSL

/// Small secrets that are kept where others might read them: AES-256-GCM (NIST SP 800-38D), nonce and tag included.
public enum SealedBox {
    public static let keyLength = 32
    private static let nonceLength = 12, tagLength = 16

    /// - Parameter key: `keyLength` octets.
    /// - Returns: nonce, ciphertext, tag.
    public static func seal(_ secret: [UInt8], key: [UInt8]) throws(CryptographyError) -> [UInt8] {
        let nonce = try Cryptography.randomBytes(nonceLength)
        let context = try Context(key: key, nonce: nonce, seals: true)
        var box = nonce + [UInt8](repeating: 0, count: secret.count + tagLength)
        try box.withUnsafeMutableBufferPointer { (buffer) throws(CryptographyError) in
            guard let base = buffer.baseAddress else { return }
            try context.run(secret, into: base + nonceLength)
            guard EVP_CIPHER_CTX_ctrl(context.pointer, EVP_CTRL_AEAD_GET_TAG, Int32(tagLength), base + nonceLength + secret.count) == 1
            else { throw .library("EVP_CIPHER_CTX_ctrl") }
        }
        return box
    }

    /// - Throws: `CryptographyError.library` for a box that was changed, or made with another key.
    public static func open(_ box: [UInt8], key: [UInt8]) throws(CryptographyError) -> [UInt8] {
        guard box.count >= nonceLength + tagLength else { throw .library("EVP_DecryptFinal_ex") }
        let context = try Context(key: key, nonce: Array(box.prefix(nonceLength)), seals: false)
        var tag = Array(box.suffix(tagLength))
        guard EVP_CIPHER_CTX_ctrl(context.pointer, EVP_CTRL_AEAD_SET_TAG, Int32(tagLength), &tag) == 1 else {
            throw .library("EVP_CIPHER_CTX_ctrl")
        }
        var secret = [UInt8](repeating: 0, count: box.count - nonceLength - tagLength)
        let sealed = Array(box.dropFirst(nonceLength).dropLast(tagLength))
        try secret.withUnsafeMutableBufferPointer { (buffer) throws(CryptographyError) in
            guard let base = buffer.baseAddress else { return }
            try context.run(sealed, into: base)
        }
        return secret
    }

    private final class Context {
        let pointer: OpaquePointer

        init(key: [UInt8], nonce: [UInt8], seals: Bool) throws(CryptographyError) {
            guard key.count == keyLength, let pointer = EVP_CIPHER_CTX_new() else { throw .library("EVP_CIPHER_CTX_new") }
            self.pointer = pointer
            guard EVP_CipherInit_ex(pointer, EVP_aes_256_gcm(), nil, key, nonce, seals ? 1 : 0) == 1 else {
                throw .library("EVP_CipherInit_ex")
            }
        }

        deinit { EVP_CIPHER_CTX_free(pointer) }

        func run(_ input: [UInt8], into output: UnsafeMutablePointer<UInt8>) throws(CryptographyError) {
            guard let count = Int32(exactly: input.count) else { throw .tooLarge }
            var written: Int32 = 0, rest: Int32 = 0
            guard EVP_CipherUpdate(pointer, output, &written, input, count) == 1,
                EVP_CipherFinal_ex(pointer, output + Int(written), &rest) == 1
            else { throw .library("EVP_CipherFinal_ex") }
        }
    }
}
