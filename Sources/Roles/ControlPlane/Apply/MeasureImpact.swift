import AdminAPI
import MailSettings
import Postgres
import Quantities
import Supervision

extension Provisioning {
    func impact(of prepared: PreparedTenant, isUndo: Bool) async throws -> ApplyImpact {
        var impact = await Self.impact(of: prepared)
        if isUndo {
            (impact.tenantBack, impact.tenantStays) = (prepared.fate == .comesBack, prepared.keeping.tenantStays)
            impact.usersSucceeded = prepared.keeping.usersSucceeded.map(\.text)
            impact.keysLeft = prepared.keeping.waitingKeys.others.sorted().map(\.text)
            impact.keysSigning = prepared.keeping.waitingKeys.signing.sorted().map(\.text)
            impact.usersLeftAlone = prepared.successors.subtracting(prepared.keeping.usersSucceeded).sorted().map(\.text)
            for case .user(let address, nil, _) in prepared.changes {
                if prepared.keeping.usersBack[address] != nil {
                    impact.usersBack.append(address.text)
                } else {
                    impact.usersBackEmpty.append(address.text)
                }
            }
        }
        impact.sessionsEnded = try await sessionsEnded(by: prepared)
        impact.policyWarnings = await policyWarnings(of: prepared)
        return impact
    }

    /// For certificates, by one preview.
    private static let namesLookedAt = 100

    /// As `domain mta-sts` warns; what is wrong with the host's own certificate, once.
    private func policyWarnings(of prepared: PreparedTenant) async -> [String] {
        var known: Set<String> = [], result: [String] = []
        for mode in [MTASTSMode.enforce, .testing] {
            let domains = SortedChanges(prepared.changes).domains.modes.filter { $0.mode == mode }.map(\.name)
            guard !domains.isEmpty else { continue }
            let names = domains + prepared.goal.domainAliases.filter { domains.contains($0.value) }.map(\.key).sorted()
            result += await warnings(of: Array(names.prefix(Self.namesLookedAt)), mode).filter { known.insert($0).inserted }
            if names.count > Self.namesLookedAt {
                result.append("Of \(names.count) names with the mode \(mode.rawValue) the first \(Self.namesLookedAt) are looked at here.")
            }
        }
        return result
    }

    @concurrent private nonisolated static func impact(of prepared: PreparedTenant) async -> ApplyImpact {
        var impact = ApplyImpact()
        let reading = prepared.reading, old = reading.state, new = prepared.goal
        for case .user(let address, _, nil) in prepared.changes {
            let usage = reading.users[address]?.usage ?? .none
            impact.usersDeleted += 1
            impact.messagesDeleted += usage.messages
            impact.bytesDeleted = ByteCount(impact.bytesDeleted.octets + usage.bytes.octets)
        }
        for case .domain(let name, let was?, nil) in prepared.changes {
            impact.domainsDeleted += 1
            if was.keys == .active { impact.keysGone.append(name.text) }
        }
        impact.keysGone.sort()
        impact.keysDestroyed = prepared.keeping.signingAliases.map(\.text)
        for change in prepared.changes {
            switch change {
            case .alias(let address, _, nil) where new.domains[address.domain] != nil: impact.aliasesDeleted += 1
            case .group(let address, _, nil) where new.domains[address.domain] != nil: impact.groupsDeleted += 1
            default: continue
            }
        }
        (impact.tenantDeleted, impact.tenantDestroyed) = (prepared.fate == .goes, prepared.keeping.destroysTenant)
        impact.usersDestroyed = prepared.keeping.destroyedUsers.count
        impact.domainsDestroyed = prepared.keeping.destroyedDomains.count
        impact.keptByHolds = prepared.keeping.period == .atOnce
        impact.keptUntil = prepared.keeping.until
        impact.brokenAliases = TenantState.brokenAliases(from: old, to: new).map(\.text)
        impact.brokenForwards = TenantState.brokenForwards(from: old, to: new).map(\.text)
        impact.brokenGroups = TenantState.brokenGroups(from: old, to: new).map(\.text)
        let before = Limits(reading.planned, old.settings.limits), after = Limits(prepared.planned, new.settings.limits)
        func overflows(_ usage: Usage, _ old: StoredQuota, _ new: StoredQuota, _ level: QuotaLevel) -> Bool {
            !before.isOver(usage, old, level) && after.isOver(usage, new, level)
        }
        if overflows(reading.usage, old.settings.quota, new.settings.quota, .tenant) { impact.overQuota.append(prepared.name.text) }
        for (name, settings) in new.domains.sorted(by: { $0.key < $1.key }) {
            guard let usage = reading.domainUsage[name], let was = old.domains[name] else { continue }
            if overflows(usage, was.quota, settings.quota, .domain) { impact.overQuota.append(name.text) }
        }
        let users = reading.users.filter { $0.value.usage.messages > 0 }.sorted { $0.key < $1.key }
        for (address, facts) in users {
            guard let was = old.users[address], let quota = new.users[address]?.quota else { continue }
            if overflows(facts.usage, was.quota, quota, .user) { impact.overQuota.append(address.text) }
        }
        return impact
    }

    /// As `effective_quota` has it.
    private struct Limits {
        let values: [LimitName: LimitValue]

        init(_ planned: LimitSet, _ own: LimitSet) { values = planned.values.merging(own.values) { $1 } }

        func isOver(_ usage: Usage, _ quota: StoredQuota, _ level: QuotaLevel) -> Bool {
            if let most = quota.messages.limit, usage.messages > most { return true }
            var most: Int64? =
                switch quota.bytes {
                case .to(let size): size.octets
                case .unlimited: nil
                case .planned: values[level == .tenant ? .storage : .userQuota]?.number
                }
            if level == .user, let largest = values[.largestUserQuota]?.number { most = min(most ?? largest, largest) }
            return most.map { usage.bytes.octets > $0 } ?? false
        }
    }

    /// nil when the gateway does not tell.
    private func sessionsEnded(by prepared: PreparedTenant) async throws -> Int? {
        let ending = prepared.endings
        guard prepared.reading.id != 0, ending.all != nil || !ending.users.isEmpty || prepared.limitsProtocols else { return 0 }
        guard let live = try? await liveSessions.all(tenant: prepared.reading.id, user: nil) else { return nil }
        let users = Set(ending.users.map(\.id))
        let allowed = prepared.limitsProtocols ? await prepared.services() : [:]
        return live.count { session in
            ending.all != nil || users.contains(session.user) || allowed[session.user]?.contains(session.service.rawValue) == false
        }
    }
}

/// Whose sessions end, and what they are told.
struct SessionEndings: Sendable {
    /// Of all users.
    var all: String?
    var users: [(id: Int64, address: EmailAddress, reason: String)] = []
}

extension PreparedTenant {
    /// What people may log in to may be different.
    var limitsProtocols: Bool {
        changes.contains { change in
            switch change {
            case .settings(let old, let new): old.plan != new.plan || old.limits.values[.protocols] != new.limits.values[.protocols]
            case .user(_, let old?, let new?): old.limits.values[.protocols] != new.limits.values[.protocols]
            default: false
            }
        }
    }

    /// What users may log in to then, by their numbers; of those who may log in to everything there is nothing.
    @concurrent fileprivate func services() async -> [Int64: Set<String>] {
        let common = goal.settings.limits.values[.protocols] ?? planned.values[.protocols]
        var allowed: [Int64: Set<String>] = [:]
        for (address, facts) in reading.users {
            guard let user = goal.users[address], let services = (user.limits.values[.protocols] ?? common)?.services else { continue }
            allowed[facts.id] = Set(services.map(\.rawValue))
        }
        return allowed
    }

    var endings: SessionEndings {
        var endings = SessionEndings()
        if fate == .goes { endings.all = Provisioning.goodbye }
        for address in Set(changes.flatMap(\.losers)) {
            guard let id = reading.users[address]?.id else { continue }
            endings.users.append((id, address, "Your access to a shared mailbox was changed; please log in again"))
        }
        for change in changes {
            switch change {
            case .settings(let old, let new): endings.all = new.suspension.goodbye(after: old.suspension)
            case .user(let address, let old?, let new):
                let deleted = new == nil ? Provisioning.goodbye : nil
                let replaced = new.map { $0.password != old.password } == true ? "Your password was changed; please log in again" : nil
                guard let reason = deleted ?? new?.suspension.goodbye(after: old.suspension) ?? replaced,
                    let id = reading.users[address]?.id
                else { continue }
                endings.users.append((id, address, reason))
            case .user, .alias, .group, .domain, .domainAlias: continue
            }
        }
        return endings
    }
}

extension StoredSuspension {
    /// nil when logins go on, or were suspended already.
    fileprivate func goodbye(after old: StoredSuspension) -> String? {
        guard what.contains(.login), !old.what.contains(.login) else { return nil }
        return SuspensionChange(what: what, reason: reason).goodbye
    }
}
