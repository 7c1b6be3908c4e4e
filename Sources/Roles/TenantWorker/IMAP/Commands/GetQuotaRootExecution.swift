import IMAP
import MailStore
import Runtime

extension GetQuotaRoot: ExecutableCommand {
    /// Every mailbox is under the quotas of its user, the user's domain and the tenant, as far as they have limits.
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        let place = try await session.existing(mailbox)
        let levels = try await place.account.quota().filter { !$0.figures.isEmpty }
        session.send(.quotaRoot(mailbox, levels.map { $0.root(in: place.shared) }))
        for level in levels { session.send(.quota(root: level.root(in: place.shared), level.figures)) }
        return completed()
    }
}
