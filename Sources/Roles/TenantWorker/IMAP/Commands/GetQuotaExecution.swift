import IMAP
import MailStore
import Runtime

extension GetQuota: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        let root = String(decoding: root, as: UTF8.self)
        // That of a shared mailbox names it.
        let slash = root.firstIndex(of: "/")
        let shared = if let slash { try await session.access().mailbox(at: root[root.index(after: slash)...]) } else { SharedMailbox?.none }
        let account: Account? = if let shared { try await session.account(of: shared) } else { try session.account }
        guard let level = try await account?.quota().first(where: { $0.root(in: shared) == root }), !level.figures.isEmpty else {
            return ConditionResponse(tag: nil, .no, .nonExistent, text: "There is no such quota root")
        }
        session.send(.quota(root: root, level.figures))
        return completed()
    }
}

extension QuotaLevel {
    /// The name of its quota root: `user`; `user/info@acme.example` of a shared mailbox. The tenant is everybody's.
    func root(in shared: SharedMailbox?) -> String {
        guard let shared, scope != .tenant else { return scope.rawValue }
        return "\(scope.rawValue)/\(shared.address)"
    }

    /// What is limited at this level. Storage is told in units of 1024 octets (RFC 9208 §5.1), both figures rounded up: so usage is
    /// never shown above a limit that it keeps.
    var figures: [QuotaFigure] {
        func units(_ octets: Int64) -> UInt64 { UInt64(clamping: octets / 1024 + (octets % 1024 > 0 ? 1 : 0)) }
        var figures: [QuotaFigure] = []
        if let limit = limits.bytes { figures.append(QuotaFigure(.storage, usage: units(usage.bytes), limit: units(limit))) }
        if let limit = limits.messages {
            figures.append(QuotaFigure(.message, usage: UInt64(clamping: usage.messages), limit: UInt64(clamping: limit)))
        }
        return figures
    }
}
