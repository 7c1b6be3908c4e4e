/// The fields of a message that IMAP's ENVELOPE shows: RFC 3501 §7.4.2. Values are raw and unfolded.
public struct Envelope: Sendable, Equatable, Hashable {
    public var date: [UInt8]?
    public var subject: [UInt8]?
    public var from: [EnvelopeAddress]
    public var sender: [EnvelopeAddress]
    public var replyTo: [EnvelopeAddress]
    public var to: [EnvelopeAddress]
    public var cc: [EnvelopeAddress]
    public var bcc: [EnvelopeAddress]
    public var inReplyTo: [UInt8]?
    public var messageID: [UInt8]?

    public init(
        date: [UInt8]? = nil, subject: [UInt8]? = nil, from: [EnvelopeAddress] = [], sender: [EnvelopeAddress] = [],
        replyTo: [EnvelopeAddress] = [], to: [EnvelopeAddress] = [], cc: [EnvelopeAddress] = [], bcc: [EnvelopeAddress] = [],
        inReplyTo: [UInt8]? = nil, messageID: [UInt8]? = nil
    ) {
        self.date = date
        self.subject = subject
        self.from = from
        self.sender = sender
        self.replyTo = replyTo
        self.to = to
        self.cc = cc
        self.bcc = bcc
        self.inReplyTo = inReplyTo
        self.messageID = messageID
    }
}

extension ParsedMessage {
    public var envelope: Envelope { envelope(of: root) }

    /// The envelope of the message or of an embedded one. Sender and Reply-To default to From when absent or empty.
    public func envelope(of message: Entity) -> Envelope {
        func text(_ name: String) -> [UInt8]? { first(name, in: message) }
        func addresses(_ name: String) -> [EnvelopeAddress] {
            var list: [EnvelopeAddress] = []
            for field in fields(name, in: message) where list.count < AddressList.limit {
                list += AddressList.parse(value(of: field), limit: AddressList.limit - list.count)
            }
            return list
        }
        let from = addresses("From"), sender = addresses("Sender"), replyTo = addresses("Reply-To")
        return Envelope(
            date: text("Date"), subject: text("Subject"), from: from, sender: sender.isEmpty ? from : sender,
            replyTo: replyTo.isEmpty ? from : replyTo, to: addresses("To"), cc: addresses("Cc"), bcc: addresses("Bcc"),
            inReplyTo: text("In-Reply-To"), messageID: text("Message-ID"))
    }
}
