/// An element of an XML document that somebody else wrote, as far as settings need it: names without their namespaces, attributes, text.
///
/// There are no entities but the five that XML knows by itself: text with others counts as empty, and a document with a DTD, with CDATA or
/// of other text than UTF-8 is not read. Limit: 50 levels.
struct XMLElement: Sendable, Equatable {
    let name: String
    let attributes: [String: String]
    /// What stands directly in it, without blanks around it.
    fileprivate(set) var text = ""
    fileprivate(set) var children: [XMLElement] = []

    static let depthLimit = 50

    fileprivate init(_ tag: ArraySlice<UInt8>) {
        name = Self.local(tag.prefix { !XMLReader.isBlank($0) })
        attributes = XMLReader.attributes(of: tag)
    }

    fileprivate static func local(_ name: ArraySlice<UInt8>) -> String {
        String(decoding: name[(name.lastIndex(of: UInt8(ascii: ":")).map { $0 + 1 } ?? name.startIndex)...], as: UTF8.self)
    }

    /// nil: it is no document that we read.
    init?(document: [UInt8]) {
        var reader = XMLReader(document)
        guard let root = reader.root() else { return nil }
        self = root
    }

    /// The elements of the name, wherever they are in this one; none that is in another of them.
    func all(_ name: String) -> [XMLElement] { children.flatMap { $0.name == name ? [$0] : $0.all(name) } }

    /// The text of the first child of the name.
    subscript(name: String) -> String? { children.first { $0.name == name }?.text }
}

/// Reads a document from its beginning to its end.
private struct XMLReader {
    private var rest: ArraySlice<UInt8>
    private var open: [XMLElement] = []

    init(_ document: [UInt8]) {
        rest = document[...]
        if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
    }

    static func isBlank(_ octet: UInt8) -> Bool { " \t\r\n".utf8.contains(octet) }

    mutating func root() -> XMLElement? {
        while let next = rest.firstIndex(of: UInt8(ascii: "<")) {
            take(text: rest[..<next])
            rest = rest[next...]
            if rest.starts(with: "<?".utf8) {
                guard skip(to: "?>") else { return nil }
            } else if rest.starts(with: "<!--".utf8) {
                guard skip(to: "-->") else { return nil }
            } else if rest.starts(with: "</".utf8) {
                guard let tag = tag(), let last = open.popLast(), last.name == XMLElement.local(Self.trimmed(tag.dropFirst())) else {
                    return nil
                }
                guard !open.isEmpty else { return last }
                open[open.count - 1].children.append(last)
            } else {
                guard let tag = tag(), tag.first != UInt8(ascii: "!"), open.count < XMLElement.depthLimit else { return nil }
                let isEmpty = tag.last == UInt8(ascii: "/"), element = XMLElement(isEmpty ? tag.dropLast() : tag)
                if !isEmpty {
                    open.append(element)
                } else if open.isEmpty {
                    return element
                } else {
                    open[open.count - 1].children.append(element)
                }
            }
        }
        return nil
    }

    private mutating func take(text: ArraySlice<UInt8>) {
        guard !open.isEmpty, let plain = XMLText.unescaped(Self.trimmed(text)) else { return }
        open[open.count - 1].text += String(decoding: plain, as: UTF8.self)
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var text = text.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text = text.dropLast() }
        return text
    }

    /// What stands between `<` and the `>` that ends it, which is in no quotation.
    private mutating func tag() -> ArraySlice<UInt8>? {
        var quote: UInt8?
        for place in rest.indices {
            switch (quote, rest[place]) {
            case (nil, UInt8(ascii: ">")):
                defer { rest = rest[(place + 1)...] }
                return rest[..<place].dropFirst()
            case (nil, UInt8(ascii: "\"")), (nil, UInt8(ascii: "'")): quote = rest[place]
            case (let open?, let octet) where open == octet: quote = nil
            default: break
            }
        }
        return nil
    }

    private mutating func skip(to end: String) -> Bool {
        let wanted = Array(end.utf8)
        for place in rest.indices where rest[place] == wanted[0] && rest[place...].starts(with: wanted) {
            rest = rest[(place + wanted.count)...]
            return true
        }
        return false
    }

    /// `name="value"`, in quotes of either kind; what is written otherwise is passed over.
    static func attributes(of tag: ArraySlice<UInt8>) -> [String: String] {
        var found: [String: String] = [:], rest = tag.drop { !isBlank($0) }
        while let sign = rest.firstIndex(of: UInt8(ascii: "=")) {
            let name = trimmed(rest[..<sign]), value = rest[(sign + 1)...].drop(while: isBlank)
            guard let quote = value.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"),
                let end = value.dropFirst().firstIndex(of: quote)
            else { break }
            let plain = XMLText.unescaped(value[..<end].dropFirst())
            found[XMLElement.local(name)] = plain.map { String(decoding: $0, as: UTF8.self) }
            rest = value[(end + 1)...]
        }
        return found
    }
}
