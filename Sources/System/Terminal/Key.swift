/// What somebody pressed, as far as it is told apart.
public enum Key: Sendable, Equatable {
    case character(Character), left, right, up, down

    /// The keys in what a terminal sent in one go: ASCII, and arrows as `ESC [ A` or `ESC O A`. All else is passed over.
    public static func read(_ bytes: [UInt8]) -> [Key] {
        var keys: [Key] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            if byte == 0x1B, let opening = rest.first, opening == UInt8(ascii: "[") || opening == UInt8(ascii: "O") {
                rest.removeFirst()
                while let parameter = rest.first, parameter < 0x40 { rest.removeFirst() }
                switch rest.popFirst() {
                case UInt8(ascii: "A"): keys.append(.up)
                case UInt8(ascii: "B"): keys.append(.down)
                case UInt8(ascii: "C"): keys.append(.right)
                case UInt8(ascii: "D"): keys.append(.left)
                default: break
                }
            } else if byte < 0x80 {
                keys.append(.character(Character(Unicode.Scalar(byte))))
            }
        }
        return keys
    }
}
