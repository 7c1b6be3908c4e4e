/// Base 64 on octets (RFC 4648 §4), strict: padding is required, and nothing outside the alphabet is skipped.
public enum Base64 {
    public static func encode(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var group: UInt32 = 0, held = 0
        for byte in bytes {
            group = group << 8 | UInt32(byte)
            held += 1
            guard held == 3 else { continue }
            for shift in [18, 12, 6, 0] as [UInt32] { text.append(symbol(group >> shift)) }
            group = 0
            held = 0
        }
        if held == 1 { text += [symbol(group >> 2), symbol(group << 4), padding, padding] }
        if held == 2 { text += [symbol(group >> 10), symbol(group >> 4), symbol(group << 2), padding] }
        return text
    }

    /// - Returns: nil for anything that `encode` would not have written: wrong length, foreign characters, stray bits.
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 4) else { return nil }
        let pads = text.suffix(2).reduce(0) { $1 == padding ? $0 + 1 : 0 }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var group: UInt32 = 0, held = 0
        for character in text.dropLast(pads) {
            guard let value = value(of: character) else { return nil }
            group = group << 6 | value
            held += 1
            guard held == 4 else { continue }
            for shift in [16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: group >> shift)) }
            group = 0
            held = 0
        }
        switch held {
        case 0 where pads == 0: break
        case 3 where group & 0b11 == 0: bytes += [UInt8(truncatingIfNeeded: group >> 10), UInt8(truncatingIfNeeded: group >> 2)]
        case 2 where group & 0b1111 == 0: bytes.append(UInt8(truncatingIfNeeded: group >> 4))
        default: return nil
        }
        return bytes
    }

    private static let padding = UInt8(ascii: "=")

    private static func symbol(_ bits: UInt32) -> UInt8 {
        switch UInt8(truncatingIfNeeded: bits & 0b11_1111) {
        case let value where value < 26: UInt8(ascii: "A") + value
        case let value where value < 52: UInt8(ascii: "a") + (value - 26)
        case let value where value < 62: UInt8(ascii: "0") + (value - 52)
        case 62: UInt8(ascii: "+")
        default: UInt8(ascii: "/")
        }
    }

    private static func value(of character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
