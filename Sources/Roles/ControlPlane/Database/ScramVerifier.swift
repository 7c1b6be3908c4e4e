import Cryptography
import FoundationEssentials

/// What PostgreSQL keeps of a role's password (RFC 5803, SCRAM-SHA-256), made here so that the password itself is in no statement, and
/// with as many rounds as its strength calls for.
package struct ScramVerifier: Sendable {
    /// Rounds make guessing slower, and each login too: 4,096 (RFC 7677 §4) take longer than all else of a worker's connection. A secret of
    /// 256 random bits needs no protection from guessing.
    package static let roundsForRandomSecrets = 1

    package let salt: [UInt8]
    package let rounds: Int
    package let storedKey: [UInt8]
    package let serverKey: [UInt8]

    /// - Parameter password: of ASCII alone, so that SASLprep leaves it as it is.
    package init(password: String, salt: [UInt8], rounds: Int) throws(CryptographyError) {
        let password = Array(password.utf8)
        // RFC 5802 §2.2, Hi(): PBKDF2 of one block.
        var block = try Cryptography.hmacSHA256(key: password, salt + [0, 0, 0, 1])
        var salted = block
        for _ in 1..<rounds {
            block = try Cryptography.hmacSHA256(key: password, block)
            for place in salted.indices { salted[place] ^= block[place] }
        }
        (self.salt, self.rounds) = (salt, rounds)
        storedKey = try Cryptography.sha256(Cryptography.hmacSHA256(key: salted, Array("Client Key".utf8)))
        serverKey = try Cryptography.hmacSHA256(key: salted, Array("Server Key".utf8))
    }

    package init(randomSecret: String) throws(CryptographyError) {
        try self.init(password: randomSecret, salt: try Cryptography.randomBytes(16), rounds: Self.roundsForRandomSecrets)
    }

    /// For `ALTER ROLE … PASSWORD '…'`; letters, digits and `+/=$:-` only.
    package var text: String {
        func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
        return "SCRAM-SHA-256$\(rounds):\(base64(salt))$\(base64(storedKey)):\(base64(serverKey))"
    }
}
