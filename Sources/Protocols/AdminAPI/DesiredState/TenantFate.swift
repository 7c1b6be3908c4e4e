/// What becomes of a tenant itself with changes of what is in it.
public enum TenantFate: String, Sendable, Hashable {
    case stays
    /// It is made with them.
    case made
    /// It is deleted with them, as `tenant delete` does.
    case goes
    /// It was deleted and kept, and they come with it, as with `tenant undelete`.
    case comesBack
}

extension StateChange {
    /// All that is shown and kept of changes.
    /// - Parameter settings: of the tenant, as they are afterwards.
    public static func all(
        _ changes: [TenantChange], of tenant: TenantName, _ fate: TenantFate, _ settings: TenantSettings
    ) -> [StateChange] {
        let others = changes.filter { change in
            if case .settings = change { false } else { true }
        }.map { StateChange($0, of: tenant) }
        switch fate {
        case .stays: return changes.map { StateChange($0, of: tenant) }
        case .made, .comesBack: return [StateChange(adding: tenant, settings)] + others
        case .goes: return others + [StateChange(.tenant, tenant.text, .remove)]
        }
    }
}
