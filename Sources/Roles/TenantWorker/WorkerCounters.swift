import IMAP
import MailStore
import Runtime
import SMTP
import Supervision

/// What this worker counts: plain numbers on the event loop.
@EventLoopActor
package final class WorkerCounters {
    private var figures = WorkerFigures()
    /// By the commands' places in `CommandTable`.
    private var imapCommands = [Int64](repeating: 0, count: CommandTable.all.count)
    let traffic = Traffic()

    package init() {}

    /// - Parameter replies: one for each recipient.
    func delivered(_ replies: [Reply]) {
        for reply in replies {
            if reply.isPositive {
                figures.deliveriesStored &+= 1
            } else if reply.isTransient {
                figures.deliveriesDeferred &+= 1
            } else {
                figures.deliveriesRefused &+= 1
            }
        }
    }

    func submitted(_ reply: Reply) {
        if reply.isPositive { figures.submissionsTaken &+= 1 } else { figures.submissionsRefused &+= 1 }
    }

    func opened(_ service: ClientService) { figures.sessionsOpened[service.rawValue, default: 0] &+= 1 }

    func commandCame(_ command: TaggedCommand) { imapCommands[command.place] &+= 1 }

    /// - Parameter sessions: the protocol of each that is open.
    package func figures(of store: TenantStore, sessions: some Sequence<ClientService>) -> WorkerFigures {
        var result = figures
        for service in sessions { result.sessions[service.rawValue, default: 0] += 1 }
        for (command, count) in zip(CommandTable.all, imapCommands) where count > 0 { result.imapCommands[command.name] = count }
        (result.octetsReceived, result.octetsSent) = (traffic.received, traffic.sent)
        result.quotaRefusals = store.quotaRefusals
        let flushes = store.flushes
        (result.flushes, result.messagesFlushed, result.flushMicroseconds) = (flushes.groups, flushes.messages, flushes.microseconds)
        return result
    }
}
