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
    @Test("One session of a user ends by its number, and no other", .timeLimit(.minutes(1))) func ending() async throws {
        let sessions = RelayedSessions(perUser: 10, perTenant: 10)
        let ann = AuthenticatedUser(tenant: 1, user: 7, address: "ann@acme.example")
        let bob = AuthenticatedUser(tenant: 1, user: 8, address: "bob@acme.example")
        let (imap, first) = try await connection(), (pop3, second) = try await connection(), (other, third) = try await connection()
        _ = try #require(sessions.add(imap, of: ann, .imap))
        _ = try #require(sessions.add(pop3, of: ann, .pop3))
        _ = try #require(sessions.add(other, of: bob, .imap))
        let number = try #require(sessions.list(tenant: 1, user: 7).first).number
        let others: [(Int64, Int64, Int64)] = [(number + 9, 1, 7), (number, 2, 7), (number, 1, 8), (Int64.max, 1, 7)]
        for (number, tenant, user) in others {
            await sessions.end(number, tenant: tenant, user: user)
        }
        #expect(imap.isOpen && pop3.isOpen && other.isOpen)
        await sessions.end(number, tenant: 1, user: 7)
        #expect(!imap.isOpen && pop3.isOpen && other.isOpen)
        for one in [pop3, other] { await one.close(timeout: .zero) }
        for end in [first, second, third] { close(end) }
    }
}
