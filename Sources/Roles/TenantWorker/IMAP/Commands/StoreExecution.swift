import IMAP
import MailStore
import Runtime

extension Store: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        let selection = try session.selected
        guard !selection.isReadOnly else { throw IMAPRefusal.readOnly }
        let chosen = try selection.messages(messages)
        guard !chosen.isEmpty else { return completed() }
        let how: FlagChange =
            switch change {
            case .replace: .replace
            case .add: .add
            case .remove: .remove
            }
        let outcome = try await selection.store(
            chosen.map(\.uid), how, flags: MessageFlags(flags.system), keywords: flags.keywords, silent: true)
        if !isSilent { try await report(Set(outcome.stored), of: chosen, in: session, selection) }
        return outcome.expunged.isEmpty || messages.areUIDs ? completed() : IMAPRefusal.expungeIssued
    }

    @EventLoopActor
    private func report(_ stored: Set<UID>, of chosen: [NumberedMessage], in session: IMAPConnection, _ selection: Selection)
        async throws
    {
        for message in chosen where stored.contains(message.uid) {
            if let info = selection.info(message.uid) { session.reportFlags(of: info, number: message.number) }
            try await session.giveWay()
        }
    }
}
