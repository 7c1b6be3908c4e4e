import IMAP
import MailStore
import Runtime

extension Status: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        let place = try await session.place(of: mailbox), account = place.account
        guard let mailbox = place.mailbox else { throw IMAPRefusal.noSuchMailbox }
        let status = try await account.status(of: mailbox)
        let deletedStorage = items.contains(.deletedStorage) && status.deleted > 0 ? try await account.deletedOctets(in: mailbox) : 0
        let values: [(item: StatusItem, value: UInt64)] = items.map { item in
            switch item {
            case .messages: (item, UInt64(clamping: status.messages))
            case .recent: (item, UInt64(clamping: status.recent))
            case .uidNext: (item, UInt64(status.uidNext))
            case .uidValidity: (item, UInt64(status.uidValidity))
            case .unseen: (item, UInt64(clamping: status.unseen))
            case .size: (item, UInt64(clamping: status.size))
            case .deleted: (item, UInt64(clamping: status.deleted))
            case .deletedStorage: (item, UInt64(clamping: deletedStorage))
            }
        }
        session.send(.status(self.mailbox, values))
        return completed()
    }
}

extension Account {
    /// Octets of the messages marked `\Deleted` (RFC 9208 §4.1.4).
    fileprivate func deletedOctets(in mailbox: Mailbox) async throws(StoreError) -> Int64 {
        let view = try await select(mailbox, readOnly: true)
        defer { view.close() }
        var octets: Int64 = 0
        view.forEach { _, info in if info.flags.contains(.deleted) { octets += info.size } }
        return octets
    }
}
