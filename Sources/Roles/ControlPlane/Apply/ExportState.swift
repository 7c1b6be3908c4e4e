import AdminAPI
import Quantities

extension Provisioning {
    /// `export`: everything of a tenant that can be desired, but passwords.
    func exportState(_ request: AdminRequest<Nothing>) async throws -> DesiredTenant {
        let name: TenantName = try request.path.require("name")
        let reading = try await change { transaction in try await readTenant(name, locked: false, in: transaction) }
        guard let reading else { throw AdminError.noTenant(name) }
        return await Self.exported(reading.state, of: name)
    }

    @concurrent private nonisolated static func exported(_ state: TenantState, of name: TenantName) async -> DesiredTenant {
        DesiredTenant(exporting: state, of: name)
    }
}
