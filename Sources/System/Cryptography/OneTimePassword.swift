/// One-time passwords that change with time (TOTP, RFC 6238): six digits, thirty seconds each, HMAC-SHA-1; what every authenticator
/// app understands.
public struct OneTimePassword: Sendable {
    public static let digits = 6
    /// Seconds.
    public static let period: Int64 = 30
    /// RFC 4226 §4, R6: at least 128 bits, better 160.
    private static let secretLength = 20

    public let secret: [UInt8]

    public init(secret: [UInt8]) { self.secret = secret }

    public static func random() throws(CryptographyError) -> OneTimePassword {
        OneTimePassword(secret: try Cryptography.randomBytes(secretLength))
    }

    /// The step of a moment in seconds since 1970.
    public static func step(at seconds: Int64) -> Int64 { seconds / period }

    /// The password of a step (RFC 4226 §5.3).
    public func password(ofStep step: Int64) throws(CryptographyError) -> String {
        let counter = withUnsafeBytes(of: step.bigEndian) { Array($0) }
        let digest = try Cryptography.hmacSHA1(key: secret, counter)
        let offset = Int(digest[digest.count - 1] & 0x0F)
        let number = digest[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let text = String(number % 1_000_000)
        return String(repeating: "0", count: Self.digits - text.utf8.count) + text
    }

    /// The step that the password is of: now, or one before or after, for clocks that differ (RFC 6238 §6); nil when it is wrong.
    /// - Parameter last: the last step that was used; neither it nor an earlier one is good again (RFC 6238 §5.2).
    public func step(of password: String, at seconds: Int64, after last: Int64) throws(CryptographyError) -> Int64? {
        let now = Self.step(at: seconds)
        for step in [now, now - 1, now + 1] where step > last {
            if Cryptography.constantTimeEqual(Array(try self.password(ofStep: step).utf8), Array(password.utf8)) { return step }
        }
        return nil
    }

    /// For authenticator apps, as an address or as a picture made from it: the format that they share.
    public func address(issuer: String, account: String) -> String {
        "otpauth://totp/\(issuer):\(account)?secret=\(Base32.encode(secret))&issuer=\(issuer)"
    }
}

/// RFC 4648 §6, without padding, as `otpauth` addresses want it.
public enum Base32 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    public static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var bits = 0, buffer: UInt32 = 0
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(alphabet[Int(buffer >> UInt32(bits) & 31)])
            }
        }
        if bits > 0 { text.append(alphabet[Int(buffer << UInt32(5 - bits) & 31)]) }
        return String(decoding: text, as: UTF8.self)
    }
}
