import AdminAPI
import Cryptography
import Foundation
import Testing

@testable import ControlPlane

@Suite("Which of two certificates is shown") struct CertificateEntryTests {
    private let files: CertificateFiles
    private let kept: KeptCertificates
    private let first: SelfSignedCertificate, second: SelfSignedCertificate

    init() throws {
        let folder = NSTemporaryDirectory() + "casella-certificate-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        files = CertificateFiles(certificate: folder + "/chain.pem", key: folder + "/key.pem")
        kept = KeptCertificates(directory: folder, journal: try Journal(directory: folder))
        (first, second) = (try .init(hostNames: ["mail.example"]), try .init(hostNames: ["mail.example"]))
    }

    private func put(_ certificate: String, _ key: String) throws {
        try FileSystem.write(Array(certificate.utf8), to: files.certificate, mode: 0o600)
        try FileSystem.write(Array(key.utf8), to: files.key, mode: 0o600)
    }

    @Test("Half a renewal leaves the whole pair of before, and its other half brings the new one") func halves() throws {
        defer { try? FileManager.default.removeItem(atPath: kept.directory) }
        try put(first.certificatePEM, first.privateKeyPEM)
        var entry = CertificateEntry(files) { nil }
        #expect(entry.warning == nil && entry.content?.shown.chain == first.certificatePEM)
        try put(second.certificatePEM, first.privateKeyPEM)
        var isOther = entry.take(.init(files))
        #expect(!isOther && entry.content?.shown.chain == first.certificatePEM)
        #expect(entry.warning?.contains("the private key is not the certificate's. The one before stays, which is valid until") == true)
        try put(second.certificatePEM, second.privateKeyPEM)
        isOther = entry.take(.init(files))
        #expect(isOther && entry.warning == nil && entry.content?.shown.chain == second.certificatePEM)
        isOther = entry.take(.init(files))
        #expect(!isOther, "nothing else is shown than before")
    }

    @Test("A copy is read as it was kept, however often, and one that is damaged is none") func copies() throws {
        defer { try? FileManager.default.removeItem(atPath: kept.directory) }
        try put(first.certificatePEM, first.privateKeyPEM)
        let content = try files.read()
        for _ in 1...3 {
            kept.keep(kept.read(nil) ?? content, of: nil)
            #expect(kept.read(nil)?.shown == content.shown)
        }
        try put(second.certificatePEM, first.privateKeyPEM)
        let entry = CertificateEntry(files) { kept.read(nil) }
        #expect(entry.content?.shown == content.shown && entry.problem != nil)
        try FileSystem.write(Array("nothing".utf8), to: kept.directory + "/standard.pair.pem", mode: 0o600)
        #expect(kept.read(nil) == nil)
        #expect(CertificateEntry(files) { kept.read(nil) }.warning?.contains("Nothing is shown in its place") == true)
    }

    @Test("A certificate is warned of for its last 30 days, or a quarter of its life if that is shorter") func warning() throws {
        let facts = try CertificateFacts(chain: Array(first.certificatePEM.utf8), key: Array(first.privateKeyPEM.utf8))  // ten years
        let day: Int64 = 86_400
        #expect(CertificateValidity(facts, at: facts.notBefore - 1).problem?.hasPrefix("It is not valid before") == true)
        #expect(CertificateValidity(facts, at: facts.notAfter - 30 * day).problem == nil)
        #expect(CertificateValidity(facts, at: facts.notAfter - 30 * day + 1).problem == "It expires in 29 days, and was not renewed.")
        #expect(CertificateValidity(facts, at: facts.notAfter - day).problem == "It expires in 1 day, and was not renewed.")
        #expect(CertificateValidity(facts, at: facts.notAfter - 7_300).problem == "It expires in 2 hours, and was not renewed.")
        #expect(CertificateValidity(facts, at: facts.notAfter).problem?.hasPrefix("It expired on") == true)
    }
}
