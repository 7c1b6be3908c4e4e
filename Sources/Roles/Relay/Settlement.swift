import MIME
import OutboundQueue
import Runtime
import SMTP
import Supervision

/// Makes an attempt's outcome durable, with the notices that it calls for, in one transaction.
@EventLoopActor
final class Settlement {
    private let queue: OutboundQueue
    private let schedule: RetrySchedule
    private let notices: Notices
    private let counters: RelayCounters
    private var isStopping = false

    init(_ configuration: RelayConfiguration, queue: OutboundQueue, counters: RelayCounters) {
        self.counters = counters
        self.queue = queue
        schedule = RetrySchedule(steps: configuration.retrySchedule)
        notices = Notices(hostname: configuration.hostname, lifetime: Int64(configuration.lifetime) * 1_000_000)
    }

    func stop() { isStopping = true }

    /// - Returns: whether the queue has something to do then that it had not before: another attempt, or a notice.
    func settle(_ job: DeliveryJob, _ result: AttemptResult) async -> Bool {
        let results: [RecipientResult] =
            switch result {
            case .settled(let results): results
            case .unreachable(let reply): job.recipients.map { _ in RecipientResult(.deferred, reply) }
            case .impossible(let reply): job.recipients.map { _ in RecipientResult(.refused, reply) }
            }
        let now = Clock.now
        var outcomes: [RecipientOutcome] = []
        var items: [Notices.Item] = []
        for (recipient, result) in zip(job.recipients, results) {
            let (outcome, item) = judge(recipient, result, job, now)
            outcomes.append(outcome)
            if let item, Notices.wants(item.action, recipient) { items.append(item) }
            count(outcome)
            log(recipient, result, outcome, job)
        }
        await record(outcomes, items, job, now)
        return !items.isEmpty || outcomes.contains { if case .waiting = $0.state { true } else { false } }
    }

    private func count(_ outcome: RecipientOutcome) {
        switch outcome.state {
        case .delivered: counters.figures.delivered &+= 1
        case .waiting: counters.figures.deferred &+= 1
        case .failed: counters.figures.failed &+= 1
        }
    }

    private func judge(
        _ recipient: QueuedRecipient, _ result: RecipientResult, _ job: DeliveryJob, _ now: Int64
    ) -> (RecipientOutcome, Notices.Item?) {
        var state: RecipientOutcome.State
        var reply = result.reply
        let action: DeliveryReport.Action?
        let attempts = recipient.attempts &+ 1
        switch result.kind {
        case .delivered(let tellsSender):
            state = .delivered
            // Final among our own workers; elsewhere, without DSN there, all that can be told is that it went on.
            action = job.destination.isLocal ? .delivered : tellsSender ? nil : .relayed
        case .refused:
            state = .failed
            action = .failed
        case .deferred:
            if let next = schedule.nextAttempt(afterAttempts: attempts, now: now, expiresAt: job.message.expiresAt) {
                state = .waiting(until: next)
                action = schedule.isDelayNoticeDue(afterAttempts: attempts) ? .delayed : nil
            } else {
                state = .failed
                reply = .expired(after: result.reply)
                action = .failed
            }
        }
        let outcome = RecipientOutcome(recipient: recipient.id, state: state, reply: reply.description)
        return (outcome, action.map { Notices.Item(recipient: recipient, action: $0, reply: reply, host: result.host) })
    }

    private func log(_ recipient: QueuedRecipient, _ result: RecipientResult, _ outcome: RecipientOutcome, _ job: DeliveryJob) {
        Log.info(
            "delivery \(outcome.state == .delivered ? "succeeded" : outcome.state == .failed ? "failed" : "deferred")",
            [
                "queue": String(job.message.queueID), "trace": job.message.deliveryID, "to": recipient.address,
                "destination": job.destination.description, "host": result.host ?? "", "reply": outcome.reply,
                "attempt": String(recipient.attempts &+ 1),
            ])
    }

    /// Tried until the database takes it: forgetting a delivery would make a second one.
    private func record(_ outcomes: [RecipientOutcome], _ items: [Notices.Item], _ job: DeliveryJob, _ now: Int64) async {
        let notice = await notice(items, job, now)
        if let notice {
            counters.figures.notices &+= 1
            Log.info(
                "notice written",
                ["trace": job.message.deliveryID, "notice": notice.deliveryID, "to": job.message.reversePath])
        }
        if !items.isEmpty, job.message.reversePath.isEmpty {
            Log.notice(
                "a notification could not be delivered, and nobody is told",
                ["queue": String(job.message.queueID), "trace": job.message.deliveryID])
        }
        var pause = Duration.milliseconds(200)
        while true {
            do {
                return try await queue.record(outcomes, of: job.message, notices: notice.map { [$0] } ?? [])
            } catch {
                Log.error(
                    "an outcome could not be recorded",
                    [
                        "queue": String(job.message.queueID), "trace": job.message.deliveryID, "error": String(describing: error),
                    ])
                // When stopping too: the relay waits a few seconds for what is in hand, and a database that restarts is soon back.
                try? await Task.sleep(for: pause)
                pause = isStopping ? .milliseconds(200) : min(pause * 2, .seconds(5))
            }
        }
    }

    private func notice(_ items: [Notices.Item], _ job: DeliveryJob, _ now: Int64) async -> NewMessage? {
        guard !items.isEmpty, !job.message.reversePath.isEmpty else { return nil }
        // A message that can't be read any more is told about all the same, without its header.
        let bytes = (try? await queue.bytes(of: job.message)) ?? []
        return notices.notice(about: items, of: job.message, bytes: bytes, now: now)
    }
}
