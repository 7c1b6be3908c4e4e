/// A bounded set of connections to one database under one role.
///
/// Connections are made when work waits for one and closed when they have been idle; with none open the pool holds no thread either.
/// All of a pool's connections share one thread, on which libpq runs without blocking. After the server restarted, connections found
/// dead are replaced before anything is sent on them.
///
/// Statements are prepared once a connection and cached by their text; parameters and results are binary.
public final class PostgresPool: Sendable {
    let core: PoolCore

    /// - Parameter maximumConnections: further work waits, first come first served.
    /// - Parameter idleTimeout: how long an unused connection stays open.
    public init(_ configuration: PostgresConfiguration, maximumConnections: Int, idleTimeout: Duration = .seconds(5)) {
        core = PoolCore(configuration, maximumConnections: max(1, maximumConnections), idleTimeout: idleTimeout)
    }

    /// Runs one statement as a transaction of its own.
    nonisolated(nonsending)
        public func query(_ sql: String, _ parameters: [PostgresValue] = []) async throws(PostgresError) -> PostgresResult
    {
        try await pipeline([PostgresStatement(sql, parameters)]).only
    }

    /// Runs the statements in one round trip and one transaction: all take effect, or none.
    nonisolated(nonsending)
        public func pipeline(_ statements: [PostgresStatement]) async throws(PostgresError) -> [PostgresResult]
    {
        guard !statements.isEmpty else { return [] }
        // A task of the thread's own: it waits for the server without a step aside to the caller's executor, or to the global pool.
        let work = Task(executorPreference: core.tasks) { [core] in await core.outcome(of: statements) }
        return try await withTaskCancellationHandler { await work.value } onCancel: { work.cancel() }.get()
    }

    /// Runs `body` between BEGIN and COMMIT; rolls back when it throws. `body` must not ask the pool for a second connection while
    /// all others may do the same.
    public func transaction<R: Sendable>(
        isolation: isolated (any Actor)? = #isolation, _ body: (PostgresTransaction) async throws -> R
    ) async throws -> R {
        let connection = try await core.acquire()
        let transaction = PostgresTransaction(connection, number: await connection.openTransaction())
        do {
            let result = try await body(transaction)
            try await connection.commit(transaction.number)
            await core.release(connection)
            return result
        } catch {
            await connection.rollBack(transaction.number)
            await core.release(connection)
            throw error
        }
    }

    /// Runs several commands, separated by semicolons, by the simple query protocol: one transaction, unless they say otherwise.
    nonisolated(nonsending)
        public func script(_ sql: String) async throws(PostgresError)
    {
        try await core.script(sql)
    }

    /// Listens on a connection of its own, and again whenever it was lost, until the stream's consumer goes away or the pool closes.
    public func listen(_ channels: [String]) -> AsyncStream<PostgresNotification> {
        let (stream, continuation) = AsyncStream.makeStream(of: PostgresNotification.self)
        let listener = PostgresListener(core.configuration, channels: channels, thread: core.thread, continuation)
        continuation.onTermination = { _ in Task { await listener.stop() } }
        Task { [core] in await core.adopt(listener) }
        return stream
    }

    /// Refuses new work, waits for the work in hand and closes every connection. Not to be called inside a transaction's body.
    nonisolated(nonsending)
        public func close() async
    {
        await core.close()
    }

    /// What the pool has to do.
    nonisolated(nonsending)
        public func load() async -> PostgresPoolLoad
    {
        await core.load
    }

    /// How many connections are open or being opened, listeners aside.
    nonisolated(nonsending)
        public func connectionCount() async -> Int
    {
        await core.openConnections
    }
}

/// How busy a pool is.
public struct PostgresPoolLoad: Sendable, Equatable {
    /// Connections that are open or being opened.
    public var open: Int
    /// Work that waits for a connection now.
    public var waiting: Int
    /// How often work had to wait for one.
    public var waits: Int64
}

/// The inside of `PostgresPool.transaction`. Used after its end, it throws a `.usage` error.
public struct PostgresTransaction: Sendable {
    private let connection: PostgresConnection
    let number: UInt64

    init(_ connection: PostgresConnection, number: UInt64) {
        self.connection = connection
        self.number = number
    }

    nonisolated(nonsending)
        public func query(_ sql: String, _ parameters: [PostgresValue] = []) async throws(PostgresError) -> PostgresResult
    {
        try await pipeline([PostgresStatement(sql, parameters)]).only
    }

    /// Runs the statements in one round trip.
    nonisolated(nonsending)
        public func pipeline(_ statements: [PostgresStatement]) async throws(PostgresError) -> [PostgresResult]
    {
        guard !statements.isEmpty else { return [] }
        return try await connection.pipeline(statements, in: number)
    }

    /// Runs several commands, separated by semicolons, by the simple query protocol.
    nonisolated(nonsending)
        public func execute(_ script: String) async throws(PostgresError)
    {
        try await connection.script(script, in: number)
    }
}

extension [PostgresResult] {
    /// The result of a pipeline of one.
    var only: PostgresResult {
        get throws(PostgresError) {
            guard let first else { throw .usage("a statement without a result") }
            return first
        }
    }
}
