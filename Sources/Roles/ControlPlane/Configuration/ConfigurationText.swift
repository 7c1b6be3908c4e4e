/// JSON (RFC 8259) as people write configuration: every value knows the line on which it stands, so that a mistake can be
/// shown. Comments are not JSON and are refused.
struct ConfigurationText {
    struct Value {
        var line: Int
        var content: Content
    }
    indirect enum Content {
        case null, bool(Bool), number(Double), integer(Int64), string(String)
        case array([Value]), object([Member])
    }
    struct Member {
        var name: String
        var line: Int
        var value: Value
    }
    struct Mistake: Error {
        var line: Int
        var what: String
    }

    private static let deepest = 16
    private let bytes: [UInt8]
    private var index = 0
    private var line = 1

    static func read(_ bytes: [UInt8]) throws(Mistake) -> Value {
        var text = ConfigurationText(bytes: bytes)
        let value = try text.value(depth: 0)
        text.skipSpace()
        guard text.index == bytes.count else { throw text.mistake("there is something behind the closing brace") }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func mistake(_ what: String) -> Mistake { Mistake(line: line, what: what) }
    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
            if byte == 0x0A { line += 1 }
            index += 1
        }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard next == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func value(depth: Int) throws(Mistake) -> Value {
        skipSpace()
        guard depth < Self.deepest else { throw mistake("it is nested too deep") }
        let start = line
        switch next {
        case UInt8(ascii: "{"): return Value(line: start, content: .object(try object(depth: depth)))
        case UInt8(ascii: "["): return Value(line: start, content: .array(try array(depth: depth)))
        case UInt8(ascii: "\""): return Value(line: start, content: .string(try string()))
        default: return Value(line: start, content: try word())
        }
    }

    private mutating func object(depth: Int) throws(Mistake) -> [Member] {
        index += 1
        var members: [Member] = []
        if take("}") { return members }
        repeat {
            skipSpace()
            let start = line
            guard next == UInt8(ascii: "\"") else { throw mistake("a key in quotation marks is expected") }
            let name = try string()
            guard !members.contains(where: { $0.name == name }) else { throw mistake("\"\(name)\" stands there twice") }
            guard take(":") else { throw mistake("a colon is expected after \"\(name)\"") }
            members.append(Member(name: name, line: start, value: try value(depth: depth + 1)))
        } while take(",")
        guard take("}") else { throw mistake("a comma or a closing brace is expected") }
        return members
    }

    private mutating func array(depth: Int) throws(Mistake) -> [Value] {
        index += 1
        var values: [Value] = []
        if take("]") { return values }
        repeat { values.append(try value(depth: depth + 1)) } while take(",")
        guard take("]") else { throw mistake("a comma or a closing bracket is expected") }
        return values
    }

    private mutating func string() throws(Mistake) -> String {
        index += 1
        var text: [UInt8] = []
        while let byte = next {
            index += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let result = String(validating: text, as: UTF8.self) else { throw mistake("the text is not UTF-8") }
                return result
            case UInt8(ascii: "\\"): text += try escaped()
            case 0..<0x20: throw mistake("a text is not closed")
            default: text.append(byte)
            }
        }
        throw mistake("a text is not closed")
    }

    private mutating func escaped() throws(Mistake) -> [UInt8] {
        guard let byte = next else { throw mistake("a text is not closed") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "t"): return [0x09]
        default: throw mistake("of the escapes, only \\\" \\\\ \\/ \\n and \\t are understood here; write the character itself")
        }
    }

    private mutating func word() throws(Mistake) -> Content {
        let start = index
        while let byte = next, byte > 0x20, !",]}:".utf8.contains(byte) { index += 1 }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        switch text {
        case "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        default:
            if let integer = Int64(text) { return .integer(integer) }
            if let number = Double(text) { return .number(number) }
            throw mistake(text.isEmpty ? "a value is missing" : "\(text.prefix(40)) is no JSON value")
        }
    }
}
