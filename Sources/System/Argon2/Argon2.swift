import CArgon2

/// Argon2id (RFC 9106) password hashes in libargon2's encoded form: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`.
///
/// Each call fills the memory that its parameters name and takes milliseconds: call it where waiting is allowed.
public enum Argon2 {
    /// What one hash costs.
    public struct Parameters: Sendable, Equatable {
        /// Memory, in KiB.
        public var memory: UInt32
        /// Passes over the memory.
        public var passes: UInt32
        /// Lanes, each of which could have a thread.
        public var lanes: UInt32

        public init(memory: UInt32, passes: UInt32, lanes: UInt32) {
            self.memory = memory
            self.passes = passes
            self.lanes = lanes
        }

        /// 7 MiB and five passes: the cheapest here of the choices that are held to be equally strong.
        public static let standard = Parameters(memory: 7 * 1024, passes: 5, lanes: 1)
    }

    /// Octets of the derived hash.
    private static let hashLength = 32
    /// The largest password that is looked at, in octets: a longer one is refused before any work.
    public static let maximumPasswordLength = 1024

    /// Hashes `password` with `salt` (at least 8 octets; 16 random ones are right).
    public static func hash(
        _ password: [UInt8], salt: [UInt8], parameters: Parameters = .standard
    ) throws(Argon2Error) -> String {
        guard password.count <= maximumPasswordLength else { throw .passwordTooLong }
        let length = argon2_encodedlen(
            parameters.passes, parameters.memory, parameters.lanes, UInt32(truncatingIfNeeded: salt.count), UInt32(hashLength), Argon2_id)
        var encoded = [CChar](repeating: 0, count: length)
        let status = argon2id_hash_encoded(
            parameters.passes, parameters.memory, parameters.lanes, password, password.count, salt, salt.count, hashLength, &encoded, length
        )
        guard status == ARGON2_OK.rawValue else { throw .library(status) }
        return String(decoding: encoded.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// True when `encoded` was made from `password`. A wrong password is no error.
    /// - Throws: when `encoded` is no Argon2id hash, or memory is short.
    public static func verify(_ encoded: String, password: [UInt8]) throws(Argon2Error) -> Bool {
        guard password.count <= maximumPasswordLength else { return false }
        guard parameters(of: encoded) != nil else { throw .notAHash }
        let status = argon2id_verify(encoded, password, password.count)
        switch status {
        case ARGON2_OK.rawValue: return true
        case ARGON2_VERIFY_MISMATCH.rawValue: return false
        default: throw .library(status)
        }
    }

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
    public static func needsRehash(_ encoded: String, policy: Parameters = .standard) -> Bool {
        parameters(of: encoded) != policy
    }
}

/// Why there is no hash, or no verdict. No case carries the password or the hash.
public enum Argon2Error: Error, Sendable, Equatable, CustomStringConvertible {
    case notAHash
    case passwordTooLong
    /// libargon2's status.
    case library(Int32)

    public var description: String {
        switch self {
        case .notAHash: return "the stored text is no Argon2id hash"
        case .passwordTooLong: return "the password has more than \(Argon2.maximumPasswordLength) octets"
        case .library(let status):
            guard let message = argon2_error_message(status) else { return "libargon2: status \(status)" }
            return "libargon2: " + String(cString: message)
        }
    }
}
