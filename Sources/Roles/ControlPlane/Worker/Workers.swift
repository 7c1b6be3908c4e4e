import AdminAPI

extension Provisioning {
    var allWorkers: [Worker] {
        [services.gateway.status, services.relay.status] + (services.database.map { [$0.status] } ?? []) + workers.statuses
    }

    /// `worker list`.
    func listWorkers(_ request: AdminRequest<Nothing>) async throws -> [Worker] { allWorkers }

    /// `worker restart`: what is in hand is finished first. Tried, it tells of the process as it runs.
    func restartWorker(_ request: AdminRequest<Nothing>) async throws -> Worker {
        let name: WorkerName = try request.path.require("name")
        switch name {
        case .gateway: return try await restart(services.gateway)
        case .relay: return try await restart(services.relay)
        case .database:
            guard let service = services.database else {
                throw AdminError(.conflict, "The database is an outside server; Casella does not start or stop it.")
            }
            return try await restart(service)
        case .tenant(let tenant):
            guard let worker = await isRehearsal ? workers.status(of: tenant) : workers.restart(tenant) else {
                throw AdminError.noTenant(tenant)
            }
            return worker
        }
    }

    private func restart(_ service: SupervisedService) async throws -> Worker {
        guard !isRehearsal else { return service.status }
        await service.restart()
        do {
            try await service.waitUntilReady(within: .seconds(30))
        } catch {
            throw AdminError(.unavailable, "\(error)")
        }
        return service.status
    }
}
