import MIME
import MailStore
import Quantities

/// A quota warning in words: RFC 5322, marked as automatic (RFC 3834 §5) so that nobody's vacation notice answers it.
struct QuotaWarningMessage {
    let warning: QuotaWarning
    /// To whom it goes.
    let recipient: String
    /// Whom the reader may ask: the postmaster of the domain (RFC 5321 §4.5.1).
    let postmaster: String
    let hostname: String
    /// Names the message for good: the same for each try to deliver it.
    let identifier: String
    /// Seconds since 1970.
    let date: Int64

    var bytes: [UInt8] {
        var header = HeaderWriter()
        header.field("Return-Path", "<>")
        header.field("Date", DateTime(secondsSince1970: date).formatted)
        header.field("From", "Mail System <\(postmaster)>")
        header.field("To", "<\(recipient)>")
        header.text("Subject", subject)
        header.field("Message-ID", "<\(identifier)@\(hostname)>")
        header.field("Auto-Submitted", "auto-generated")
        header.field("MIME-Version", "1.0")
        header.field("Content-Type", "text/plain; charset=us-ascii")
        header.end()
        return header.bytes + text.utf8.flatMap { $0 == 10 ? [13, 10] : [$0] }
    }

    private var isFull: Bool { warning.percent == 100 }

    /// What it is about, at the beginning of a sentence.
    private var subjectMatter: String {
        switch warning.scope {
        case .user: "Your mailbox"
        case .domain: "The mail of \(warning.name)"
        case .tenant: "The mail of \(warning.name) in all its domains"
        }
    }

    private var subject: String { "\(subjectMatter) \(isFull ? "is full" : "has reached \(warning.percent) % of its quota")" }

    /// Use and limit in their unit.
    private var figures: String {
        switch warning.resource {
        case .bytes: "\(ByteCount(warning.used)) of \(ByteCount(warning.limit))"
        case .messages: "\(warning.used) of \(warning.limit) messages"
        }
    }

    private var text: String {
        let who = warning.scope == .user ? "you" : "all its users"
        let consequence = isFull
            ? "New mail for \(who) is now refused and goes back to its senders. Mail that\nis stored already stays."
            : "When it is full, new mail for \(who) is refused and goes back to its\nsenders. Mail that is stored already stays."
        return """
            \(subject): it uses \(figures)\(warning.scope == .user ? " (\(warning.name))" : "").

            \(consequence)

            What helps:
            \(advice)

            This notice comes once. It comes again only after use has gone below
            \(warning.armedBelow) % meanwhile.

            """
    }

    private var advice: String {
        switch warning.scope {
        case .user:
            """
            - Delete messages that are no longer needed, the largest first, and empty
              the trash: what lies there counts too.
            - Or ask \(postmaster) for more room.
            """
        case .domain, .tenant:
            """
            - Ask the users to delete what is no longer needed; what lies in their trash
              counts too.
            - Or have the administrator of \(hostname) raise the quota
              (casella quota set \(warning.name)).
            """
        }
    }
}
