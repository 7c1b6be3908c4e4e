import IMAP
import MIME

/// Any bytes are a message: its parts lie inside each other and in order, the lines are counted right, and what IMAP shows is IMAP.
enum MIMEMessages {
    static func check(_ input: [UInt8]) throws {
        var tight = MessageLimits()
        (tight.depth, tight.parts, tight.fields, tight.allFields) = (3, 4, 3, 8)
        for limits in [MessageLimits(), tight] {
            let message = ParsedMessage(input, limits: limits)
            try promiseEqual(message.root.range, 0..<input.count, "the message's range")
            var parts = 0
            try check(message.root, in: input, limits, depth: 0, &parts)
            try promise(parts <= limits.parts, "\(parts) parts")
            try checkStructure(of: message)
        }
    }

    private static func check(_ entity: Entity, in bytes: [UInt8], _ limits: MessageLimits, depth: Int, _ parts: inout Int) throws {
        try promise(depth <= limits.depth, "parts \(depth) deep")
        try promise(entity.headerRange.upperBound == entity.bodyRange.lowerBound, "something between header and body")
        try promiseEqual(entity.headerLines, bytes[entity.headerRange].count { $0 == 10 }, "lines of the header")
        try promiseEqual(entity.bodyLines, bytes[entity.bodyRange].count { $0 == 10 }, "lines of the body")
        if entity.hasSeparator {
            try promiseEqual(entity.separatorRange.upperBound, entity.headerRange.upperBound, "where the blank line ends")
            try promise([[10], [13, 10], [13]].contains(Array(bytes[entity.separatorRange])), "the blank line")
        }
        var position = entity.headerRange.lowerBound
        try promise(entity.fields.count <= limits.fields, "\(entity.fields.count) fields")
        for field in entity.fields {
            try promise(field.range.lowerBound >= position && field.range.upperBound <= entity.headerRange.upperBound, "a field's range")
            try promise(field.range.contains(field.nameRange) && field.range.contains(field.valueRange), "a field's name or value")
            position = field.range.upperBound
        }
        position = entity.bodyRange.lowerBound
        for child in entity.children {
            parts += 1
            try promise(child.range.lowerBound >= position && child.range.upperBound <= entity.bodyRange.upperBound, "a part's range")
            position = child.range.upperBound
            try check(child, in: bytes, limits, depth: depth + 1, &parts)
        }
    }

    private static func checkStructure(of message: ParsedMessage) throws {
        let structure = CachedStructure(of: message)
        try promiseEqual(CachedStructure(decoding: structure.encoded), structure, "the structure, kept and read back")
        var response = ResponseWriter()
        response.envelope(structure.envelope)
        response.text(" ")
        response.body(structure.body, extensible: false)
        response.text(" ")
        response.body(structure.body, extensible: true)
        try IMAPResponseText.check(response.bytes, values: 3)
    }
}

/// Reads a response as a client does, to see that it is one: lists, quoted strings, literals, atoms.
enum IMAPResponseText {
    static func check(_ bytes: [UInt8], values: Int) throws {
        var position = 0, depth = 0, found = 0
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"):
                depth -= 1
                try promise(depth >= 0, "a list that never began: \(shown(bytes))")
                if depth == 0 { found += 1 }
            case UInt8(ascii: "\""):
                repeat {
                    position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
                    let fits = position < bytes.count && (bytes[position] >= 32 || bytes[position] == 9) && bytes[position] < 127
                    try promise(fits, "a quoted string: \(shown(bytes))")
                } while bytes[position] != UInt8(ascii: "\"")
            case UInt8(ascii: "{"):
                guard let end = bytes[position...].firstIndex(of: 10),
                    let count = Int(String(decoding: bytes[(position + 1)..<(end - 2)], as: UTF8.self))
                else { throw BrokenPromise(description: "a literal without its mark: \(shown(bytes))") }
                position = end + count
                try promise(position < bytes.count, "a literal behind the end")
            case UInt8(ascii: " "): break
            default:
                let isAtom = (0x30...0x39).contains(byte) || "NIL".utf8.contains(byte)
                try promise(isAtom, "an octet where none may be: \(shown(bytes[position...]))")
            }
            position += 1
        }
        try promise(depth == 0, "a list that does not end")
        try promiseEqual(found, values, "values in the response")
    }
}

extension Range<Int> {
    fileprivate func contains(_ other: Range<Int>) -> Bool { other.lowerBound >= lowerBound && other.upperBound <= upperBound }
}
