import CPQ

// What the pool and its transactions do with a connection.
extension PostgresConnection {
    /// One pipeline as one transaction.
    func pipeline(_ statements: [PostgresStatement]) async throws(PostgresError) -> [PostgresResult] {
        await takeTurn()
        defer { endTurn() }
        return try await exchange(statements, commits: true).map { PostgresResult($0) }
    }

    /// - Parameter number: the transaction that it belongs to; nil outside of one.
    func script(_ sql: String, in number: UInt64? = nil) async throws(PostgresError) {
        await takeTurn()
        defer { endTurn() }
        if let number {
            try check(number)
            if !hasBegun {
                hasBegun = true
                _ = try await exchange([PostgresStatement("BEGIN")], commits: false)
            }
        }
        try await simpleQuery(sql, commits: number == nil)
    }

    // MARK: Transactions

    /// Nothing is sent yet: BEGIN goes with the first statement.
    func openTransaction() -> UInt64 {
        let number = beginNumber()
        transaction = number
        hasBegun = false
        return number
    }

    func pipeline(_ statements: [PostgresStatement], in number: UInt64) async throws(PostgresError) -> [PostgresResult] {
        await takeTurn()
        defer { endTurn() }
        try check(number)
        guard !hasBegun else { return try await exchange(statements, commits: false).map { PostgresResult($0) } }
        hasBegun = true
        do throws(PostgresError) {
            return try await exchange([PostgresStatement("BEGIN")] + statements, commits: false).dropFirst().map { PostgresResult($0) }
        } catch {
            var error = error
            error.statement = error.statement.map { $0 - 1 }
            throw error
        }
    }

    func commit(_ number: UInt64) async throws(PostgresError) {
        await takeTurn()
        defer { endTurn() }
        try check(number)
        transaction = nil
        guard hasBegun else { return }
        let results = try await exchange([PostgresStatement("COMMIT")], commits: true)
        // COMMIT of a transaction in which a statement failed succeeds as ROLLBACK.
        guard results.first?.commandTag == "COMMIT" else {
            throw PostgresError(
                kind: .server, sqlState: .inFailedTransaction, message: "a statement of the transaction failed, so it was rolled back")
        }
    }

    func rollBack(_ number: UInt64) async {
        await takeTurn()
        defer { endTurn() }
        if transaction == number { transaction = nil }
        guard let pointer = try? live(), PQtransactionStatus(pointer) != PQTRANS_IDLE else { return }
        do throws(PostgresError) {
            _ = try await exchange([PostgresStatement("ROLLBACK")], commits: false)
        } catch {
            isBroken = true
        }
    }

    private func check(_ number: UInt64) throws(PostgresError) {
        guard transaction == number else { throw .usage("the transaction has ended") }
    }

    // MARK: The simple query protocol

    private func simpleQuery(_ sql: String, commits: Bool) async throws(PostgresError) {
        let pointer = try live()
        guard PQexitPipelineMode(pointer) == 1, PQsendQuery(pointer, sql) == 1 else {
            isBroken = true
            throw PostgresError(kind: .connection, message: errorMessage(pointer))
        }
        var failure: PostgresError?
        var isComplete = false
        while !isComplete {
            let unsent = PQflush(pointer)
            while PQisBusy(pointer) == 0 {
                guard let result = PQgetResult(pointer).map(ResultStorage.init) else {
                    isComplete = true
                    break
                }
                switch result.status {
                case PGRES_FATAL_ERROR: failure = failure ?? result.error
                case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                    isBroken = true
                    throw .usage("COPY cannot be run in a script")
                default: break
                }
            }
            guard PQstatus(pointer) == CONNECTION_OK else { throw lostScript(failure, pointer, commits) }
            if isComplete { break }
            guard unsent >= 0, await waitForSocket(pointer, sending: unsent == 1) == .ready, PQconsumeInput(pointer) == 1 else {
                throw lostScript(failure, pointer, commits)
            }
        }
        if PQenterPipelineMode(pointer) != 1 { isBroken = true }
        if sql.utf8.count > Self.bulk { isBulky = true }
        if let failure { throw failure }
    }

    private func lostScript(_ failure: PostgresError?, _ pointer: OpaquePointer, _ commits: Bool) -> PostgresError {
        isBroken = true
        var error = failure ?? PostgresError(kind: .connection, message: errorMessage(pointer))
        error.kind = .connection
        error.mayHaveCommitted = commits
        return error
    }

    // MARK: Notifications

    /// Waits for at least one notification.
    func notifications() async throws(PostgresError) -> [PostgresNotification] {
        let pointer = try live()
        while true {
            _ = PQisBusy(pointer)  // makes libpq take the messages in
            var received: [PostgresNotification] = []
            while let notification = PQnotifies(pointer) {
                defer { PQfreemem(notification) }
                received.append(
                    PostgresNotification(
                        channel: String(cString: notification.pointee.relname), payload: String(cString: notification.pointee.extra),
                        processID: notification.pointee.be_pid))
            }
            if !received.isEmpty { return received }
            guard await waitForSocket(pointer, sending: false) == .ready, PQconsumeInput(pointer) == 1 else {
                isBroken = true
                throw PostgresError(kind: .connection, message: errorMessage(pointer))
            }
        }
    }
}
