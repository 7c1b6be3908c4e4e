import CProcess
import Glibc
import NIOCore
import Runtime
import Testing

@Suite("Connection")
struct ConnectionTests {
    /// Two ends of one connection.
    @EventLoopActor
    static func pair() async throws -> (Connection, Connection) {
        var ends: [Int32] = [0, 0]
        try #require(casella_socket_pair(&ends) == 0)
        return (try await Connection.adopt(descriptor: ends[0]), try await Connection.adopt(descriptor: ends[1]))
    }

    @Test("What is written on one side is read on the other, in order") @EventLoopActor func bytesArrive() async throws {
        let (one, other) = try await Self.pair()
        one.write("220 hello\r\n")
        one.write([1, 2, 3])
        try await one.flush()
        var received: [UInt8] = []
        while received.count < 14, let bytes = try await other.read() { received += Array(bytes.readableBytesView) }
        #expect(received == Array("220 hello\r\n".utf8) + [1, 2, 3])
        await one.close()
        #expect(try await other.read() == nil)
        await other.close()
    }

    @Test("What it carries is counted once, also what is large, given back, or sent while it closes") @EventLoopActor
    func traffic() async throws {
        let (one, other) = try await Self.pair()
        let sent = Traffic(), received = Traffic()
        (one.traffic, other.traffic) = (sent, received)
        one.write("twelve bytes")
        one.write(ByteBuffer(repeating: 7, count: 20_000))
        try await one.flush()
        let first = try #require(try await other.read())
        other.putBack(first)
        var count = 0
        while count < 20_012, let bytes = try await other.read() { count += bytes.readableBytes }
        #expect(count == 20_012 && received.received == 20_012 && sent.sent == 20_012)
        one.write("bye")
        await one.close()
        while try await other.read() != nil {}
        #expect(received.received == 20_015 && sent.sent == 20_015 && received.sent == 0 && sent.received == 0)
        await other.close()
    }

    @Test("A read with a deadline ends with timedOut, and the connection goes on") @EventLoopActor func readTimesOut() async throws {
        let (one, other) = try await Self.pair()
        await #expect(throws: ConnectionError.timedOut) { try await other.read(timeout: .milliseconds(30)) }
        one.write("late")
        try await one.flush()
        #expect(try await other.read(timeout: .seconds(5)).map { String(buffer: $0) } == "late")
        await one.close()
        await other.close()
    }

    @Test("A writer waits for a reader that does not read, and loses nothing") @EventLoopActor func backPressure() async throws {
        let (one, other) = try await Self.pair()
        let chunk = [UInt8](repeating: 7, count: 100_000)
        var written = 0
        let writer = Task { @EventLoopActor in
            for _ in 0..<200 {
                one.write(chunk)
                try await one.flush()
                written += chunk.count
            }
            await one.close()
        }
        for _ in 0..<50 { await Task.yield() }
        #expect(written < 20_000_000)
        var received = 0
        while let bytes = try await other.read() { received += bytes.readableBytes }
        #expect(received == 20_000_000)
        try await writer.value
        await other.close()
    }

    @Test("What was written before close arrives, also when the reader is late") @EventLoopActor func closeSendsAll() async throws {
        let (one, other) = try await Self.pair()
        one.write([UInt8](repeating: 7, count: 3_000_000))
        let closing = Task { @EventLoopActor in await one.close() }
        await EventLoopActor.sleep(for: .milliseconds(50))
        var received = 0
        while let bytes = try await other.read() { received += bytes.readableBytes }
        #expect(received == 3_000_000)
        await closing.value
        await other.close()
    }

    @Test("Close gives up on a reader that never reads") @EventLoopActor func closeGivesUp() async throws {
        let (one, other) = try await Self.pair()
        one.write([UInt8](repeating: 7, count: 3_000_000))
        let start = ContinuousClock.now
        await one.close(timeout: .milliseconds(50))
        #expect(ContinuousClock.now - start < .seconds(5))
        await other.close()
    }

    @Test("A flush with a deadline gives up on a reader that does not read") @EventLoopActor func flushTimesOut() async throws {
        let (one, other) = try await Self.pair()
        await #expect(throws: ConnectionError.timedOut) {
            for _ in 0..<1000 {
                one.write([UInt8](repeating: 7, count: 100_000))
                try await one.flush(timeout: .milliseconds(50))
            }
        }
        await other.close()
        await one.close()
    }

    @Test("After closeOutput the peer's answer can still be read") @EventLoopActor func halfClose() async throws {
        let (one, other) = try await Self.pair()
        one.write("QUIT\r\n")
        one.closeOutput()
        while try await other.read() != nil {}
        other.write("221 bye\r\n")
        try await other.flush()
        #expect(try await one.read().map { String(buffer: $0) } == "221 bye\r\n")
        await one.close()
        await other.close()
    }

    @Test("endReading wakes a reader with the end of input") @EventLoopActor func endReading() async throws {
        let (one, other) = try await Self.pair()
        let reader = Task { @EventLoopActor in try await one.read() }
        for _ in 0..<5 { await Task.yield() }
        one.endReading()
        #expect(try await reader.value == nil)
        await one.close()
        await other.close()
    }

    @Test("A Unix listener names the peer's process and user") @EventLoopActor func peerCredentials() async throws {
        let path = "/tmp/casella-runtime-\(getpid()).socket"
        defer { unlink(path) }
        let descriptor = casella_listen_unix(path, 0o600, getuid(), getgid(), 8)
        try #require(descriptor >= 0)
        let listener = try await Listener.serve(descriptor: descriptor) { connection in
            connection.write("\(connection.peer == .local(PeerCredentials(process: getpid(), user: getuid(), group: getgid())))")
            try? await connection.flush()
        }
        let client = try await Connection.connect(toUnixSocket: path)
        #expect(try await client.read().map { String(buffer: $0) } == "true")
        await client.close()
        await listener.stop()
        await #expect(throws: ConnectionError.self) { try await Connection.connect(toUnixSocket: path) }
    }
}
