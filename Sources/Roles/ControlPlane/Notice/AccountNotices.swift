import AdminAPI
import Glibc
import Runtime
import Supervision

/// Has users told, by their company's worker, of changes that decide who can open their mailboxes.
///
/// Nobody waits for it: what could not be given for a while, since the worker does not start, is dropped, and so is what waits when the
/// control plane ends. A worker that died may have given the notice already; then the next one does not give it again.
@EventLoopActor
final class AccountNotices {
    /// Returns what kept the worker from giving it.
    typealias Sender = @EventLoopActor (AccountNotice, Int64) async -> String?

    private struct Waiting {
        let notice: AccountNotice
        let end: ContinuousClock.Instant
    }

    private let send: Sender?
    private let journal: Journal
    private let patience: Duration, pause: Duration
    /// By tenants: one line for each, so that a company whose worker does not start holds no other up.
    private var lines: [Int64: [Waiting]] = [:]

    /// Of one tenant.
    private static let limit = 1_000

    /// - Parameters:
    ///   - patience: how long one is tried.
    ///   - send: nil: nobody is told anything.
    init(journal: Journal, patience: Duration = .seconds(600), pause: Duration = .seconds(5), by send: Sender?) {
        (self.journal, self.patience, self.pause, self.send) = (journal, patience, pause, send)
    }

    func give(_ notice: AccountNotice, to tenant: Int64) {
        guard send != nil else { return }
        let waiting = Waiting(notice: notice, end: .now + patience)
        guard let line = lines[tenant] else {
            lines[tenant] = [waiting]
            EventLoopActor.task { await self.workOff(tenant) }
            return
        }
        guard line.count < Self.limit else { return drop(notice, of: tenant, "too many wait") }
        lines[tenant]?.append(waiting)
    }

    private func workOff(_ tenant: Int64) async {
        while let next = lines[tenant]?.first {
            await give(next, to: tenant)
            lines[tenant]?.removeFirst()
        }
        lines[tenant] = nil
    }

    private func give(_ waiting: Waiting, to tenant: Int64) async {
        var problem = "the tenant's worker did not start in time"
        while .now < waiting.end {
            guard let met = await send?(waiting.notice, tenant) else { return }
            problem = met
            await EventLoopActor.sleep(for: pause)
        }
        drop(waiting.notice, of: tenant, problem)
    }

    private func drop(_ notice: AccountNotice, of tenant: Int64, _ reason: String) {
        journal.warning(
            "a user was not told of a changed account", ["tenant": "\(tenant)", "user": notice.address, "error": reason])
    }
}

extension Provisioning {
    /// Has the user told of a change that decides who can open the mailbox.
    /// - Parameter owner: who made it, if that is the user; else an administrator did.
    func tell(_ keys: UserKeys, at address: EmailAddress, of event: AccountNotice.Event, by owner: OwnAccounts.Owner? = nil) {
        guard !isRehearsal else { return }
        notices.give(
            AccountNotice(
                user: keys.user, address: address.text, event: event,
                author: owner.map { .owner(from: $0.client) } ?? .administrator, time: Int64(time(nil)),
                identity: "\(keys.tenant) \(keys.user) \(UInt64.random(in: .min ... .max)) \(UInt64.random(in: .min ... .max))"),
            to: keys.tenant)
    }
}
