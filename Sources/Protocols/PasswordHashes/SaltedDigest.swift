import SASL

/// `{SSHA}` and its successors: the digest of password and salt, and then the salt, in Base 64, or in hexadecimal as `{SSHA.HEX}`.
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

    /// As Dovecot names them behind a scheme and a dot.
    enum Encoding: Sendable {
        case base64, hexadecimal

        /// - Parameter name: in capital letters; nil: none is named.
        init?(name: Substring?) {
            switch name {
            case nil, "B64", "BASE64": self = .base64
            case "HEX": self = .hexadecimal
            default: return nil
            }
        }
    }

    init(_ text: String, _ algorithm: Algorithm, in encoding: Encoding) throws(PasswordHashRefusal) {
        let octets =
            switch encoding {
            case .base64: Base64.decode(Array(text.utf8))
            case .hexadecimal: Hexadecimal.read(text[...])
            }
        guard let bytes = octets else {
            throw .malformed(scheme: algorithm.rawValue, encoding == .base64 ? "is not in Base 64" : "is not in hexadecimal digits")
        }
        guard bytes.count > algorithm.length else {
            throw .malformed(
                scheme: algorithm.rawValue, "has \(bytes.count) octets, where \(algorithm.length) of the digest and those of a salt belong")
        }
        self.algorithm = algorithm
        (digest, salt) = (Array(bytes.prefix(algorithm.length)), Array(bytes.dropFirst(algorithm.length)))
    }
}
