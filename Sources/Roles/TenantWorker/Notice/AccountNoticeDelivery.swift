import Cryptography
import MailStore
import Runtime
import Supervision

/// Brings a notice of a changed account into its user's INBOX. It is mail like any other: from the null reverse-path, counted, and never
/// past a limit; what finds no room is dropped, for there is nobody to send it back to.
@EventLoopActor
package struct AccountNoticeDelivery {
    let facts: DoorFacts
    let store: TenantStore

    package init(facts: DoorFacts, store: TenantStore) { (self.facts, self.store) = (facts, store) }

    /// - Throws: when nobody knows yet whether it is there, and it can be tried again.
    package func deliver(_ notice: AccountNotice) async throws(StoreError) {
        guard let digest = try? Cryptography.sha256(Array("account notice \(notice.identity)".utf8)) else {
            throw .unavailable(reason: "a notice got no id")
        }
        let id = Array(digest.prefix(16)), trace = Hexadecimal.encode(id)
        let message = AccountNoticeMessage(notice: notice, hostname: facts.hostname, identifier: trace)
        let outcomes = await store.deliver(
            Delivery(id: id, reversePath: "", bytes: message.bytes, recipients: [DeliveryRecipient(user: notice.user)]))
        let fields = ["trace": trace, "user": notice.address]
        switch outcomes.first {
        case .stored: Log.info("a user was told of a changed account", fields)
        case .duplicate: break
        case .overQuota: Log.notice("a user was not told of a changed account: there is no room", fields)
        case .noSuchUser: Log.notice("a user was not told of a changed account: the user is gone", fields)
        case .unavailable(let reason): throw .unavailable(reason: reason)
        case nil: throw .unavailable(reason: "no outcome")
        }
    }
}
