/// Writes responses' tokens (RFC 3501 §9) behind each other.
public struct ResponseWriter: Sendable {
    public private(set) var bytes: [UInt8] = []
    /// Longer strings are sent as literals, so no client has to buffer a line without end.
    static let longestQuoted = 1000

    public init() {}

    /// Takes what was written, and starts anew.
    public mutating func take() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    mutating func byte(_ character: Unicode.Scalar) { bytes.append(UInt8(truncatingIfNeeded: character.value)) }

    public mutating func text(_ text: String) {
        // Much quicker than octet by octet, and every literal has its octets in a row.
        if text.utf8.withContiguousStorageIfAvailable({ bytes.append(contentsOf: $0) }) == nil { bytes.append(contentsOf: text.utf8) }
    }

    /// `number`, in decimal digits.
    public mutating func number(_ value: some FixedWidthInteger & UnsignedInteger) {
        let start = bytes.count
        var rest = value
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    public mutating func raw(_ octets: some Collection<UInt8>) { bytes.append(contentsOf: octets) }
    mutating func endLine() { bytes.append(contentsOf: [ByteClass.carriageReturn, ByteClass.lineFeed]) }

    /// `string`: quoted where that can hold the octets, else a literal.
    public mutating func string(_ octets: some Collection<UInt8>) {
        guard octets.count <= ResponseWriter.longestQuoted,
            octets.allSatisfy({ $0 >= 0x20 && $0 < 0x7F || $0 == 0x09 })
        else { return literal(octets) }
        byte("\"")
        for octet in octets {
            if octet == ByteClass.quote || octet == ByteClass.backslash { bytes.append(ByteClass.backslash) }
            bytes.append(octet)
        }
        byte("\"")
    }

    public mutating func nstring(_ octets: (some Collection<UInt8>)?) {
        guard let octets else { return text("NIL") }
        string(octets)
    }

    /// `astring`: an atom where it can be one. `NIL` is quoted, since some take it for the absence of a string.
    public mutating func astring(_ octets: some Collection<UInt8>) {
        guard !octets.isEmpty, octets.allSatisfy(ByteClass.isAString), !octets.equalsIgnoringCase("NIL") else { return string(octets) }
        raw(octets)
    }

    public mutating func literal(_ octets: some Collection<UInt8>) {
        literalHeader(octets.count)
        raw(octets)
    }

    /// `{n}CRLF`, when the octets themselves go another way.
    public mutating func literalHeader(_ count: Int) {
        text("{\(count)}")
        endLine()
    }

    public mutating func mailbox(_ name: MailboxName) { astring(name.encoded) }

    /// `(a b c)`.
    mutating func list<Element>(_ elements: some Sequence<Element>, _ write: (inout ResponseWriter, Element) -> Void) {
        byte("(")
        var isFirst = true
        for element in elements {
            if !isFirst { byte(" ") }
            isFirst = false
            write(&self, element)
        }
        byte(")")
    }
}
