/// Reads one command's tokens (RFC 3501 §9). Every method takes what it names from the front or throws.
public struct Parser: Sendable {
    let text: [UInt8]
    let literals: [[UInt8]]
    var position = 0
    var literalsTaken = 0
    var searchKeysTaken = 0, textKeysTaken = 0
    /// True inside `UID COPY`, `UID FETCH`, …: sets hold unique identifiers.
    var readsUIDs = false

    public init(_ command: CommandText) {
        text = command.text
        literals = command.literals
    }

    var next: UInt8? { position < text.count ? text[position] : nil }

    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    mutating func expect(_ character: Unicode.Scalar) throws(SyntaxError) {
        guard take(UInt8(truncatingIfNeeded: character.value)) else { throw .expected("\"\(character)\"") }
    }

    mutating func space() throws(SyntaxError) {
        guard take(ByteClass.space) else { throw .expected("a space") }
    }

    /// The end of the command, with nothing left over. A trailing space is forgiven: several clients send one.
    mutating func endOfLine() throws(SyntaxError) {
        while next == ByteClass.space { position += 1 }
        guard text.count - position == 2, text[position] == ByteClass.carriageReturn, text[position + 1] == ByteClass.lineFeed else {
            throw .expected("the end of the command")
        }
        position += 2
    }

    mutating func takeWhile(_ belongs: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let start = position
        while position < text.count, belongs(text[position]) { position += 1 }
        return text[start..<position]
    }

    mutating func tag() throws(SyntaxError) -> String {
        let tag = takeWhile(ByteClass.isTag)
        guard !tag.isEmpty, tag.count <= 256 else { throw .expected("a tag") }
        return String(decoding: tag, as: UTF8.self)
    }

    mutating func atom() throws(SyntaxError) -> ArraySlice<UInt8> {
        let atom = takeWhile(ByteClass.isAtom)
        guard !atom.isEmpty else { throw .expected("an atom") }
        return atom
    }

    /// A word of the grammar in upper case, such as a command's or a data item's name.
    mutating func word() throws(SyntaxError) -> String { try atom().upperText }

    /// Letters, digits, `.`, `+` and `-`: names that `[` or `(` may follow at once.
    mutating func itemName() -> String {
        takeWhile {
            ByteClass.isDigit($0) || (ByteClass.upper($0) >= 0x41 && ByteClass.upper($0) <= 0x5A) || $0 == 0x2E || $0 == 0x2B || $0 == 0x2D
        }.upperText
    }

    /// `astring`.
    mutating func astring() throws(SyntaxError) -> [UInt8] {
        guard let next, ByteClass.isAString(next) else { return try string() }
        return Array(takeWhile(ByteClass.isAString))
    }

    /// `string`: quoted or literal.
    mutating func string() throws(SyntaxError) -> [UInt8] {
        switch next {
        case ByteClass.quote: return try quoted()
        case UInt8(ascii: "{"): return try literal()
        default: throw .expected("a string")
        }
    }

    /// `nstring`: nil for NIL.
    mutating func nstring() throws(SyntaxError) -> [UInt8]? {
        guard let next, ByteClass.isAtom(next) else { return try string() }
        guard try atom().equalsIgnoringCase("NIL") else { throw .expected("a string or NIL") }
        return nil
    }

    /// `quoted`. Octets from 0x80 on are taken as they are.
    mutating func quoted() throws(SyntaxError) -> [UInt8] {
        try expect("\"")
        var value: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case ByteClass.quote: return value
            case ByteClass.backslash:
                guard let escaped = next, escaped == ByteClass.quote || escaped == ByteClass.backslash else {
                    throw .expected("\\\" or \\\\")
                }
                position += 1
                value.append(escaped)
            case ByteClass.carriageReturn, ByteClass.lineFeed: throw .expected("a closing quote")
            default: value.append(byte)
            }
        }
        throw .expected("a closing quote")
    }

    /// `literal`: the octets were collected by `CommandReader`; its mark is read here.
    mutating func literal() throws(SyntaxError) -> [UInt8] {
        try expect("{")
        let digits = takeWhile(ByteClass.isDigit)
        _ = take(UInt8(ascii: "+"))
        guard !digits.isEmpty, take(UInt8(ascii: "}")), take(ByteClass.carriageReturn), take(ByteClass.lineFeed),
            literalsTaken < literals.count
        else { throw .expected("a literal") }
        defer { literalsTaken += 1 }
        return literals[literalsTaken]
    }

    /// `number`: 32 bits, unsigned.
    mutating func number() throws(SyntaxError) -> UInt32 {
        var value: UInt32 = 0
        let digits = takeWhile(ByteClass.isDigit)
        guard !digits.isEmpty, digits.count <= 10 else { throw .expected("a number") }
        for digit in digits {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt32(digit - 0x30))
            guard !overflow, !carry else { throw .expected("a number below 4294967296") }
            value = sum
        }
        return value
    }

    /// `nz-number`.
    mutating func positiveNumber() throws(SyntaxError) -> UInt32 {
        let value = try number()
        guard value > 0 else { throw .expected("a number above 0") }
        return value
    }

    /// `( element *(SP element) )`, or `()` when `mayBeEmpty`.
    mutating func list(mayBeEmpty: Bool = false, _ element: (inout Parser) throws(SyntaxError) -> Void) throws(SyntaxError) {
        try expect("(")
        if mayBeEmpty, take(UInt8(ascii: ")")) { return }
        try element(&self)
        while !take(UInt8(ascii: ")")) {
            try space()
            try element(&self)
        }
    }
}
