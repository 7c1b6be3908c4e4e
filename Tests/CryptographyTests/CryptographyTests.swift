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

    @Test("SHA-1 and SHA-512 agree with FIPS 180-4's examples") func otherDigests() throws {
        #expect(Hexadecimal.encode(try Cryptography.sha1(Array("abc".utf8))) == "a9993e364706816aba3e25717850c26c9cd0d89d")
        #expect(
            Hexadecimal.encode(try Cryptography.sha512(Array("abc".utf8)))
                == "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")
    }

    static let derived = [
        ("password", "salt", 1, "0c60c80f961f0e71f3a9b524af6012062fe037a6"),
        ("password", "salt", 2, "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957"),
        ("password", "salt", 4_096, "4b007901b765489abead49d926f721d065a429c1"),
        (
            "passwordPASSWORDpassword", "saltSALTsaltSALTsaltSALTsaltSALTsalt", 4_096, "3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038"
        ),
        ("pass\0word", "sa\0lt", 4_096, "56fa6aa75548099dcc37d7f03425e0c3"),
    ]
    @Test("PBKDF2 agrees with RFC 6070's examples", arguments: derived)
    func pbkdf2(password: String, salt: String, rounds: Int, key: String) throws {
        let derived = try Cryptography.pbkdf2SHA1(
            Array(password.utf8), salt: Array(salt.utf8), rounds: rounds, length: key.utf8.count / 2)
        #expect(Hexadecimal.encode(derived) == key)
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
