/// What SMTP says of a message outside the message.
public struct SMTPEnvelope: Sendable, Hashable {
    public var mail: MailCommand
    /// Those that were accepted, in their order.
    public var recipients: [RcptCommand]
    /// What the client called itself in HELO, EHLO or LHLO.
    public var clientName: String
    /// False after HELO: `with SMTP` in the Received field (RFC 5321 §4.4).
    public var isExtended: Bool

    public init(mail: MailCommand, recipients: [RcptCommand] = [], clientName: String = "", isExtended: Bool = true) {
        self.mail = mail
        self.recipients = recipients
        self.clientName = clientName
        self.isExtended = isExtended
    }

    public var reversePath: ReversePath { mail.reversePath }
}
