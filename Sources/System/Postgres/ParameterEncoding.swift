/// The parameters of one statement as libpq takes them: types, and values in binary format side by side in one buffer.
struct EncodedParameters {
    private(set) var types: [UInt32] = []
    private(set) var bytes: [UInt8] = []
    /// Where each value lies in `bytes`; nil for NULL.
    private(set) var places: [Range<Int>?] = []

    /// PostgreSQL counts parameters with sixteen bits, and allows a message of one gigabyte.
    static let maximumCount = 65_535, maximumSize = 0x3FFF_0000

    init(_ values: [PostgresValue]) throws(PostgresError) {
        guard values.count <= Self.maximumCount else {
            throw .usage("\(values.count) parameters; at most \(Self.maximumCount) are allowed")
        }
        types.reserveCapacity(values.count)
        places.reserveCapacity(values.count)
        for value in values {
            types.append(value.objectType)
            if value == .null {
                places.append(nil)
            } else {
                let start = bytes.count
                value.append(to: &bytes)
                places.append(start..<bytes.count)
            }
            guard bytes.count <= Self.maximumSize else {
                throw .usage("the parameters of one statement take more than \(Self.maximumSize) octets")
            }
        }
    }
}

extension PostgresValue {
    /// 0 leaves the type to the server.
    var objectType: UInt32 {
        switch self {
        case .null: 0
        case .bool: ObjectType.bool
        case .int2: ObjectType.int2
        case .int4: ObjectType.int4
        case .int8: ObjectType.int8
        case .double: ObjectType.float8
        case .text: ObjectType.text
        case .bytea: ObjectType.bytea
        case .timestamp: ObjectType.timestamptz
        case .boolArray: ObjectType.boolArray
        case .int4Array: ObjectType.int4Array
        case .int8Array, .optionalInt8Array: ObjectType.int8Array
        case .textArray, .optionalTextArray: ObjectType.textArray
        case .byteaArray, .optionalByteaArray: ObjectType.byteaArray
        case .timestampArray: ObjectType.timestamptzArray
        }
    }

    func append(to bytes: inout [UInt8]) {
        switch self {
        case .null: break
        case .bool(let value): bytes.append(value ? 1 : 0)
        case .int2(let value): bytes.append(bigEndian: value)
        case .int4(let value): bytes.append(bigEndian: value)
        case .int8(let value): bytes.append(bigEndian: value)
        case .double(let value): bytes.append(bigEndian: value.bitPattern)
        case .text(let value): bytes.append(contentsOf: value.utf8)
        case .bytea(let value): bytes.append(contentsOf: value)
        case .timestamp(let value): bytes.append(bigEndian: TimestampEpoch.toWire(value))
        case .boolArray(let values): bytes.append(array: values, of: ObjectType.bool) { $1.append($0 ? 1 : 0) }
        case .int4Array(let values): bytes.append(array: values, of: ObjectType.int4) { $1.append(bigEndian: $0) }
        case .int8Array(let values): bytes.append(array: values, of: ObjectType.int8) { $1.append(bigEndian: $0) }
        case .textArray(let values): bytes.append(array: values, of: ObjectType.text) { $1.append(contentsOf: $0.utf8) }
        case .byteaArray(let values): bytes.append(array: values, of: ObjectType.bytea) { $1.append(contentsOf: $0) }
        case .timestampArray(let values):
            bytes.append(array: values, of: ObjectType.timestamptz) { $1.append(bigEndian: TimestampEpoch.toWire($0)) }
        case .optionalInt8Array(let values): bytes.append(array: values, of: ObjectType.int8) { $1.append(bigEndian: $0) }
        case .optionalTextArray(let values): bytes.append(array: values, of: ObjectType.text) { $1.append(contentsOf: $0.utf8) }
        case .optionalByteaArray(let values): bytes.append(array: values, of: ObjectType.bytea) { $1.append(contentsOf: $0) }
        }
    }
}

extension [UInt8] {
    mutating func append<T: FixedWidthInteger>(bigEndian value: T) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    /// `array_recv`: dimensions, whether NULLs occur, element type; then, unless empty, length and lower bound; then the elements.
    mutating func append<T>(array values: [T?], of type: UInt32, _ encode: (T, inout [UInt8]) -> Void) {
        append(bigEndian: Int32(values.isEmpty ? 0 : 1))
        append(bigEndian: Int32(values.contains { $0 == nil } ? 1 : 0))
        append(bigEndian: type)
        guard !values.isEmpty else { return }
        append(bigEndian: Int32(truncatingIfNeeded: values.count))
        append(bigEndian: Int32(1))
        for value in values {
            guard let value else {
                append(bigEndian: Int32(-1))
                continue
            }
            let lengthAt = count
            append(bigEndian: Int32(0))
            encode(value, &self)
            let length = Int32(truncatingIfNeeded: count - lengthAt - 4)
            Swift.withUnsafeBytes(of: length.bigEndian) { replaceSubrange(lengthAt..<lengthAt + 4, with: $0) }
        }
    }
}
