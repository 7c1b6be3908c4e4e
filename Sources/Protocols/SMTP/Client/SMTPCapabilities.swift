/// What a server offers, from its reply to EHLO or LHLO (RFC 5321 §4.1.1.1).
public struct SMTPCapabilities: Sendable, Equatable {
    /// In upper case, with the parameters as they were sent.
    public private(set) var keywords: [String: String] = [:]

    public init() {}

    public init(reply: Reply) {
        for line in reply.lines.dropFirst() {
            let words = line.split(separator: " ", maxSplits: 1)
            guard let keyword = words.first else { continue }
            keywords[String(decoding: keyword.utf8.map(\.asciiUppercased), as: UTF8.self)] = words.count > 1 ? String(words[1]) : ""
        }
    }

    public func offers(_ keyword: String) -> Bool { keywords[keyword] != nil }

    public var pipelining: Bool { offers("PIPELINING") }
    public var startTLS: Bool { offers("STARTTLS") }
    public var eightBitMIME: Bool { offers("8BITMIME") }
    public var smtpUTF8: Bool { offers("SMTPUTF8") }
    public var dsn: Bool { offers("DSN") }
    public var size: Bool { offers("SIZE") }
    public var deliveryID: Bool { offers("XDELIVERYID") }
    /// Octets that the server takes; nil when it names no limit (RFC 1870 §4).
    public var maximumMessageSize: Int64? {
        guard let text = keywords["SIZE"], let limit = decimal(text.utf8), limit > 0 else { return nil }
        return limit
    }

    /// The command with only what this server understands.
    public func adapted(_ mail: MailCommand, size octets: Int64?) -> MailCommand {
        MailCommand(
            reversePath: mail.reversePath, size: size ? octets ?? mail.size : nil, body: eightBitMIME ? mail.body : nil,
            usesUTF8: smtpUTF8 && mail.usesUTF8, ret: dsn ? mail.ret : nil, envelopeID: dsn ? mail.envelopeID : nil,
            submitter: offers("AUTH") ? mail.submitter : nil, deliveryID: deliveryID ? mail.deliveryID : nil,
            submittedBy: deliveryID ? mail.submittedBy : nil)
    }

    public func adapted(_ recipient: RcptCommand) -> RcptCommand { dsn ? recipient : RcptCommand(path: recipient.path) }
}
