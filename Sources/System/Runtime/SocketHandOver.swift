import CProcess
import Glibc
import NIOCore

/// How a process hands a client's socket to another, over a Unix connection between the two: the taker says that it is ready, having
/// stopped reading, since only a call of its own sees a descriptor; the giver then sends the socket, or that it keeps it, and goes on
/// with octets that belong to the client.
extension Connection {
    /// What the taker says.
    private static let ready: UInt8 = 0x52
    /// How long the taker, once it is ready, waits for the giver, which waits for nobody else meanwhile.
    private static let handOverTime = Duration.seconds(5)
    /// What the giver sends: whether a socket comes along, and how many octets follow that the client had sent before.
    private static let noteLength = 5
    private static let unreadLimit = 1 << 20

    /// Waits until the other process is ready to take a socket.
    /// - Parameter timeout: that process may have to be started first.
    public func waitForTaker(timeout: Duration) async throws(ConnectionError) {
        guard let answer = try await read(timeout: timeout) else { throw .closed }
        guard answer.readableBytesView.elementsEqual([Self.ready]) else { throw .failed("the other process is not ready to take a socket") }
    }

    /// Hands a socket over, and what its client had sent before; nil: there is none, and this connection itself carries the client's octets.
    public func give(_ socket: (descriptor: Int32, unread: [UInt8])?) async throws(ConnectionError) {
        let unread = socket?.unread ?? []
        let length = UInt32(clamping: unread.count)
        let note = [socket == nil ? 0 : 1] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) }
        guard let sent = withDescriptor({ casella_send_with_descriptor($0, note, note.count, socket?.descriptor ?? -1) }) else {
            throw .closed
        }
        guard sent == 0 else { throw .failed(String(cString: strerror(-sent))) }
        write(unread)
        try await flush()
    }

    /// Takes the socket that the other process hands over.
    /// - Parameter peer: who is at its other end.
    /// - Returns: nil when the client's octets come over this connection.
    public func takeSocket(of peer: Peer) async throws(ConnectionError) -> Connection? {
        setReading(false)
        let received = await receiveNote()
        setReading(true)
        switch received {
        case .failure(let code): throw .failed(String(cString: strerror(code)))
        case .success(let note, let descriptor):
            guard descriptor >= 0 else { return nil }
            let client = try await Connection.adopt(descriptor: descriptor, peer: peer)
            let length = note[1...].reduce(0) { $0 << 8 | Int($1) }
            guard length <= Self.unreadLimit, let unread = try? await read(exactly: length) else {
                await client.close(timeout: .zero)
                throw .failed("what a client had sent was not handed over")
            }
            client.putBack(unread)
            return client
        }
    }

    private func read(exactly length: Int) async throws(ConnectionError) -> ByteBuffer? {
        var gathered = ByteBuffer()
        while gathered.readableBytes < length {
            guard let more = try await read(timeout: Self.handOverTime) else { return nil }
            gathered.writeImmutableBuffer(more)
        }
        return gathered.readableBytes == length ? gathered : nil
    }

    /// Of a giver that has ended NIO reads all by itself. It keeps the socket then: who gives one away stays for as long as the session.
    private func noteReadAlready() -> [UInt8]? {
        guard var bytes = handler.take() else { return nil }
        let note = bytes.readBytes(length: Self.noteLength)
        handler.putBack(bytes)
        return note == [UInt8](repeating: 0, count: Self.noteLength) ? note : nil
    }

    private enum Received {
        case success(note: [UInt8], descriptor: Int32)
        case failure(code: Int32)
    }

    /// Says that this process is ready, and looks for the answer again and again: NIO would take it without the socket, and others are
    /// served meanwhile. It is there within a fraction of a millisecond.
    private func receiveNote() async -> Received {
        var note = [UInt8](repeating: 0, count: Self.noteLength)
        var descriptor: Int32 = -1
        var result = withDescriptor { casella_send_with_descriptor($0, [Self.ready], 1, -1) } ?? -EPIPE
        guard result == 0 else { return .failure(code: -result) }
        let end = ContinuousClock.now + Self.handOverTime
        var pause = Duration.microseconds(50)
        repeat {
            await EventLoopActor.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(10))
            result = withDescriptor { casella_receive_with_descriptor($0, &note, note.count, &descriptor) } ?? -ECONNRESET
            if result != 0, let read = noteReadAlready() { return .success(note: read, descriptor: -1) }
        } while result == -EAGAIN && .now < end
        guard result == 0 else { return .failure(code: result == -EAGAIN ? ETIMEDOUT : -result) }
        return .success(note: note, descriptor: descriptor)
    }
}
