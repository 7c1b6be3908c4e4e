import AdminAPI
import FoundationEssentials
import Postgres

/// A desired state that somebody wants to be true.
struct Undertaking: Sendable {
    var desired: DesiredState
    var prune = false
    /// Of a preview: what is to be true of the plans by then.
    var plans: [DesiredPlan] = []
    /// The apply that it is the inverse of.
    var undoes: Int64?
    var caller: AdminCaller
}

extension Provisioning {
    /// `apply --dry-run`, and what `apply` shows before it asks.
    func previewApply(_ request: AdminRequest<ApplyPreviewRequest>) async throws -> ApplyPreview {
        try await preview(
            Undertaking(
                desired: request.body.desired, prune: request.body.prune == true,
                plans: request.caller.part == nil ? request.body.plans ?? [] : [], caller: request.caller))
    }

    /// `apply`: in one transaction, if the state is the one that was previewed.
    func apply(_ request: AdminRequest<ApplyRequest>) async throws -> Applied {
        let undertaking = Undertaking(desired: request.body.desired, prune: request.body.prune == true, caller: request.caller)
        return try await perform(undertaking, fingerprint: request.body.fingerprint)
    }

    func preview(_ undertaking: Undertaking) async throws -> ApplyPreview {
        switch undertaking.desired {
        case .plans(let desired): return try await previewPlans(desired, undertaking)
        case .tenant(let desired):
            await workers.commitRows(of: desired.name)  // so that usage is as of now
            let prepared = try await change { transaction in
                try await prepare(desired, undertaking, in: transaction)
            }
            return ApplyPreview(
                tenant: prepared.name, isNewTenant: prepared.fate == .made, changes: await prepared.shownChanges(),
                impact: try await impact(of: prepared, isUndo: undertaking.undoes != nil), fingerprint: prepared.fingerprint)
        }
    }

    func perform(_ undertaking: Undertaking, fingerprint: String) async throws -> Applied {
        switch undertaking.desired {
        case .plans(let desired): return try await applyPlans(desired, undertaking, fingerprint: fingerprint)
        case .tenant(let desired): return try await apply(desired, undertaking, fingerprint: fingerprint)
        }
    }

    private func apply(_ desired: DesiredTenant, _ undertaking: Undertaking, fingerprint: String) async throws -> Applied {
        await authenticator.learnCosts(of: desired.users.compactMap { $0.password?.hash })
        let keys = try await newSigningKeys(for: desired, undertaking)
        let (prepared, kept): (PreparedTenant, KeptApply?)
        var concerned: PreparedTenant?, isOpen = false
        do {
            (prepared, kept) = try await change { transaction in
                let shown = try await prepare(desired, undertaking, locked: true, in: transaction)
                guard shown.fingerprint == fingerprint else { throw Self.moved(desired.name) }
                concerned = shown
                let prepared = shown.fate == .made ? try await make(desired, undertaking, in: transaction) : shown
                guard !prepared.isEmpty else { return (prepared, nil) }
                try await write(prepared, keys, by: undertaking.caller.name, in: transaction)
                let kept = try await record(prepared, undertaking, in: transaction)
                if prepared.fate == .made { try await equip(prepared.reading.id, in: transaction) }
                if prepared.fate == .comesBack {
                    try await reopen(prepared.reading.id, called: desired.name, isOpen: &isOpen, in: transaction)
                }
                return (prepared, kept)
            }
        } catch {
            if let concerned { await settleDoors(of: concerned, isOpen: isOpen, after: error) }
            openMissingDoors(of: desired.name, after: error)
            guard [.uniqueViolation, .restrictViolation].contains((error as? PostgresError)?.sqlState) else { throw error }
            throw Self.moved(desired.name)
        }
        if prepared.fate == .made { try await openDoors(of: prepared.reading.id, called: desired.name) }
        try await tell(prepared)
        return Applied(
            number: prepared.keeping.destroysTenant ? nil : kept?.number, tenant: desired.name,
            changes: kept?.counts.values.reduce(0, +) ?? 0, digest: kept?.digest, counts: kept?.counts)
    }

    /// Where what becomes of the tenant itself is not known, or did not come to be.
    private func settleDoors(of prepared: PreparedTenant, isOpen: Bool, after error: any Error) async {
        let tenant = prepared.reading.id
        if prepared.fate == .comesBack, isOpen { await closeUnlessThere(tenant, called: prepared.name) }
        if prepared.fate == .goes { closeLeftDoors(of: tenant, called: prepared.name, after: error) }
    }

    /// The tenant's row, which the others need: nobody sees it before all of it is there.
    private func make(
        _ desired: DesiredTenant, _ undertaking: Undertaking, in transaction: PostgresTransaction
    ) async throws -> PreparedTenant {
        _ = try await insert(NewTenant(name: desired.name), in: transaction)
        var prepared = try await prepare(desired, undertaking, locked: true, in: transaction)
        prepared.keeping.fate = .made
        return prepared
    }

    static func moved(_ tenant: TenantName) -> AdminError {
        AdminError(.conflict, "The state of tenant \(tenant) moved since the difference was shown; look again.")
    }

    /// Those who work with what is different now.
    private func tell(_ prepared: PreparedTenant) async throws {
        guard !prepared.isEmpty else { return }
        let tenant = prepared.reading.id
        switch prepared.fate {
        case .goes: return await tellGone(prepared)
        case .comesBack: return await domainsChanged()
        case .stays, .made: directoryChanged(of: tenant)
        }
        let old = prepared.reading.state, new = prepared.goal
        if old.domains.mapValues(\.mtaSTS) != new.domains.mapValues(\.mtaSTS) || old.domainAliases != new.domainAliases
            || old.settings.suspension != new.settings.suspension
        {
            await domainsChanged()
        }
        let endings = prepared.endings
        for user in endings.users { endSessions(tenant: tenant, user: user.id, reason: user.reason) }
        if let reason = endings.all { endSessions(tenant: tenant, user: nil, reason: reason) }
        for case .user(let address, let before?, let after) in prepared.changes where after == nil || before.password != after?.password {
            forgetLogins(of: address)
        }
        for domain in prepared.keeping.destroyedDomains { forgetLogins(in: domain) }
        if !prepared.keeping.usersBack.isEmpty || !prepared.keeping.domainsBack.isEmpty { await alignUsage(of: tenant) }
        if prepared.limitsProtocols { try await limitsChanged(of: [tenant], protocols: true) }
    }

    /// It is deleted by now; what cannot be destroyed at once, the sweep of what is deleted comes back to.
    private func tellGone(_ prepared: PreparedTenant) async {
        for address in prepared.reading.users.keys { forgetLogins(of: address) }
        await closeDeleted(prepared.reading.id)
        guard prepared.keeping.destroysTenant else { return }
        do {
            _ = try await destroyTenant(prepared.reading.id, called: prepared.name, whileIt: .isDeleted)
        } catch {
            journal.error("what was deleted could not be destroyed", ["name": prepared.name.text, "error": "\(error)"])
        }
    }
}
