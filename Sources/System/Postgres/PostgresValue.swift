/// A parameter of a statement. Each case is sent in PostgreSQL's binary format as the type that it names; write a cast in the SQL
/// (`$1::inet`) for a type that has no case here.
public enum PostgresValue: Sendable, Equatable {
    /// NULL of the type that the server infers.
    case null
    case bool(Bool)
    case int2(Int16)
    case int4(Int32)
    case int8(Int64)
    case double(Double)
    case text(String)
    case bytea([UInt8])
    /// `timestamptz`: microseconds since 1970-01-01 00:00 UTC.
    case timestamp(Int64)
    case boolArray([Bool])
    case int4Array([Int32])
    case int8Array([Int64])
    case textArray([String])
    case byteaArray([[UInt8]])
    /// Microseconds since 1970-01-01 00:00 UTC each.
    case timestampArray([Int64])
    /// Arrays with NULL elements.
    case optionalInt8Array([Int64?])
    case optionalTextArray([String?])
    case optionalByteaArray([[UInt8]?])

    /// NULL for nil.
    public static func optionalText(_ value: String?) -> PostgresValue { value.map(PostgresValue.text) ?? .null }
    public static func optionalInt4(_ value: Int32?) -> PostgresValue { value.map(PostgresValue.int4) ?? .null }
    public static func optionalInt8(_ value: Int64?) -> PostgresValue { value.map(PostgresValue.int8) ?? .null }
    public static func optionalBool(_ value: Bool?) -> PostgresValue { value.map(PostgresValue.bool) ?? .null }
    public static func optionalBytea(_ value: [UInt8]?) -> PostgresValue { value.map(PostgresValue.bytea) ?? .null }
    public static func optionalTimestamp(_ value: Int64?) -> PostgresValue { value.map(PostgresValue.timestamp) ?? .null }
}

extension PostgresValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
    ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
    /// An integer literal is an `int8`.
    public init(integerLiteral value: Int64) { self = .int8(value) }
    public init(stringLiteral value: String) { self = .text(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(nilLiteral: ()) { self = .null }
}

/// One SQL command with its parameters `$1`, `$2`, …
public struct PostgresStatement: Sendable, Equatable {
    /// One command; its text is the key under which each connection keeps it prepared, so it should be constant.
    public var sql: String
    public var parameters: [PostgresValue]

    public init(_ sql: String, _ parameters: [PostgresValue] = []) {
        self.sql = sql
        self.parameters = parameters
    }
}
