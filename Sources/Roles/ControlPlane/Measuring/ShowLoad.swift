import AdminAPI
import Glibc
import Postgres
import Quantities
import Supervision

extension Provisioning {
    /// Tenants that are told beside those whose workers ran: so many of those that store most.
    private static let storingMost: Int64 = 100

    /// `top`: what the platform does.
    func showLoad(_ request: AdminRequest<Nothing>) async throws -> PlatformLoad {
        let gathered = await measuring.gather()
        let gateway = gathered.gatewayFigures, workers = gathered.workerFigures
        let processes = [gathered.gateway, gathered.relay] + gathered.workers
        return PlatformLoad(
            hostname: facts.hostname, at: Timestamp(secondsSince1970: Int64(time(nil))), milliseconds: measuring.age,
            mail: .init(
                delivered: workers.deliveriesStored, refused: workers.deliveriesRefused, deferred: workers.deliveriesDeferred,
                submitted: workers.submissionsTaken),
            sessions: .init(
                imap: workers.sessions["imap"] ?? 0, pop3: workers.sessions["pop3"] ?? 0, submission: workers.sessions["submission"] ?? 0),
            commands: workers.commandCount, loginsAccepted: gateway.loginsAccepted, loginsRefused: gateway.loginsRefused,
            connections: gateway.doors.values.reduce(0) { $0 + $1.open },
            queue: gathered.queue.map { .init(messages: $0.messages, held: $0.held, oldestSeconds: $0.oldest) },
            disk: gathered.disk.map { .init(free: ByteCount($0.free), size: ByteCount($0.size)) },
            memory: ByteCount(processes.reduce(gathered.control.memory ?? 0) { $0 + ($1.memory ?? 0) }),
            tenants: await load(of: gathered))
    }

    private func load(of gathered: Gathered) async -> [PlatformLoad.TenantLoad] {
        // Without an answer of the database what is stored is not known; the rest is told all the same.
        let stored = gathered.queue == nil ? [:] : (try? await stored(by: gathered.workers.compactMap(\.tenant))) ?? [:]
        var tenants: [TenantName: PlatformLoad.TenantLoad] = [:]
        for (name, size) in stored {
            tenants[name] = .init(
                name: name, isRunning: false, sessions: 0, delivered: 0, commands: 0, stored: ByteCount(size), memory: .zero)
        }
        for worker in gathered.workers {
            guard let name = worker.tenant else { continue }
            let figures = worker.workerFigures
            tenants[name] = .init(
                name: name, isRunning: worker.worker.state == .running, sessions: figures.sessionCount, delivered: figures.deliveriesStored,
                commands: figures.commandCount, stored: ByteCount(stored[name] ?? 0), memory: ByteCount(worker.memory ?? 0))
        }
        return tenants.values.sorted { $0.name < $1.name }
    }

    private func stored(by tenants: [TenantName]) async throws -> [TenantName: Int64] {
        let result = try await database.query(
            """
            SELECT name, bytes FROM tenants JOIN tenant_usage USING (tenant_id) WHERE name = ANY ($1::text[])
            UNION (SELECT name, bytes FROM tenants JOIN tenant_usage USING (tenant_id) ORDER BY bytes DESC LIMIT $2::bigint)
            """, [.textArray(tenants.map(\.text)), .int8(Self.storingMost)])
        return Dictionary(try result.rows.map { (try $0.name(0), try $0.int8(1)) }) { first, _ in first }
    }
}
