import NIOCore
import Runtime
import SMTP

/// Speaks SMTP or LMTP with another process of this platform over its Unix socket. Both sides are ours, so what the door offers is known:
/// PIPELINING, CHUNKING, SMTPUTF8, 8BITMIME and XDELIVERYID; messages go by BDAT, byte for byte.
@EventLoopActor
public final class InnerDoorClient {
    public enum Language: Sendable { case smtp, lmtp }

    /// Why a transaction could not be finished. What became of a message whose last octet was sent is not known then.
    public enum Failure: Error, Sendable, Equatable {
        case connection(ConnectionError)
        /// The other side said something that is no reply, or closed the connection.
        case noReply
        /// The door is closed just now.
        case notReady(Reply)
    }

    /// How long a reply may take; storing a message waits for the disk and for PostgreSQL.
    private static let patience = Duration.seconds(120)

    public let speaks: Language
    private let connection: Connection
    private var parser = ReplyParser()
    /// True from MAIL to the last reply of the message: the connection cannot be used for another transaction before RSET.
    private(set) public var isInTransaction = false

    public static func connect(to path: String, speaking speaks: Language, as name: String) async throws(Failure) -> InnerDoorClient {
        let connection: Connection
        do {
            connection = try await Connection.connect(toUnixSocket: path)
        } catch {
            throw .connection(error)
        }
        let client = InnerDoorClient(connection, speaks)
        do throws(Failure) {
            // Our doors take the greeting ahead of their own.
            connection.write(speaks == .lmtp ? "LHLO \(name)\r\n" : "EHLO \(name)\r\n")
            try await client.flush()
            for _ in 0..<2 {
                let reply = try await client.nextReply()
                guard reply.isPositive else { throw .notReady(reply) }
            }
        } catch {
            await connection.close()
            throw error
        }
        return client
    }

    private init(_ connection: Connection, _ speaks: Language) {
        self.connection = connection
        self.speaks = speaks
    }

    public var isOpen: Bool { connection.isOpen }

    /// Begins a transaction with its first recipient, in one round trip.
    /// - Returns: the replies to MAIL and to RCPT.
    public func begin(_ mail: MailCommand, _ recipient: RcptCommand) async throws(Failure) -> (Reply, Reply) {
        isInTransaction = true
        connection.write(mail.line + recipient.line)
        try await flush()
        return (try await nextReply(), try await nextReply())
    }

    public func add(_ recipient: RcptCommand) async throws(Failure) -> Reply {
        connection.write(recipient.line)
        try await flush()
        return try await nextReply()
    }

    /// Sends the message.
    /// - Returns: one reply, or over LMTP one for each of the `recipients` that were accepted.
    public func send(_ message: [ByteBuffer], recipients: Int) async throws(Failure) -> [Reply] {
        let size = message.reduce(0) { $0 + $1.readableBytes }
        connection.write("BDAT \(size) LAST\r\n")
        for piece in message { connection.write(piece) }
        try await flush()
        var replies: [Reply] = []
        for _ in 0..<(speaks == .lmtp ? recipients : 1) { replies.append(try await nextReply()) }
        isInTransaction = false
        return replies
    }

    public func reset() async throws(Failure) {
        connection.write("RSET\r\n")
        try await flush()
        let reply = try await nextReply()
        guard reply.isPositive else { throw .notReady(reply) }
        isInTransaction = false
    }

    public func quit() async {
        connection.write("QUIT\r\n")
        await connection.close()
    }

    /// Ends the connection at once; the other side forgets a transaction that was not finished.
    public func abort() async { await connection.close() }

    /// Bounded: a process that hangs reads nothing, and a message is more than a socket's buffer takes.
    private func flush() async throws(Failure) {
        do {
            try await connection.flush(timeout: Self.patience)
        } catch {
            throw .connection(error)
        }
    }

    private func nextReply() async throws(Failure) -> Reply {
        while true {
            switch parser.next() {
            case .reply(let reply): return reply
            case .malformed: throw .noReply
            case .needsMore: break
            }
            do {
                guard let bytes = try await connection.read(timeout: Self.patience) else { throw Failure.noReply }
                parser.feed(bytes.readableBytesView)
            } catch let error as ConnectionError {
                throw .connection(error)
            } catch {
                throw .noReply
            }
        }
    }
}
