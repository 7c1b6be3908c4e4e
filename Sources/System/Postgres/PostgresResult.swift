import CPQ

/// What one statement answered.
public struct PostgresResult: Sendable {
    public let rows: [PostgresRow]
    /// How many rows were inserted, updated, deleted or selected.
    public let affected: Int

    init(_ storage: ResultStorage) {
        rows = (0..<PQntuples(storage.pointer)).map { PostgresRow(storage: storage, index: $0) }
        affected = PQcmdTuples(storage.pointer).flatMap { Int(String(cString: $0)) } ?? 0
    }

    /// The first row; nil when there is none.
    public var first: PostgresRow? { rows.first }
    public var isEmpty: Bool { rows.isEmpty }
}

/// Owns libpq's memory of one result, which rows read in place.
///
/// Sendable: "PGresult objects are normally read-only after creation, and so can be passed around freely between threads" (libpq,
/// "Behavior in Threaded Programs"). None of the functions that change one is ever called, and only `deinit` frees it.
final class ResultStorage: @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }
    deinit { PQclear(pointer) }

    var status: ExecStatusType { PQresultStatus(pointer) }
    /// The command's tag, such as `COMMIT` or `INSERT 0 1`.
    var commandTag: String { PQcmdStatus(pointer).map { String(cString: $0) } ?? "" }

    /// The server's error, or what libpq made of a lost connection.
    var error: PostgresError {
        func field(_ code: UnicodeScalar) -> String? {
            PQresultErrorField(pointer, Int32(code.value)).map { String(cString: $0) }
        }
        let state = field("C").map(SQLState.init(rawValue:))  // PG_DIAG_SQLSTATE
        var message = field("M") ?? PQresultErrorMessage(pointer).map { String(cString: $0) } ?? "no message"
        while message.hasSuffix("\n") { message.removeLast() }
        var error = PostgresError(
            kind: state == nil ? .connection : .server, sqlState: state, message: message, detail: field("D"), hint: field("H"),
            constraint: field("n"), table: field("t"))
        error.sourceFunction = field("R")
        return error
    }
}
