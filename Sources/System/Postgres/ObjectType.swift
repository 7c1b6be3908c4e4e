/// Object identifiers of the built-in types (PostgreSQL's `pg_type.dat`): they never change.
enum ObjectType {
    static let bool: UInt32 = 16, bytea: UInt32 = 17, char: UInt32 = 18, name: UInt32 = 19
    static let int8: UInt32 = 20, int2: UInt32 = 21, int4: UInt32 = 23, text: UInt32 = 25, oid: UInt32 = 26
    static let json: UInt32 = 114, xml: UInt32 = 142, float4: UInt32 = 700, float8: UInt32 = 701, unknown: UInt32 = 705
    static let bpchar: UInt32 = 1042, varchar: UInt32 = 1043, timestamptz: UInt32 = 1184, numeric: UInt32 = 1700
    static let boolArray: UInt32 = 1000, byteaArray: UInt32 = 1001, nameArray: UInt32 = 1003, int2Array: UInt32 = 1005
    static let int4Array: UInt32 = 1007, textArray: UInt32 = 1009, varcharArray: UInt32 = 1015, int8Array: UInt32 = 1016
    static let float8Array: UInt32 = 1022, timestamptzArray: UInt32 = 1185

    /// Types made by CREATE TYPE or an extension begin here (`FirstNormalObjectId`); enumerations and `citext` are sent as text.
    static let firstUserDefined: UInt32 = 16384

    static func isSentAsText(_ type: UInt32) -> Bool {
        switch type {
        case text, varchar, bpchar, name, char, unknown, json, xml: true
        default: type >= firstUserDefined
        }
    }

    static func isArray(_ type: UInt32) -> Bool {
        switch type {
        case boolArray, byteaArray, nameArray, int2Array, int4Array, textArray, varcharArray, int8Array, float8Array, timestamptzArray: true
        default: type >= firstUserDefined
        }
    }
}

/// PostgreSQL counts microseconds from 2000-01-01, we from 1970-01-01. The outermost values stand for infinity on both sides.
enum TimestampEpoch {
    static let difference: Int64 = 946_684_800_000_000

    static func toWire(_ microseconds: Int64) -> Int64 {
        guard microseconds != .max, microseconds != .min else { return microseconds }
        let (value, overflow) = microseconds.subtractingReportingOverflow(difference)
        return overflow ? .min : value
    }

    static func fromWire(_ microseconds: Int64) -> Int64 {
        guard microseconds != .max, microseconds != .min else { return microseconds }
        let (value, overflow) = microseconds.addingReportingOverflow(difference)
        return overflow ? .max : value
    }
}
