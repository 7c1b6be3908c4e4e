import Cryptography
import Glibc
import MailRules
import MailStore
import Runtime
import SMTP

/// Tells who wrote to users that these are away (RFC 5230): after their mail is stored, and whatever becomes of it, that stays so.
///
/// Who is told is noted first, durably, and told afterwards: a worker that dies in between has told nobody, and none is told twice.
/// What the relay did not take is tried at the sender's next message.
@EventLoopActor
struct VacationReplies {
    let store: TenantStore
    let facts: DoorFacts
    let reversePath: ReversePath
    /// The same for each attempt to deliver the message.
    let deliveryID: [UInt8]

    /// - Parameters:
    ///   - header: the message's, with what is needed of it.
    ///   - users: those whose mailbox it was stored in just now, or who had it sent on.
    func answer(_ header: [UInt8], of users: [UserRecord]) async {
        guard let message = AnswerableMessage(reversePath, HeaderScan(header), in: header) else { return }
        for user in users {
            do throws(StoreError) {
                try await answer(message, of: user)
            } catch {
                Log.warning("a vacation reply was left out", ["user": user.address, "error": "\(error)"])
            }
        }
    }

    private func answer(_ message: AnswerableMessage, of user: UserRecord) async throws(StoreError) {
        // Whose sending is suspended, or the company's, does not send by this way. (The address alone tells of the user's.)
        guard try await store.user(user.id).suspensions.outgoing == .none, let vacation = try await store.vacation(of: user.id) else {
            return
        }
        let sender = message.sender
        guard try await !store.isOwn(localPart: sender.localPart, domain: sender.domain, of: user.id),
            try await store.isOwn(anyOf: message.addressees, of: user.id)  // RFC 5230 §4.5: not for a list or a group alone
        else { return }
        let told = "\(sender.localPart)@\(sender.domain.lowercased())\n\(vacation.subject)\n\(vacation.text)"
        guard let digest = try? Cryptography.sha256(Array(told.utf8)),
            let name = try? Cryptography.sha256(deliveryID + Array("vacation \(facts.tenant) \(user.id)".utf8)),
            let id = DeliveryID(octets: Array(name.prefix(16))), try await store.noteReply(digest, by: user.id, days: vacation.days)
        else { return }
        let reply = VacationMessage(
            vacation: vacation, author: user.address, answered: message, hostname: facts.hostname, identifier: id.description,
            date: Int64(time(nil)))
        // From the null reverse-path, and with no notice of any kind: nobody answers it (RFC 3834 §3.3).
        let mail = MailCommand(
            reversePath: .null, usesUTF8: sender.needsUTF8 || user.address.utf8.contains { $0 >= 0x80 }, deliveryID: id)
        let recipient = RcptCommand(path: .address(sender), notify: [])
        let header = await MessageSigner(store: store, facts: facts).signed(reply.header, reply.body, trace: id)
        let answer = await RelayHandOff(facts).send(mail, to: [recipient], header, reply.body)
        Log.info("vacation reply", ["user": user.address, "to": sender.description, "trace": "\(id)", "reply": answer.description])
        if !answer.isPositive { try await store.forgetReply(digest, by: user.id) }
    }
}
