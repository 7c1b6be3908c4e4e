import AdminAPI
import Postgres

extension Provisioning {
    func setForwards(of users: [SortedChanges.User], _ tenant: Int64, in transaction: PostgresTransaction) async throws {
        guard !users.isEmpty else { return }
        let numbers = try await numbers(of: users.map(\.address), in: tenant, transaction)
        guard numbers.count == users.count else { throw Self.moved }
        let without = users.filter { $0.new.forward == nil }.compactMap { numbers[$0.address] }
        if !without.isEmpty {
            _ = try await transaction.query(
                "DELETE FROM user_forwards WHERE tenant_id = $1 AND user_id = ANY ($2)", [.int8(tenant), .int8Array(without)])
        }
        let with = users.compactMap { user in numbers[user.address].flatMap { number in user.new.forward.map { (number, $0) } } }
        guard !with.isEmpty else { return }
        // No address has a comma.
        _ = try await transaction.query(
            """
            INSERT INTO user_forwards (tenant_id, user_id, targets, keeps_copy)
            SELECT $1, g.number, string_to_array(g.targets, ','), g.copy::boolean
            FROM unnest($2::bigint[], $3::text[], $4::text[]) AS g (number, targets, copy)
            ON CONFLICT (tenant_id, user_id) DO UPDATE SET targets = excluded.targets, keeps_copy = excluded.keeps_copy
            """,
            [
                .int8(tenant), .int8Array(with.map(\.0)), .textArray(with.map { $0.1.to.map(\.text).joined(separator: ",") }),
                .textArray(with.map { "\($0.1.copy)" }),
            ])
    }
}
