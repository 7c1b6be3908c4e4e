import Cryptography
import Testing

@Suite("What certificates say") struct CertificateFactsTests {
    private let pair: SelfSignedCertificate
    private let chain: [UInt8], key: [UInt8]

    init() throws {
        pair = try SelfSignedCertificate(hostNames: ["Mail.Example", "*.example"])
        (chain, key) = (Array(pair.certificatePEM.utf8), Array(pair.privateKeyPEM.utf8))
    }

    @Test("Names, times, issuer and fingerprint are read") func facts() throws {
        let facts = try CertificateFacts(chain: chain, key: key)
        #expect(facts.hostNames == ["mail.example", "*.example"])
        #expect(facts.issuer == "/CN=Mail.Example" && facts.isSelfSigned)
        #expect(facts.notAfter - facts.notBefore == 3652 * 86_400 + 300)
        #expect(facts.fingerprint.count == 32)
    }

    @Test("A chain is followed: each member was issued by the one behind it, and all can be read") func chains() throws {
        let other = Array(try SelfSignedCertificate(hostNames: ["mail.example"]).certificatePEM.utf8)
        #expect(throws: CertificateMistake.notIssuedByNext(1)) { try CertificateFacts(chain: chain + other, key: key) }
        #expect(throws: CertificateMistake.keyOfAnother) { try CertificateFacts(chain: other + chain, key: key) }
        #expect(throws: CertificateMistake.unreadableMember(2)) { try CertificateFacts(chain: chain + other.prefix(200), key: key) }
        var damaged = other
        damaged.replaceSubrange(100..<110, with: Array("!!!!!!!!!!".utf8))
        #expect(throws: CertificateMistake.unreadableMember(2)) { try CertificateFacts(chain: chain + damaged, key: key) }
        #expect(throws: CertificateMistake.noCertificate) { try CertificateFacts(chain: Array(chain.prefix(200)), key: key) }
        #expect(try CertificateFacts(chain: Array("A text before it\n".utf8) + key + chain, key: key).hostNames.count == 2)
    }

    @Test("A key of another certificate is refused") func otherKey() throws {
        let other = try SelfSignedCertificate(hostNames: ["mail.example"])
        #expect(throws: CertificateMistake.keyOfAnother) { try CertificateFacts(chain: chain, key: Array(other.privateKeyPEM.utf8)) }
    }

    @Test("What is no certificate, or no key, is refused") func garbage() {
        #expect(throws: CertificateMistake.noCertificate) { try CertificateFacts(chain: [], key: key) }
        #expect(throws: CertificateMistake.noCertificate) { try CertificateFacts(chain: key, key: key) }
        #expect(throws: CertificateMistake.noKey) { try CertificateFacts(chain: chain, key: []) }
        #expect(throws: CertificateMistake.noKey) { try CertificateFacts(chain: chain, key: chain) }
    }

    /// EC on P-224, in one file with its certificate.
    private static let smallCurve = """
        -----BEGIN PRIVATE KEY-----
        MHgCAQAwEAYHKoZIzj0CAQYFK4EEACEEYTBfAgEBBBwF9AtDnhiYne62/1uipkLz
        DRFGEjtoDK1AIvPzoTwDOgAEr9Z9YuEP3A07pFR89I6taqy6a3clBxWqmqC/k6eM
        Xwk7nCWVF2UC0vB3sGoHVpVLGXb6VUjV3AI=
        -----END PRIVATE KEY-----
        -----BEGIN CERTIFICATE-----
        MIIBiDCCATegAwIBAgIUaoEi3O613CMSLRxl6xKnCLB2vFIwCgYIKoZIzj0EAwIw
        FzEVMBMGA1UEAwwMcDIyNC5leGFtcGxlMB4XDTI2MTIwMTAyNTYzNFoXDTI3MDMw
        MTAyNTYzNFowFzEVMBMGA1UEAwwMcDIyNC5leGFtcGxlME4wEAYHKoZIzj0CAQYF
        K4EEACEDOgAEr9Z9YuEP3A07pFR89I6taqy6a3clBxWqmqC/k6eMXwk7nCWVF2UC
        0vB3sGoHVpVLGXb6VUjV3AKjbDBqMB0GA1UdDgQWBBSObf86RYUkzlvj9C+BiWqq
        0na55TAfBgNVHSMEGDAWgBSObf86RYUkzlvj9C+BiWqq0na55TAPBgNVHRMBAf8E
        BTADAQH/MBcGA1UdEQQQMA6CDHAyMjQuZXhhbXBsZTAKBggqhkjOPQQDAgM/ADA8
        Ahw4/FJFFUTE816j0b2gLZnjvETifYcHvmjD5cdhAhxVE9MJtaI7rXn/zpYzzwaD
        CDV9vcTVn21RV9wj
        -----END CERTIFICATE-----
        """

    @Test("A key on a curve that no mail program takes is refused by its name") func otherCurve() {
        let pair = Array(Self.smallCurve.utf8)
        #expect(throws: CertificateMistake.unusableKey("secp224r1")) { try CertificateFacts(chain: pair, key: pair) }
    }

    @Test("Damaged files are refused or read, and never more than that", arguments: [1, 2, 3] as [UInt64])
    func damage(seed: UInt64) throws {
        var generator = Generator(state: seed)
        for _ in 0..<500 {
            var (changedChain, changedKey) = (chain, key)
            changedChain[Int.random(in: chain.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            changedKey[Int.random(in: key.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            _ = try? CertificateFacts(chain: changedChain, key: key)
            _ = try? CertificateFacts(chain: chain, key: changedKey)
        }
    }

    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 33
        }
    }
}
