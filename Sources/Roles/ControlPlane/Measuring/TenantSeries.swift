import AdminAPI
import Exposition
import Supervision

/// Series by tenant: of workers that run, and of so many tenants at most. What is beyond them is told as one, and so is what deleted
/// tenants counted.
///
/// The sum of the others never falls: nobody leaves it. A tenant that has its series keeps the right to it, who was once among the others
/// stays there, and only new tenants take the places of deleted ones.
package struct TenantSeries {
    /// All together; `perTenant` of them are one tenant's.
    package static let limit = 2_000
    private static let perTenant = 9
    /// No tenant's name has such characters.
    static let others = "(others)"

    package private(set) var named: Set<TenantName> = []
    private var unnamed: Set<TenantName> = []
    private let most: Int

    package init(limit: Int = TenantSeries.limit) { most = max(0, limit / Self.perTenant - 1) }

    /// Tenants come in as they are seen, those that run first.
    package mutating func admit(_ workers: [MeasuredProcess]) {
        let running = workers.filter { $0.worker.state == .running }
        for tenant in (running + workers).compactMap(\.tenant) where !named.contains(tenant) && !unnamed.contains(tenant) {
            if named.count < most { named.insert(tenant) } else { unnamed.insert(tenant) }
        }
    }

    /// Deleted ones make room. Only after the figures were told in which they may still be: in the next they are not.
    package mutating func keep(_ tenants: some Sequence<TenantName>) {
        named.formIntersection(tenants)
        unnamed.formIntersection(tenants)
    }

    func families(_ workers: [MeasuredProcess], departed: WorkerFigures) -> [MetricFamily] {
        var rows: [(String, WorkerFigures, Int64)] = []
        var rest = departed, restMemory: Int64 = 0, hasRest = departed != WorkerFigures()
        for worker in workers {
            guard let tenant = worker.tenant else { continue }
            if named.contains(tenant) {
                if worker.worker.state == .running { rows.append((tenant.text, worker.workerFigures, worker.memory ?? 0)) }
            } else {
                rest.add(worker.workerFigures)
                restMemory += worker.memory ?? 0
                hasRest = true
            }
        }
        if hasRest { rows.append((Self.others, rest, restMemory)) }
        func by(_ value: (WorkerFigures, Int64) -> Int64) -> [MetricFamily.Sample] {
            rows.map { .init([.init("tenant", $0.0)], .integer(value($0.1, $0.2))) }
        }
        func split(_ label: String, _ values: [(String, (WorkerFigures) -> Int64)]) -> [MetricFamily.Sample] {
            rows.flatMap { row in
                values.map { .init([.init("tenant", row.0), .init(label, $0.0)], .integer($0.1(row.1))) }
            }
        }
        return [
            MetricFamily(
                "casella_tenant_deliveries_total", .counter, "As casella_deliveries_total, by tenant.",
                split("outcome", [("stored", \.deliveriesStored), ("refused", \.deliveriesRefused), ("deferred", \.deliveriesDeferred)])),
            MetricFamily(
                "casella_tenant_quota_refusals_total", .counter, "As casella_quota_refusals_total, by tenant.",
                by { figures, _ in figures.quotaRefusals }),
            MetricFamily(
                "casella_tenant_sessions", .gauge, "Sessions that are open, by tenant.", by { figures, _ in figures.sessionCount }),
            MetricFamily(
                "casella_tenant_imap_commands_total", .counter, "IMAP commands by tenant.", by { figures, _ in figures.commandCount }),
            MetricFamily(
                "casella_tenant_session_bytes_total", .counter, "As casella_session_bytes_total, by tenant.",
                split("direction", [("received", \.octetsReceived), ("sent", \.octetsSent)])),
            MetricFamily("casella_tenant_resident_bytes", .gauge, "Memory of the tenant's worker.", by { _, memory in memory }),
        ]
    }
}
