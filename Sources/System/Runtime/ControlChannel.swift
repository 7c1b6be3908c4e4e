import FoundationEssentials
import NIOCore

/// One end of the socket pair between the control plane and a child: JSON values, one a line.
@EventLoopActor
public final class ControlChannel<Incoming: Decodable & Sendable, Outgoing: Encodable & Sendable> {
    /// Octets of one line. The table of domains is the longest: about 100 a domain.
    private static var lineLimit: Int { 64 * 1024 * 1024 }

    private let connection: Connection
    private var unread = ByteBuffer()
    /// Where the search for the line's end goes on, so that a long line is not searched again for each piece of it.
    private var searched = 0
    /// Something was written, and is sent together with what else is written in this turn of the loop.
    private var isToFlush = false

    public init(descriptor: Int32) async throws(ConnectionError) {
        connection = try await Connection.adopt(descriptor: descriptor)
    }

    /// The next value; nil when the other process is gone. Lines that make no sense are logged and passed over.
    public func next() async -> Incoming? {
        while true {
            while let line = takeLine() {
                do {
                    return try JSONDecoder().decode(Incoming.self, from: Data(line.readableBytesView))
                } catch {
                    Log.error("a control message was not understood", ["error": String(describing: error)])
                }
            }
            guard let more = try? await connection.read() else { return nil }
            unread.writeImmutableBuffer(more)
            guard unread.readableBytes <= Self.lineLimit else { return nil }
        }
    }

    /// Sends the value; values arrive in the order of the calls. Nobody waits for the other process to have room for it: of thousands who
    /// did, each would have a timer of its own, and a timer is looked for among all when it is cancelled.
    public func send(_ value: Outgoing) {
        guard var line = try? JSONEncoder().encode(value) else { return }
        line.append(10)
        connection.write(line)
        guard !isToFlush else { return }
        isToFlush = true
        EventLoopActor.task { self.flush() }
    }

    private func flush() {
        isToFlush = false
        connection.flushWithoutWaiting()
    }

    public func close() async { await connection.close() }

    private func takeLine() -> ByteBuffer? {
        let view = unread.readableBytesView
        guard let end = view[(view.startIndex + searched)...].firstIndex(of: 10) else {
            searched = view.count
            return nil
        }
        let length = end - view.startIndex
        searched = 0
        let line = unread.readSlice(length: length)
        unread.moveReaderIndex(forwardBy: 1)
        if unread.readableBytes == 0 { unread = ByteBuffer() }
        return line
    }
}
