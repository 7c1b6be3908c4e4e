import AdminAPI

/// A command on many queued messages: they are counted, somebody is asked, and they are changed page by page.
struct QueueRun {
    enum Verb { case retry, hold, release, delete }

    /// What came of it, for `--format json`.
    private struct Outcome: Encodable, Sendable {
        var messages: Int
    }

    let verb: Verb
    let filter: QueueFilter
    let context: Context

    func report() throws -> Report {
        let total = try context.trial.call(call, sending: filter.selection).total
        guard let total, total.messages > 0 else { return report(0) }
        if context.settings.dryRun { return report(total.messages) }
        try context.confirm(question(about: total), .yes)
        return report(try change(total))
    }

    private func change(_ total: QueueTotal) throws -> Int {
        var selection = filter.selection, done = 0, looked = 0
        selection.upTo = total.upTo
        let pages = (total.messages + QueueSelection.pageSize - 1) / QueueSelection.pageSize
        context.progress.begin(total.messages, of: "messages", parts: pages)
        defer { context.progress.end() }
        while true {
            if context.console.isInterrupted { throw AdminError(.interrupted, "Interrupted.", hint: told(done, of: total)) }
            let batch: QueueBatch
            do {
                batch = try context.client.call(call, sending: selection)
            } catch {
                guard done > 0 else { throw error }
                // What is under a hold is met again.
                let told = error.code == .conflict ? "\(done) of \(counted(total.messages, "message")) are done." : told(done, of: total)
                throw AdminError(error.code, error.message, hint: error.hint.map { "\($0)\n\(told)" } ?? told)
            }
            done += batch.messages
            guard !batch.isLast, let last = batch.last else { return done }
            selection.after = last
            looked += QueueSelection.pageSize
            context.progress.reached(min(looked, total.messages))
        }
    }

    private func told(_ done: Int, of total: QueueTotal) -> String {
        "\(done) of \(counted(total.messages, "message")) are done; run it again to go on with the others."
    }

    private var call: Call<QueueSelection, QueueBatch> {
        switch verb {
        case .retry: Calls.retryManyQueued
        case .hold: Calls.holdManyQueued
        case .release: Calls.releaseManyQueued
        case .delete: Calls.deleteManyQueued
        }
    }

    private func question(about total: QueueTotal) -> String {
        let tenant = filter.tenant.map { " of tenant \($0)" } ?? ""
        let domain = filter.recipientDomain.map { ", of which each has one at \($0)" } ?? ""
        let what = "\(counted(total.messages, "message"))\(tenant) to \(counted(total.recipients, "recipient"))\(domain)"
        switch verb {
        case .retry: return "This tries \(what), at once."
        case .hold: return "This holds \(what): none is tried until it is released."
        case .release: return "This releases \(what), to be sent."
        case .delete: return "This deletes \(what), unsent; nobody is told."
        }
    }

    private func report(_ messages: Int) -> Report {
        let sentence: String
        switch verb {
        case _ where messages == 0: sentence = "No such message waits\(verb == .release ? " and is held" : "")."
        case .retry: sentence = "\(counted(messages, "message")) \(messages == 1 ? "is" : "are") tried now."
        case .hold: sentence = "Held \(counted(messages, "message"))."
        case .release: sentence = "Released \(counted(messages, "message"))."
        case .delete: sentence = "Deleted \(counted(messages, "message"))."
        }
        return Report(Outcome(messages: messages), Table(["messages"], [[.number(Int64(messages))]]), .sentence(sentence))
    }
}
