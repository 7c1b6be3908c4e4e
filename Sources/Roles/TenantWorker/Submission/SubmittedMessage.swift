import Glibc
import MIME
import SMTP

/// A message as a user's mail program handed it in (RFC 6409 §8): what of its header is completed, taken out and checked.
struct SubmittedMessage {
    private let bytes: [UInt8]
    private let header: HeaderScan

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        header = HeaderScan(bytes)
    }

    enum AuthorProblem: Error { case severalFields, unreadable }

    /// The addresses that the message says it is from: those of its From and Sender fields, and of whoever sends it again.
    /// Empty when there is none of these fields.
    func authors() throws(AuthorProblem) -> [SMTP.EnvelopeAddress] {
        var authors: [SMTP.EnvelopeAddress] = []
        for name in ["from", "sender", "resent-from", "resent-sender"] {
            let fields = header.fields(named: name)
            // RFC 5322 §3.6: one From, one Sender; readers differ in which of several they show. Resent fields may come in several blocks.
            guard fields.count <= 1 || name.hasPrefix("resent-") else { throw .severalFields }
            for field in fields {
                guard let list = MailboxList(parsing: header.value(of: field, in: bytes)) else { throw .unreadable }
                for mailbox in list.mailboxes {
                    guard let known = Self.address(mailbox.localPart, mailbox.domain) else { throw .unreadable }
                    authors.append(known)
                }
            }
        }
        return authors
    }

    private static func address(_ localPart: [UInt8], _ domain: [UInt8]) -> SMTP.EnvelopeAddress? {
        let quoted = localPart.flatMap { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") ? [UInt8(ascii: "\\"), $0] : [$0] }
        let quote = [UInt8(ascii: "\"")], at = [UInt8(ascii: "@")]
        return SMTP.EnvelopeAddress(parsing: quote + quoted + quote + at + domain)
    }

    /// The header to send in place of the message's own, and the body behind it.
    ///
    /// Bcc goes (RFC 5322 §3.6.3), Return-Path too; Date, Message-ID and From are added where they lack (RFC 6409 §8.2, §8.3).
    func completed(received: [UInt8], sender: SMTP.EnvelopeAddress, messageID: String) -> (header: [UInt8], body: [UInt8]) {
        var output = received
        output.reserveCapacity(received.count + header.end + 512)
        if header.fields(named: "from").isEmpty { output += Array("From: <\(sender)>\r\n".utf8) }
        if header.fields(named: "date").isEmpty {
            output += Array("Date: ".utf8) + DateTime(secondsSince1970: Int64(time(nil))).formatted + [13, 10]
        }
        if header.fields(named: "message-id").isEmpty { output += Array("Message-ID: <\(messageID)@\(sender.domain)>\r\n".utf8) }
        for field in header.fields where !Self.unwanted.contains(field.name) { output += bytes[field.range] }
        if !header.hasBlankLine { output += [13, 10] }
        return (output, Array(bytes[header.end...]))
    }

    private static let unwanted: Set<String> = ["bcc", "resent-bcc", "return-path"]
}
