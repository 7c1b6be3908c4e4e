import AdminAPI
import Supervision

extension Provisioning {
    /// `queue retry`: now, instead of when its turn comes.
    func retryQueued(_ request: AdminRequest<Nothing>) async throws -> QueueEntry { try await command(.retry, request) }

    /// `queue hold`: no attempt until it is released.
    func holdQueued(_ request: AdminRequest<Nothing>) async throws -> QueueEntry { try await command(.hold, request) }

    /// `queue release`.
    func releaseQueued(_ request: AdminRequest<Nothing>) async throws -> QueueEntry { try await command(.release, request) }

    /// `queue delete`: without a notification to its sender.
    func deleteQueued(_ request: AdminRequest<Nothing>) async throws -> Nothing {
        let id: QueueID = try request.path.require("id")
        _ = try await queued(id)
        try await checkMayDelete([id.number])
        guard try await tell(.delete, id) else { throw Self.noQueued(id) }
        return Nothing()
    }

    /// Of a message that is there, as far as the caller's part shows it: the relay, which knows no parts, takes the number alone.
    /// - Returns: whether there was such a message. The relay is not told of what is only tried.
    private func tell(_ verb: QueueCommand.Verb, _ id: QueueID) async throws -> Bool {
        guard !isRehearsal else { return true }
        return try await queue.command(verb, [id.number]) > 0
    }

    /// The entry is returned as it is after the command; before it when it went away meanwhile, as a retry can make it do.
    private func command(_ verb: QueueCommand.Verb, _ request: AdminRequest<Nothing>) async throws -> QueueEntry {
        let id: QueueID = try request.path.require("id")
        let before = try await queued(id)
        guard try await tell(verb, id) else { throw Self.noQueued(id) }
        do {
            return try await queued(id)
        } catch let error as AdminError where error.code == .notFound {
            return before
        }
    }
}
