import Cryptography
import Foundation
import Testing

@Suite("Who vouches for certificates") struct CertificateTrustTests {
    @Test("An authority of the file's does, others do not, nor does anybody for garbage") func authorities() throws {
        let pair = try SelfSignedCertificate(hostNames: ["mail.example"]), other = try SelfSignedCertificate(hostNames: ["mail.example"])
        let file = NSTemporaryDirectory() + "casella-authority-\(UInt32.random(in: 0 ... .max)).pem"
        defer { try? FileManager.default.removeItem(atPath: file) }
        try pair.certificatePEM.write(toFile: file, atomically: true, encoding: .utf8)
        let chain = Array(pair.certificatePEM.utf8), stranger = Array(other.certificatePEM.utf8)
        #expect(CertificateTrust.isGiven(to: chain, by: file))
        #expect(!CertificateTrust.isGiven(to: stranger, by: file))
        #expect(!CertificateTrust.isGiven(to: stranger + chain, by: file), "the first of a chain counts")
        #expect(!CertificateTrust.isGiven(to: chain), "the system knows it not")
        #expect(!CertificateTrust.isGiven(to: chain, by: "/nowhere"))
        for garbage in [[], Array("x".utf8), Array(chain.prefix(200))] { #expect(!CertificateTrust.isGiven(to: garbage, by: file)) }
    }
}
