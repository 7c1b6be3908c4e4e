/// The mailboxes of From and Sender, read strictly: `mailbox-list` of RFC 5322 §3.4, with dots in display names (§4.1 `obs-phrase`) as
/// the only obsolete form. `AddressList` makes the best of any text, and so does every other reader, each in its own way; whether
/// somebody may write under a name can be said only of a text that has one meaning.
public struct MailboxList: Sendable, Equatable {
    public struct Mailbox: Sendable, Equatable {
        /// Without quotes and backslashes.
        public let localPart: [UInt8]
        /// A dot-atom, or a literal with its brackets.
        public let domain: [UInt8]
    }

    public let mailboxes: [Mailbox]

    /// Reads an unfolded value; nil when it is no list, or is empty.
    public init?(parsing value: [UInt8]) {
        var reader = MailboxReader(value)
        var mailboxes: [Mailbox] = []
        repeat {
            guard let mailbox = reader.mailbox() else { return nil }
            mailboxes.append(mailbox)
        } while reader.take(",")
        guard reader.isAtEnd else { return nil }
        self.mailboxes = mailboxes
    }
}

private struct MailboxReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }
    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// `[ display-name ] "<" addr-spec ">"`, or `addr-spec`.
    mutating func mailbox() -> MailboxList.Mailbox? {
        let start = position
        if let address = address() { return address }
        position = start
        guard skipBlanks() else { return nil }
        while let byte = next, byte != UInt8(ascii: "<") {
            guard byte == UInt8(ascii: "\"") ? quotedString() != nil : (take(".") || atom() != nil), skipBlanks() else { return nil }
        }
        guard take("<"), let address = address(), take(">"), skipBlanks() else { return nil }
        return address
    }

    /// `addr-spec`, with blanks around it.
    private mutating func address() -> MailboxList.Mailbox? {
        guard skipBlanks() else { return nil }
        guard let localPart = next == UInt8(ascii: "\"") ? quotedString() : dotAtom(), skipBlanks(), take("@"), skipBlanks(),
            let domain = next == UInt8(ascii: "[") ? literal() : dotAtom(), skipBlanks()
        else { return nil }
        // What follows must be an end; another `@` or word would make it a second address to some readers, and part of this one to others.
        switch next {
        case nil, UInt8(ascii: ","), UInt8(ascii: ">"): return MailboxList.Mailbox(localPart: localPart, domain: domain)
        default: return nil
        }
    }

    private mutating func dotAtom() -> [UInt8]? {
        let start = position
        repeat {
            guard atom() != nil else { return nil }
        } while take(".")
        return Array(bytes[start..<position])
    }

    private mutating func atom() -> ArraySlice<UInt8>? {
        let start = position
        while let byte = next, byte > 32, byte != 127, !FieldLexer.isSpecial(byte) { position += 1 }
        return position > start ? bytes[start..<position] : nil
    }

    private mutating func quotedString() -> [UInt8]? {
        guard take("\"") else { return nil }
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return text
            case UInt8(ascii: "\\"):
                guard let escaped = next, escaped >= 32, escaped != 127 else { return nil }
                text.append(escaped)
                position += 1
            case 9, 32...126, 0x80...: text.append(byte)
            default: return nil
            }
        }
        return nil
    }

    private mutating func literal() -> [UInt8]? {
        let start = position
        position += 1
        while let byte = next, (33...90).contains(byte) || (94...126).contains(byte) { position += 1 }
        return take("]") ? Array(bytes[start..<position]) : nil
    }

    /// Blanks and comments, which may nest. False when a comment is not closed, or has a control character in it.
    private mutating func skipBlanks() -> Bool {
        var depth = 0
        while let byte = next {
            switch byte {
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")") where depth > 0: depth -= 1
            case UInt8(ascii: "\\") where depth > 0:
                position += 1
                guard let escaped = next, escaped >= 32, escaped != 127 else { return false }
            case 9, 32: break
            case 33...126 where depth > 0, 0x80... where depth > 0: break
            default: return depth == 0
            }
            position += 1
        }
        return depth == 0
    }
}
