import CProcess
import Runtime
import Supervision
import Testing

@Suite("Control channel")
struct ControlChannelTests {
    @Test("Instructions and reports arrive whole and in order, also large ones") @EventLoopActor func roundTrip() async throws {
        var ends: [Int32] = [0, 0]
        try #require(casella_socket_pair(&ends) == 0)
        let plane = try await ControlChannel<Report, Instruction>(descriptor: ends[0])
        let child = try await ControlChannel<Instruction, Report>(descriptor: ends[1])
        let table = (0..<5000).map { HostedDomain(name: "d\($0).example", tenant: Int64($0), takesMail: $0 % 2 == 0) }
        plane.send(.domains(table))
        plane.send(.endSessions(tenant: 3, user: nil, services: [.imap], reason: "line\nbreak"))
        #expect(await child.next() == .domains(table))
        #expect(await child.next() == .endSessions(tenant: 3, user: nil, services: [.imap], reason: "line\nbreak"))
        child.send(.ready)
        #expect(await plane.next() == .ready)
        await child.close()
        #expect(await plane.next() == nil)
        await plane.close()
    }
}
