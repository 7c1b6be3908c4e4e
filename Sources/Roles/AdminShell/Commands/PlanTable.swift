import AdminAPI

enum PlanTable {
    static func of(_ plans: [Plan]) -> Table {
        Table(
            ["plan", "tenants"] + LimitName.allCases.map { $0.words.replacing("-", with: " ") },
            plans.map { plan in
                [.text(plan.name.text), .number(Int64(plan.tenants))]
                    + LimitName.allCases.map { name in .text((plan.limits.values[name] ?? .unlimited).shown(as: name.kind)) }
            })
    }

    static func of(_ report: LimitReport) -> Table {
        Table(
            ["limit", "value", "from"],
            report.limits.map { limit in
                [.text(limit.name.words), .text(limit.value.shown(as: limit.name.kind)), .text(limit.source.description)]
            })
    }
}
