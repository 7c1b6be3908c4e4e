import AdminAPI
import Quantities

/// What is to be applied, unit by unit: shown, asked for, done. A unit that is refused does not keep the others from being done.
struct ApplyRun {
    /// One transaction's part.
    struct Unit {
        let name: TenantName?
        let preview: () throws -> ApplyPreview
        let perform: (_ fingerprint: String) throws -> Applied
    }

    /// What came of one, for `--format json`.
    struct Outcome: Encodable, Sendable {
        var tenant: TenantName?
        var changes: [StateChange] = []
        var impact: ApplyImpact?
        var number: Int64?
        var error: AdminError?
    }

    /// Units whose differences are shown in full.
    private static let shown = 50

    let context: Context
    let units: [Unit]
    let dryRun: Bool

    func report() throws -> Report {
        var outcomes = units.map { Outcome(tenant: $0.name) }, fingerprints: [Int: String] = [:]
        let looked = try each(Array(units.indices), "looked at") { index in
            let preview = try units[index].preview()
            (outcomes[index].changes, outcomes[index].impact) = (preview.changes, preview.impact)
            guard !preview.isEmpty else {
                let impact = preview.impact, untouched = impact.usersSucceeded + impact.usersLeftAlone + impact.keysLeft
                    + impact.keysSigning
                if !untouched.isEmpty || impact.tenantStays != nil { show(DifferenceText(preview).text) }
                return
            }
            if fingerprints.count < Self.shown { show(DifferenceText(preview).text) }
            fingerprints[index] = preview.fingerprint
        } refused: {
            outcomes[$0].error = $1
        }
        guard looked == units.count else { throw AdminError(.interrupted, "Interrupted; nothing was done.") }
        if fingerprints.count > Self.shown { show("… and \(fingerprints.count - Self.shown) more tenants\n") }
        let wanted = fingerprints.keys.sorted()
        guard !dryRun, !wanted.isEmpty else { return summary(outcomes, done: 0, wanted: wanted.count) }
        try context.confirm(Self.warning(wanted.map { outcomes[$0] }), .yes)
        var done = 0, begun = 0
        do {
            begun = try each(wanted, "done") { index in
                outcomes[index].number = try units[index].perform(fingerprints[index] ?? "").number
                done += 1
            } refused: {
                outcomes[$0].error = $1
            }
        } catch let error as AdminError where error.code != .interrupted {
            let told = "\(done) of \(counted(wanted.count, "part")) are done; run it again to go on with the others."
            throw AdminError(error.code, error.message, hint: error.hint.map { "\($0)\n\(told)" } ?? told)
        }
        return summary(outcomes, done: done, wanted: wanted.count, notBegun: wanted.count - begun)
    }

    /// One after the other. What is refused is told, and the next one follows; when the platform does not answer, or somebody presses
    /// Ctrl-C, none does.
    /// - Returns: how many came to their turn.
    private func each(
        _ indices: [Int], _ verb: String, _ body: (Int) throws -> Void, refused: (Int, AdminError) -> Void
    ) throws -> Int {
        context.progress.begin(indices.count, of: "parts \(verb)")
        defer { context.progress.end() }
        for (done, index) in indices.enumerated() {
            if context.console.isInterrupted { return done }
            do { try body(index) } catch let error as AdminError {
                if [.unavailable, .timedOut, .tooMany, .serverFault, .unauthenticated, .interrupted].contains(error.code) { throw error }
                refused(index, error)
                let name = units[index].name.map { "tenant \($0)" } ?? "plans"
                context.console.writeError("casella: \(name): \(error.description.withoutControls())\n")
            }
            context.progress.reached(done + 1)
        }
        return indices.count
    }

    /// The result alone is on standard output where a program reads it.
    private func show(_ text: String) {
        if context.settings.format == .table { context.console.write(text) }
    }

    private static func warning(_ outcomes: [Outcome]) -> String {
        let changes = outcomes.flatMap(\.changes), impacts = outcomes.compactMap(\.impact)
        func count(_ action: StateChange.Action) -> Int { changes.count { $0.action == action } }
        let parts = counted(outcomes.count, "part")
        var text = "This adds \(count(.add)), changes \(count(.change)) and removes \(count(.remove)) in \(parts)."
        let deletion = DeletionText(impacts)
        if !deletion.isEmpty {
            let messages = impacts.reduce(0) { $0 + $1.messagesDeleted }
            let rest = deletion.keepsAll ? "kept for a while" : deletion.forEver
            text += " It deletes \(deletion.what) with \(counted(messages, "message")), \(rest)."
        }
        return text
    }

    private func summary(_ outcomes: [Outcome], done: Int, wanted: Int, notBegun: Int = 0) -> Report {
        let refused = outcomes.count { $0.error != nil }
        let table = Table(
            ["tenant", "changes", "number", "error"],
            outcomes.map {
                [
                    .text($0.tenant?.text ?? "(plans)"), .number(Int64($0.changes.count)), .text($0.number.map { "\($0)" } ?? ""),
                    .text($0.error?.message ?? ""),
                ]
            })
        let numbers = outcomes.compactMap(\.number)
        var sentence: String
        if dryRun {
            sentence = wanted == 0 ? "Nothing would change." : "\(counted(wanted, "part")) would change."
        } else if notBegun > 0 {
            sentence = "Interrupted: \(done) of \(counted(wanted, "part")) done; \(notBegun) not begun; run it again to go on."
            if !numbers.isEmpty { sentence += " `casella applies` lists what was done." }
        } else if done == 0 {
            sentence = refused == 0 ? "Nothing to do: everything is as written." : "Nothing was done."
        } else if let first = numbers.first, numbers.count == 1 {
            sentence = "Done; `casella undo \(first)` takes it back."
        } else if let first = numbers.first, let last = numbers.last {
            sentence = "Done, under the numbers \(first) to \(last); `casella undo NUMBER` takes one back."
        } else {
            sentence = "Done."
        }
        if refused > 0 { sentence += " \(counted(refused, "part")) refused." }
        let status = notBegun > 0 ? AdminError.Code.interrupted.exitStatus : refused > 0 ? 2 : 0
        return Report(outcomes, table, .sentence(sentence), exitStatus: status)
    }
}
