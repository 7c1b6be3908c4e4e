import InternationalNames
import MIME
import SMTP

/// Whom a message says it is from: the addresses of its From and Sender fields, and of whoever sends it again.
package enum MessageAuthors {
    package enum Problem: Error { case severalFields, unreadable }

    /// - Returns: none when there is none of these fields.
    package static func read(_ header: HeaderScan, in message: [UInt8]) throws(Problem) -> [SMTP.EnvelopeAddress] {
        var authors: [SMTP.EnvelopeAddress] = []
        for name in ["from", "sender", "resent-from", "resent-sender"] {
            let fields = header.fields(named: name)
            // RFC 5322 §3.6: one From, one Sender; readers differ in which of several they show. Resent fields may come in several blocks.
            guard fields.count <= 1 || name.hasPrefix("resent-") else { throw .severalFields }
            for field in fields {
                guard let list = MailboxList(parsing: header.value(of: field, in: message)) else { throw .unreadable }
                for mailbox in list.mailboxes {
                    guard let known = address(mailbox.localPart, mailbox.domain) else { throw .unreadable }
                    authors.append(known)
                }
            }
        }
        return authors
    }

    /// The domain of the first mailbox of From, in lower case and in ASCII: whose keys sign the message (RFC 6376).
    /// - Returns: nil when there is none, or none that can be read.
    package static func signingDomain(_ header: HeaderScan, in message: [UInt8]) -> String? {
        guard let field = header.fields(named: "from").first, let list = MailboxList(parsing: header.value(of: field, in: message)),
            let domain = list.mailboxes.first?.domain
        else { return nil }
        return InternationalName.ascii(String(decoding: domain, as: UTF8.self))
    }

    private static func address(_ localPart: [UInt8], _ domain: [UInt8]) -> SMTP.EnvelopeAddress? {
        let quoted = localPart.flatMap { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") ? [UInt8(ascii: "\\"), $0] : [$0] }
        let quote = [UInt8(ascii: "\"")], at = [UInt8(ascii: "@")]
        return SMTP.EnvelopeAddress(parsing: quote + quoted + quote + at + domain)
    }
}
