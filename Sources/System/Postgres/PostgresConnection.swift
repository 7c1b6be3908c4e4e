import CPQ
import Glibc

/// One connection to a server: libpq in its non-blocking mode, on the pool's thread.
///
/// It stays in pipeline mode. Users take turns, so that a transaction's statements may be asked for concurrently.
actor PostgresConnection {
    nonisolated let thread: PollingThread
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }
    /// Under this name the connection waits for its socket.
    nonisolated let token: PollingThread.Token

    /// Nil before `open` and after `close`.
    private(set) var handle: ConnectionHandle?
    var cache = StatementCache(capacity: 256)
    /// Names that the server is to forget with the next pipeline.
    var discarded: [String] = []
    private var lastStatementName: UInt64 = 0

    /// True once the conversation with the server can no longer be trusted.
    var isBroken = false
    /// Octets after which libpq's buffers, which never shrink, are worth a new connection.
    static let bulk = 1 << 20
    var isBulky = false

    /// The open transaction, which is begun with its first statement.
    var transaction: UInt64?
    var hasBegun = false
    private var lastTransaction: UInt64 = 0

    private var isTaken = false
    private var turns: [CheckedContinuation<Void, Never>] = []

    private init(on thread: PollingThread, token: PollingThread.Token) {
        self.thread = thread
        self.token = token
    }

    /// Connects, and tries again for `configuration.patience` while the server is away, starting up or full.
    static func connect(
        _ configuration: PostgresConfiguration, on thread: PollingThread, token: PollingThread.Token
    ) async throws(PostgresError) -> PostgresConnection {
        let connection = PostgresConnection(on: thread, token: token)
        try await connection.openPatiently(configuration)
        return connection
    }

    private func openPatiently(_ configuration: PostgresConfiguration) async throws(PostgresError) {
        let end = ContinuousClock.now + configuration.patience
        while true {
            do throws(PostgresError) {
                return try await open(configuration)
            } catch {
                handle = nil
                guard error.kind == .connection, error.isTransient, ContinuousClock.now < end else { throw error }
                let pause = min(end, ContinuousClock.now + .milliseconds(100))
                if await thread.wait(token, until: pause) == .interrupted { throw error }
            }
        }
    }

    private func open(_ configuration: PostgresConfiguration) async throws(PostgresError) {
        guard let pointer = PQconnectStart(configuration.connectionString) else {
            throw PostgresError(kind: .connection, message: "no memory for a connection")
        }
        handle = ConnectionHandle(pointer)
        // The SQLSTATE of a refused login is found nowhere but in the verbose message.
        PQsetErrorVerbosity(pointer, PQERRORS_VERBOSE)
        PQsetNoticeReceiver(pointer, { _, _ in }, nil)  // libpq would print notices to standard error
        let deadline = ContinuousClock.now + configuration.connectTimeout
        var next = PQstatus(pointer) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING
        while next != PGRES_POLLING_OK {
            guard next != PGRES_POLLING_FAILED else { throw PostgresError(connecting: errorMessage(pointer)) }
            let events = next == PGRES_POLLING_READING ? POLLIN : POLLOUT
            switch await thread.wait(token, for: PQsocket(pointer), events: Int16(events), until: deadline) {
            case .ready: next = PQconnectPoll(pointer)
            case .timedOut: throw PostgresError(kind: .connection, message: "no connection within \(configuration.connectTimeout)")
            case .interrupted: throw PostgresError(kind: .cancelled, message: "connecting was given up")
            }
        }
        PQsetErrorVerbosity(pointer, PQERRORS_DEFAULT)
        guard PQsetnonblocking(pointer, 1) == 0, PQenterPipelineMode(pointer) == 1 else {
            throw PostgresError(kind: .connection, message: errorMessage(pointer))
        }
    }

    /// False when the server has closed the connection, or when it is not fit for another user. Looks without waiting.
    private func isUsable() -> Bool {
        guard let pointer = handle?.pointer, !isBroken, !isBulky, PQtransactionStatus(pointer) == PQTRANS_IDLE else { return false }
        // What an idle server sends is a notice, a changed setting, or its farewell and the end of the stream.
        for _ in 0..<16 {
            var entry = pollfd(fd: PQsocket(pointer), events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, 0) > 0 else { return PQstatus(pointer) == CONNECTION_OK }
            guard PQconsumeInput(pointer) == 1 else { return false }
            _ = PQisBusy(pointer)  // makes libpq take the message in
        }
        return false
    }

    private func close() {
        handle = nil
        isBroken = true
    }

    // The pool's actor runs on the same thread: it can look and act at once, without a suspension in which its books could change.

    nonisolated func isUsableNow() -> Bool { assumeIsolated { $0.isUsable() } }
    nonisolated func closeNow() { assumeIsolated { $0.close() } }

    nonisolated func interrupt() { thread.interrupt(token) }

    // MARK: Helpers of the extensions

    func live() throws(PostgresError) -> OpaquePointer {
        guard let handle, !isBroken else { throw PostgresError(kind: .connection, message: "the connection was lost") }
        return handle.pointer
    }

    func nextStatementName() -> String {
        lastStatementName += 1
        return "s\(lastStatementName)"
    }

    func beginNumber() -> UInt64 {
        lastTransaction += 1
        return lastTransaction
    }

    func takeTurn() async {
        guard isTaken else {
            isTaken = true
            return
        }
        await withCheckedContinuation { turns.append($0) }
    }

    func endTurn() {
        if turns.isEmpty { isTaken = false } else { turns.removeFirst().resume() }
    }

    /// Waits until the socket can be read, or written when something is left to send.
    func waitForSocket(_ pointer: OpaquePointer, sending: Bool) async -> PollingThread.Readiness {
        await thread.wait(token, for: PQsocket(pointer), events: Int16(sending ? POLLIN | POLLOUT : POLLIN))
    }

    func errorMessage(_ pointer: OpaquePointer) -> String {
        var message = PQerrorMessage(pointer).map { String(cString: $0) } ?? ""
        while message.hasSuffix("\n") { message.removeLast() }
        return message.isEmpty ? "the connection was lost" : message
    }
}

/// Owns a `PGconn`.
final class ConnectionHandle {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }
    deinit { PQfinish(pointer) }
}

extension PostgresError {
    /// From libpq's verbose message: `… FATAL:  57P03: the database system is starting up` and lines that begin with `LOCATION:`.
    init(connecting message: String) {
        let lines = message.split(separator: "\n").filter { !$0.hasPrefix("LOCATION:") }
        var text = lines.joined(separator: "; ")
        self.init(kind: .connection, message: text)
        let words = text.split(separator: " ")
        let isState = { (word: Substring) in
            word.utf8.count == 6 && word.hasSuffix(":") && word.dropLast().allSatisfy { $0.isNumber || $0.isUppercase }
        }
        guard let place = words.indices.last(where: { $0 > 0 && words[$0 - 1].hasSuffix(":") && isState(words[$0]) }) else { return }
        sqlState = SQLState(rawValue: String(words[place].dropLast()))
        text = (words[..<place] + words[(place + 1)...]).joined(separator: " ")
        self.message = text
    }
}
