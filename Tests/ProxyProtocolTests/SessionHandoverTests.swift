import ProxyProtocol
import Testing

@Suite("What a gateway says of a client that logged in") struct SessionHandoverTests {
    static let handovers = [
        SessionHandover(
            service: "imap", user: 7, address: "ann@a.example", pendingTag: "A1", clientAddress: "192.0.2.1", clientPort: 40000,
            isEncrypted: true, tlsVersion: "TLSv1.3", session: "1f2e3d4c5b6a7988"),
        SessionHandover(
            service: "submission", user: .max, address: "jörg@a.example", clientName: "[192.0.2.1]", clientAddress: "2001:db8::1",
            isEncrypted: true),
        SessionHandover(service: "pop3", user: 1, address: "b@a.example", clientAddress: "127.0.0.1", isEncrypted: false),
    ]

    @Test("It survives the way", arguments: handovers) func roundTrip(handover: SessionHandover) throws {
        let octets = try #require(handover.header().encoded())
        guard case .header(let header, _) = ProxyHeader.parse(octets) else { return #expect(Bool(false)) }
        #expect(SessionHandover(header) == handover)
    }

    @Test("A header of somebody else is no hand-over") func refusal() {
        #expect(SessionHandover(ProxyHeader(addresses: .local)) == nil)
        var header = Self.handovers[0].header()
        header.set(0xE1, [1, 2])
        #expect(SessionHandover(header) == nil)
    }
}
