import Runtime

/// A message that is about to come into mailboxes: all that its blob record and its rows need but UIDs.
struct ArrivalDraft {
    /// Where it goes: a mailbox that must be there, or one found by name at the last moment, with INBOX in its stead.
    enum Target {
        case mailbox(Mailbox)
        case named(String)
    }

    struct Place {
        /// Held, so that the account's mailboxes stay the ones in memory until the rows are committed.
        let account: Account
        let target: Target
        let flags: MessageFlags
        let keywords: [String]
        let reservation: QuotaReservation
    }

    let bytes: [UInt8]
    /// Seconds since 1970.
    let internalDate: Int64
    /// Empty when the message is no delivery.
    let deliveryID: [UInt8]
    let reversePath: String
    let places: [Place]
}

/// What became of a draft at one of its places.
enum ArrivalOutcome {
    case stored(mailbox: Int64, uid: UID)
    case refused(StoreError)
}

extension ArrivalDraft.Place {
    /// Nil when there is none (any more).
    @EventLoopActor
    var mailbox: Mailbox? {
        switch target {
        case .mailbox(let mailbox): mailbox.isGone ? nil : mailbox
        case .named(let name): account.mailbox(named: name) ?? account.mailbox(named: MailboxName.inbox)
        }
    }
}
