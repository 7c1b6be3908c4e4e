import AdminAPI
import Quantities

/// What would be different, for people: a line a change, and what that means.
package struct DifferenceText {
    /// Changes of one kind that are told one by one.
    private static let shown = 20

    private let preview: ApplyPreview

    package init(_ preview: ApplyPreview) { self.preview = preview }

    package var text: String {
        let fate =
            preview.isNewTenant
            ? ", to be made" : preview.impact.tenantDeleted ? ", to be deleted" : preview.impact.tenantBack ? ", to come back" : ""
        let head = preview.tenant.map { "Tenant \($0)\(fate)" } ?? "Plans"
        return ([head] + changes.map { "  \($0)" } + impact.map { "  ! \($0)" }).map { $0.withoutControls() + "\n" }.joined()
    }

    private var changes: [String] {
        var counts: [String: Int] = [:], lines: [String] = [], left: [(what: String, count: Int)] = []
        for change in preview.changes {
            let kind = "\(change.kind.rawValue) \(change.action.rawValue)"
            counts[kind, default: 0] += 1
            if counts[kind, default: 0] <= Self.shown {
                lines.append(Self.line(change))
            } else if let index = left.firstIndex(where: { $0.what == kind }) {
                left[index].count += 1
            } else {
                left.append((kind, 1))
            }
        }
        return lines + left.map { "… and \($0.count) more: \($0.what)" }
    }

    private static func line(_ change: StateChange) -> String {
        let sign =
            switch change.action {
            case .add: "+"
            case .change: "~"
            case .remove: "-"
            }
        let fields = change.fields.map { field in
            switch (change.action, field.before, field.after) {
            case (.add, _, let after?), (_, nil, let after?): "\(field.field) \(after)"
            case (_, let before?, let after?): "\(field.field) \(before) → \(after)"
            case (.remove, let before?, nil): "\(field.field) \(before)"
            case (_, let before?, nil): "\(field.field) \(before) → none"
            case (_, nil, nil): field.field
            }
        }
        return "\(sign) \(change.kind.rawValue) \(change.name)\(fields.isEmpty ? "" : ": " + fields.joined(separator: "; "))"
    }

    /// Sentences.
    package var impact: [String] {
        let impact = preview.impact
        var lines: [String] = []
        let deletion = DeletionText([impact])
        let until = impact.keptByHolds ? "by a legal hold" : "until \(impact.keptUntil?.description ?? "somebody destroys it")"
        if !deletion.isEmpty {
            let rest =
                impact.tenantDestroyed
                ? "\(deletion.forEver): it cannot be undone; the file that made the tenant can be applied again."
                : deletion.keepsAll
                    ? "kept \(until): undoing it brings all back, like `\(deletion.undeletes)`."
                    : "\(deletion.forEver): undoing it brings no other mail back."
            lines.append("Deletes \(deletion.what) with \(counted(impact.messagesDeleted, "message")) (\(impact.bytesDeleted)), \(rest)")
        }
        if let addresses = Self.addresses(impact) {
            let end = impact.keptUntil?.description ?? "somebody destroys them"
            lines.append(
                impact.keptByHolds
                    ? "Deletes \(addresses): undoing it makes them again."
                    : "Deletes \(addresses), kept until \(end): undoing it makes them again, like `alias undelete` and "
                        + "`group undelete`.")
        }
        lines += keys
        if let reason = impact.tenantStays { lines.append(reason) }
        if impact.tenantBack { lines.append("Brings the tenant back as it was, with all that was in it.") }
        if !impact.usersBack.isEmpty {
            lines.append("Brings \(counted(impact.usersBack.count, "user")) back with all mail: \(Self.list(impact.usersBack)).")
        }
        if !impact.usersBackEmpty.isEmpty {
            let users = counted(impact.usersBackEmpty.count, "user")
            lines.append("Makes \(users) again, with empty mailboxes: \(Self.list(impact.usersBackEmpty)).")
        }
        if !impact.usersSucceeded.isEmpty {
            let users = counted(impact.usersSucceeded.count, "user"), names = Self.list(impact.usersSucceeded)
            lines.append("Leaves \(users) deleted whose address is somebody else's now (`user undelete` knows --as): \(names).")
        }
        if !impact.usersLeftAlone.isEmpty {
            let users = counted(impact.usersLeftAlone.count, "user"), names = Self.list(impact.usersLeftAlone)
            lines.append("Leaves \(users) alone whose address was somebody else's then: \(names).")
        }
        if !impact.overQuota.isEmpty {
            let names = Self.list(impact.overQuota)
            lines.append("Leaves \(impact.overQuota.count) above their new quota, where new mail is refused: \(names).")
        }
        if !impact.brokenAliases.isEmpty {
            let number = impact.brokenAliases.count == 1 ? "1 alias" : "\(impact.brokenAliases.count) aliases"
            lines.append("Breaks \(number), whose target here goes: \(Self.list(impact.brokenAliases)).")
        }
        if !impact.brokenForwards.isEmpty {
            let number = counted(impact.brokenForwards.count, "forward")
            lines.append("Breaks \(number), whose target here goes: \(Self.list(impact.brokenForwards)).")
        }
        if !impact.brokenGroups.isEmpty {
            let number = counted(impact.brokenGroups.count, "group")
            lines.append("Leaves \(number) with a member or an owner who goes: \(Self.list(impact.brokenGroups)).")
        }
        lines += impact.policyWarnings.prefix(Self.shown)
        if impact.policyWarnings.count > Self.shown {
            lines.append("… and \(impact.policyWarnings.count - Self.shown) more about policies on TLS.")
        }
        switch impact.sessionsEnded {
        case 0: break
        case nil: lines.append("Ends sessions; how many, the gateway does not tell.")
        case let number?: lines.append("Ends \(counted(number, "session")).")
        }
        return lines
    }

    /// What becomes of keys of DKIM.
    private var keys: [String] {
        let impact = preview.impact
        func line(_ names: [String], _ noun: String, _ sentence: (String) -> String) -> [String] {
            names.isEmpty ? [] : ["\(sentence(counted(names.count, noun))): \(Self.list(names))."]
        }
        return line(impact.keysGone, "domain") { "Takes keys of DKIM that sign now out of use, with \($0)" }
            + line(impact.keysDestroyed, "name") {
                "Destroys keys of DKIM that sign now, of \($0) that goes as a domain alias, and undoing it brings no keys back"
            }
            + line(impact.keysLeft, "domain") { "Leaves keys of DKIM of \($0) that the apply did not make, and that wait still" }
            + line(impact.keysSigning, "domain") { "Leaves keys of DKIM of \($0) that the apply made, and that sign by now" }
    }

    /// Such as "2 aliases and 1 group"; nil: none goes.
    private static func addresses(_ impact: ApplyImpact) -> String? {
        let aliases = impact.aliasesDeleted == 1 ? "1 alias" : "\(impact.aliasesDeleted) aliases"
        let groups = counted(impact.groupsDeleted, "group")
        switch (impact.aliasesDeleted, impact.groupsDeleted) {
        case (0, 0): return nil
        case (_, 0): return aliases
        case (0, _): return groups
        default: return "\(aliases) and \(groups)"
        }
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(shown).joined(separator: ", ") + (names.count > shown ? " and \(names.count - shown) more" : "")
    }
}
