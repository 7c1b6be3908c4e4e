import AdminAPI
import Postgres
import Quantities

extension Provisioning {
    static let version = "0.1.0"

    /// `status`: whether all is well, at a glance.
    func status(_ request: AdminRequest<Nothing>) async throws -> PlatformStatus {
        // First, since it waits for nobody long: a database that hangs would never answer the question below.
        let gathered = await measuring.gather()
        var version: String?
        var totals: PlatformStatus.Totals?
        var isFenced = true
        if gathered.queue != nil {
            do {
                let result = try await database.query(
                    """
                    SELECT current_setting('server_version'), (SELECT count(*) FROM tenants), (SELECT count(*) FROM domains),
                        (SELECT count(*) FROM users JOIN domains USING (tenant_id, domain_id)), (SELECT count(*) FROM queue_messages),
                        (SELECT coalesce(sum(bytes), 0)::bigint FROM tenant_usage),
                        (SELECT coalesce(sum(messages), 0)::bigint FROM tenant_usage),
                        current_setting('casella_fence.is_there', true) IS NOT DISTINCT FROM 'on'
                    """)
                if let row = result.first {
                    version = try row.text(0)
                    totals = PlatformStatus.Totals(
                        tenants: try row.int8(1), domains: try row.int8(2), users: try row.int8(3), queued: try row.int8(4),
                        usage: try Usage(row, 5))
                    isFenced = try row.bool(7)
                }
            } catch {
                journal.warning("the database does not answer", ["error": "\(error)"])
            }
        }
        return PlatformStatus(
            hostname: facts.hostname, version: Self.version, dataDirectory: directory.root, startedAt: facts.startedAt,
            listeners: facts.listeners,
            database: PlatformStatus.Database(available: version != nil, version: version, embedded: services.database != nil),
            totals: totals, workers: allWorkers,
            warnings: try warnings(isDatabaseThere: version != nil, isFenced: isFenced) + Ailments.sentences(gathered))
    }

    /// What is not well, and what helps.
    private func warnings(isDatabaseThere: Bool, isFenced: Bool) throws -> [String] {
        var warnings: [String] = []
        if !isDatabaseThere { warnings.append("The database does not answer: mail waits at its senders. Its log says why.") }
        if !isFenced {
            let help =
                services.database == nil
                ? "Its administrator loads it as README says under \"What keeps companies apart\"."
                : "./ops/up builds it; then start again."
            warnings.append(
                "PostgreSQL runs without the module casella_fence: an intruder in a worker can learn how many rows all companies have. "
                    + help)
        }
        warnings += Ailments.failing(allWorkers.filter { $0.state == .waiting }.map(\.name.text))
        if !facts.hostname.contains(".") {
            warnings.append("The name \(facts.hostname) is no full one, and other mail servers distrust it: set hostname in casella.json.")
        }
        warnings += certificates.warnings
        return warnings
    }
}
