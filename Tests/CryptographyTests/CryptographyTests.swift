import Cryptography
import Testing

@Suite struct CryptographyTests {
    static let digests = [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ]
    @Test("SHA-256 agrees with FIPS 180-4's examples", arguments: digests) func sha256(text: String, digest: String) throws {
        #expect(Hexadecimal.encode(try Cryptography.sha256(Array(text.utf8))) == digest)
    }

    @Test("HMAC-SHA-1 agrees with RFC 2202's examples") func hmacSHA1() throws {
        #expect(
            Hexadecimal.encode(try Cryptography.hmacSHA1(key: Array("Jefe".utf8), Array("what do ya want for nothing?".utf8)))
                == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
    }

    @Test("HMAC-SHA-256 agrees with known values, with an empty key too") func hmac() throws {
        let message = Array("what do ya want for nothing?".utf8)
        #expect(
            Hexadecimal.encode(try Cryptography.hmacSHA256(key: Array("Jefe".utf8), message))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(
            Hexadecimal.encode(try Cryptography.hmacSHA256(key: [], []))
                == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }

    @Test("Random bytes have the length asked for, and differ") func random() throws {
        #expect(try Cryptography.randomBytes(0) == [])
        let bytes = try Cryptography.randomBytes(32)
        #expect(bytes.count == 32)
        #expect(try bytes != Cryptography.randomBytes(32))
    }

    @Test("Secrets are compared whole") func comparison() {
        #expect(Cryptography.constantTimeEqual([1, 2], [1, 2]))
        #expect(Cryptography.constantTimeEqual([], []))
        #expect(!Cryptography.constantTimeEqual([1, 2], [1, 3]))
        #expect(!Cryptography.constantTimeEqual([1, 2], [1, 2, 3]))
    }

    @Test("Hexadecimal reads both cases and nothing else") func hexadecimal() {
        #expect(Hexadecimal.encode([0, 0x0F, 0xA5]) == "000fa5")
        #expect(Hexadecimal.decode("000FA5") == [0, 0x0F, 0xA5])
        #expect(Hexadecimal.decode("") == [])
        for wrong in ["0", "0g", "é0", " 00"] { #expect(Hexadecimal.decode(wrong) == nil) }
    }

    @Test("A self-signed certificate is made for proper names only") func certificate() throws {
        let certificate = try SelfSignedCertificate(hostNames: ["mail.example.com", "localhost"])
        #expect(certificate.certificatePEM.hasPrefix("-----BEGIN CERTIFICATE-----\n"))
        #expect(certificate.privateKeyPEM.hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
        #expect(!"\(certificate)".contains("PRIVATE"))
        #expect(throws: CryptographyError.badHostName("a,DNS:b")) { try SelfSignedCertificate(hostNames: ["a,DNS:b"]) }
        #expect(throws: CryptographyError.self) { try SelfSignedCertificate(hostNames: []) }
        _ = try SelfSignedCertificate(hostNames: [String(repeating: "long.", count: 30) + "example.com"])
    }
}
