import CHashMemory
import CSodium
import Glibc

/// Argon2id (RFC 9106) password hashes in the encoded form of its reference implementation: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`.
///
/// Each call fills the memory that its parameters name and takes milliseconds: call it where waiting is allowed. The memory is kept for the
/// next call (`CHashMemory`) until `releaseMemory`.
public enum Argon2 {
    /// What one hash costs.
    public struct Parameters: Sendable, Equatable {
        /// Memory, in KiB.
        public var memory: UInt32
        /// Passes over the memory.
        public var passes: UInt32
        /// Lanes. New hashes have one; hashes from elsewhere may have more.
        public private(set) var lanes: UInt32 = 1

        public init(memory: UInt32, passes: UInt32) {
            self.memory = memory
            self.passes = passes
        }

        fileprivate init(memory: UInt32, passes: UInt32, lanes: UInt32) {
            self.init(memory: memory, passes: passes)
            self.lanes = lanes
        }
    }

    /// libsodium chooses the vector instructions of this processor when it is made ready.
    private static let isReady = sodium_init() >= 0

    /// Octets of the derived hash.
    private static let hashLength = 32
    /// The largest password that is looked at, in octets: a longer one is refused before any work.
    public static let maximumPasswordLength = 1024

    /// Hashes `password` with `salt`: 16 random octets.
    public static func hash(_ password: [UInt8], salt: [UInt8], parameters: Parameters) throws(Argon2Error) -> String {
        guard password.count <= maximumPasswordLength else { throw .passwordTooLong }
        guard isReady, salt.count == Int(crypto_pwhash_argon2id_SALTBYTES) else { throw .impossible }
        var hash = [UInt8](repeating: 0, count: hashLength)
        casella_hash_memory_begin()
        let status = crypto_pwhash_argon2id(
            &hash, UInt64(hashLength), password.map { CChar(bitPattern: $0) }, UInt64(password.count), salt, UInt64(parameters.passes),
            Int(parameters.memory) * 1024, crypto_pwhash_argon2id_ALG_ARGON2ID13)
        casella_hash_memory_end()
        guard status == 0 else { throw errno == ENOMEM ? .noMemory : .impossible }
        return "$argon2id$v=19$m=\(parameters.memory),t=\(parameters.passes),p=1$\(base64(salt))$\(base64(hash))"
    }

    /// Without padding, as the encoded form has it.
    private static func base64(_ octets: [UInt8]) -> String {
        var text = [CChar](repeating: 0, count: octets.count * 4 / 3 + 4)
        sodium_bin2base64(&text, text.count, octets, octets.count, sodium_base64_VARIANT_ORIGINAL_NO_PADDING)
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// True when `encoded` was made from `password`. A wrong password is no error.
    /// - Throws: when `encoded` is no Argon2id hash, or memory is short.
    public static func verify(_ encoded: String, password: [UInt8]) throws(Argon2Error) -> Bool {
        guard password.count <= maximumPasswordLength else { return false }
        guard parameters(of: encoded) != nil else { throw .notAHash }
        guard isReady else { throw .impossible }
        errno = 0
        casella_hash_memory_begin()
        let status = crypto_pwhash_argon2id_str_verify(encoded, password.map { CChar(bitPattern: $0) }, UInt64(password.count))
        casella_hash_memory_end()
        if status == 0 { return true }
        switch errno {
        case EINVAL: return false
        case ENOMEM: throw .noMemory
        default: throw .notAHash
        }
    }

    /// Gives back the memory that is kept, up to 64 MiB for each hash that was computed at one time; what larger ones took is never kept.
    public static func releaseMemory() { casella_hash_memory_release() }

    /// The parameters written in `encoded`; nil when it is no Argon2id hash.
    public static func parameters(of encoded: String) -> Parameters? {
        let parts = encoded.utf8.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].isEmpty, parts[1].elementsEqual("argon2id".utf8), parts[2].elementsEqual("v=19".utf8) else {
            return nil
        }
        var values: [UInt32] = []
        for (setting, name) in zip(parts[3].split(separator: UInt8(ascii: ",")), ["m=", "t=", "p="]) {
            guard setting.starts(with: name.utf8), let value = UInt32(String(decoding: setting.dropFirst(2), as: UTF8.self)) else {
                return nil
            }
            values.append(value)
        }
        guard values.count == 3 else { return nil }
        return Parameters(memory: values[0], passes: values[1], lanes: values[2])
    }

    /// True when `encoded` was made with other parameters than `policy`, and should be replaced at the next login.
    public static func needsRehash(_ encoded: String, policy: Parameters) -> Bool {
        parameters(of: encoded) != policy
    }
}

/// Why there is no hash, or no verdict. No case carries the password or the hash.
public enum Argon2Error: Error, Sendable, Equatable, CustomStringConvertible {
    case notAHash
    case passwordTooLong
    case noMemory
    /// A salt that has not 16 octets, or parameters that the algorithm does not have.
    case impossible

    public var description: String {
        switch self {
        case .notAHash: "the stored text is no Argon2id hash"
        case .passwordTooLong: "the password has more than \(Argon2.maximumPasswordLength) octets"
        case .noMemory: "there is no memory for the hash"
        case .impossible: "Argon2id takes no such salt, or no such parameters"
        }
    }
}
