/// `RCPT TO:<forward-path> [parameters]` (RFC 5321 §4.1.1.3).
public struct RcptCommand: Sendable, Hashable {
    /// `NOTIFY=` (RFC 3461 §4.1); empty is `NEVER`.
    public struct Notify: OptionSet, Sendable, Hashable, CustomStringConvertible {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        public static let success = Notify(rawValue: 1), failure = Notify(rawValue: 2), delay = Notify(rawValue: 4)

        /// As in the command, such as `SUCCESS,DELAY`.
        public init?(_ text: some Sequence<UInt8>) {
            let upper = text.map(\.asciiUppercased)
            self = []
            if upper == Array("NEVER".utf8) { return }
            for word in upper.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
                guard let known = Self.words.first(where: { Array($0.1.utf8) == Array(word) }) else { return nil }
                insert(known.0)
            }
        }

        public var description: String {
            isEmpty ? "NEVER" : Self.words.filter { contains($0.0) }.map(\.1).joined(separator: ",")
        }

        private static let words: [(Notify, String)] = [(.success, "SUCCESS"), (.failure, "FAILURE"), (.delay, "DELAY")]
    }

    public var path: ForwardPath
    public var notify: Notify?
    /// `ORCPT=` (RFC 3461 §4.2), as it was sent: `addr-type ";" xtext`.
    public var originalRecipient: String?

    public init(path: ForwardPath, notify: Notify? = nil, originalRecipient: String? = nil) {
        self.path = path
        self.notify = notify
        self.originalRecipient = originalRecipient
    }
}

extension RcptCommand {
    init(parsing scanner: inout ByteScanner) throws(SMTPSyntaxError) {
        guard scanner.skip(text: "TO:") else { throw .badArguments("RCPT TO:<address>") }
        _ = scanner.take { $0 == 32 }
        guard let path = scanner.forwardPath() else { throw .badRecipientAddress }
        self.init(path: path)
        for parameter in try ESMTPParameter.list(from: &scanner) {
            switch parameter.keyword {
            case "NOTIFY": notify = try parameter.value { Notify($0) }
            case "ORCPT": originalRecipient = try parameter.value { Self.originalRecipient($0) }
            default: throw .unknownParameter(parameter.keyword)
            }
        }
    }

    /// At most 500 octets; `addr-type` is an atom (RFC 3461 §4.2), the address xtext or, with SMTPUTF8, UTF-8 (RFC 6533 §3).
    private static func originalRecipient(_ value: ArraySlice<UInt8>) -> String? {
        let parts = value.split(separator: UInt8(ascii: ";"), maxSplits: 1, omittingEmptySubsequences: false)
        guard value.count <= 500, parts.count == 2, !parts[0].isEmpty, parts[0].allSatisfy(\.isAtomText), !parts[1].isEmpty,
            XText.decode(parts[1].filter { $0 < 0x80 }) != nil
        else { return nil }
        return String(validating: value, as: UTF8.self)
    }

    /// The line with its CRLF.
    public var line: String {
        var text = "RCPT TO:<\(path)>"
        if let notify { text += " NOTIFY=\(notify)" }
        if let originalRecipient { text += " ORCPT=\(originalRecipient)" }
        return text + "\r\n"
    }
}
