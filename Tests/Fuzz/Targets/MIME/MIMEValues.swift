import MIME

/// The binary form beside a message in the database: what is read, written again, reads as the same.
enum MIMEStructures {
    static func check(_ input: [UInt8]) throws {
        for bytes in [input, [CachedStructure.version] + input] {
            guard let structure = CachedStructure(decoding: bytes) else { continue }
            try promise(structure.body.octets >= 0, "a negative size")
            try promiseEqual(CachedStructure(decoding: structure.encoded), structure, "a structure written again")
        }
    }
}

/// Structured header fields.
enum MIMEFields {
    static func check(_ input: [UInt8]) throws {
        let value = HeaderField.unfold(input)
        try promise(!value.contains { $0 == 0 || $0 == 10 || $0 == 13 }, "a line end in a field")
        try promiseEqual(HeaderField.unfold(value), value, "unfolded twice")
        var isInGroup = false
        for address in AddressList.parse(value) {
            if address.isGroupMark {
                try promise(isInGroup == (address.mailbox == nil), "a group inside a group, or the end of none")
                isInGroup = address.mailbox != nil
            }
            try promise((address.address == nil) == address.isGroupMark, "an address without one")
        }
        try promise(!isInGroup, "a group without end")
        try promise(AddressList.parse(value, limit: 2).count <= 4, "more addresses than were asked for")
        if let type = ContentType(parsing: value) { try check([type.type, type.subtype], type.parameters) }
        if let disposition = ContentDisposition(parsing: value) { try check([disposition.type], disposition.parameters) }
        try check(ContentLanguage.tags(parsing: value), [])
        if let name = ContentTransferEncoding.name(parsing: value) { try check([name], []) }
        for identifier in MessageID.list(parsing: value) {
            let isBracketed = identifier.first == UInt8(ascii: "<") && identifier.last == UInt8(ascii: ">")
            try promise(isBracketed, "an identifier: \(shown(identifier))")
        }
    }

    private static func check(_ tokens: [[UInt8]], _ parameters: [Parameter]) throws {
        for token in tokens + parameters.map(\.name) {
            let isToken = !token.isEmpty && token.allSatisfy { $0 > 32 && $0 != 127 && !"()<>@,;:\\\"/[]?=".utf8.contains($0) }
            try promise(isToken, "the token \(shown(token))")
        }
        // Written the only way that any value can be written, all are read again.
        var text = Array(tokens.prefix(2).joined(separator: [UInt8(ascii: "/")]))
        for parameter in parameters {
            text += Array("; ".utf8) + parameter.name + Array("=\"".utf8)
            for octet in parameter.value { text += "\\\"".utf8.contains(octet) ? [UInt8(ascii: "\\"), octet] : [octet] }
            text.append(UInt8(ascii: "\""))
        }
        guard tokens.count == 2, !parameters.isEmpty else { return }
        try promiseEqual(ContentType(parsing: text)?.parameters, parameters, "parameters written again")
    }
}

/// Date fields.
enum MIMEDates {
    static func check(_ input: [UInt8]) throws {
        guard let date = DateTime(parsing: HeaderField.unfold(input)) else { return }
        try promise((0..<86_400).contains(date.localSecondOfDay), "second \(date.localSecondOfDay) of a day")
        let day = date.localDate
        try promiseEqual(CivilDate(daysSince1970: day.daysSince1970), day, "a day counted and found again")
        // A leap second at the end of the year 9999 lies in a year that no field can say.
        guard date.secondsSince1970 + Int64(date.zoneMinutes) * 60 < 253_402_300_800 else { return }
        try promiseEqual(DateTime(parsing: date.formatted), date, "\(shown(date.formatted)) written again")
    }
}

/// Encoded words (RFC 2047).
enum MIMEWords {
    static func check(_ input: [UInt8]) throws {
        let value = HeaderField.unfold(input)
        let text = EncodedWord.decode(value)
        try promise(text.utf8.count <= 4 * value.count, "\(value.count) octets became \(text.utf8.count)")
        for text in [text, String(decoding: input, as: UTF8.self)] {
            let encoded = EncodedWord.encode(text)
            try promise(encoded.allSatisfy { (32...126).contains($0) }, "\(shown(encoded)) is not printable")
            try promise(Array(EncodedWord.decode(encoded).utf8) == Array(text.utf8), "\(shown(encoded)) is another text")
            for word in encoded.split(separator: 32) where word.starts(with: "=?".utf8) && encoded != Array(text.utf8) {
                try promise(word.count <= 75, "an encoded word of \(word.count) octets")
            }
        }
        var header = HeaderWriter()
        header.text("Subject", text)
        header.end()
        let message = ParsedMessage(header.bytes)
        try promise(message.root.fields.count == 1 && message.root.hasSeparator, "a field that became several: \(shown(header.bytes))")
    }
}

/// Content-transfer-encodings and character sets.
enum MIMEBodies {
    static func check(_ input: [UInt8]) throws {
        try promiseEqual(Base64.decode(Base64.encode(input)), input, "base64 and back")
        try promise(Base64.decode(input).count <= input.count / 4 * 3 + 3, "base64 that grew")
        let decoded = QuotedPrintable.decode(input)
        try promise(decoded.count <= input.count, "quoted-printable that grew")
        let quoted = input.flatMap { octet in
            let digits = (octet < 16 ? "0" : "") + String(octet, radix: 16, uppercase: true)
            return Array((octet == 65 ? "=\(digits)=\r\n" : "=\(digits)").utf8)
        }
        try promiseEqual(QuotedPrintable.decode(quoted), input, "quoted-printable and back")
        for name in ["utf-8", "iso-8859-1", "iso-8859-15", "windows-1252", "unheard-of"] {
            let text = Charset(name: Array(name.utf8)).decode(input)
            try promise(text.utf8.count <= 3 * input.count, "\(name) grew")
            let half = SearchKey(String(text.prefix(text.count / 2)))
            try promise(half.isFound(in: text), "a text's first half is not found in it")
        }
    }
}
