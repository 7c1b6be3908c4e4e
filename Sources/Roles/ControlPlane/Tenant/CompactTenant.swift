import AdminAPI
import Quantities

extension Provisioning {
    /// `tenant compact`: the tenant's worker does it, and is started for it if none runs.
    func compactTenant(_ request: AdminRequest<Nothing>) async throws -> Compaction {
        let name: TenantName = try request.path.require("name")
        let found = try await database.query("SELECT tenant_id FROM tenants WHERE name = $1", [.text(name.text)])
        guard let tenant = try found.first?.int8(0) else { throw AdminError.noTenant(name) }
        switch await workers.compact(tenant, isTrial: isRehearsal) {
        case .done(let freed, let packed): return Compaction(tenant: name, freed: ByteCount(freed), packed: ByteCount(packed))
        case .failed(let problem):
            throw AdminError(.unavailable, "No disk space of \(name) was given back: \(problem).", hint: "Try again in a minute.")
        case nil:
            throw AdminError(
                .unavailable, "The worker of \(name) has more to do than it could until now, and goes on by itself.",
                hint: "`tenant compact \(name) --dry-run` tells what is left.")
        }
    }
}
