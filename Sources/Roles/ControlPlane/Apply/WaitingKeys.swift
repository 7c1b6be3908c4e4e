import AdminAPI
import Postgres

/// The keys of DKIM that wait to be activated, of domains where an undo takes away those that its apply made.
struct WaitingKeys: Sendable {
    /// Domains where some are that the apply made.
    var made: Set<DomainName> = []
    /// Domains where some are that somebody made afterwards, who wants them still.
    var others: Set<DomainName> = []
    /// Domains whose keys sign by now, and so stay.
    var signing: Set<DomainName> = []
}

extension Provisioning {
    /// What an apply made has the time of that apply, since both are that of one transaction.
    func waitingKeys(
        for desired: DesiredTenant, _ reading: TenantReading, _ undertaking: Undertaking, in transaction: PostgresTransaction
    ) async throws -> WaitingKeys {
        var waiting = WaitingKeys()
        // Where a key signs, all stay.
        let names = desired.domains.filter { $0.dkim == false && reading.state.domains[$0.name]?.keys == .waiting }.map(\.name)
        guard let undone = undertaking.undoes else { return waiting }
        waiting.signing = Set(
            desired.domains.filter { $0.dkim == false && reading.state.domains[$0.name]?.keys == .active }.map(\.name))
        guard !names.isEmpty else { return waiting }
        let found = try await transaction.query(
            """
            SELECT d.name, bool_or(k.created_at = a.applied_at), bool_or(k.created_at <> a.applied_at)
            FROM dkim_keys k JOIN domains d USING (tenant_id, domain_id) JOIN applies a ON a.number = $2
            WHERE k.tenant_id = $1 AND d.name = ANY ($3) AND k.alias IS NULL AND k.state = 'waiting' GROUP BY d.name
            """, [.int8(reading.id), .int8(undone), .textArray(names.map(\.text))])
        for row in found.rows {
            let name: DomainName = try row.name(0)
            if try row.bool(1) { waiting.made.insert(name) }
            if try row.bool(2) { waiting.others.insert(name) }
        }
        return waiting
    }
}

extension DesiredTenant {
    /// Without taking keys away where the apply has none any more.
    func sparing(_ waiting: WaitingKeys) -> DesiredTenant {
        var desired = self
        for index in domains.indices where domains[index].dkim == false && !waiting.made.contains(domains[index].name) {
            desired.domains[index].dkim = nil
        }
        return desired
    }
}
