import CProcess
import Glibc
import NIOCore
import Runtime
import Testing

@Suite("Handing a client's socket to another process")
@EventLoopActor
struct SocketHandOverTests {
    private static let peer = Peer.internet(address: "192.0.2.1", port: 25, localAddress: "", localPort: 0)

    /// A client at one end, whose other end the giver has; and the two processes' connection.
    private func parties() async throws -> (client: Connection, served: Connection, giver: Connection, taker: Connection) {
        let (client, served) = try await ConnectionTests.pair()
        let (giver, taker) = try await ConnectionTests.pair()
        return (client, served, giver, taker)
    }

    private func text(_ connection: Connection, _ count: Int) async throws -> String {
        var text = ""
        while text.utf8.count < count, let bytes = try await connection.read(timeout: .seconds(10)) { text += String(buffer: bytes) }
        return text
    }

    @Test("The taker speaks with the client, from the first octet that nobody has taken; the giver is out of it")
    func handsOver() async throws {
        let (client, served, giver, taker) = try await parties()
        served.write("welcome\r\n")
        client.write("b SELECT INBOX\r\n")
        try await client.flush()
        async let taken = taker.takeSocket(of: Self.peer)
        try await giver.waitForTaker(timeout: .seconds(5))
        try await served.finishSending(timeout: .seconds(5))
        let socket = try #require(served.detach())
        try await giver.give((socket.descriptor, Array("a NOOP\r\n".utf8) + socket.unread))
        let handed = try await taken
        let own = try #require(handed)
        #expect(own.peer == Self.peer && !own.isEncrypted)
        #expect(try await text(own, 24) == "a NOOP\r\nb SELECT INBOX\r\n")
        own.write("a OK\r\n")
        try await own.flush()
        #expect(try await text(client, 15) == "welcome\r\na OK\r\n")
        #expect(!served.isOpen)
        // What the giver kept of it ends the session, whatever the taker does.
        #expect(shutdown(socket.descriptor, Int32(SHUT_RDWR)) == 0)
        #expect(try await own.read() == nil)
        #expect(try await client.read() == nil)
        close(socket.descriptor)
        // The connection of the two goes on.
        giver.write("more")
        try await giver.flush()
        #expect(try await text(taker, 4) == "more")
        for connection in [client, own, giver, taker] { await connection.close() }
    }

    @Test("Without a socket the connection itself carries what comes") func keeps() async throws {
        let (client, served, giver, taker) = try await parties()
        async let taken = taker.takeSocket(of: Self.peer)
        try await giver.waitForTaker(timeout: .seconds(5))
        try await giver.give(nil)
        giver.write("a NOOP\r\n")
        try await giver.flush()
        let handed = try await taken
        #expect(handed == nil)
        #expect(try await text(taker, 8) == "a NOOP\r\n")
        for connection in [client, served, giver, taker] { await connection.close() }
    }

    @Test("So it does when its giver has sent all and ended before the taker looks") func keepsAndEnds() async throws {
        for _ in 0..<50 {
            let (client, served, giver, taker) = try await parties()
            async let taken = taker.takeSocket(of: Self.peer)
            try await giver.waitForTaker(timeout: .seconds(5))
            try await giver.give(nil)
            giver.write("a NOOP\r\n")
            giver.closeOutput()
            let handed = try await taken
            #expect(handed == nil)
            #expect(try await text(taker, 8) == "a NOOP\r\n")
            #expect(try await taker.read(timeout: .seconds(5)) == nil)
            for connection in [client, served, giver, taker] { await connection.close() }
        }
    }

    @Test("A client that has ended is not handed over, and what it sent stays to be read") func endedClient() async throws {
        let (client, served) = try await ConnectionTests.pair()
        client.write("b LOGOUT\r\n")
        client.closeOutput()
        let said = try #require(try await served.read(timeout: .seconds(10)))
        #expect(try await served.read(timeout: .seconds(10)) == nil)
        served.putBack(said)
        #expect(served.detach() == nil)
        #expect(try await text(served, 10) == "b LOGOUT\r\n")
        served.write("bye")
        try await served.flush()
        #expect(try await text(client, 3) == "bye")
        await served.close()
        await client.close()
    }

    @Test("A giver that leaves, or says something else, is told apart from one that keeps the socket") func brokenGiver() async throws {
        for words in [[UInt8](), Array("no".utf8)] {
            let (giver, taker) = try await ConnectionTests.pair()
            let taking = Task { @EventLoopActor in try await taker.takeSocket(of: Self.peer) != nil }
            try await giver.waitForTaker(timeout: .seconds(5))
            giver.write(words)
            try await giver.flush()
            if words.isEmpty { await giver.close() }
            await #expect(throws: ConnectionError.self) { _ = try await taking.value }
            await giver.close()
            await taker.close()
        }
    }

    @Test("While the taker waits for the socket, its process does other things") func servesOthersMeanwhile() async throws {
        let (client, served, giver, taker) = try await parties()
        // As a door serves its connections.
        let taking = EventLoopActor.task { try? await taker.takeSocket(of: Self.peer) }
        try await giver.waitForTaker(timeout: .seconds(2))
        let (one, other) = try await ConnectionTests.pair()
        for _ in 0..<100 {
            one.write("x")
            try await one.flush()
            #expect(try await text(other, 1) == "x")
        }
        let socket = try #require(served.detach())
        try await giver.give(socket)
        close(socket.descriptor)
        let own = try #require(await taking.value)
        own.write("a OK")
        try await own.flush()
        #expect(try await text(client, 4) == "a OK")
        for connection in [client, own, giver, taker, one, other] { await connection.close() }
    }

    @Test("Of a giver that breaks off between the socket and what its client had sent, no socket stays") func halfGiven() async throws {
        let (client, served) = try await ConnectionTests.pair()
        var ends: [Int32] = [0, 0]
        try #require(casella_socket_pair(&ends) == 0)
        let taker = try await Connection.adopt(descriptor: ends[0])
        let taking = Task { @EventLoopActor in try await taker.takeSocket(of: Self.peer) != nil }
        let raw = dup(ends[1]), giver = try await Connection.adopt(descriptor: ends[1])
        try await giver.waitForTaker(timeout: .seconds(10))
        let socket = try #require(served.detach())
        let note: [UInt8] = [1, 0, 0, 0, 9]
        #expect(casella_send_with_descriptor(raw, note, note.count, socket.descriptor) == 0)
        close(socket.descriptor)
        close(raw)
        await giver.close()
        await #expect(throws: ConnectionError.self) { _ = try await taking.value }
        #expect(try await client.read(timeout: .seconds(5)) == nil)
        await taker.close()
        await client.close()
    }

    @Test("A client that takes nothing of what was sent to it before is not waited for") func slowClient() async throws {
        let (client, served) = try await ConnectionTests.pair()
        served.write([UInt8](repeating: 7, count: 4 << 20))
        await #expect(throws: ConnectionError.timedOut) { try await served.finishSending(timeout: .milliseconds(50)) }
        await served.close(timeout: .zero)
        await client.close()
    }
}
