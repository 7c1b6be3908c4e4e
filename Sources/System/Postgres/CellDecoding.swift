/// One field of a row in PostgreSQL's binary format. Each property is nil when the field has another type or is malformed.
struct Cell {
    let type: UInt32
    let bytes: UnsafeRawBufferPointer

    var bool: Bool? {
        guard type == ObjectType.bool, bytes.count == 1 else { return nil }
        return bytes[0] != 0
    }

    func integer<T: FixedWidthInteger>() -> T? {
        switch (type, bytes.count) {
        case (ObjectType.int2, 2): bytes.bigEndian(at: 0, as: Int16.self).flatMap(T.init(exactly:))
        case (ObjectType.int4, 4): bytes.bigEndian(at: 0, as: Int32.self).flatMap(T.init(exactly:))
        case (ObjectType.int8, 8): bytes.bigEndian(at: 0, as: Int64.self).flatMap(T.init(exactly:))
        case (ObjectType.oid, 4): bytes.bigEndian(at: 0, as: UInt32.self).flatMap(T.init(exactly:))
        case (ObjectType.numeric, _): wholeNumeric.flatMap(T.init(exactly:))
        default: nil
        }
    }

    var double: Double? {
        switch (type, bytes.count) {
        case (ObjectType.float8, 8): bytes.bigEndian(at: 0, as: UInt64.self).map(Double.init(bitPattern:))
        case (ObjectType.float4, 4): bytes.bigEndian(at: 0, as: UInt32.self).map { Double(Float(bitPattern: $0)) }
        default: nil
        }
    }

    var text: String? {
        ObjectType.isSentAsText(type) ? String(validating: bytes, as: UTF8.self) : nil
    }

    var bytea: [UInt8]? { type == ObjectType.bytea ? [UInt8](bytes) : nil }

    /// Microseconds since 1970-01-01 00:00 UTC.
    var timestamp: Int64? {
        guard type == ObjectType.timestamptz, bytes.count == 8 else { return nil }
        return bytes.bigEndian(at: 0, as: Int64.self).map(TimestampEpoch.fromWire)
    }

    /// A `numeric` without a fraction (`numeric_send`: digits of base 10,000, the weight of the first, sign, scale).
    private var wholeNumeric: Int64? {
        guard let count = bytes.bigEndian(at: 0, as: Int16.self), let weight = bytes.bigEndian(at: 2, as: Int16.self),
            let sign = bytes.bigEndian(at: 4, as: UInt16.self), sign == 0 || sign == 0x4000,
            count >= 0, Int(count) <= Int(weight) + 1, weight < 5
        else { return nil }
        var value: Int64 = 0
        for place in 0..<max(0, Int(weight) + 1) {
            var digit: Int16 = 0
            if place < Int(count) {
                guard let next = bytes.bigEndian(at: 8 + 2 * place, as: Int16.self) else { return nil }
                digit = next
            }
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10_000)
            let signed = sign == 0 ? Int64(digit) : -Int64(digit)
            let (sum, overflowed) = shifted.addingReportingOverflow(signed)
            guard !overflow, !overflowed else { return nil }
            value = sum
        }
        return value
    }

    /// An array of integers of the type `element`, which is as wide as `T`, without NULLs, and of one dimension; nil for any other. Large
    /// arrays are read this way.
    func integers<T: FixedWidthInteger>(_ element: UInt32) -> [T]? {
        guard ObjectType.isArray(type), bytes.count >= 20, bytes.bigEndian(at: 0, as: Int32.self) == 1,
            bytes.bigEndian(at: 8, as: UInt32.self) == element, let count = bytes.bigEndian(at: 12, as: Int32.self)
        else { return nil }
        let width = T.bitWidth / 8, stride = 4 + width
        guard count >= 0, bytes.count == 20 + Int(count) * stride else { return nil }
        var values: [T] = []
        values.reserveCapacity(Int(count))
        var offset = 20
        while offset < bytes.count {
            guard Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)) == Int32(width) else { return nil }
            values.append(T(bigEndian: bytes.loadUnaligned(fromByteOffset: offset + 4, as: T.self)))
            offset += stride
        }
        return values
    }

    /// The elements of an array of one dimension (`array_send`), each nil where it is NULL; nil when `decode` refuses one.
    func elements<T>(_ decode: (Cell?) -> T?) -> [T]? {
        guard ObjectType.isArray(type), let dimensions = bytes.bigEndian(at: 0, as: Int32.self),
            let elementType = bytes.bigEndian(at: 8, as: UInt32.self)
        else { return nil }
        if dimensions == 0 { return [] }
        guard dimensions == 1, let count = bytes.bigEndian(at: 12, as: Int32.self), count >= 0 else { return nil }
        var values: [T] = []
        values.reserveCapacity(min(Int(count), bytes.count / 4))
        var offset = 20  // behind the header and the one dimension's length and lower bound
        for _ in 0..<count {
            guard let length = bytes.bigEndian(at: offset, as: Int32.self) else { return nil }
            offset += 4
            var element: Cell?
            if length >= 0 {
                guard bytes.count - offset >= Int(length) else { return nil }
                element = Cell(type: elementType, bytes: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + Int(length)]))
                offset += Int(length)
            }
            guard let value = decode(element) else { return nil }
            values.append(value)
        }
        return values
    }
}

extension UnsafeRawBufferPointer {
    /// An integer in network byte order; nil when it does not lie inside the buffer.
    func bigEndian<T: FixedWidthInteger>(at offset: Int, as type: T.Type) -> T? {
        guard offset >= 0, count - offset >= MemoryLayout<T>.size else { return nil }
        return T(bigEndian: loadUnaligned(fromByteOffset: offset, as: type))
    }
}
