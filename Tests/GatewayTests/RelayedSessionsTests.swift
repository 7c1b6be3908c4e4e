import Glibc
import Runtime
import Supervision
import Testing

@testable import Gateway

@Suite("Sessions that the gateway relays or has handed over")
@EventLoopActor
struct RelayedSessionsTests {
    private func connection() async throws -> (Connection, other: Int32) {
        var ends: [Int32] = [0, 0]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        return (try await Connection.adopt(descriptor: ends[0]), ends[1])
    }

    @Test("A worker has so many sockets at a time, and each company's are counted by themselves") func lending() async throws {
        let sessions = RelayedSessions(perUser: 10, perTenant: 10, lendingLimit: 2)
        let user = AuthenticatedUser(tenant: 1, user: 7, address: "ann@acme.example")
        let (client, other) = try await connection()
        var added: [Int] = []
        for _ in 0..<3 { added.append(try #require(sessions.add(client, of: user, .imap))) }
        for session in added.prefix(2) {
            #expect(sessions.mayLend(to: 1))
            sessions.lent(session, other)
        }
        #expect(!sessions.mayLend(to: 1) && sessions.mayLend(to: 2))
        // One that is relayed takes no place.
        sessions.remove(added[2])
        #expect(!sessions.mayLend(to: 1))
        sessions.remove(added[0])
        sessions.remove(added[0])
        #expect(sessions.mayLend(to: 1) && sessions.count == 1)
        await client.close(timeout: .zero)
        close(other)
    }
}
