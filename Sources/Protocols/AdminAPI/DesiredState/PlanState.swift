/// The limits of every plan.
public struct PlanState: Sendable, Hashable {
    public var plans: [PlanName: LimitSet]

    public init(_ plans: [PlanName: LimitSet] = [:]) { self.plans = plans }

    /// - Parameter prune: of a plan whose limits are given, those that are not named go. Plans that are not named stay in any case.
    public func reaching(_ desired: DesiredPlans, prune: Bool) throws(AdminError) -> PlanState {
        var goal = self
        for name in desired.gone ?? [] { goal.plans[name] = nil }
        guard goal.plans[.standard] != nil || plans[.standard] == nil else {
            throw AdminError(.conflict, "The plan \(PlanName.standard) is that of tenants made without another, and stays.")
        }
        for plan in desired.plans {
            try plan.limits?.validate(for: nil)
            goal.plans[plan.name] = (plans[plan.name] ?? LimitSet()).reaching(plan.limits, prune: prune)
        }
        guard Set(desired.plans.map(\.name)).count == desired.plans.count else {
            throw AdminError(.invalid, "A plan is written twice.", hint: "Write each plan once.")
        }
        return goal
    }

    public static func changes(from old: PlanState, to new: PlanState) -> [PlanChange] {
        Set(old.plans.keys).union(new.plans.keys).sorted().filter { old.plans[$0] != new.plans[$0] }.map {
            PlanChange(name: $0, before: old.plans[$0], after: new.plans[$0])
        }
    }

    public mutating func apply(_ change: PlanChange) { plans[change.name] = change.after }
}

/// A plan's limits before and after. nil: it is not there.
public struct PlanChange: Sendable, Hashable {
    public var name: PlanName
    public var before: LimitSet?
    public var after: LimitSet?

    public init(name: PlanName, before: LimitSet?, after: LimitSet?) { (self.name, self.before, self.after) = (name, before, after) }
}

extension DesiredPlans {
    public init(inverting changes: [PlanChange]) {
        self.init(plans: [], gone: [])
        for change in changes {
            if let before = change.before {
                plans.append(DesiredPlan(name: change.name, limits: before.difference(from: change.after ?? LimitSet())))
            } else {
                gone?.append(change.name)
            }
        }
    }
}
