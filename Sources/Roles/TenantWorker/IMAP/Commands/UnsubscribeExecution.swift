import IMAP
import MailStore
import Runtime

extension Unsubscribe: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        let account = try session.account, shared = try await session.namespace(of: mailbox)
        // By name: subscribed to before there was access to a shared mailbox of that name, or after.
        var kept: Set = [shared.kept(mailbox), SharedNamespace.keptAsItIs(mailbox)]
        // One that cannot be opened, and so is not listed, goes by the name that it has for others.
        if let (address, inner) = SharedNamespace.parts(of: mailbox), shared.mailbox(at: address) == nil,
            account.subscriptions.contains(where: shared.isBarred), let barred = try await session.store.sharedMailbox(at: address) {
            kept.insert(SharedNamespace.kept(inner, in: barred))
        }
        for name in kept.sorted() { try await account.unsubscribe(name) }
        return completed()
    }
}
