import MailStore
import Quantities

/// A quota warning in words.
struct QuotaWarningMessage {
    let warning: QuotaWarning
    /// To whom it goes.
    let recipient: String
    let hostname: String
    /// As of `SystemNotice`.
    let identifier: String
    /// Seconds since 1970.
    let date: Int64

    var bytes: [UInt8] {
        SystemNotice(
            recipient: recipient, postmaster: postmaster, subject: subject, text: text, hostname: hostname, identifier: identifier,
            date: date
        ).bytes
    }

    private var postmaster: String { SystemNotice.postmaster(of: recipient, hostname: hostname) }

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
