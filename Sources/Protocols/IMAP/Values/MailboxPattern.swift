/// What LIST and LSUB look for: `*` stands for anything, `%` for anything within a level (RFC 3501 §6.3.8).
public struct MailboxPattern: Sendable, Equatable {
    private let pattern: [UInt8]
    public var isEmpty: Bool { pattern.isEmpty }

    /// Joins reference and pattern as RFC 3501 §6.3.8 leaves to us: simply one behind the other.
    public init(reference: String, pattern: String) {
        var joined: [UInt8] = []
        for byte in MailboxName(reference + pattern).text.utf8 {  // folds "inbox" to INBOX; runs of wildcards mean the same as one
            if let last = joined.last, last == 0x2A, byte == 0x2A || byte == 0x25 { continue }
            if byte == 0x2A, joined.last == 0x25 { joined.removeLast() }
            if byte == 0x25, joined.last == 0x25 { continue }
            joined.append(byte)
        }
        self.pattern = joined
    }

    public func matches(_ name: MailboxName) -> Bool { places(after: Array(name.text.utf8)).last == pattern.count }

    /// Whether a name that begins with these octets may match.
    public func mayMatch(beginningWith text: String) -> Bool { !places(after: Array(text.utf8)).isEmpty }

    /// Follows all ways through the pattern at once, and only those, so time is at most pattern × name whatever the wildcards.
    /// - Returns: the places in the pattern where they have come to, ascending.
    private func places(after name: [UInt8]) -> [Int] {
        var reached: [Int] = []
        add(0, to: &reached)
        for byte in name {
            var following: [Int] = []
            for index in reached where index < pattern.count {
                let expected = pattern[index]
                if expected == 0x2A || (expected == 0x25 && byte != 0x2F) {
                    add(index, to: &following)
                } else if expected == byte, expected != 0x25 {
                    add(index + 1, to: &following)
                }
            }
            guard !following.isEmpty else { return [] }
            reached = following
        }
        return reached
    }

    /// A wildcard may stand for nothing, so the place behind it is reached too.
    private func add(_ place: Int, to places: inout [Int]) {
        var place = place
        while (places.last ?? -1) < place {
            places.append(place)
            guard place < pattern.count, pattern[place] == 0x2A || pattern[place] == 0x25 else { return }
            place += 1
        }
    }
}

extension Parser {
    /// `list-mailbox`: an atom that may hold wildcards, or a string.
    mutating func listMailbox() throws(SyntaxError) -> String {
        let bytes: [UInt8]
        if let next, ByteClass.isAString(next) || next == 0x25 || next == 0x2A {
            bytes = Array(takeWhile { ByteClass.isAString($0) || $0 == 0x25 || $0 == 0x2A })
        } else {
            bytes = try string()
        }
        return try patternText(bytes)
    }

    /// What stands before `list-mailbox`: a string.
    mutating func listReference() throws(SyntaxError) -> String { try patternText(try astring()) }

    private func patternText(_ bytes: [UInt8]) throws(SyntaxError) -> String {
        guard bytes.count <= 4 * MailboxName.longest, let text = ModifiedUTF7.decode(bytes) else { throw .badMailboxName }
        return text
    }
}
