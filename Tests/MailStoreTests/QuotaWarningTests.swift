import MailStore
import Postgres
import Runtime
import Testing

@EventLoopActor
@Suite struct QuotaWarningTests {
    /// Takes warnings and answers as it is told.
    @EventLoopActor
    final class Recipient {
        private(set) var warnings: [QuotaWarning] = []
        var answer = QuotaWarning.Outcome.mailed

        func take(_ warning: QuotaWarning) -> QuotaWarning.Outcome {
            warnings.append(warning)
            return answer
        }

        /// What was told, such as `user 80`.
        var told: [String] { warnings.map { "\($0.scope) \($0.percent)" } }

        func hears(_ count: Int) async {
            let deadline = ContinuousClock.now + .seconds(20)
            while warnings.count < count, .now < deadline { await EventLoopActor.sleep(for: .milliseconds(5)) }
            #expect(warnings.count == count, "\(told)")
        }
    }

    private func watch(_ store: TenantStore) -> Recipient {
        let recipient = Recipient()
        store.warn(at: [80, 95, 100]) { warning, _ in recipient.take(warning) }
        return recipient
    }

    private func fill(_ user: Int64, _ bytes: Int, in store: TenantStore) async throws {
        let outcomes = await store.deliver(delivery(message(bytes), to: user))
        #expect(outcomes.first.isStored)
        try await store.commitRows()  // at once: warnings are told by rows, which gather for seconds otherwise
    }

    private func empty(_ user: Int64, but kept: Int, in store: TenantStore) async throws {
        let (_, selection) = try await inbox(user, in: store)
        _ = try await selection.store(Array(selection.uids.dropFirst(kept)), .add, flags: .deleted, keywords: [])
        try await selection.expunge()
        selection.close()
    }

    @Test("Each threshold is told once, and again only after usage fell well below it") func onceEach() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann", bytes: 100_000)
        try await tenant.withStore { store async throws in
            let recipient = watch(store)
            try await fill(user, 79_000, in: store)
            try await fill(user, 1_000, in: store)
            await recipient.hears(1)
            try await fill(user, 14_000, in: store)
            try await fill(user, 1_000, in: store)
            await recipient.hears(2)
            try await fill(user, 4_000, in: store)
            try await fill(user, 1_000, in: store)
            await recipient.hears(3)
            #expect(recipient.told == ["user 80", "user 95", "user 100"])
            #expect(recipient.warnings.map(\.used) == [80_000, 95_000, 99_000] || recipient.warnings.last?.used == 100_000)
            // 95 000 left: within the margin of 100, so that nothing is armed again.
            try await empty(user, but: 4, in: store)
            try await fill(user, 5_000, in: store)
            // 79 000 left: 95 and 100 are armed, 80 is not.
            try await empty(user, but: 1, in: store)
            try await settles(tenant, "80 mailed")
            try await fill(user, 16_500, in: store)
            await recipient.hears(4)
            try await empty(user, but: 0, in: store)
            try await settles(tenant, "0 mailed")
            try await fill(user, 85_000, in: store)
            await recipient.hears(5)
            #expect(recipient.told.suffix(2) == ["user 95", "user 80"])
            #expect(Set(recipient.warnings.map(\.identity)).count == 5)
        }
    }

    @Test("Every level that fills up is told of, storage and messages apart") func levels() async throws {
        let tenant = try await TestTenant.make(quotaBytes: 50_000, domainMessages: 20)
        let user = try await tenant.user("ann", bytes: 55_000)
        try await tenant.withStore { store async throws in
            let recipient = watch(store)
            try await fill(user, 45_000, in: store)
            await recipient.hears(2)
            for _ in 0..<15 { try await fill(user, 100, in: store) }
            await recipient.hears(3)
            #expect(recipient.told.sorted() == ["domain 80", "tenant 80", "user 80"])
            #expect(recipient.warnings.last?.resource == .messages && recipient.warnings.last?.name == tenant.domainName)
            #expect(recipient.warnings.first { $0.scope == .user }?.name == "ann@\(tenant.domainName)")
        }
    }

    @Test("A refusal while hardly any room is left tells that it is full") func refusal() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann", bytes: 1_000_000)
        try await tenant.withStore { store async throws in
            let recipient = watch(store)
            try await fill(user, 790_000, in: store)
            #expect(await store.deliver(delivery(message(900_000), to: user)).first.isStored == false)
            try await fill(user, 170_000, in: store)
            await recipient.hears(1)
            for _ in 0..<3 { #expect(try await store.check(user: user, size: 50_000) != nil) }
            await recipient.hears(2)
            #expect(recipient.told == ["user 95", "user 100"])
        }
    }

    @Test("A limit that is lowered warns, and one that is raised arms again") func limitChange() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann", bytes: 1_000_000)
        try await tenant.withStore { store async throws in
            let recipient = watch(store)
            try await fill(user, 90_000, in: store)
            for (limit, count, standing) in [(Int64(100_000), 1, "80 mailed"), (1_000_000, 1, "0 mailed"), (100_000, 2, "80 mailed")] {
                _ = try await tenant.server.pool.query("UPDATE users SET quota_bytes = $2 WHERE user_id = $1", [.int8(user), .int8(limit)])
                store.directoryChanged()
                await recipient.hears(count)
                try await settles(tenant, standing)
            }
        }
    }

    /// Waits until the tenant's only row says this: what was told, and its state.
    private func settles(_ tenant: TestTenant, _ expected: String) async throws {
        var found = ""
        for _ in 0..<2_000 {
            let rows = try await tenant.server.pool.query(
                "SELECT percent || ' ' || state FROM quota_warnings WHERE tenant_id = $1", [.int8(tenant.id)])
            found = try rows.first?.text(0) ?? "none"
            if found == expected { return }
            await EventLoopActor.sleep(for: .milliseconds(10))
        }
        Issue.record("the warnings stay at \(found)")
    }

    @Test("A worker that dies before the warning was marked leaves it to the next, under the same id") func crash() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann", bytes: 100_000)
        var first: [QuotaWarning] = []
        try await tenant.withStore { store async throws in
            let recipient = watch(store)
            recipient.answer = .pending
            try await fill(user, 85_000, in: store)
            await recipient.hears(1)
            first = recipient.warnings
        }
        try await tenant.withStore { store async throws in
            let recipient = watch(store)
            await recipient.hears(1)
            #expect(recipient.warnings.map(\.identity) == first.map(\.identity))
            try await settles(tenant, "80 mailed")
        }
        try await tenant.withStore { store async throws in
            let recipient = watch(store)
            try await fill(user, 10_500, in: store)
            await recipient.hears(1)
            #expect(recipient.told == ["user 95"])
        }
        #expect(try await tenant.count("quota_warnings") == 1)
    }

    @Test("What was told of a deleted user is forgotten") func deletedUser() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann", bytes: 100_000), bob = try await tenant.user("bob", bytes: 100_000)
        try await tenant.withStore { store async throws in
            let recipient = watch(store)
            try await fill(user, 85_000, in: store)
            try await fill(bob, 85_000, in: store)
            await recipient.hears(2)
            try await tenant.delete(user: user)
            store.directoryChanged()
            for _ in 0..<2_000 {
                guard try await tenant.count("quota_warnings") > 1 else { break }
                await EventLoopActor.sleep(for: .milliseconds(10))
            }
            #expect(try await tenant.count("quota_warnings") == 1)
        }
    }
}
