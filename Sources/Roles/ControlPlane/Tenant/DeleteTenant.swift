import AdminAPI
import Glibc
import Postgres

extension Provisioning {
    /// `tenant delete`: its sessions end and its worker stops; then its rows, its SQL role, its queued mail and its directory go.
    func deleteTenant(_ request: AdminRequest<Nothing>) async throws -> Nothing {
        let name: TenantName = try request.path.require("name")
        let id = try await tenant(name).id
        endSessions(tenant: id, user: nil, reason: "This account is deleted")
        await workers.close(id)
        do {
            try await change { transaction in try await remove(id, in: transaction) }
        } catch {
            try workers.reopen(id)
            throw error
        }
        workers.forget(id)
        await domainsChanged()
        await queue.forget(tenant: id)
        try await removeFiles(of: id)
        return Nothing()
    }

    /// First out of the way under a name that says what it is, so that a deletion that is interrupted goes on at the next start.
    private func removeFiles(of tenant: Int64) async throws {
        rmdir(directory.tenantSocketDirectory(tenant))
        let doomed = directory.deletedTenantDirectory(tenant)
        rename(directory.tenantDirectory(tenant), doomed)
        try await FileSystem.removeTree(doomed)
    }
}
