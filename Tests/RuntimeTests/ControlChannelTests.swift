import CProcess
import Glibc
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

    @Test("What is sent while there is no room follows once the other process reads") @EventLoopActor func noRoom() async throws {
        var ends: [Int32] = [0, 0]
        try #require(casella_socket_pair(&ends) == 0)
        let plane = try await ControlChannel<Report, Instruction>(descriptor: ends[0])
        let reason = String(repeating: "x", count: 2_000)
        for user in 0..<3_000 { plane.send(.endSessions(tenant: 3, user: Int64(user), services: [.imap], reason: reason)) }
        // The first are in the socket, which has no room for all.
        var first: UInt8 = 0
        while recv(ends[1], &first, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) != 1 { await Task.yield() }
        for user in 3_000..<4_000 { plane.send(.endSessions(tenant: 3, user: Int64(user), services: [.imap], reason: reason)) }
        let child = try await ControlChannel<Instruction, Report>(descriptor: ends[1])
        for user in 0..<4_000 {
            #expect(await child.next() == .endSessions(tenant: 3, user: Int64(user), services: [.imap], reason: reason))
        }
        plane.send(.directoryChanged)
        #expect(await child.next() == .directoryChanged)
        await child.close()
        await plane.close()
    }
}
