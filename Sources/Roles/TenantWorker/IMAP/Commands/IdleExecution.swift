import IMAP
import MailStore
import Runtime

extension Idle: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        let selection = session.selection
        let reports = IdleReports(session: session)
        selection?.onChange = { reports.changed() }
        defer {
            selection?.onChange = nil
            reports.isOver = true
        }
        session.connection.write(ConditionResponse.continuation("idling"))
        session.report(expunges: true)
        let end = ContinuousClock.now + session.limits.silence
        while let line = try await session.idleLine() {
            if line.isEmpty, ContinuousClock.now < end {
                session.send(ConditionResponse(tag: nil, .ok, text: "Still here"))
                continue
            }
            guard !line.isEmpty else { throw ConnectionError.timedOut }
            guard line.map({ $0 & 0xDF }) == Array("DONE".utf8) else { return ConditionResponse(tag: nil, .bad, text: "Expected DONE") }
            return completed()
        }
        throw ConnectionError.closed
    }
}

extension IMAPConnection {
    /// What ends IDLE; empty after a while of silence, nil when the client is gone.
    fileprivate func idleLine() async throws(ConnectionError) -> [UInt8]? {
        do throws(ConnectionError) {
            return try await nextLine(timeout: limits.stillHere)
        } catch {
            guard error == .timedOut else { throw error }
            return []
        }
    }
}

/// Reports changes while a session idles: at once, and those of one moment together.
@EventLoopActor
private final class IdleReports {
    private let session: IMAPConnection
    private var isReporting = false
    var isOver = false

    init(session: IMAPConnection) { self.session = session }

    func changed() {
        guard !isReporting, !isOver else { return }
        isReporting = true
        EventLoopActor.task { await self.report() }
    }

    private func report() async {
        defer { isReporting = false }
        while !isOver, session.mayReport, let selection = session.selection {
            if selection.isGone { return session.end(reason: "The selected mailbox was deleted") }
            session.report(expunges: true)
            guard (try? await session.connection.flush()) != nil, selection.hasChanges else { return }
        }
    }
}
