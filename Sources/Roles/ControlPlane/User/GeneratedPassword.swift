import AdminAPI
import Cryptography

/// A password to be hashed, and whether the caller has yet to learn it. Its description never shows it.
struct ResolvedPassword: CustomStringConvertible {
    let text: String
    let isGenerated: Bool
    var description: String { isGenerated ? "generated" : "given" }
}

/// Letters and digits that are not taken for one another: 32 of them, so that 5 bits of a random octet choose one.
enum PasswordAlphabet {
    static let octets = Array("abcdefghijkmnpqrstuvwxyz23456789".utf8)
}

extension PasswordChoice {
    /// A generated password has 100 bits, in five groups of four characters.
    func resolved() throws -> ResolvedPassword {
        switch self {
        case .given(let text): return ResolvedPassword(text: text, isGenerated: false)
        case .hash: throw AdminError(.invalid, "A hash is not the password.")
        case .generate:
            var text: [UInt8] = []
            for (index, byte) in try Cryptography.randomBytes(20).enumerated() {
                if index > 0, index % 4 == 0 { text.append(UInt8(ascii: "-")) }
                text.append(PasswordAlphabet.octets[Int(byte & 31)])
            }
            return ResolvedPassword(text: String(decoding: text, as: UTF8.self), isGenerated: true)
        }
    }
}
