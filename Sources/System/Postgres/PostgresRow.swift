import CPQ

/// One row of a result. Columns are read by position, from 0, as the type that the statement selects.
///
/// `int8(_:)` and its like throw a `.usage` error when the column is NULL, has another type or does not exist; the `optional…`
/// forms return nil for NULL.
public struct PostgresRow: Sendable {
    let storage: ResultStorage
    let index: Int32

    public var columnCount: Int { Int(PQnfields(storage.pointer)) }

    public func isNull(_ column: Int) throws(PostgresError) -> Bool {
        PQgetisnull(storage.pointer, index, try checked(column)) == 1
    }

    public func optionalBool(_ column: Int) throws(PostgresError) -> Bool? { try read(column, "bool") { $0.bool } }
    public func optionalInt2(_ column: Int) throws(PostgresError) -> Int16? { try read(column, "int2") { $0.integer() } }
    public func optionalInt4(_ column: Int) throws(PostgresError) -> Int32? { try read(column, "int4") { $0.integer() } }
    /// Reads `int2`, `int4` and `int8`, and a `numeric` that is a whole number (what `sum(bigint)` makes).
    public func optionalInt8(_ column: Int) throws(PostgresError) -> Int64? { try read(column, "int8") { $0.integer() } }
    public func optionalDouble(_ column: Int) throws(PostgresError) -> Double? { try read(column, "double") { $0.double } }
    public func optionalText(_ column: Int) throws(PostgresError) -> String? { try read(column, "text") { $0.text } }
    public func optionalBytes(_ column: Int) throws(PostgresError) -> [UInt8]? { try read(column, "bytea") { $0.bytea } }
    /// Microseconds since 1970-01-01 00:00 UTC.
    public func optionalTimestamp(_ column: Int) throws(PostgresError) -> Int64? { try read(column, "timestamptz") { $0.timestamp } }
    public func optionalInt4Array(_ column: Int) throws(PostgresError) -> [Int32]? { try integers(column, "int4[]", ObjectType.int4) }
    public func optionalInt8Array(_ column: Int) throws(PostgresError) -> [Int64]? { try integers(column, "int8[]", ObjectType.int8) }
    public func optionalTextArray(_ column: Int) throws(PostgresError) -> [String]? { try array(column, "text[]") { $0.text } }
    public func optionalByteaArray(_ column: Int) throws(PostgresError) -> [[UInt8]]? { try array(column, "bytea[]") { $0.bytea } }
    public func optionalBoolArray(_ column: Int) throws(PostgresError) -> [Bool]? { try array(column, "bool[]") { $0.bool } }
    public func optionalTimestampArray(_ column: Int) throws(PostgresError) -> [Int64]? {
        try read(column, "timestamptz[]") { cell in
            let wire: [Int64]? = cell.integers(ObjectType.timestamptz)
            return wire?.map(TimestampEpoch.fromWire) ?? cell.elements { element in element?.timestamp }
        }
    }

    public func bool(_ column: Int) throws(PostgresError) -> Bool { try require(optionalBool(column), column) }
    public func int2(_ column: Int) throws(PostgresError) -> Int16 { try require(optionalInt2(column), column) }
    public func int4(_ column: Int) throws(PostgresError) -> Int32 { try require(optionalInt4(column), column) }
    public func int8(_ column: Int) throws(PostgresError) -> Int64 { try require(optionalInt8(column), column) }
    public func double(_ column: Int) throws(PostgresError) -> Double { try require(optionalDouble(column), column) }
    public func text(_ column: Int) throws(PostgresError) -> String { try require(optionalText(column), column) }
    public func bytes(_ column: Int) throws(PostgresError) -> [UInt8] { try require(optionalBytes(column), column) }
    /// Microseconds since 1970-01-01 00:00 UTC.
    public func timestamp(_ column: Int) throws(PostgresError) -> Int64 { try require(optionalTimestamp(column), column) }
    public func int4Array(_ column: Int) throws(PostgresError) -> [Int32] { try require(optionalInt4Array(column), column) }
    public func int8Array(_ column: Int) throws(PostgresError) -> [Int64] { try require(optionalInt8Array(column), column) }
    public func textArray(_ column: Int) throws(PostgresError) -> [String] { try require(optionalTextArray(column), column) }
    public func byteaArray(_ column: Int) throws(PostgresError) -> [[UInt8]] { try require(optionalByteaArray(column), column) }
    public func boolArray(_ column: Int) throws(PostgresError) -> [Bool] { try require(optionalBoolArray(column), column) }
    public func timestampArray(_ column: Int) throws(PostgresError) -> [Int64] { try require(optionalTimestampArray(column), column) }
    /// An array whose elements may be NULL.
    public func textArrayWithNulls(_ column: Int) throws(PostgresError) -> [String?] {
        let decode = { (element: Cell?) -> String?? in
            guard let element else { return .some(nil) }
            return element.text.map { .some($0) }
        }
        return try require(read(column, "text[]") { $0.elements(decode) }, column)
    }

    private func array<T>(_ column: Int, _ type: String, _ decode: (Cell) -> T?) throws(PostgresError) -> [T]? {
        try read(column, type) { cell in cell.elements { element in element.flatMap(decode) } }
    }

    private func integers<T: FixedWidthInteger>(_ column: Int, _ type: String, _ element: UInt32) throws(PostgresError) -> [T]? {
        try read(column, type) { cell in cell.integers(element) ?? cell.elements { element in element.flatMap { $0.integer() } } }
    }

    private func require<T>(_ value: T?, _ column: Int) throws(PostgresError) -> T {
        guard let value else { throw .usage("column \(column) (\(name(column))) is NULL") }
        return value
    }

    /// Hands the cell to `decode`, whose nil says that it has another type.
    private func read<T>(_ column: Int, _ type: String, _ decode: (Cell) -> T?) throws(PostgresError) -> T? {
        let number = try checked(column)
        guard PQgetisnull(storage.pointer, index, number) == 0 else { return nil }
        let value = withExtendedLifetime(storage) {
            let bytes = UnsafeRawBufferPointer(
                start: PQgetvalue(storage.pointer, index, number), count: Int(PQgetlength(storage.pointer, index, number)))
            return decode(Cell(type: PQftype(storage.pointer, number), bytes: bytes))
        }
        guard let value else { throw .usage("column \(column) (\(name(column)), type \(PQftype(storage.pointer, number))) is no \(type)") }
        return value
    }

    private func checked(_ column: Int) throws(PostgresError) -> Int32 {
        guard column >= 0, column < columnCount else { throw .usage("there is no column \(column); the result has \(columnCount)") }
        return Int32(column)
    }

    private func name(_ column: Int) -> String {
        PQfname(storage.pointer, Int32(truncatingIfNeeded: column)).map { String(cString: $0) } ?? "?"
    }
}
