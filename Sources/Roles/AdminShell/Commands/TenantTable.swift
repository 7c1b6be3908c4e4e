import AdminAPI

enum TenantTable {
    static func of(_ tenants: [Tenant]) -> Table {
        Table(
            ["tenant", "plan", "state", "domains", "users", "used", "quota", "messages", "message quota", "kept", "created"],
            tenants.map { tenant in
                [
                    .text(tenant.name.text), .text(tenant.plan.text), .text(tenant.suspended.shown(tenant.suspensionReason)),
                    .number(Int64(tenant.domains)),
                    .number(Int64(tenant.users)),
                    .size(tenant.usage.bytes), .sizeLimit(tenant.quota.bytes), .number(tenant.usage.messages),
                    .numberLimit(tenant.quota.messages), .size(tenant.kept.bytes), .time(tenant.createdAt),
                ]
            })
    }
}
