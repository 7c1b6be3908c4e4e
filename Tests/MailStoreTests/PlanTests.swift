import MailStore
import Postgres
import Runtime
import Testing

/// What the tenant's plan limits, and what tenant and user have instead.
@Suite("Plans") @EventLoopActor struct PlanTests {
    /// Gives the tenant a plan with these limits, and overrides.
    private func plan(_ tenant: TestTenant, _ limits: String, tenant ofTenant: String = "{}", user: Int64? = nil, _ ofUser: String = "{}")
        async throws
    {
        let pool = tenant.server.pool
        let name = PostgresValue.text("p\(tenant.id)")
        _ = try await pool.query(
            "INSERT INTO plans VALUES ($1, $2::text::jsonb) ON CONFLICT (name) DO UPDATE SET limits = excluded.limits",
            [name, .text(limits)])
        _ = try await pool.query(
            "UPDATE tenants SET plan = $2, limits = $3::text::jsonb WHERE tenant_id = $1", [.int8(tenant.id), name, .text(ofTenant)])
        if let user {
            _ = try await pool.query("UPDATE users SET limits = $2::text::jsonb WHERE user_id = $1", [.int8(user), .text(ofUser)])
        }
    }

    @Test("Storage is limited by the plan, by an own quota before it, and by the largest that anybody may have")
    func storage() async throws {
        let tenant = try await TestTenant.make()
        let planned = try await tenant.user("planned"), own = try await tenant.user("own", bytes: 700)
        let unlimited = try await tenant.user("unlimited", bytes: -1)
        let expected: [(limits: String, overrides: String, [Int64?])] = [
            ("{}", "{}", [nil, 700, nil]),
            (#"{"userQuota":500,"storage":2000}"#, "{}", [500, 700, nil]),
            (#"{"userQuota":500,"largestUserQuota":600}"#, "{}", [500, 600, 600]),
            (#"{"userQuota":500,"largestUserQuota":600}"#, #"{"largestUserQuota":"unlimited","userQuota":800}"#, [800, 700, nil]),
        ]
        try await tenant.withStore { store async throws in
            for (limits, overrides, bytes) in expected {
                try await plan(tenant, limits, tenant: overrides)
                store.directoryChanged()
                for (user, bytes) in zip([planned, own, unlimited], bytes) {
                    #expect(try await store.quota(of: user).first?.limits.bytes == bytes, "\(limits) \(overrides)")
                }
            }
            try await plan(tenant, #"{"storage":2000}"#)
            store.directoryChanged()
            #expect(try await store.check(user: unlimited, size: 2_001)?.scope == .tenant)
            #expect(try await store.check(user: unlimited, size: 2_000) == nil)
            _ = try await tenant.server.pool.query("UPDATE tenants SET quota_bytes = -1 WHERE tenant_id = $1", [.int8(tenant.id)])
            store.directoryChanged()
            #expect(try await store.check(user: unlimited, size: 2_001) == nil)
        }
    }

    @Test("Recipients are counted by the hour and the day; what is refused is not counted") func sending() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann"), bob = try await tenant.user("bob")
        let pool = tenant.server.pool
        try await plan(tenant, #"{"recipientsPerHour":5,"recipientsPerDay":7}"#, user: bob, #"{"recipientsPerHour":"unlimited"}"#)
        try await tenant.withStore { store async throws in
            #expect(try await store.countSending(of: 6, by: ann) == SendingRefusal(period: .hour, limit: 5, fitsLater: false))
            #expect(try await store.countSending(of: 8, by: bob) == SendingRefusal(period: .day, limit: 7, fitsLater: false))
            #expect(try await store.countSending(of: 3, by: ann) == nil)
            #expect(try await store.countSending(of: 3, by: ann) == SendingRefusal(period: .hour, limit: 5, fitsLater: true))
            #expect(try await store.countSending(of: 2, by: ann) == nil)
            #expect(try await store.countSending(of: 7, by: bob) == nil)
            #expect(try await store.countSending(of: 1, by: bob) == SendingRefusal(period: .day, limit: 7, fitsLater: true))

            _ = try await pool.query("UPDATE sending SET hour_began = hour_began - interval '1 hour'")
            #expect(try await store.countSending(of: 3, by: ann) == SendingRefusal(period: .day, limit: 7, fitsLater: true))
            #expect(try await store.countSending(of: 2, by: ann) == nil)
            _ = try await pool.query("UPDATE sending SET hour_began = now() - interval '1 day', day_began = now() - interval '1 day'")
            #expect(try await store.countSending(of: 5, by: ann) == nil)
            await store.uncountSending(of: 2, by: ann)
            #expect(try await store.countSending(of: 2, by: ann) == nil)
            #expect(try await store.countSending(of: 1, by: ann) != nil)

            try await plan(tenant, "{}")
            store.directoryChanged()
            #expect(try await store.countSending(of: 5_000, by: ann) == nil)
        }
    }

    @Test("Messages that are sent at one time do not overlook each other") func sendingTogether() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann")
        try await plan(tenant, #"{"recipientsPerHour":10}"#)
        try await tenant.withStore { store async throws in
            let sent = (0..<40).map { _ in Task { try await store.countSending(of: 1, by: ann) == nil } }
            var taken = 0
            for task in sent where try await task.value { taken += 1 }
            #expect(taken == 10)
        }
    }
}
