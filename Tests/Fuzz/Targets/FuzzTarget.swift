/// One parser of outside bytes, with the promises that it has to keep whatever the bytes are.
///
/// `ops/fuzz` lets libFuzzer look for bytes that break one; the tests in `Replay` feed the corpus and every case that was found.
public struct FuzzTarget: Sendable {
    /// As in `ops/fuzz NAME`; the part before the first hyphen names the dictionary.
    public let name: String
    /// Throws `BrokenPromise`, or traps where the code under test traps.
    public let run: @Sendable ([UInt8]) throws -> Void

    init(_ name: String, _ run: @escaping @Sendable ([UInt8]) throws -> Void) {
        self.name = name
        self.run = run
    }

    public static let all: [FuzzTarget] = smtp + imap + mime + dkim + pop3 + worker + inner + admin + web
}

/// What a parser should have held to, and did not.
public struct BrokenPromise: Error, CustomStringConvertible {
    public let description: String
}

func promise(_ holds: Bool, _ words: @autoclosure () -> String) throws(BrokenPromise) {
    guard holds else { throw BrokenPromise(description: words()) }
}

func promiseEqual<Value: Equatable>(_ left: Value, _ right: Value, _ words: @autoclosure () -> String) throws(BrokenPromise) {
    guard left == right else { throw BrokenPromise(description: "\(words()):\n  \(left)\n  \(right)") }
}

/// Octets as they may stand in a message to people.
func shown(_ bytes: some Collection<UInt8>) -> String {
    bytes.prefix(400).map { (32...126).contains($0) ? String(UnicodeScalar($0)) : "\\x" + String($0, radix: 16) }.joined()
}
