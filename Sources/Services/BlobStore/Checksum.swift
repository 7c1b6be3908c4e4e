import CChecksum

/// CRC-32C (Castagnoli), as in RFC 3385 and RFC 9260 appendix A: finds all errors of up to 32 adjacent bits. Eight octets a step.
package enum Checksum {
    private static let hasInstruction = casella_has_crc32c() == 1

    package static func crc32c(_ bytes: UnsafeRawBufferPointer, continuing previous: UInt32 = 0) -> UInt32 {
        guard hasInstruction else { return tabled(bytes, continuing: previous) }
        return ~casella_crc32c(~previous, bytes.baseAddress, bytes.count)
    }

    /// The same without the processor's instruction.
    package static func tabled(_ bytes: UnsafeRawBufferPointer, continuing previous: UInt32 = 0) -> UInt32 {
        tables.withUnsafeBufferPointer { table in
            var crc = ~previous
            var index = 0
            while index &+ 8 <= bytes.count {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) ^ UInt64(crc)
                crc = table[1792 &+ Int(word & 0xff)] ^ table[1536 &+ Int(word >> 8 & 0xff)]
                    ^ table[1280 &+ Int(word >> 16 & 0xff)] ^ table[1024 &+ Int(word >> 24 & 0xff)]
                    ^ table[768 &+ Int(word >> 32 & 0xff)] ^ table[512 &+ Int(word >> 40 & 0xff)]
                    ^ table[256 &+ Int(word >> 48 & 0xff)] ^ table[Int(word >> 56)]
                index &+= 8
            }
            while index < bytes.count {
                crc = table[Int((crc ^ UInt32(bytes[index])) & 0xff)] ^ (crc >> 8)
                index &+= 1
            }
            return ~crc
        }
    }

    /// Table k holds the checksum of an octet that k octets of zero follow.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for octet in 0..<256 {
            var crc = UInt32(octet)
            for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0x82f6_3b78 : crc >> 1 }
            tables[octet] = crc
        }
        for place in 256..<tables.count {
            let shorter = tables[place - 256]
            tables[place] = tables[Int(shorter & 0xff)] ^ (shorter >> 8)
        }
        return tables
    }()
}
