import MIME

/// A message of the mail system itself to one of its users: RFC 5322, marked as automatic (RFC 3834 §5) so that nobody's vacation notice
/// answers it.
struct SystemNotice {
    let recipient: String
    /// Whom the reader may ask.
    let postmaster: String
    let subject: String
    /// Lines that end in LF.
    let text: String
    let hostname: String
    /// Names the message for good: the same for each try to deliver it.
    let identifier: String
    /// Seconds since 1970.
    let date: Int64

    /// The postmaster of an address's domain (RFC 5321 §4.5.1).
    static func postmaster(of address: String, hostname: String) -> String {
        let domain = address.lastIndex(of: "@").map { address[address.index(after: $0)...] } ?? hostname[...]
        return "postmaster@\(domain)"
    }

    var bytes: [UInt8] {
        let body = text.utf8.flatMap { $0 == 10 ? [13, 10] : [$0] }
        let isASCII = body.allSatisfy { $0 < 0x80 }
        var header = HeaderWriter()
        header.field("Return-Path", "<>")
        header.field("Date", DateTime(secondsSince1970: date).formatted)
        header.field("From", "Mail System <\(postmaster)>")
        header.field("To", "<\(recipient)>")
        header.text("Subject", subject)
        header.field("Message-ID", "<\(identifier)@\(hostname)>")
        header.field("Auto-Submitted", "auto-generated")
        header.field("MIME-Version", "1.0")
        header.field("Content-Type", "text/plain; charset=\(isASCII ? "us-ascii" : "utf-8")")
        if !isASCII { header.field("Content-Transfer-Encoding", "8bit") }
        header.end()
        return header.bytes + body
    }
}
