import Glibc
import NIOCore
import NIOPosix
import NIOTLS

/// One byte stream. Reads are pulled, with the socket left unread while enough waits here; writes gather until `flush`.
@EventLoopActor
public final class Connection {
    public let peer: Peer
    public private(set) var isEncrypted: Bool
    /// Names the client's session in the logs of every process that has a part in it; empty for none.
    public var session = ""
    /// Counts what is read and written from now on.
    public var traffic: Traffic?

    /// For module TLS, which asks it for the facts of the session.
    package let channel: any Channel
    let handler: ConnectionHandler
    /// Of doors that speak TLS from the first byte.
    private let socketEnd: SocketEnd?
    private var outgoing = ByteBuffer()
    private var reader: CheckedContinuation<Void, Never>?
    private var readDeadline: Scheduled<Void>?
    private var readTimedOut = false
    private var writers: [CheckedContinuation<Void, Never>] = []
    /// Octets written since the last flush.
    private var unflushed = 0
    private var readingHasEnded = false
    private var isClosed = false

    init(channel: any Channel, handler: ConnectionHandler, peer: Peer, isEncrypted: Bool, socketEnd: SocketEnd? = nil) {
        self.channel = channel
        self.socketEnd = socketEnd
        self.handler = handler
        self.peer = peer
        self.isEncrypted = isEncrypted
        handler.changed = { [weak self] in self?.wakeReader() }
        handler.writabilityChanged = { [weak self] in self?.wakeWriters() }
    }

    /// Runs `body` once, when bytes can be sent.
    func whenActive(_ body: @escaping @EventLoopActor () -> Void) { handler.activated = body }

    // MARK: Reading

    /// The next bytes, as many as are there; nil when the peer has sent its last. One read at a time.
    /// - Parameter timeout: how long to wait for the first byte; nil waits for ever.
    public func read(timeout: Duration? = nil) async throws(ConnectionError) -> ByteBuffer? {
        while true {
            if let bytes = handler.take() {
                traffic?.received &+= Int64(bytes.readableBytes)
                return bytes
            }
            if let error = handler.error { throw error }
            if handler.hasEnded || readingHasEnded || isClosed { return nil }
            if readTimedOut {
                readTimedOut = false
                throw .timedOut
            }
            if let timeout, readDeadline == nil { startDeadline(timeout) }
            await withCheckedContinuation { reader = $0 }
            if handler.hasEnded || readTimedOut || handler.error != nil { continue }
            readDeadline?.cancel()
            readDeadline = nil
        }
    }

    private func startDeadline(_ timeout: Duration) {
        readDeadline = channel.eventLoop.scheduleTask(in: TimeAmount(timeout)) { [weak self] in
            EventLoopActor.assumeIsolated { self?.readDeadlinePassed() }
        }
    }

    private func readDeadlinePassed() {
        readDeadline = nil
        guard reader != nil else { return }
        readTimedOut = true
        wakeReader()
    }

    private func wakeReader() {
        guard let waiting = reader else { return }
        reader = nil
        waiting.resume()
    }

    /// Gives back what was read ahead of its turn; the next `read` returns it first.
    public func putBack(_ bytes: ByteBuffer) {
        traffic?.received &-= Int64(bytes.readableBytes)
        handler.putBack(bytes)
    }

    /// Makes a pending `read` return nil, as if the peer had ended; what waits unread is still taken first.
    public func endReading() {
        readingHasEnded = true
        wakeReader()
    }

    /// False once either side has ended, or the connection broke.
    public var isOpen: Bool { !isClosed && !handler.hasEnded && handler.error == nil }

    // MARK: Writing

    public func write(_ bytes: some Collection<UInt8>) {
        unflushed += bytes.count
        outgoing.writeBytes(bytes)
        passOnWhenLarge()
    }

    public func write(_ text: String) { unflushed += outgoing.writeString(text) }

    public func write(_ buffer: ByteBuffer) {
        unflushed += buffer.readableBytes
        if buffer.readableBytes >= 16 * 1024 {
            passOn()
            traffic?.sent &+= Int64(buffer.readableBytes)
            channel.write(buffer, promise: nil)
        } else {
            outgoing.writeImmutableBuffer(buffer)
            passOnWhenLarge()
        }
    }

    /// Sends what was written; returns when the socket has room again, so a peer that does not read stops its sender only.
    /// - Parameter timeout: how long to wait for that room.
    public func flush(timeout: Duration = Connection.patience) async throws(ConnectionError) {
        flushWithoutWaiting()
        if !channel.isWritable { try await waitForRoom(timeout) }
        if let error = handler.error { throw error }
        if isClosed || !channel.isActive { throw .closed }
    }

    /// Sends what was written, and what the socket has no room for when it has.
    public func flushWithoutWaiting() {
        unflushed = 0
        passOn()
        channel.flush()
    }

    /// Flushes once much was written: between the answers to what a client has sent in one go, which may be many and long.
    public func flushIfMuch() async throws(ConnectionError) {
        if unflushed >= Connection.much { try await flush() }
    }

    private static let much = 64 * 1024

    /// How long a peer may take nothing of what is sent to it.
    public nonisolated static let patience = Duration.seconds(600)

    private func waitForRoom(_ timeout: Duration) async throws(ConnectionError) {
        let end = ContinuousClock.now + timeout
        let alarm = channel.eventLoop.scheduleTask(in: TimeAmount(timeout)) { [weak self] in
            EventLoopActor.assumeIsolated { self?.wakeWriters() }
        }
        defer { alarm.cancel() }
        while !channel.isWritable, !isClosed, channel.isActive, handler.error == nil {
            if end <= .now { throw .timedOut }
            await withCheckedContinuation { writers.append($0) }
        }
    }

    private func passOnWhenLarge() {
        if outgoing.readableBytes >= 64 * 1024 { passOn() }
    }

    private func passOn() {
        guard outgoing.readableBytes > 0 else { return }
        traffic?.sent &+= Int64(outgoing.readableBytes)
        channel.write(outgoing, promise: nil)
        outgoing = ByteBuffer()
    }

    private func wakeWriters() {
        let waiting = writers
        writers = []
        for writer in waiting { writer.resume() }
    }

    // MARK: TLS

    /// Puts `security` between the socket and this connection, and waits for its handshake. What the peer sent ahead of it
    /// is thrown away, so nothing sent in the clear is taken for a command under TLS (RFC 3207 §4.2, RFC 9051 §6.2.1).
    /// Module TLS offers it with certificates and all.
    public func secure(with security: sending [any ChannelHandler]) async throws(ConnectionError) {
        handler.discard()
        try await awaitHandshake { try channel.pipeline.syncOperations.addHandlers(security, position: .first) }
        isEncrypted = true
    }

    /// Waits for the handshake of a connection that is secured from its first byte.
    public func finishHandshake() async throws(ConnectionError) { try await awaitHandshake {} }

    private func awaitHandshake(_ start: () throws -> Void) async throws(ConnectionError) {
        if handler.isSecured { return }
        if let error = handler.error { throw error }
        if handler.hasEnded { throw .closed }
        let deadline = handshakeDeadline()
        let problem: ConnectionError? = await withCheckedContinuation { continuation in
            handler.handshakeEnded = { continuation.resume(returning: $0) }
            do {
                try start()
            } catch {
                handler.endHandshake(.tlsFailed(String(describing: error)))
            }
        }
        deadline.cancel()
        if let problem { throw problem }
    }

    private func handshakeDeadline() -> Scheduled<Void> {
        channel.eventLoop.assumeIsolated().scheduleTask(in: Self.handshakeTime) { [handler] in handler.endHandshake(.timedOut) }
    }

    private static let handshakeTime = TimeAmount.seconds(30)

    // MARK: Passing on

    /// Waits until the system has all that was written.
    public func finishSending(timeout: Duration) async throws(ConnectionError) {
        passOn()
        let sent = channel.eventLoop.makePromise(of: Void.self)
        channel.writeAndFlush(ByteBuffer(), promise: sent)
        let deadline = channel.eventLoop.scheduleTask(in: TimeAmount(timeout)) { sent.fail(ConnectionError.timedOut) }
        defer { deadline.cancel() }
        do {
            try await sent.futureResult.get()
        } catch {
            throw (error as? ConnectionError) ?? .closed
        }
    }

    /// Lets the socket go without ending it; `finishSending` comes before.
    /// - Returns: a descriptor of it, which is the caller's, and what came in and was not taken. Nil when the connection is under TLS, ended
    ///   or broke: then it stays as it is.
    public func detach() -> (descriptor: Int32, unread: [UInt8])? {
        // Of a peer that ended NIO reads the last octets by itself, whoever else would take them.
        guard !isEncrypted, isOpen, let descriptor = withDescriptor({ fcntl($0, F_DUPFD_CLOEXEC, 0) }), descriptor >= 0 else { return nil }
        setReading(false)
        isClosed = true
        let unread = handler.take().map { Array($0.readableBytesView) } ?? []
        channel.close(promise: nil)
        return (descriptor, unread)
    }

    /// Whether bytes are read as they come.
    func setReading(_ isReading: Bool) { try? channel.syncOptions?.setOption(.autoRead, value: isReading) }

    /// Nil when the channel has no socket any more.
    func withDescriptor<Value>(_ body: (Int32) -> Value) -> Value? {
        try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { body($0) }
    }

    // MARK: Ending

    /// Sends what was written, then tells the peer that nothing more comes; what it sends can still be read.
    public func closeOutput() {
        passOn()
        channel.flush()
        channel.close(mode: .output, promise: nil)
    }

    /// Sends what was written, then closes. A peer that does not take it within `timeout` loses the rest.
    public func close(timeout: Duration = .seconds(10)) async {
        guard !isClosed else { return }
        isClosed = true
        wakeReader()
        wakeWriters()
        if let socketEnd, !handler.isSecured {
            // Nothing can be said before the handshake, and whoever drags it out is not waited for.
            socketEnd.close()
            try? await channel.closeFuture.get()
            return
        }
        // NIO's own close drops what the socket had no room for; this promise is kept once all before it was sent.
        let sent = channel.eventLoop.makePromise(of: Void.self)
        traffic?.sent &+= Int64(outgoing.readableBytes)
        channel.writeAndFlush(outgoing, promise: sent)
        outgoing = ByteBuffer()
        let deadline = channel.eventLoop.scheduleTask(in: TimeAmount(timeout)) { [channel] in channel.close(promise: nil) }
        sent.futureResult.whenComplete { [channel] _ in channel.close(promise: nil) }
        // Under TLS the close waits for the peer's own close alert.
        try? await channel.closeFuture.get()
        deadline.cancel()
    }
}
