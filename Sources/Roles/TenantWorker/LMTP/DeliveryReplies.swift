import MailStore
import SMTP

/// How a delivery's outcomes are said in LMTP (RFC 3463): 4xx where trying again can help.
extension Reply {
    static let delivered = Reply(250, "2.1.5", "Delivered")
    static let noSuchUser = Reply(550, "5.1.1", "There is no such user here")
    static let domainNotHere = Reply(550, "5.1.2", "This domain's mail is not taken here")
    static func userSuspended(_ reason: String?) -> Reply {
        Reply(450, "4.2.1", "The mailbox is suspended\(reason.map { ": \($0)" } ?? "; please try again later")")
    }
    static func largerThanPlan(_ limit: Int64) -> Reply {
        Reply(552, "5.3.4", "The message is larger than the \(limit) octets that this account's plan allows")
    }
    /// RFC 3463 §3.8, X.7.2: the sender may not send to the list.
    static func mayNotPost(to group: ResolvedGroup) -> Reply {
        let who = switch group.posting {
        case .anyone, .tenant: "users of its own organisation"
        case .members: "its members"
        case .owners: "its owners"
        }
        let place = group.isForwardedTo ? "the group that this address forwards to" : "this group"
        return Reply(550, "5.7.2", "Only \(who) may send to \(place)")
    }
    static let aliasLoop = Reply(554, "5.4.6", "The address leads round in a circle, or to too many others")
    static let forwardLoop = Reply(554, "5.4.6", "The message was delivered to this address before; it goes round in a circle")
    static let storeUnavailable = Reply(451, "4.3.0", "The mail store is not available now; please try again later")

    /// Anyone may send to the mailbox and hear this: neither figures nor whose limit it is. The log has both (`QuotaRefusal.logged`).
    static func overQuota(defers: Bool) -> Reply {
        defers ? Reply(452, "4.2.2", "The mailbox is full; please try again later") : Reply(552, "5.2.2", "The mailbox is full")
    }

    /// One reply for a recipient that leads to several mailboxes: good when all are, else the one that asks for another try.
    static func together(_ replies: [Reply]) -> Reply {
        replies.first(where: \.isTransient) ?? replies.first { !$0.isPositive } ?? replies.first ?? .delivered
    }

    init(_ error: StoreError, defersOverQuota: Bool) {
        switch error {
        case .overQuota: self = .overQuota(defers: defersOverQuota)
        case .noSuchUser: self = .noSuchUser
        case .leaseLost, .unavailable, .noSuchMailbox, .mailboxExists, .invalidMailboxName, .notPermitted, .limitReached, .damaged,
            .maildropLocked:
            self = .storeUnavailable
        }
    }

    init(_ outcome: DeliveryOutcome?, defersOverQuota: Bool) {
        switch outcome {
        case .stored, .duplicate: self = .delivered
        case .overQuota: self = .overQuota(defers: defersOverQuota)
        case .noSuchUser: self = .noSuchUser
        case .unavailable, nil: self = .storeUnavailable
        }
    }
}

extension QuotaRefusal {
    var logged: String { "\(scope): \(used) of \(limit) \(resource == .bytes ? "octets" : "messages")" }
}

extension TenantStore {
    /// Why mail that the user handed in is not taken; nil: no group refuses it. A group that is closed to a forward refuses what nobody
    /// else would have.
    func refusal(of submitter: Int64?, by targets: ResolvedTargets) async throws(StoreError) -> Reply? {
        for group in targets.groups where !group.isForwardedTo {
            guard try await mayPost(submitter, to: group) else { return .mayNotPost(to: group) }
        }
        return targets.isBarred ? targets.closed.first.map(Reply.mayNotPost) : nil
    }
}
