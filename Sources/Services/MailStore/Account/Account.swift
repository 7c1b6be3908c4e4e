import Postgres
import Runtime

/// A user's mailboxes and subscriptions. All sessions of the user share one.
@EventLoopActor
public final class Account {
    public let user: Int64
    let store: TenantStore
    private var byName: [String: Mailbox]
    private var subscribed: Set<String>

    init(user: Int64, store: TenantStore, mailboxes: [Mailbox], subscriptions: Set<String>) {
        self.user = user
        self.store = store
        byName = Dictionary(mailboxes.map { ($0.name, $0) }) { first, _ in first }
        subscribed = subscriptions
    }

    /// All mailboxes, sorted by name (octets of UTF-8, INBOX first). Hierarchy is in the names, separator `/`; a parent need not exist.
    public var mailboxes: [Mailbox] { byName.values.sorted { MailboxName.precedes($0.name, $1.name) } }

    /// Subscribed names, sorted; a name may have no mailbox (RFC 9051 §6.3.7).
    public var subscriptions: [String] { subscribed.sorted { MailboxName.precedes($0, $1) } }

    /// INBOX in any case is INBOX, also as the first level (`inbox/a`).
    public func mailbox(named name: String) -> Mailbox? { byName[MailboxName.canonical(name)] }

    public func isSubscribed(_ name: String) -> Bool { subscribed.contains(MailboxName.canonical(name)) }

    /// For RFC 9208: user, domain, tenant.
    public func quota() async throws(StoreError) -> [QuotaLevel] { try await store.quota(of: user) }

    var mailboxCount: Int { byName.count }

    /// The mailbox and all below it.
    func tree(_ name: String) -> [Mailbox] {
        let prefix = Array("\(name)/".utf8)
        return byName.values.filter { $0.name == name || $0.name.utf8.starts(with: prefix) }
    }

    func add(_ mailbox: Mailbox) { byName[mailbox.name] = mailbox }

    func remove(_ mailbox: Mailbox) {
        mailbox.isGone = true
        byName[mailbox.name] = nil
        mailbox.state?.end()
    }

    func rename(_ mailboxes: [(mailbox: Mailbox, name: String)]) {
        for entry in mailboxes { byName[entry.mailbox.name] = nil }
        for entry in mailboxes {
            entry.mailbox.name = entry.name
            byName[entry.name] = entry.mailbox
        }
    }

    public func subscribe(_ name: String) async throws(StoreError) {
        let name = try MailboxName.validated(name)
        guard !subscribed.contains(name) else { return }
        guard subscribed.count < StoreLimits.subscriptionsPerUser else { throw .limitReached(reason: "too many subscriptions") }
        let statement = PostgresStatement(
            "INSERT INTO subscriptions (tenant_id, user_id, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            [.int8(store.tenant), .int8(user), .text(name)])
        try await store.queue.perform { batch throws(StoreError) in
            batch.run(before: statement)
            batch.onCommit { _ in self.subscribed.insert(name) }
        }
    }

    public func unsubscribe(_ name: String) async throws(StoreError) {
        let name = MailboxName.canonical(name)
        guard subscribed.contains(name) else { return }
        let statement = PostgresStatement(
            "DELETE FROM subscriptions WHERE tenant_id = $1 AND user_id = $2 AND name = $3",
            [.int8(store.tenant), .int8(user), .text(name)])
        try await store.queue.perform { batch throws(StoreError) in
            batch.run(before: statement)
            batch.onCommit { _ in self.subscribed.remove(name) }
        }
    }
}
