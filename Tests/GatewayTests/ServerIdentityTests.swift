import Cryptography
import Runtime
import Supervision
import TLS
import Testing

@testable import Gateway

@Suite("Certificates at the doors")
@EventLoopActor
struct ServerIdentityTests {
    private func pair(_ name: String) throws -> ServerCertificate {
        let made = try SelfSignedCertificate(hostNames: [name])
        return ServerCertificate(hostNames: [name], chain: made.certificatePEM, key: made.privateKeyPEM)
    }

    @Test("One that cannot be shown keeps no other from being shown, wherever it stands") func bad() throws {
        let one = try pair("one.example"), two = try pair("two.example")
        var bad = try pair("bad.example")
        bad.key = one.key
        #expect(throws: UnusableCredentials.pair) { try ServerCredentials(chain: Array(bad.chain.utf8), key: Array(bad.key.utf8)) }
        #expect(throws: (any Error).self) { try ServerIdentity([bad]) }
        let identity = try ServerIdentity([bad, one])
        #expect(identity.names == ["one.example"])
        try identity.replace(with: [one, bad, two])
        #expect(identity.names == ["one.example", "two.example"])
        // What was shown for its name before stays, the first too.
        var worse = two
        worse.key = "nothing"
        try identity.replace(with: [bad, worse])
        #expect(identity.names == ["one.example", "two.example"])
    }
}
