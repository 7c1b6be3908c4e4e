import AdminAPI
import Postgres
import Quantities

extension Provisioning {
    static let version = "0.1.0"

    /// `status`: whether all is well, at a glance.
    func status(_ request: AdminRequest<Nothing>) async throws -> PlatformStatus {
        var version: String?
        var totals: PlatformStatus.Totals?
        do {
            let result = try await database.query(
                """
                SELECT current_setting('server_version'), (SELECT count(*) FROM tenants), (SELECT count(*) FROM domains),
                    (SELECT count(*) FROM users JOIN domains USING (tenant_id, domain_id)), (SELECT count(*) FROM queue_messages),
                    (SELECT coalesce(sum(bytes), 0)::bigint FROM tenant_usage),
                    (SELECT coalesce(sum(messages), 0)::bigint FROM tenant_usage)
                """)
            if let row = result.first {
                version = try row.text(0)
                totals = PlatformStatus.Totals(
                    tenants: try row.int8(1), domains: try row.int8(2), users: try row.int8(3), queued: try row.int8(4),
                    usage: try Usage(row, 5))
            }
        } catch {
            journal.warning("the database does not answer", ["error": "\(error)"])
        }
        return PlatformStatus(
            hostname: facts.hostname, version: Self.version, dataDirectory: directory.root, startedAt: facts.startedAt,
            listeners: facts.listeners,
            database: PlatformStatus.Database(available: version != nil, version: version, embedded: services.database != nil),
            totals: totals, workers: allWorkers,
            warnings: try warnings(isDatabaseThere: version != nil) + Ailments.sentences(await measuring.gather()))
    }

    /// What is not well, and what helps.
    private func warnings(isDatabaseThere: Bool) throws -> [String] {
        var warnings: [String] = []
        if !isDatabaseThere { warnings.append("The database does not answer: mail waits at its senders. Its log says why.") }
        warnings += Ailments.failing(allWorkers.filter { $0.state == .waiting }.map(\.name.text))
        if !facts.hostname.contains(".") {
            warnings.append("The name \(facts.hostname) is no full one, and other mail servers distrust it: set hostname in casella.json.")
        }
        for certificate in try certificates.all() {
            guard let problem = certificate.problem else { continue }
            warnings.append("Certificate \(certificate.name): \(problem) It is read from \(certificate.certificateFile).")
        }
        return warnings
    }
}
