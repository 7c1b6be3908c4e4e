import ProxyProtocol
import Testing

@Suite("PROXY protocol, version 2") struct ProxyHeaderTests {
    static let ipv4 = ProxyHeader(
        addresses: .ipv4(source: [192, 0, 2, 1], sourcePort: 56324, destination: [198, 51, 100, 7], destinationPort: 143),
        fields: [.init(type: 0xE0, value: Array("imap".utf8)), .init(type: 0x04, value: [])])
    static let headers = [
        ipv4, ProxyHeader(addresses: .local), ProxyHeader(addresses: .unspecified, fields: [.init(type: 1, value: [0, 255])]),
        ProxyHeader(addresses: .ipv6(source: Array(1...16), sourcePort: 1, destination: Array(101...116), destinationPort: 65535)),
    ]

    @Test("A header is written and read, split at each octet, and what follows is left", arguments: headers) func roundTrip(
        header: ProxyHeader
    ) throws {
        let octets = try #require(header.encoded())
        for end in 0..<octets.count { #expect(ProxyHeader.parse(octets[..<end]) == .needsMore) }
        #expect(ProxyHeader.parse(octets + Array("A1 NOOP".utf8)) == .header(header, length: octets.count))
    }

    @Test("The octets are those of the specification §2.2") func octets() {
        let header = ProxyHeader(addresses: .ipv4(source: [1, 2, 3, 4], sourcePort: 258, destination: [5, 6, 7, 8], destinationPort: 25))
        #expect(
            header.encoded() == [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10, 0x21, 0x11, 0, 12, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 0, 25])
    }

    @Test("What is none is malformed at the first wrong octet") func refusals() {
        let good = Self.ipv4.encoded() ?? []
        #expect(ProxyHeader.parse(Array("QUIT\r\n".utf8)) == .malformed)
        #expect(ProxyHeader.parse(Array("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n".utf8)) == .malformed)
        for (place, value) in [(12, 0x11), (12, 0x22), (13, 0x41), (14, 0xFF), (15, 11)] as [(Int, UInt8)] {
            var bad = good
            bad[place] = value
            #expect(ProxyHeader.parse(bad) == .malformed)
        }
        var overlong = good
        overlong[29] = 200
        #expect(ProxyHeader.parse(overlong) == .malformed)
        #expect(ProxyHeader(addresses: .ipv4(source: [1], sourcePort: 0, destination: [], destinationPort: 0)).encoded() == nil)
        #expect(ProxyHeader(addresses: .local, fields: [.init(type: 1, value: Array(repeating: 0, count: 5000))]).encoded() == nil)
    }

    @Test("Any octets are a header or are not") func mutations() {
        let good = Self.ipv4.encoded() ?? []
        var state: UInt64 = 11
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for _ in 0..<100_000 {
            var octets = good
            for _ in 0..<3 { octets[12 + random(octets.count - 12)] = UInt8(random(256)) }
            guard case .header(let header, let length) = ProxyHeader.parse(octets) else { continue }
            #expect(length <= octets.count)
            _ = SessionHandover(header)
        }
    }
}
