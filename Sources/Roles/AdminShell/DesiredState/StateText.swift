import AdminAPI
import Quantities

/// A desired state as YAML: what `StateFile` reads.
package enum StateText {
    package static func of(_ tenant: DesiredTenant, plans: [DesiredPlan] = []) -> String {
        var lines = ["# Tenant \(tenant.name) as it was; `casella apply FILE --prune` makes it so again."]
        if !plans.isEmpty { lines += ["plans:"] + plans.map { "- \(line($0))" } }
        lines.append("tenants:")
        lines.append("- name: \(scalar(tenant.name.text))")
        lines += settings(tenant).map { "  \($0)" }
        lines.append(contentsOf: list("domains", tenant.domains.map(line)))
        lines.append(contentsOf: list("users", tenant.users.map(line)))
        if !tenant.mailboxes.isEmpty { lines.append(contentsOf: list("mailboxes", tenant.mailboxes.map(line))) }
        lines.append(contentsOf: list("aliases", tenant.aliases.map(line)))
        lines.append(contentsOf: list("groups", tenant.groups.map(line)))
        return lines.joined(separator: "\n")
    }

    private static func list(_ key: String, _ items: [String]) -> [String] {
        items.isEmpty ? ["  \(key): []"] : ["  \(key):"] + items.map { "  - \($0)" }
    }

    private static func settings(_ tenant: DesiredTenant) -> [String] {
        [tenant.plan.map { "plan: \(scalar($0.text))" }].compactMap(\.self) + quota(tenant.quota)
            + limits(tenant.limits) + suspension(tenant.suspended, tenant.suspensionReason)
    }

    private static func line(_ plan: DesiredPlan) -> String { flow(["name: \(scalar(plan.name.text))"] + limits(plan.limits)) }

    private static func line(_ domain: DesiredDomain) -> String {
        let aliases = domain.aliases.map { ["aliases: \(list($0.map(\.text)))"] } ?? []
        let mode = domain.mtaSTS.map { ["mta-sts: \($0.rawValue)"] } ?? []
        let dkim = domain.dkim == true ? ["dkim: true"] : []
        return flow(["name: \(scalar(domain.name.text))"] + quota(domain.quota) + aliases + mode + dkim)
    }

    private static func line(_ user: DesiredUser) -> String {
        flow(
            ["address: \(scalar(user.address.text))"] + quota(user.quota) + limits(user.limits)
                + suspension(user.suspended, user.suspensionReason)
                + [
                    user.password.map { "passwordHash: \(scalar($0.hash ?? "none"))" }, user.vacation.map(vacation),
                    user.forward.map(forward),
                ].compactMap(\.self))
    }

    private static func forward(_ forward: DesiredForward) -> String {
        guard case .on(let forward) = forward else { return "forward: none" }
        return "forward: " + flow(["to: \(list(forward.to.map(\.text)))", "copy: \(forward.copy)"])
    }

    private static func vacation(_ vacation: DesiredVacation) -> String {
        guard case .away(let vacation) = vacation else { return "vacation: none" }
        let times = [
            vacation.from.map { "from: \"\($0.text)\"" }, vacation.until.map { "until: \"\($0.text)\"" },
            vacation.days.map { "days: \($0)" },
        ]
        return "vacation: " + flow(["subject: \(quoted(vacation.subject))", "text: \(quoted(vacation.text))"] + times.compactMap(\.self))
    }

    /// With escapes for all that YAML would take for something else, such as a line's end.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", "\"": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where [0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF].contains(scalar.value):
                result += "\\u\(String(scalar.value, radix: 16))"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func line(_ mailbox: DesiredMailbox) -> String {
        let members = mailbox.members.map { members in
            let flows = members.map { member in
                let sends = member.sends ? ["sends: true"] : []
                return flow(["address: \(scalar(member.address.text))", "rights: \(member.rights.rawValue)"] + sends)
            }
            return "members: [\(flows.joined(separator: ", "))]"
        }
        return flow(
            ["address: \(scalar(mailbox.address.text))"] + quota(mailbox.quota) + limits(mailbox.limits)
                + suspension(mailbox.suspended, mailbox.suspensionReason) + [members].compactMap(\.self))
    }

    private static func line(_ alias: DesiredAlias) -> String {
        flow(["address: \(scalar(alias.address.text))", "targets: \(list(alias.targets.map(\.text)))"])
    }

    private static func line(_ group: DesiredGroup) -> String {
        let lists = [("owners", group.owners), ("members", group.members)].compactMap { key, addresses in
            addresses.map { "\(key): \(list($0.map(\.text)))" }
        }
        let posting = group.posting.map { ["posting: \($0.rawValue)"] } ?? []
        return flow(["address: \(scalar(group.address.text))"] + posting + lists)
    }

    private static func flow(_ fields: [String]) -> String { "{\(fields.joined(separator: ", "))}" }
    private static func list(_ texts: [String]) -> String { "[\(texts.map(scalar).joined(separator: ", "))]" }

    private static func quota(_ quota: QuotaChange?) -> [String] {
        [
            quota?.bytes.map { "quota: \(text($0, size))" }, quota?.messages.map { "messages: \(text($0) { "\($0)" })" },
        ].compactMap(\.self)
    }

    private static func text<Value>(_ limit: LimitChange<Value>, _ number: (Value) -> String) -> String {
        switch limit {
        case .unlimited: "unlimited"
        case .planned: "plan"
        case .to(let value): number(value)
        }
    }

    /// With a unit where that says all of it.
    private static func size(_ size: ByteCount) -> String {
        let text = size.description.filter { $0 != " " }
        return ByteCount(text) == size ? text : "\(size.octets)"
    }

    private static func limits(_ limits: LimitChanges?) -> [String] {
        guard let limits else { return [] }
        let texts = LimitName.allCases.compactMap { name in
            limits.values[name].map { value in "\(name.rawValue): \(text(value, name.kind))" }
        }
        return ["limits: \(flow(texts))"]
    }

    private static func text(_ value: LimitValue?, _ kind: LimitName.Kind) -> String {
        switch (value, kind) {
        case (nil, _): "none"
        case (.services(let services), _): list(services.map(\.rawValue))
        case (.number(let number), .octets): size(ByteCount(number))
        case (let value?, _): value.description
        }
    }

    private static func suspension(_ what: [Suspendable]?, _ reason: SuspensionReason?) -> [String] {
        [what.map { "suspended: \(list($0.map(\.rawValue)))" }, reason.map { "suspensionReason: \(scalar($0.text))" }].compactMap(\.self)
    }

    /// In quotes where YAML would read something else, or another version of it would.
    private static func scalar(_ text: String) -> String {
        let plain = text.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || "-_.@+ABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8.contains(byte)
        }
        let words = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "none"]
        let startsWell = text.utf8.first.map { (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) } ?? false
        if plain, startsWell, !words.contains(text.lowercased()) || text == "none" { return text }
        // Nothing that is written here holds a control character.
        return "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }
}
