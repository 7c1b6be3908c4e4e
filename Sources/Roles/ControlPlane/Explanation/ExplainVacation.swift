import AdminAPI
import MailStore

extension Provisioning {
    /// Whether whoever writes to the user is told that it is away.
    func vacationStep(
        of user: UserRecord, in tenant: TenantName, to sender: TargetAddress?, _ header: ExplainedHeader?, _ directory: ExplainedDirectory
    ) async throws -> [Explanation.Step] {
        let address = try EmailAddress(user.address)
        guard let vacation = try await vacations(of: address).first else { return [] }
        let rule = "vacation of \(address)", change = "vacation clear \(address)"
        // What the address alone led to does not tell of the tenant's.
        guard try await directory.whole.user(user.id).suspensions.outgoing == .none else {
            let isOwn = user.suspensions.outgoing != .none
            return [
                .tells(
                    rule, "Nobody is told that the user is away: sending is suspended, \(isOwn ? "the user's" : "the tenant's").",
                    change: isOwn ? "user resume \(address) --outgoing" : "tenant resume \(tenant) --outgoing")
            ]
        }
        let bounds = [vacation.from.map { ", from \($0)" }, vacation.until.map { ", until \($0)" }].compactMap(\.self).joined()
        let told = "Once the mail is stored, its sender is told \"\(vacation.subject)\", once in \(vacation.days) days\(bounds)"
        guard let header else {
            return [.tells(rule, "\(told); not a list, a program, or who wrote to a group.", change: change)]
        }
        if let reason = try await reason(not: user.id, answers: header, of: sender, in: directory.whole) {
            return [.tells(rule, "Nobody is told that the user is away: \(reason).")]
        }
        return [.tells(rule, "\(told).", change: change)]
    }

    /// Why the user's vacation does not answer this message; nil: it does.
    private func reason(
        not user: Int64, answers header: ExplainedHeader, of sender: TargetAddress?, in directory: Directory
    ) async throws -> String? {
        if let obstacle = header.obstacle(from: sender) { return obstacle }
        if let sender, try await directory.isOwn(localPart: sender.localPart, domain: sender.domain.text, of: user) {
            return "the user wrote it"
        }
        for (localPart, domain) in header.addressees where try await directory.isOwn(localPart: localPart, domain: domain, of: user) {
            return nil
        }
        return "no address of the user's own stands in its To, Cc or Bcc"
    }
}
