/// What became of each recipient of a transaction so far.
struct TransactionProgress: Sendable {
    var senderRefusal: Reply?
    private(set) var replies: [Reply]
    /// Recipients that were accepted, in their order: the replies to the message are theirs.
    private var accepted: [Int] = []

    init(recipients: Int) { replies = Array(repeating: .nobodyAccepted, count: recipients) }

    mutating func take(_ reply: Reply, for recipient: Int) {
        guard replies.indices.contains(recipient) else { return }
        replies[recipient] = reply
        if reply.isPositive { accepted.append(recipient) }
    }

    func ended(allWith reply: Reply) -> SMTPClient.Outcome { .transaction(Array(repeating: reply, count: replies.count)) }

    /// - Parameter messageReplies: one for all accepted recipients, or one for each.
    func ended(with messageReplies: [Reply]) -> SMTPClient.Outcome {
        var final = replies
        for (position, recipient) in accepted.enumerated() {
            if let reply = messageReplies.count == 1
                ? messageReplies[0] : messageReplies.indices.contains(position) ? messageReplies[position] : nil
            {
                final[recipient] = reply
            }
        }
        return .transaction(final)
    }
}

/// Why a connection to a server is of no further use.
public enum SMTPClientFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The greeting or the client's name was refused.
    case refused(Reply)
    case encryptionUnavailable
    case malformedReply
    /// The server ended the connection where a reply was due.
    case closed

    public var description: String {
        switch self {
        case .refused(let reply): "the server refused the session: \(reply)"
        case .encryptionUnavailable: "the server offers no TLS"
        case .malformedReply: "the server's reply is not SMTP"
        case .closed: "the server closed the connection"
        }
    }
}

extension Reply {
    static let nobodyAccepted = Reply(554, "5.5.1", "No recipient was accepted")
    /// RFC 6531 §3.2: what needs the extension is not sent without it.
    static let peerLacksSMTPUTF8 = Reply(550, "5.6.7", "The next server takes no addresses or headers with other than ASCII characters")
    /// RFC 1870 §6.2: what is too large is not tried.
    static func peerRefusesSize(_ limit: Int64) -> Reply {
        Reply(552, "5.3.4", "The next server takes messages of at most \(limit) octets")
    }
}
