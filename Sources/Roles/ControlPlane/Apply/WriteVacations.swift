import AdminAPI
import Postgres

extension Provisioning {
    /// Who was told stays so: that goes by what they were told.
    func setVacations(of users: [SortedChanges.User], _ tenant: Int64, in transaction: PostgresTransaction) async throws {
        guard !users.isEmpty else { return }
        let numbers = try await numbers(of: users.map(\.address), in: tenant, transaction)
        guard numbers.count == users.count else { throw Self.moved }
        let here = users.filter { $0.new.vacation == nil }.compactMap { numbers[$0.address] }
        if !here.isEmpty {
            _ = try await transaction.query(
                "DELETE FROM vacations WHERE tenant_id = $1 AND user_id = ANY ($2)", [.int8(tenant), .int8Array(here)])
        }
        let away = users.compactMap { user in numbers[user.address].flatMap { number in user.new.vacation.map { (number, $0) } } }
        guard !away.isEmpty else { return }
        _ = try await transaction.query(
            """
            INSERT INTO vacations (tenant_id, user_id, subject, body, first_day, last_day, days)
            SELECT $1, g.number, g.subject, g.body, g.first_day::date, g.last_day::date, g.days
            FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
                AS g (number, subject, body, first_day, last_day, days)
            ON CONFLICT (tenant_id, user_id) DO UPDATE SET subject = excluded.subject, body = excluded.body,
                first_day = excluded.first_day, last_day = excluded.last_day, days = excluded.days
            """,
            [
                .int8(tenant), .int8Array(away.map(\.0)), .textArray(away.map(\.1.subject)), .textArray(away.map(\.1.text)),
                .optionalTextArray(away.map(\.1.from?.text)), .optionalTextArray(away.map(\.1.until?.text)),
                .int8Array(away.map { Int64($0.1.days ?? NewVacation.usualDays) }),
            ])
    }
}
