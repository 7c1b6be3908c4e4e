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
        #expect(try CertificateFacts(chain: chain + chain, key: key) == facts, "the first of a chain counts")
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
