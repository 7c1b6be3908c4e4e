import Cryptography

/// What is kept of app passwords, and what they look like: as `PasswordChoice` generates them, in groups of lower-case letters and digits.
struct AppPasswordDigest: Sendable {
    private let key: [UInt8]

    /// - Parameter key: not of the database's.
    init(key: [UInt8]) { self.key = key }

    func digest(of password: String, tenant: Int64, user: Int64) throws(CryptographyError) -> [UInt8] {
        try Cryptography.hmacSHA256(key: key, Array("\(tenant) \(user) \(password)".utf8))
    }

    /// False for what certainly is none.
    static func canBe(_ password: String) -> Bool {
        password.utf8.count == 24
            && password.utf8.enumerated().allSatisfy { index, character in
                index % 5 == 4 ? character == UInt8(ascii: "-") : PasswordAlphabet.octets.contains(character)
            }
    }
}
