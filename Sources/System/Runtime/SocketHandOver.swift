import CProcess
import Glibc
import NIOCore

/// How a process hands a client's socket to another, over a Unix connection between the two: the taker says that it is ready, having
/// stopped reading, since only a call of its own sees a descriptor; the giver then sends the socket, or that it keeps it, and goes on
/// with octets that belong to the client.
extension Connection {
    /// What the taker says.
    private nonisolated static let ready: UInt8 = 0x52
    /// How long one side waits for the other; both are ours, and wait for nobody else meanwhile.
    private nonisolated static let handOverTime = Duration.seconds(5)
    /// What the giver sends: whether a socket comes along, and how many octets follow that the client had sent before.
    private nonisolated static let noteLength = 5
    private static let unreadLimit = 1 << 20

    /// Waits until the other process is ready to take a socket.
    public func waitForTaker() async throws(ConnectionError) {
        guard let answer = try await read(timeout: Self.handOverTime) else { throw .closed }
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
        let received = await Self.receive(on: withDescriptor { fcntl($0, F_DUPFD_CLOEXEC, 0) } ?? -1)
        setReading(true)
        switch received {
        case .failure(let code): throw .failed(String(cString: strerror(code)))
        case .success(let note, let descriptor):
            guard descriptor >= 0 else { return nil }
            let client = try await Connection.adopt(descriptor: descriptor, peer: peer)
            let length = note[1...].reduce(0) { $0 << 8 | Int($1) }
            guard length <= Self.unreadLimit, let unread = try await read(exactly: length) else {
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

    private enum Received: Sendable {
        case success(note: [UInt8], descriptor: Int32)
        case failure(code: Int32)
    }

    /// Beside the event loop, since a call of this kind waits for the socket by itself. The giver answers at once.
    /// - Parameter socket: a descriptor of this call's own.
    @concurrent
    private nonisolated static func receive(on socket: Int32) async -> Received {
        guard socket >= 0 else { return .failure(code: EBADF) }
        defer { Glibc.close(socket) }
        // Said here, where nothing of the answer can be read by anybody else any more.
        let said = casella_send_with_descriptor(socket, [ready], 1, -1)
        guard said == 0 else { return .failure(code: -said) }
        var note = [UInt8](repeating: 0, count: noteLength)
        var descriptor: Int32 = -1
        let result = casella_receive_with_descriptor(
            socket, &note, noteLength, &descriptor, Int32(handOverTime.components.seconds) * 1000)
        return result == 0 ? .success(note: note, descriptor: descriptor) : .failure(code: -result)
    }
}
