import AdminAPI
import FoundationEssentials
import Postgres

/// An apply as it is kept, before it has its number.
struct WrittenApply: Sendable {
    var forward: String, inverse: String
    /// Of changes, by what is done to what.
    var counts: [String: Int]

    init(_ changes: [StateChange], inverse: DesiredState) throws {
        forward = try Self.json(changes)
        self.inverse = try Self.json(inverse)
        counts = Dictionary(grouping: changes) { "\($0.action.rawValue) \($0.kind.rawValue)" }.mapValues(\.count)
    }

    private static func json(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }
}

/// What the audit log has of an apply, so that the row can be proved by it.
struct KeptApply: Sendable {
    var number: Int64
    /// SHA-256 of the column `forward` as text.
    var digest: String
    var counts: [String: Int]
}

extension Provisioning {
    /// Of a tenant, and of the plans: older ones are forgotten, for old passwords' hashes are in them.
    private static let kept = 50

    func record(_ prepared: PreparedTenant, _ undertaking: Undertaking, in transaction: PostgresTransaction) async throws -> KeptApply {
        var numbers: [EmailAddress: Int64] = [:], made: [EmailAddress] = []
        for case .user(let address, let old, _) in prepared.changes {
            // So that an undo lets nobody in who has a former member's address.
            for member in (old?.members ?? [:]).keys { numbers[member] = prepared.reading.users[member]?.id }
            if old == nil { made.append(address) } else { numbers[address] = prepared.reading.users[address]?.id }
        }
        numbers.merge(try await self.numbers(of: made, in: prepared.reading.id, transaction)) { $1 }
        return try await record(Self.written(prepared, numbers), of: prepared.reading.id, undertaking, in: transaction)
    }

    /// - Parameter tenant: nil for the plans.
    func record(
        _ written: WrittenApply, of tenant: Int64?, _ undertaking: Undertaking, in transaction: PostgresTransaction
    ) async throws -> KeptApply {
        let made = try await transaction.query(
            """
            INSERT INTO applies (administered_tenant, applied_by, undoes, forward, inverse)
            VALUES ($1, $2, $3, $4::text::jsonb, $5::text::jsonb)
            RETURNING number, encode(sha256(convert_to(forward::text, 'UTF8')), 'hex')
            """,
            [
                .optionalInt8(tenant), .text(undertaking.caller.name), .optionalInt8(undertaking.undoes), .text(written.forward),
                .text(written.inverse),
            ])
        guard let row = made.first else { throw PostgresError(kind: .usage, message: "no number came back") }
        _ = try await transaction.query(
            """
            DELETE FROM applies WHERE administered_tenant IS NOT DISTINCT FROM $1 AND number <= (
                SELECT number FROM applies WHERE administered_tenant IS NOT DISTINCT FROM $1
                ORDER BY number DESC OFFSET \(Self.kept) LIMIT 1)
            """, [.optionalInt8(tenant)])
        return KeptApply(number: try row.int8(0), digest: try row.text(1), counts: written.counts)
    }

    @concurrent private nonisolated static func written(
        _ prepared: PreparedTenant, _ numbers: [EmailAddress: Int64]
    ) async throws -> WrittenApply {
        try WrittenApply(
            await prepared.shownChanges(),
            inverse: .tenant(
                DesiredTenant(inverting: prepared.changes, of: prepared.name, numbers: numbers, fate: prepared.fate)))
    }

    /// `undo --dry-run`, and what `undo` shows before it asks.
    func previewUndo(_ request: AdminRequest<Nothing>) async throws -> ApplyPreview {
        let undertaking = try await inverse(of: request.path.require("number"), by: request.caller)
        // A tenant that would come back is looked at as it would be then, in a transaction of which nothing stays.
        var fence = database.fence
        fence.readsOnly = false
        return try await confined(to: fence).rehearsed { try await $0.preview(undertaking) }
    }

    /// `undo`: what the apply touched becomes as it was before. It is an apply itself, and can be undone.
    func undo(_ request: AdminRequest<UndoRequest>) async throws -> Applied {
        try await perform(
            try await inverse(of: request.path.require("number"), by: request.caller), fingerprint: request.body.fingerprint)
    }

    private func inverse(of number: ApplyNumber, by caller: AdminCaller) async throws -> Undertaking {
        let found: String? = try await change { transaction in
            let shown = try await transaction.query("SELECT 1 FROM applies WHERE number = $1", [.int8(number.number)])
            guard !shown.isEmpty else { return nil }
            // Former passwords' hashes are in it, which an administrator's part has not.
            try await database.leavePart(in: transaction)
            return try await transaction.query("SELECT inverse::text FROM applies WHERE number = $1", [.int8(number.number)])
                .first?.text(0)
        }
        guard let text = found else {
            throw AdminError(
                .notFound, "There is no apply \(number).",
                hint: "`applies` lists them; the last \(Self.kept) of a tenant are kept, and none of one that is destroyed.")
        }
        return Undertaking(desired: try await Self.desired(text), undoes: number.number, caller: caller)
    }

    @concurrent private nonisolated static func desired(_ text: String) async throws -> DesiredState {
        try JSONDecoder().decode(DesiredState.self, from: Data(text.utf8))
    }

    /// `applies`: the newest first, those of deleted tenants too.
    func listApplies(_ request: AdminRequest<Nothing>) async throws -> [ApplyRecord] {
        let tenant: TenantName? = try request.query.optional("tenant")
        if let tenant, try await keptTenant(tenant) == nil { _ = try await self.tenant(tenant) }
        return try await change { transaction in
            try await showDeleted(in: transaction)
            return try await applies(of: tenant, in: transaction)
        }
    }

    private func applies(of tenant: TenantName?, in transaction: PostgresTransaction) async throws -> [ApplyRecord] {
        let counted = Self.actions.map { "(SELECT count(*) FROM jsonb_array_elements(a.forward) c WHERE c ->> 'action' = '\($0)')" }
        let rows = try await transaction.query(
            """
            SELECT a.number, t.name, a.applied_by, a.applied_at, \(counted.joined(separator: ", ")), a.undoes,
                (SELECT max(b.number) FROM applies b WHERE b.undoes = a.number)
            FROM applies a LEFT JOIN tenants t ON t.tenant_id = a.administered_tenant
            WHERE (a.administered_tenant IS NULL OR t.tenant_id IS NOT NULL) AND ($1::text IS NULL OR t.name = $1)
            ORDER BY a.number DESC LIMIT 1000
            """, [.optionalText(tenant?.text)])
        return try rows.rows.map { row in
            ApplyRecord(
                number: try row.int8(0), tenant: try row.optionalText(1).map { try TenantName($0) }, by: try row.text(2),
                at: try row.moment(3), added: Int(try row.int8(4)), changed: Int(try row.int8(5)), removed: Int(try row.int8(6)),
                undoes: try row.optionalInt8(7), undoneBy: try row.optionalInt8(8))
        }
    }

    private static let actions = [StateChange.Action.add, .change, .remove].map(\.rawValue)
}
