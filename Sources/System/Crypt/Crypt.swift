import CCrypt
import Glibc

/// Password hashes in the modular form of `crypt(3)`, as libxcrypt computes them: `$6$` and `$5$` (SHA-crypt), `$2a$`, `$2b$`, `$2y$`
/// (bcrypt).
///
/// A call takes as long as the hash says, up to seconds: make it where waiting is allowed, of hashes whose cost was looked at.
public enum Crypt {
    /// Octets of the longest password that is looked at (`CRYPT_MAX_PASSPHRASE_SIZE`, its final zero included).
    private static let passwordLimit = 511
    /// Characters behind bcrypt's salt, from which no sign divides them.
    private static let bcryptLength = 31

    /// True when `hash` was made from `password`. A wrong password is no error.
    /// - Throws: `CryptError.notAHash` when the library does not understand the hash.
    public static func verify(_ hash: String, password: [UInt8]) throws(CryptError) -> Bool {
        // A zero would end the password early, and one that begins like the right one would be as good.
        guard password.count <= passwordLimit, !password.contains(0) else { return false }
        guard let computed = compute(password, hash) else { throw .notAHash }
        return areEqual(digest(of: computed), digest(of: hash))
    }

    private static func compute(_ password: [UInt8], _ setting: String) -> String? {
        let size = MemoryLayout<crypt_data>.size
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        defer {
            explicit_bzero(memory, size)
            memory.deallocate()
        }
        return crypt_rn(password.map { CChar(bitPattern: $0) } + [0], setting, memory, Int32(size)).map { String(cString: $0) }
    }

    /// Without settings and salt, which some systems write with stray bits that the library sets right.
    private static func digest(of hash: String) -> [UInt8] {
        if hash.hasPrefix("$2") { return Array(hash.utf8.suffix(bcryptLength)) }
        return hash.utf8.split(separator: UInt8(ascii: "$")).last.map(Array.init) ?? []
    }

    /// In a time that does not tell where they differ.
    private static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

/// Why there is no verdict. It carries neither the password nor the hash.
public enum CryptError: Error, Sendable, Equatable, CustomStringConvertible {
    case notAHash

    public var description: String { "the stored text is no hash that crypt(3) understands" }
}
