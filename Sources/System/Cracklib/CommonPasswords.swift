import CCrack
import Synchronization

/// Whether a password is one that people commonly choose, by cracklib's packed list of words (Debian's `cracklib-runtime`) and its rules
/// for what is made from a word; and by what of it can be guessed as a whole (`GuessableParts`).
///
/// A call reads files: make it where waiting is allowed. The list is opened anew each time, so a newer one is noticed.
public enum CommonPasswords {
    public enum Weakness: Sendable, Equatable {
        /// A word, also backwards, with digits and signs around it, or with some of its letters exchanged.
        case word
        case fewDifferentCharacters
        /// Neighbours in the alphabet and the like.
        case systematic
        /// Two words and more, and little else.
        case fewWords
        /// Keys that lie side by side, and little else.
        case keyboard
        /// The same again, and little else.
        case repetition
        /// In the library's words.
        case other(String)
    }

    /// Octets that are looked at; the library's own limit is 255.
    private static let looked = 255
    /// So many octets, of so many different values, are not taken for systematic: that rule counts neighbours in the alphabet, and would
    /// strike one of four hundred random passwords of twenty characters.
    private static let variedLength = 16, variedValues = 11
    /// The library works in memory of its own, and has one list open at a time.
    private static let isFree = Mutex(())

    /// So many characters that nobody can foresee are enough, however long a password has to be.
    public static let enough = 10

    /// nil: nothing is to be said against it.
    /// - Parameter shortest: how many characters it has to have.
    public static func weakness(of password: String, shortest: Int = enough) throws(CommonPasswordsError) -> Weakness? {
        if let found = try weaknessByRules(of: password) { return found }
        let parts = GuessableParts(password.lowercased().unicodeScalars.prefix(looked))
        return try withList { list in
            // What the library says when it finds nothing.
            var none: [CChar] = [0x01, 0]
            let nowhere = FindPW(list, &none)
            return parts.weakness(atLeast: min(enough, shortest)) { word in
                var word = word.map { CChar(bitPattern: $0) } + [0]
                return FindPW(list, &word) != nowhere
            }
        }
    }

    private static func weaknessByRules(of password: String) throws(CommonPasswordsError) -> Weakness? {
        let bytes = Array(password.utf8.prefix(looked))
        guard !bytes.isEmpty, !bytes.contains(0) else { return nil }
        let isVaried = bytes.count >= variedLength && Set(bytes).count >= variedValues
        if let found = try verdict(on: bytes), !(found == .systematic && isVaried) { return found }
        // The library takes one or two signs off a word, and exchanges one. Behind as many signs as letters there is something to guess.
        let core = letters(of: bytes)
        guard core.count * 2 >= bytes.count else { return nil }
        for form in [core, core.map { exchanged[$0] ?? $0 }] where form != bytes {
            if try verdict(on: form) == .word { return .word }
        }
        return nil
    }

    /// The letters that people write as other signs.
    private static let exchanged: [UInt8: UInt8] = Dictionary(
        uniqueKeysWithValues: zip(Array("@4310$57!8".utf8), Array("aaeiosstib".utf8)))

    /// Without the digits and signs before the first letter and behind the last.
    private static func letters(of bytes: [UInt8]) -> [UInt8] {
        func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) || byte >= 0x80 }
        guard let first = bytes.firstIndex(where: isLetter), let last = bytes.lastIndex(where: isLetter) else { return [] }
        return Array(bytes[first...last])
    }

    private static func verdict(on bytes: [UInt8]) throws(CommonPasswordsError) -> Weakness? {
        let words: String? = try withList { list in
            var text = bytes.map { CChar(bitPattern: $0) } + [0]
            // Without a name it would look for that of the process's user; one that no password has is no name.
            return FascistLookUser(list, &text, "\u{1}", nil).map { String(cString: $0) }
        }
        guard let words else { return nil }
        if words.contains("dictionary word") { return .word }
        if words.contains("DIFFERENT") { return .fewDifferentCharacters }
        return words.contains("systematic") ? .systematic : .other(words)
    }

    /// `FascistCheck` would end the process when there is no list.
    private static func withList<Found: Sendable>(
        _ body: (UnsafeMutablePointer<PWDICT>) -> Found
    ) throws(CommonPasswordsError) -> Found {
        let found: Found? = isFree.withLock { _ in
            var mode: [CChar] = [0x72, 0]
            guard let list = PWOpen(GetDefaultCracklibDict(), &mode) else { return nil }
            defer { PWClose(list) }
            return body(list)
        }
        guard let found else { throw .noList }
        return found
    }
}

public enum CommonPasswordsError: Error, Sendable, Equatable, CustomStringConvertible {
    case noList

    public var description: String { "cracklib's list of words cannot be read" }
}
