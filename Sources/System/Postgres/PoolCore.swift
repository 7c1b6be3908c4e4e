/// The pool's books: which connections are idle, how many are open, who waits.
actor PoolCore {
    nonisolated let configuration: PostgresConfiguration
    nonisolated let thread = PollingThread()
    nonisolated let tasks: PollingTaskExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private struct Idle {
        let connection: PostgresConnection
        let since: ContinuousClock.Instant
    }

    /// What a waiter is given.
    private enum Grant: Sendable {
        case connection(PostgresConnection)
        /// The right to open one.
        case slot
        case refused(PostgresError)
    }

    private struct Waiter {
        let number: UInt64
        let continuation: CheckedContinuation<Grant, Never>
    }

    private let maximumConnections: Int
    private let idleTimeout: Duration
    private let timer: PollingThread.Token
    /// Idle connections, the longest unused first; the last is used first.
    private var idle: [Idle] = []
    private(set) var openConnections = 0
    private var waiters: [Waiter] = []
    /// Counts all that ever waited.
    private var lastWaiter: UInt64 = 0
    private var isReaping = false
    private var listeners: [PostgresListener] = []
    private var isClosed = false
    private var closing: [CheckedContinuation<Void, Never>] = []

    init(_ configuration: PostgresConfiguration, maximumConnections: Int, idleTimeout: Duration) {
        self.configuration = configuration
        self.maximumConnections = maximumConnections
        self.idleTimeout = idleTimeout
        timer = thread.makeToken()
        tasks = PollingTaskExecutor(thread)
    }

    var load: PostgresPoolLoad {
        PostgresPoolLoad(open: openConnections, waiting: waiters.count, waits: Int64(clamping: lastWaiter))
    }

    func pipeline(_ statements: [PostgresStatement]) async throws(PostgresError) -> [PostgresResult] {
        let connection = try await acquire()
        do throws(PostgresError) {
            let results = try await connection.pipeline(statements)
            release(connection)
            return results
        } catch {
            release(connection)
            throw error
        }
    }

    func outcome(of statements: [PostgresStatement]) async -> Result<[PostgresResult], PostgresError> {
        do throws(PostgresError) {
            return .success(try await pipeline(statements))
        } catch {
            return .failure(error)
        }
    }

    func script(_ sql: String) async throws(PostgresError) {
        let connection = try await acquire()
        do throws(PostgresError) {
            try await connection.script(sql)
            release(connection)
        } catch {
            release(connection)
            throw error
        }
    }

    // MARK: Lending

    /// A connection that was alive a moment ago. Only waiting in the queue ends with the task's cancellation.
    func acquire() async throws(PostgresError) -> PostgresConnection {
        guard !isClosed else { throw .closed }
        if waiters.isEmpty {
            while let candidate = idle.popLast()?.connection {
                if candidate.isUsableNow() { return candidate }
                discard(candidate)
            }
            if openConnections < maximumConnections {
                openConnections += 1
                return try await connect()
            }
        }
        switch await waitInLine() {
        case .connection(let connection): return connection
        case .slot: return try await connect()
        case .refused(let error): throw error
        }
    }

    func release(_ connection: PostgresConnection) {
        if isClosed || !connection.isUsableNow() {
            discard(connection)
        } else if waiters.isEmpty {
            idle.append(Idle(connection: connection, since: .now))
            startReaping()
        } else {
            waiters.removeFirst().continuation.resume(returning: .connection(connection))
        }
    }

    /// For a slot that is already counted.
    private func connect() async throws(PostgresError) -> PostgresConnection {
        do throws(PostgresError) {
            let connection = try await PostgresConnection.connect(configuration, on: thread, token: thread.makeToken())
            guard !isClosed else {
                connection.closeNow()
                throw PostgresError.closed
            }
            return connection
        } catch {
            openConnections -= 1
            // All who wait for a connection would fail alike, one after the other: they are told at once. Those who wait for one that is
            // in use go on waiting.
            if openConnections == 0 { refuseWaiters(error) }
            finishClosing()
            throw error
        }
    }

    /// Closes it and lets the next in line open another.
    private func discard(_ connection: PostgresConnection) {
        connection.closeNow()
        if waiters.isEmpty {
            openConnections -= 1
            finishClosing()
        } else {
            waiters.removeFirst().continuation.resume(returning: .slot)
        }
    }

    private func waitInLine() async -> Grant {
        lastWaiter += 1
        let number = lastWaiter
        return await withTaskCancellationHandler {
            await withCheckedContinuation { waiters.append(Waiter(number: number, continuation: $0)) }
        } onCancel: {
            Task.immediate { await self.giveUp(number) }
        }
    }

    private func giveUp(_ number: UInt64) {
        guard let place = waiters.firstIndex(where: { $0.number == number }) else { return }
        let error = PostgresError(kind: .cancelled, message: "cancelled while waiting for a connection")
        waiters.remove(at: place).continuation.resume(returning: .refused(error))
    }

    private func refuseWaiters(_ error: PostgresError) {
        let refused = waiters
        waiters = []
        for waiter in refused { waiter.continuation.resume(returning: .refused(error)) }
    }

    // MARK: Closing

    private func startReaping() {
        guard !isReaping else { return }
        isReaping = true
        Task { await reap() }
    }

    /// Closes connections as they come of age; ends when none is idle.
    private func reap() async {
        while let oldest = idle.first {
            let end = oldest.since + idleTimeout
            if end <= .now {
                discard(idle.removeFirst().connection)
            } else {
                _ = await thread.wait(timer, until: end)
            }
        }
        isReaping = false
    }

    func close() async {
        isClosed = true
        refuseWaiters(.closed)
        while let last = idle.popLast() { discard(last.connection) }
        thread.interrupt(timer)
        for listener in listeners { await listener.stop() }
        if !isDrained { await withCheckedContinuation { closing.append($0) } }
    }

    private var isDrained: Bool { openConnections == 0 && listeners.isEmpty }

    private func finishClosing() {
        guard isClosed, isDrained else { return }
        for continuation in closing { continuation.resume() }
        closing = []
    }

    // MARK: Listening

    func adopt(_ listener: PostgresListener) {
        listeners.append(listener)
        Task {
            if isClosed { await listener.stop() }
            await listener.run()
            listeners.removeAll { $0 === listener }
            finishClosing()
        }
    }
}

extension PostgresError {
    fileprivate static let closed = PostgresError(kind: .usage, message: "the pool of connections is closed")
}
