import OutboundQueue
import SMTP

/// A message on its way to one destination, with the recipients that it has there.
struct DeliveryJob: Sendable {
    let message: QueuedMessage
    let recipients: [QueuedRecipient]
    let destination: Destination

    var keys: [RecipientKey] { recipients.map { RecipientKey(queueID: message.queueID, recipient: $0.id) } }
}

/// What a host, or we in its place, said about one recipient.
struct RecipientResult: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// The other side took it. `tellsSender`: it promised to send the notices that were asked for (RFC 3461 §5.2.1).
        case delivered(tellsSender: Bool)
        case refused
        case deferred
    }
    var kind: Kind
    var reply: Reply
    /// The host that spoke; nil when the words are ours.
    var host: String?

    init(_ kind: Kind, _ reply: Reply, host: String? = nil) {
        self.kind = kind
        self.reply = reply
        self.host = host
    }
}

/// What an attempt came to.
enum AttemptResult: Sendable {
    /// One result for each recipient of the job.
    case settled([RecipientResult])
    /// No host of the destination can be worked with now; the same holds for all that waits for it.
    case unreachable(Reply)
    /// The destination takes no mail at all.
    case impossible(Reply)
}

extension Reply {
    /// The words of this relay where no host spoke. RFC 3463 §3.5 (network and routing).
    static func unreachable(_ reason: String) -> Reply { Reply(451, "4.4.1", reason) }
    static func routing(_ reason: String) -> Reply { Reply(451, "4.4.3", reason) }
    static func noSuchDomain(_ reason: String) -> Reply { Reply(550, "5.1.2", reason) }
    static func noMail(_ reason: String) -> Reply { Reply(556, "5.1.10", reason) }
    static func loopsBack(_ domain: String) -> Reply {
        Reply(554, "5.4.6", "Mail for \(domain) leads back to this system, which does not serve it")
    }
    static let suspended = Reply(450, "4.2.1", "The mailbox's tenant is suspended; its mail waits")
    static let damaged = Reply(554, "5.3.0", "The queued message was damaged on disk")
    static func storeUnavailable(_ reason: String) -> Reply { Reply(451, "4.3.0", reason) }
    static func expired(after reply: Reply) -> Reply { Reply(451, "4.4.7", "Given up after the last attempt failed: \(reply)") }
}
