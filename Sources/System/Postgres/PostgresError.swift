/// Why a statement has no result. Shows no parameter and no password.
public struct PostgresError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable {
        /// The server refused the statement; its transaction is rolled back.
        case server
        /// There is no connection, or it was lost.
        case connection
        /// The task was cancelled while it waited for a connection.
        case cancelled
        /// The caller's mistake: a wrong type, a closed pool, a transaction that has ended.
        case usage
    }

    public var kind: Kind
    /// What the server said; nil for errors that arose on this side.
    public var sqlState: SQLState?
    public var message: String
    public var detail: String?
    public var hint: String?
    /// The constraint that was violated.
    public var constraint: String?
    public var table: String?
    /// The failed statement's place in its pipeline, from 0.
    public var statement: Int?
    /// True when the connection was lost after a statement that commits was sent and before its outcome was known.
    public var mayHaveCommitted: Bool
    /// The server's function that raised the error; `RevalidateCachedQuery` tells a stale prepared statement.
    var sourceFunction: String?

    public init(
        kind: Kind, sqlState: SQLState? = nil, message: String, detail: String? = nil, hint: String? = nil, constraint: String? = nil,
        table: String? = nil, statement: Int? = nil, mayHaveCommitted: Bool = false
    ) {
        self.kind = kind
        self.sqlState = sqlState
        self.message = message
        self.detail = detail
        self.hint = hint
        self.constraint = constraint
        self.table = table
        self.statement = statement
        self.mayHaveCommitted = mayHaveCommitted
    }

    /// True when the same work can succeed a moment later: the server was away or full, or two transactions were in each other's way.
    public var isTransient: Bool {
        switch sqlState {
        case .some(let state):
            ["08", "40", "53", "57"].contains(state.errorClass) || state == .lockNotAvailable
        case nil: kind == .connection
        }
    }

    public var description: String {
        var text = "PostgreSQL: \(message)"
        if let sqlState { text += " [\(sqlState)]" }
        if let detail { text += "; \(detail)" }
        if mayHaveCommitted { text += "; the statement may have taken effect" }
        return text
    }

    static func usage(_ message: String) -> PostgresError { PostgresError(kind: .usage, message: message) }
}
