import CPQ

/// What the server still has to answer, in order.
private enum Step {
    case prepare(name: String, sql: String, statement: Int)
    case execute(name: String, sql: String, statement: Int)
    /// Makes the server forget a prepared statement.
    case deallocate
    /// The end of an implicit transaction.
    case sync
}

extension PostgresConnection {
    /// Sends all statements with one Sync behind them, which makes them one transaction unless an explicit one is open.
    /// - Parameter commits: whether losing the connection leaves it open if they took effect.
    func exchange(_ statements: [PostgresStatement], commits: Bool) async throws(PostgresError) -> [ResultStorage] {
        let isAlone = PQtransactionStatus(try live()) == PQTRANS_IDLE
        do throws(PostgresError) {
            return try await attempt(statements, commits: commits)
        } catch {
            // A prepared statement outlived a change of its tables, or was dropped by a script: nothing took effect, and a second attempt
            // prepares anew. Inside an explicit transaction it is too late, for that has failed.
            guard error.isStaleStatement, isAlone, !isBroken, PQtransactionStatus(try live()) == PQTRANS_IDLE else { throw error }
            return try await attempt(statements, commits: commits)
        }
    }

    private func attempt(_ statements: [PostgresStatement], commits: Bool) async throws(PostgresError) -> [ResultStorage] {
        let pointer = try live()
        var encoded: [EncodedParameters] = []
        encoded.reserveCapacity(statements.count)
        for statement in statements { encoded.append(try EncodedParameters(statement.parameters)) }
        if encoded.reduce(0, { $0 + $1.bytes.count }) > Self.bulk { isBulky = true }
        guard let steps = send(statements, encoded, over: pointer) else {
            isBroken = true
            throw PostgresError(kind: .connection, message: errorMessage(pointer))  // without its Sync nothing takes effect
        }
        return try await receive(steps, over: pointer, commits: commits)
    }

    /// Nil when libpq refuses, which it does when the connection is gone or memory is short.
    private func send(_ statements: [PostgresStatement], _ parameters: [EncodedParameters], over pointer: OpaquePointer) -> [Step]? {
        var steps: [Step] = []
        // Never inside an explicit transaction: a name that a script has dropped already would make that fail.
        let forgotten = PQtransactionStatus(pointer) == PQTRANS_IDLE ? discarded + cache.evict() : []
        if !forgotten.isEmpty { discarded = [] }
        for name in forgotten {
            guard PQsendQueryParams(pointer, "DEALLOCATE \(name)", 0, nil, nil, nil, nil, 1) == 1 else { return nil }
            steps.append(.deallocate)
        }
        if !forgotten.isEmpty {
            guard PQpipelineSync(pointer) == 1 else { return nil }
            steps.append(.sync)
        }
        for (place, (statement, values)) in zip(statements, parameters).enumerated() {
            var name = cache.name(of: statement.sql, types: values.types)
            if name == nil {
                let new = nextStatementName()
                guard PQsendPrepare(pointer, new, statement.sql, Int32(values.types.count), values.types) == 1 else { return nil }
                cache.insert(new, for: statement.sql, types: values.types)
                steps.append(.prepare(name: new, sql: statement.sql, statement: place))
                name = new
            }
            guard let name, sendExecute(name, values, over: pointer) else { return nil }
            steps.append(.execute(name: name, sql: statement.sql, statement: place))
        }
        guard PQpipelineSync(pointer) == 1 else { return nil }
        steps.append(.sync)
        return steps
    }

    private func sendExecute(_ name: String, _ parameters: EncodedParameters, over pointer: OpaquePointer) -> Bool {
        let lengths = parameters.places.map { Int32($0?.count ?? 0) }
        let formats = [Int32](repeating: 1, count: lengths.count)
        // An empty value still needs an address: a null pointer means NULL.
        let bytes = parameters.bytes.isEmpty ? [0] : parameters.bytes
        return bytes.withUnsafeBytes { raw in
            let base = raw.baseAddress?.assumingMemoryBound(to: CChar.self)
            let values = parameters.places.map { place in place.flatMap { base?.advanced(by: $0.lowerBound) } }
            return PQsendQueryPrepared(pointer, name, Int32(values.count), values, lengths, formats, 1) == 1
        }
    }

    private func receive(_ steps: [Step], over pointer: OpaquePointer, commits: Bool) async throws(PostgresError) -> [ResultStorage] {
        var replies = Replies(steps)
        while !replies.areComplete {
            let unsent = PQflush(pointer)
            // Flushing reads too when the socket is full, so results can lie in libpq with nothing left to wait for: drain before waiting.
            while !replies.areComplete, PQisBusy(pointer) == 0 {
                replies.take(PQgetResult(pointer).map(ResultStorage.init), from: self)
                guard PQstatus(pointer) == CONNECTION_OK, !replies.areOutOfStep else {
                    throw lost(replies.failure, over: pointer, commits: commits)
                }
            }
            if replies.areComplete { break }
            guard unsent >= 0, await waitForSocket(pointer, sending: unsent == 1) == .ready, PQconsumeInput(pointer) == 1 else {
                throw lost(replies.failure, over: pointer, commits: commits)
            }
        }
        if replies.octets > Self.bulk { isBulky = true }
        if let failure = replies.failure { throw failure }
        return replies.results
    }

    /// The error of a conversation that broke off. A statement that the server had refused before did not take effect.
    private func lost(_ failure: PostgresError?, over pointer: OpaquePointer, commits: Bool) -> PostgresError {
        isBroken = true
        var error = failure ?? PostgresError(kind: .connection, message: errorMessage(pointer))
        let wasRefused = error.kind == .server && error.sqlState?.rawValue.hasPrefix("57P") != true
        error.kind = .connection
        error.mayHaveCommitted = commits && !wasRefused
        return error
    }

    fileprivate func forget(_ name: String, of sql: String) { cache.remove(name, of: sql) }
    fileprivate func discard(_ name: String, of sql: String) {
        cache.remove(name, of: sql)
        discarded.append(name)
    }
}

/// Matches results with the steps that they answer.
private struct Replies {
    private let steps: [Step]
    private var position = 0
    private var emptyAnswers = 0
    private(set) var results: [ResultStorage] = []
    private(set) var failure: PostgresError?
    private(set) var octets = 0
    /// True when libpq and we disagree about what is outstanding; never seen, but waiting would be endless.
    private(set) var areOutOfStep = false

    init(_ steps: [Step]) { self.steps = steps }

    var areComplete: Bool { position == steps.count }

    /// - Parameter result: nil ends the results of a step; a Sync has one result and no end.
    mutating func take(_ result: ResultStorage?, from connection: isolated PostgresConnection) {
        guard let result else {
            if case .sync = steps[position] {
                emptyAnswers += 1
                areOutOfStep = emptyAnswers > 4
            } else {
                position += 1
            }
            return
        }
        emptyAnswers = 0
        octets += PQresultMemorySize(result.pointer)
        switch (steps[position], result.status) {
        case (.sync, PGRES_PIPELINE_SYNC): position += 1
        case (.sync, _): fail(result.error, statement: nil)  // a deferred constraint: the commit failed
        case (.deallocate, _): break  // refused when a script has dropped it already
        case (.prepare, PGRES_COMMAND_OK): break
        case (.prepare(let name, let sql, let statement), let status):
            connection.forget(name, of: sql)
            if status != PGRES_PIPELINE_ABORTED { fail(result.error, statement: statement) }
        case (.execute, PGRES_TUPLES_OK), (.execute, PGRES_COMMAND_OK), (.execute, PGRES_EMPTY_QUERY): results.append(result)
        case (.execute, PGRES_PIPELINE_ABORTED): break
        case (.execute(let name, let sql, let statement), PGRES_FATAL_ERROR):
            let error = result.error
            if error.sqlState == .invalidStatementName { connection.cache.removeAll() }
            if error.isOutdatedPlan { connection.discard(name, of: sql) }
            fail(error, statement: statement)
        case (.execute(_, _, let statement), _):
            areOutOfStep = true
            fail(.usage("COPY cannot be run as a statement"), statement: statement)
        }
    }

    private mutating func fail(_ error: PostgresError, statement: Int?) {
        guard failure == nil else { return }
        failure = error
        failure?.statement = statement
    }
}

extension PostgresError {
    /// "cached plan must not change result type"
    fileprivate var isOutdatedPlan: Bool { sqlState == .featureNotSupported && sourceFunction == "RevalidateCachedQuery" }
    fileprivate var isStaleStatement: Bool { kind == .server && (isOutdatedPlan || sqlState == .invalidStatementName) }
}
