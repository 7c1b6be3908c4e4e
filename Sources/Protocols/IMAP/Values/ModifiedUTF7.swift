/// Modified UTF-7, the encoding of mailbox names on the wire (RFC 3501 §5.1.3).
public enum ModifiedUTF7 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,".utf8)

    private static func value(of byte: UInt8) -> UInt32? {
        switch byte {
        case 0x41...0x5A: UInt32(byte - 0x41)
        case 0x61...0x7A: UInt32(byte - 0x61) + 26
        case 0x30...0x39: UInt32(byte - 0x30) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: ","): 63
        default: nil
        }
    }

    public static func encode(_ name: String) -> [UInt8] {
        var output: [UInt8] = []
        var bits: UInt32 = 0, count = 0, shifted = false
        func endShift() {
            guard shifted else { return }
            if count > 0 { output.append(alphabet[Int((bits << (6 - UInt32(count))) & 0x3F)]) }
            output.append(UInt8(ascii: "-"))
            (bits, count, shifted) = (0, 0, false)
        }
        for unit in name.utf16 {
            if unit >= 0x20, unit <= 0x7E {
                endShift()
                output.append(UInt8(truncatingIfNeeded: unit))
                if unit == 0x26 { output.append(UInt8(ascii: "-")) }
                continue
            }
            if !shifted {
                output.append(UInt8(ascii: "&"))
                shifted = true
            }
            bits = (bits & 0x3F) << 16 | UInt32(unit)
            count += 16
            while count >= 6 {
                count -= 6
                output.append(alphabet[Int((bits >> UInt32(count)) & 0x3F)])
            }
        }
        endShift()
        return output
    }

    /// Nil when the octets are not valid: bad base64, printable ASCII inside a shift, superfluous shifts, lone surrogates, control
    /// characters. Names in plain UTF-8, which some clients send, are taken as what they plainly mean.
    public static func decode(_ name: some Collection<UInt8>) -> String? {
        var units: [UInt16] = []
        var iterator = name.makeIterator()
        var afterShift = false
        var plain: [UInt8] = []
        func flushPlain() -> Bool {
            guard !plain.isEmpty else { return true }
            guard let text = String(validating: plain, as: UTF8.self) else { return false }
            units.append(contentsOf: text.utf16)
            plain = []
            return true
        }
        while let byte = iterator.next() {
            guard byte >= 0x20, byte != 0x7F else { return nil }
            guard byte == UInt8(ascii: "&") else {
                plain.append(byte)
                afterShift = false
                continue
            }
            guard flushPlain() else { return nil }
            guard let shift = decodeShift(&iterator) else { return nil }
            if shift.isEmpty {
                units.append(0x26)
                afterShift = false
            } else {
                guard !afterShift else { return nil }
                units.append(contentsOf: shift)
                afterShift = true
            }
        }
        guard flushPlain() else { return nil }
        return String(validating: units, as: UTF16.self)
    }

    /// The base64 between `&` and `-`; empty for `&-`.
    private static func decodeShift(_ iterator: inout some IteratorProtocol<UInt8>) -> [UInt16]? {
        var units: [UInt16] = []
        var bits: UInt32 = 0, count: UInt32 = 0, digits = 0
        while let byte = iterator.next() {
            if byte == UInt8(ascii: "-") {
                guard digits > 0 else { return [] }
                return !units.isEmpty && count < 6 && bits & ((1 << count) - 1) == 0 ? units : nil
            }
            guard let value = value(of: byte) else { return nil }
            digits += 1
            bits = (bits << 6 | value) & 0x3F_FFFF
            count += 6
            if count >= 16 {
                count -= 16
                let unit = UInt16(truncatingIfNeeded: bits >> count)
                guard unit > 0x7E || unit < 0x20 else { return nil }
                guard unit >= 0x20, unit != 0x7F else { return nil }
                units.append(unit)
            }
        }
        return nil
    }
}
