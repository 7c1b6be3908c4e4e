import AdminAPI
import MailSettings
import Quantities
import Yams

/// A file of desired states: YAML with `plans` and `tenants`, in one document or several. It is right as a whole, or it has mistakes.
package struct StateFile: Sendable {
    package private(set) var plans: [DesiredPlan] = []
    package private(set) var tenants: [DesiredTenant] = []
    package private(set) var mistakes: [UserFile.Mistake] = []

    /// What is applied at once, in the order in which it is.
    package var units: [DesiredState] {
        (plans.isEmpty ? [] : [.plans(DesiredPlans(plans: plans))]) + tenants.map { .tenant($0) }
    }

    /// In which lines they stand.
    private var planLines: [PlanName: Int] = [:], tenantLines: [TenantName: Int] = [:]

    /// - Parameters:
    ///   - earlier: files that are applied together with this one, by their names: what stands there may not stand here again.
    ///   - goesOn: asked at each tenant; once it is false, the rest is of no use to anybody.
    package init(_ text: String, after earlier: [(name: String, file: StateFile)] = [], while goesOn: () -> Bool = { true }) {
        var reading = YAMLReading()
        func standing<Name: Hashable>(of name: Name, _ here: [Name: Int], _ there: KeyPath<StateFile, [Name: Int]>) -> String? {
            if let line = here[name] { return "line \(line)" }
            return earlier.lazy.compactMap { file in file.file[keyPath: there][name].map { "\(file.name), line \($0)," } }.first
        }
        do {
            let parser = try Parser(yaml: text)
            while let root = try parser.nextRoot() {
                // A document in which nothing stands.
                if YAMLReading.isNull(root) { continue }
                guard let fields = reading.fields(root, of: "The file", known: ["plans", "tenants"], isExtensible: true) else { continue }
                for node in reading.list(fields["plans"], "plans") {
                    guard let plan = Self.plan(node, &reading) else { continue }
                    if let place = standing(of: plan.name, planLines, \.planLines) {
                        reading.wrong(node, "The plan \(plan.name) stands in \(place) already.")
                    }
                    planLines[plan.name] = node.mark?.line ?? 1
                    plans.append(plan)
                }
                for node in reading.list(fields["tenants"], "tenants") {
                    guard goesOn() else { return }
                    guard let tenant = Self.tenant(node, &reading) else { continue }
                    if let place = standing(of: tenant.name, tenantLines, \.tenantLines) {
                        reading.wrong(node, "The tenant \(tenant.name) stands in \(place) already.")
                    }
                    tenantLines[tenant.name] = node.mark?.line ?? 1
                    tenants.append(tenant)
                }
            }
        } catch {
            mistakes = [Self.mistake(error)]
            return
        }
        mistakes = reading.mistakes.sorted { $0.line < $1.line }
        if mistakes.isEmpty, units.isEmpty { mistakes = [.init(line: 1, sentence: "The file names neither plans nor tenants.")] }
    }

    private static func mistake(_ error: any Error) -> UserFile.Mistake {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            .init(line: mark.line, sentence: "This is not YAML: \(problem).")
        case .duplicatedKeysInMapping(let keys, let context):
            .init(line: context.mark.line, sentence: "\(keys.sorted().joined(separator: ", ")): this key is there twice.")
        default: .init(line: 1, sentence: "This is not YAML.")
        }
    }
}

// MARK: Its parts

extension StateFile {
    private static func plan(_ node: Node, _ reading: inout YAMLReading) -> DesiredPlan? {
        guard let fields = reading.fields(node, of: "A plan", known: ["name", "limits"]) else { return nil }
        reading.require(fields, "name", of: "A plan", at: node)
        let limits = limits(fields["limits"], nil, &reading)
        return reading.value(fields["name"], "name") { try PlanName($0) }.map { DesiredPlan(name: $0, limits: limits) }
    }

    private static func tenant(_ node: Node, _ reading: inout YAMLReading) -> DesiredTenant? {
        let known = [
            "name", "plan", "quota", "messages", "limits", "suspended", "suspensionReason", "domains", "users", "mailboxes", "aliases",
            "groups",
        ]
        guard let fields = reading.fields(node, of: "A tenant", known: known) else { return nil }
        reading.require(fields, "name", of: "A tenant", at: node)
        let name = reading.value(fields["name"], "name") { try TenantName($0) }
        var seen: [[UInt8]: Int] = [:]
        /// A name is one thing's.
        func once(_ name: String, _ node: Node, _ reading: inout YAMLReading) {
            let octets = Array(name.utf8)
            if let line = seen[octets] { reading.wrong(node, "\(name) stands in line \(line) already.") }
            seen[octets] = node.mark?.line ?? 1
        }
        let plan = reading.value(fields["plan"], "plan") { try PlanName($0) }
        let quota = quota(fields, .tenant, &reading), limits = limits(fields["limits"], .tenant, &reading)
        let (suspended, reason) = suspension(fields, &reading)
        var mailboxes: [DesiredMailbox] = []
        var domains: [DesiredDomain] = [], users: [DesiredUser] = [], aliases: [DesiredAlias] = [], groups: [DesiredGroup] = []
        for node in reading.list(fields["domains"], "domains") {
            guard let domain = domain(node, &reading) else { continue }
            for name in [domain.name] + (domain.aliases ?? []) { once(name.text, node, &reading) }
            domains.append(domain)
        }
        for node in reading.list(fields["users"], "users") {
            guard let user = user(node, &reading) else { continue }
            once(user.address.text, node, &reading)
            users.append(user)
        }
        for node in reading.list(fields["mailboxes"], "mailboxes") {
            guard let mailbox = mailbox(node, &reading) else { continue }
            once(mailbox.address.text, node, &reading)
            mailboxes.append(mailbox)
        }
        for node in reading.list(fields["aliases"], "aliases") {
            guard let alias = alias(node, &reading) else { continue }
            once(alias.address.text, node, &reading)
            aliases.append(alias)
        }
        for node in reading.list(fields["groups"], "groups") {
            guard let group = group(node, &reading) else { continue }
            once(group.address.text, node, &reading)
            groups.append(group)
        }
        return name.map { name in
            var tenant = DesiredTenant(
                name: name, plan: plan, quota: quota, limits: limits, suspended: suspended, suspensionReason: reason, domains: domains,
                users: users, aliases: aliases, groups: groups)
            tenant.mailboxes = mailboxes
            return tenant
        }
    }

    private static func domain(_ node: Node, _ reading: inout YAMLReading) -> DesiredDomain? {
        guard let fields = reading.fields(node, of: "A domain", known: ["name", "quota", "messages", "aliases", "mta-sts", "dkim"]) else {
            return nil
        }
        reading.require(fields, "name", of: "A domain", at: node)
        let quota = quota(fields, .domain, &reading)
        let aliases = reading.values(fields["aliases"], "aliases") { try DomainName($0) }
        let mode = reading.value(fields["mta-sts"], "mta-sts") { text in
            guard let mode = MTASTSMode(rawValue: text) else {
                let known = MTASTSMode.allCases.map(\.rawValue).joined(separator: ", ")
                throw AdminError(.invalid, "\"\(text.prefix(60))\" is no mode of MTA-STS.", hint: "Write one of \(known).")
            }
            return mode
        }
        let dkim: Bool? = reading.value(fields["dkim"], "dkim") { text in
            guard text == "true" else {
                throw AdminError(
                    .invalid, "\"\(text.prefix(60))\" is nothing that a file can say of keys of DKIM.",
                    hint: "Write true, or leave it out; `dkim delete` takes keys away.")
            }
            return true
        }
        return reading.value(fields["name"], "name") { try DomainName($0) }.map {
            DesiredDomain(name: $0, quota: quota, aliases: aliases, mtaSTS: mode, dkim: dkim)
        }
    }

    private static func user(_ node: Node, _ reading: inout YAMLReading) -> DesiredUser? {
        let known = ["address", "quota", "messages", "limits", "suspended", "suspensionReason", "passwordHash", "vacation", "forward"]
        guard let fields = reading.fields(node, of: "A user", known: known) else { return nil }
        reading.require(fields, "address", of: "A user", at: node)
        let (suspended, reason) = suspension(fields, &reading)
        let quota = quota(fields, .user, &reading), limits = limits(fields["limits"], .user, &reading)
        let password = reading.value(fields["passwordHash"], "passwordHash") { try DesiredPassword($0) }
        let vacation = vacation(fields["vacation"], &reading), forward = forward(fields["forward"], &reading)
        return reading.value(fields["address"], "address") { try EmailAddress($0) }.map { address in
            DesiredUser(
                address: address, quota: quota, limits: limits, suspended: suspended, suspensionReason: reason, password: password,
                vacation: vacation, forward: forward)
        }
    }

    private static func alias(_ node: Node, _ reading: inout YAMLReading) -> DesiredAlias? {
        guard let fields = reading.fields(node, of: "An alias", known: ["address", "targets"]) else { return nil }
        reading.require(fields, "address", of: "An alias", at: node)
        let targets = reading.values(fields["targets"], "targets") { try TargetAddress($0) } ?? []
        if !(1...NewAlias.maximumTargets).contains(targets.count) {
            reading.wrong(fields["targets"] ?? node, "An alias has 1 to \(NewAlias.maximumTargets) targets.")
        }
        return reading.value(fields["address"], "address") { try AliasAddress($0) }.map { DesiredAlias(address: $0, targets: targets) }
    }

    private static func group(_ node: Node, _ reading: inout YAMLReading) -> DesiredGroup? {
        guard let fields = reading.fields(node, of: "A group", known: ["address", "posting", "owners", "members"]) else { return nil }
        reading.require(fields, "address", of: "A group", at: node)
        let posting = reading.value(fields["posting"], "posting") { text in
            guard let rule = PostingRule(rawValue: text) else {
                let known = PostingRule.allCases.map(\.rawValue).joined(separator: ", ")
                throw AdminError(.invalid, "\"\(text.prefix(60))\" says not who may send to it.", hint: "Write one of \(known).")
            }
            return rule
        }
        let owners = reading.values(fields["owners"], "owners") { try TargetAddress($0) }
        let members = reading.values(fields["members"], "members") { try TargetAddress($0) }
        return reading.value(fields["address"], "address") { try EmailAddress($0) }.map {
            DesiredGroup(address: $0, posting: posting, owners: owners, members: members)
        }
    }
}
