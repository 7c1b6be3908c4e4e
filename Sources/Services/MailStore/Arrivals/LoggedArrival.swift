import BlobStore
import Cryptography
import Runtime

/// A message in a mailbox whose blob record is durable, and whose row is not committed yet.
struct LoggedArrival {
    /// Held: see `ArrivalDraft.Place`.
    let account: Account
    let mailbox: Mailbox
    let message: StoredMessage
    let keywords: [String]
    let structure: [UInt8]?
    /// Empty when it is no delivery.
    let deliveryID: [UInt8]
    let reservation: QuotaReservation
    /// How far the log is entered with this row: behind the message's record with the last of its places, before it with the others.
    var entered: LogPosition
}

extension LoggedArrival {
    @EventLoopActor
    func add(to batch: WriteBatch) {
        batch.insert(self)
        batch.charge(account.user, QuotaUsage(bytes: message.size, messages: 1))
        if !deliveryID.isEmpty { batch.record(.init(user: account.user, id: deliveryID)) }
        batch.onCommit { _ in reservation.end() }
    }

    /// Its row cannot be made: nobody shall see it any more.
    @EventLoopActor
    func drop(because error: StoreError) {
        reservation.end()
        mailbox.state?.remove([message.uid])
        mailbox.forgetCount()
        Log.error("a message that is in the blob log could not be entered into its mailbox", [
            "trace": Hexadecimal.encode(deliveryID), "user": "\(account.user)", "mailbox": "\(mailbox.id)", "uid": "\(message.uid)",
            "blob": "\(message.blob)", "error": "\(error)",
        ])
    }
}
