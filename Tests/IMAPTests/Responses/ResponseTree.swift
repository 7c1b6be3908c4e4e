/// A reader of responses as a client has it: words, strings, NIL and lists.
indirect enum ResponseTree: Equatable {
    case word(String), string([UInt8]), list([ResponseTree]), null

    static func string(_ text: String) -> ResponseTree { .string(Array(text.utf8)) }

    static func read(_ bytes: [UInt8]) -> [ResponseTree]? {
        var position = 0
        guard let trees = readList(bytes, &position, closing: nil), position == bytes.count else { return nil }
        return trees
    }

    private static func readList(_ bytes: [UInt8], _ position: inout Int, closing: UInt8?) -> [ResponseTree]? {
        var trees: [ResponseTree] = []
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: ")"):
                position += 1
                return closing == nil ? nil : trees
            case UInt8(ascii: " "): position += 1
            case UInt8(ascii: "("):
                position += 1
                guard let inner = readList(bytes, &position, closing: UInt8(ascii: ")")) else { return nil }
                trees.append(.list(inner))
            case UInt8(ascii: "\""):
                guard let text = readQuoted(bytes, &position) else { return nil }
                trees.append(.string(text))
            case UInt8(ascii: "{"):
                guard let end = bytes[position...].firstIndex(of: 10),
                    let count = Int(String(decoding: bytes[(position + 1)..<(end - 2)], as: UTF8.self))
                else { return nil }
                trees.append(.string(Array(bytes[(end + 1)..<(end + 1 + count)])))
                position = end + 1 + count
            case 13: position += 2
            default:
                let start = position
                while position < bytes.count, bytes[position] > 32, bytes[position] != 40, bytes[position] != 41 { position += 1 }
                let word = String(decoding: bytes[start..<position], as: UTF8.self)
                trees.append(word == "NIL" ? .null : .word(word))
            }
        }
        return closing == nil ? trees : nil
    }

    private static func readQuoted(_ bytes: [UInt8], _ position: inout Int) -> [UInt8]? {
        var text: [UInt8] = []
        position += 1
        while position < bytes.count {
            defer { position += 1 }
            if bytes[position] == UInt8(ascii: "\"") { return text }
            if bytes[position] == UInt8(ascii: "\\") { position += 1 }
            guard position < bytes.count, (0x20..<0x7F).contains(bytes[position]) || bytes[position] == 9 else { return nil }
            text.append(bytes[position])
        }
        return nil
    }
}
