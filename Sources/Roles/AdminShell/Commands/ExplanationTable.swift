import AdminAPI

extension Explanation.Verdict {
    fileprivate var style: Style {
        switch self {
        case .passes: .good
        case .tells: .heading
        case .defers, .refuses: .bad
        }
    }
}

extension Explanation {
    var report: Report {
        let table = Table(
            ["rule", "verdict", "says", "reply", "change"],
            steps.map { step in
                [
                    .text(step.rule), .styled(step.verdict.rawValue, step.verdict.style), .text(step.says), .text(step.reply ?? ""),
                    .text(step.change ?? ""),
                ]
            })
        var notes = [outcome]
        if let deciding {
            notes.append("What decides: \(steps[deciding].rule).")
            if let change = steps[deciding].change { notes.append("What would change it: \(change)") }
        }
        return Report(self, table, .list(ifEmpty: ""), notes: notes, exitStatus: deciding == nil ? 0 : 2)
    }
}
