import Cryptography
import Testing

@Suite("One-time passwords") struct OneTimePasswordTests {
    /// RFC 6238 appendix B has eight digits; six are the last of them.
    static let vectors: [(Int64, String)] = [
        (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"), (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ]
    private let shared = OneTimePassword(secret: Array("12345678901234567890".utf8))

    @Test("Agree with RFC 6238 appendix B", arguments: vectors) func agrees(seconds: Int64, password: String) throws {
        #expect(try shared.password(ofStep: OneTimePassword.step(at: seconds)) == password)
    }

    @Test("Are good now, and a step before and after, but never twice") func window() throws {
        let now: Int64 = 1_234_567_890, step = OneTimePassword.step(at: now)
        for offset in [-1, 0, 1] as [Int64] {
            let password = try shared.password(ofStep: step + offset)
            #expect(try shared.step(of: password, at: now, after: 0) == step + offset)
            #expect(try shared.step(of: password, at: now, after: step + offset) == nil)
        }
        for offset in [-2, 2] as [Int64] {
            #expect(try shared.step(of: try shared.password(ofStep: step + offset), at: now, after: 0) == nil)
        }
        #expect(try shared.step(of: "", at: now, after: 0) == nil)
        #expect(try shared.step(of: "0050471", at: now, after: 0) == nil)
    }

    @Test("Are told to authenticator apps in their form") func address() {
        #expect(
            shared.address(issuer: "Casella", account: "jo")
                == "otpauth://totp/Casella:jo?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Casella")
    }

    @Test(
        "Base 32 agrees with RFC 4648 §10",
        arguments: [
            ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI"),
        ])
    func base32(text: String, encoded: String) { #expect(Base32.encode(Array(text.utf8)) == encoded) }
}
