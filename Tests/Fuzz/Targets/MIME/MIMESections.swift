import MIME

/// `BODY[…]`: sections put together are the message again, and pieces of a section are the section.
enum MIMESections {
    static func check(_ input: [UInt8]) throws {
        let message = ParsedMessage(input)
        try check(message.root, at: [], of: message)
        var budget = 50
        try walk(message.root, at: [], of: message, &budget)
        for key in ["", "a", "\u{FC}bung"] {
            let key = SearchKey(key)
            if message.bodyContains(key) { try promise(message.textContains(key), "found in the body, and not in the whole text") }
        }
    }

    /// - Parameter entity: what the path leads to; the message itself when it is empty.
    private static func walk(_ entity: Entity, at path: [Int], of message: ParsedMessage, _ budget: inout Int) throws {
        let isMessage = path.isEmpty || entity.kind == .message
        let container = path.isEmpty ? entity : entity.embedded ?? entity
        let children = container.kind == .multipart ? container.children : isMessage ? [container] : []
        for (index, child) in children.enumerated() where budget > 0 {
            budget -= 1
            let path = path + [index + 1]
            try promiseEqual(message.part(path)?.range, child.range, "part \(path)")
            try promiseEqual(message.bytes(of: MessageSection(part: path)), Array(message.bytes[child.bodyRange]), "BODY[\(path)]")
            try promiseEqual(
                message.bytes(of: MessageSection(part: path, text: .mime)), Array(message.bytes[child.headerRange]), "BODY[\(path).MIME]")
            if let embedded = child.embedded { try check(embedded, at: path, of: message) }
            if child.kind != .leaf { try walk(child, at: path, of: message, &budget) }
        }
        try promise(message.part(path + [children.count + 1]) == nil, "a part behind the last of \(path)")
        try promise(message.part(path + [0]) == nil, "part 0 of \(path)")
    }

    /// HEADER and TEXT are the whole; a list of fields and all but these are the header; so are pieces of either.
    private static func check(_ whole: Entity, at path: [Int], of message: ParsedMessage) throws {
        func bytes(_ text: MessageSection.Text) throws -> [UInt8] {
            guard let bytes = message.bytes(of: MessageSection(part: path, text: text)) else {
                throw BrokenPromise(description: "no \(text) of \(path)")
            }
            return bytes
        }
        let header = try bytes(.header), text = try bytes(.text)
        try promiseEqual(header + text, Array(message.bytes[whole.range]), "HEADER and TEXT of \(path)")
        let names = whole.fields.prefix(3).map { Array(message.name(of: $0)) }
        let listed = try bytes(.headerFields(names)), others = try bytes(.headerFieldsNot(names))
        let allFields = whole.fields.reduce(0) { $0 + $1.range.count }
        try promiseEqual(listed.count + others.count, allFields + 2 * whole.separatorRange.count, "octets of fields, listed and not")
        for section in [MessageSection.Text.text, .headerFieldsNot(names)] {
            guard let ranges = message.section(MessageSection(part: path, text: section)) else { continue }
            let expected = ranges.bytes(of: message.bytes)
            try promiseEqual(ranges.octets, expected.count, "octets of a section")
            let step = max(1, expected.count / 3)
            let pieces = stride(from: 0, through: expected.count, by: step).flatMap {
                ranges.partial(offset: $0, octets: step).bytes(of: message.bytes)
            }
            try promiseEqual(pieces, expected, "a section in pieces")
        }
    }
}
