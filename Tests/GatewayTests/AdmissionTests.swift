import Gateway
import Runtime
import Testing

@Suite("Admission")
struct AdmissionTests {
    static func peer(_ address: String) -> Peer { .internet(address: address, port: 40000, localAddress: "192.0.2.9", localPort: 25) }

    @Test("An address gets so many connections, and a place that was left again") @EventLoopActor func perAddress() throws {
        let admission = Admission(connectionsPerAddress: 2)
        let first = try #require(admission.enter(Self.peer("192.0.2.1")))
        _ = try #require(admission.enter(Self.peer("192.0.2.1")))
        #expect((admission.enter(Self.peer("192.0.2.1")) == nil))
        #expect(admission.enter(Self.peer("192.0.2.2")) != nil)
        admission.leave(first)
        #expect(admission.enter(Self.peer("192.0.2.1")) != nil)
    }

    @Test("In IPv6 a network of 64 bits is one client") @EventLoopActor func perNetwork() {
        let admission = Admission(connectionsPerAddress: 1)
        #expect(admission.enter(Self.peer("2001:db8::1")) != nil)
        #expect(admission.enter(Self.peer("2001:db8::ffff:2")) == nil)
        #expect(admission.enter(Self.peer("2001:db8:0:1::1")) != nil)
        #expect(admission.enter(Self.peer("::ffff:192.0.2.1")) != nil)
        #expect(admission.enter(Self.peer("::ffff:192.0.2.2")) != nil)
    }

    @Test("Nobody enters a gateway that stops") @EventLoopActor func closed() {
        let admission = Admission(connectionsPerAddress: 2)
        admission.close()
        #expect(admission.enter(Self.peer("127.0.0.1")) == nil)
    }
}
