import SASL

/// `{SSHA}` and its successors: Base 64 of the digest of password and salt, and then the salt.
public struct SaltedDigest: Sendable, Hashable {
    public enum Algorithm: String, Sendable {
        case sha1 = "SSHA"
        case sha256 = "SSHA256"
        case sha512 = "SSHA512"

        /// Octets.
        var length: Int {
            switch self {
            case .sha1: 20
            case .sha256: 32
            case .sha512: 64
            }
        }
    }

    public let algorithm: Algorithm
    public let digest: [UInt8]
    public let salt: [UInt8]

    init(_ text: String, _ algorithm: Algorithm) throws(PasswordHashRefusal) {
        guard let bytes = Base64.decode(Array(text.utf8)) else {
            throw .malformed(scheme: algorithm.rawValue, "is not in Base 64")
        }
        guard bytes.count > algorithm.length else {
            throw .malformed(
                scheme: algorithm.rawValue, "has \(bytes.count) octets, where \(algorithm.length) of the digest and those of a salt belong")
        }
        self.algorithm = algorithm
        (digest, salt) = (Array(bytes.prefix(algorithm.length)), Array(bytes.dropFirst(algorithm.length)))
    }
}
