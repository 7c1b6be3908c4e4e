import MIME
import MailRules
import MailStore
import SMTP

/// The reply in words (RFC 3834 §3): from the user, marked as automatic, so that no other program answers it.
struct VacationMessage {
    let vacation: Vacation
    /// The user's address.
    let author: String
    let answered: AnswerableMessage
    let hostname: String
    /// Names the message for good.
    let identifier: String
    /// Seconds since 1970.
    let date: Int64

    var bytes: [UInt8] { header + body }

    private var lines: [[UInt8]] {
        vacation.text.utf8.split(separator: 10, omittingEmptySubsequences: false).map { $0.filter { $0 != 13 } }
    }
    private var text: [UInt8] { Array(lines.joined(separator: [13, 10])) + (lines.last?.isEmpty == false ? [13, 10] : []) }
    /// RFC 5322 §2.1.1.
    private var isPlain: Bool { text.allSatisfy { $0 < 0x80 && $0 != 0 } && lines.allSatisfy { $0.count <= 998 } }

    var body: [UInt8] { isPlain ? text : Self.encoded(text) }

    var header: [UInt8] {
        var header = HeaderWriter()
        header.field("Date", DateTime(secondsSince1970: date).formatted)
        header.field("From", "<\(author)>")
        header.field("To", "<\(answered.sender)>")
        header.text("Subject", vacation.subject)
        header.field("Message-ID", "<\(identifier)@\(hostname)>")
        if let messageID = answered.messageID {
            header.field("In-Reply-To", messageID)
            header.field("References", Array((answered.references + [messageID]).joined(separator: [UInt8(ascii: " ")])))
        }
        header.field("Auto-Submitted", "auto-replied")
        header.field("MIME-Version", "1.0")
        header.field("Content-Type", "text/plain; charset=\(isPlain ? "us-ascii" : "utf-8")")
        if !isPlain { header.field("Content-Transfer-Encoding", "base64") }
        header.end()
        return header.bytes
    }

    /// RFC 2045 §6.8: lines of 76.
    private static func encoded(_ text: [UInt8]) -> [UInt8] {
        var rest = Base64.encode(text)[...]
        var lines: [UInt8] = []
        while !rest.isEmpty {
            lines += rest.prefix(76) + [13, 10]
            rest = rest.dropFirst(76)
        }
        return lines
    }
}
