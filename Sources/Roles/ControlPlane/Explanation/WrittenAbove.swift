import AdminAPI
import MailStore

/// What a message has more when it is stored than when its sender handed it in: the lines that servers write above it, which quotas count
/// and plans do not. How long they are depends on what the client calls itself and how it comes, so that only bounds can be told.
struct WrittenAbove: Sendable, Equatable {
    /// Octets.
    let least: Int64, most: Int64

    /// What a user's own message may get beyond the trace: Date, Message-ID, From, and a signature for each of some keys.
    private static let completion: Int64 = 4_096

    /// - Parameters:
    ///   - recipient: as the sender writes it.
    ///   - sender: nil: not told.
    ///   - isSubmitted: a user of the tenant hands it in.
    init(hostname: String, recipient: String, sender: String?, isSubmitted: Bool) {
        let recipientLength = Int64(recipient.utf8.count)
        // `Received: from X ([1.1.1.1]) by HOST with SMTP id …; date`, and the same with the longest name and address, TLS and `for`.
        let received = Int64(hostname.utf8.count)
        let (shortest, longest) = (received + 110, received + 450 + recipientLength)
        // `Return-Path: <…>` and `Delivered-To: …`.
        let path = sender.map { Int64($0.utf8.count) }
        least = shortest + 17 + (path ?? 0) + 16 + recipientLength
        most = longest + 17 + (path ?? 254) + 16 + recipientLength + (isSubmitted ? Self.completion : 0)
    }

    private init(least: Int64, most: Int64) { (self.least, self.most) = (least, most) }

    /// For who has it through a group: the fields of a list come above it, unless it is another list's already.
    func through(_ group: String) -> Self { Self(least: least, most: most + 38 + 6 * Int64(group.utf8.count)) }
}
