import Glibc
import MIME
import MailRules
import SMTP

/// A message as a user's mail program handed it in (RFC 6409 §8): what of its header is completed, taken out and checked.
package struct SubmittedMessage {
    private let bytes: [UInt8]
    private let header: HeaderScan

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        header = HeaderScan(bytes)
    }

    /// The addresses that the message says it is from; empty when it says nothing of that.
    func authors() throws(MessageAuthors.Problem) -> [SMTP.EnvelopeAddress] { try MessageAuthors.read(header, in: bytes) }

    /// The header to send in place of the message's own, and the body behind it.
    ///
    /// Bcc goes (RFC 5322 §3.6.3), Return-Path too; Date, Message-ID and From are added where they lack (RFC 6409 §8.2, §8.3).
    package func completed(received: [UInt8], sender: SMTP.EnvelopeAddress, messageID: String) -> (header: [UInt8], body: [UInt8]) {
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
