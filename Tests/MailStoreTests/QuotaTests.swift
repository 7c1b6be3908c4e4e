import MailStore
import Runtime
import Testing

@EventLoopActor
@Suite struct QuotaTests {
    nonisolated static let limits = QuotaScope.allCases.flatMap { scope in QuotaResource.allCases.map { (scope, $0) } }

    /// 50 deliveries of 1000 octets at once against room for 20 and a bit.
    @Test("Deliveries at the same time fill a quota exactly, at every level", arguments: limits)
    func exactness(scope: QuotaScope, resource: QuotaResource) async throws {
        let bytes: Int64? = resource == .bytes ? 20_000 : nil, messages: Int64? = resource == .messages ? 20 : nil
        func limit(_ level: QuotaScope) -> (Int64?, Int64?) { level == scope ? (bytes, messages) : (nil, nil) }
        let tenant = try await TestTenant.make(
            quotaBytes: limit(.tenant).0, quotaMessages: limit(.tenant).1, domainBytes: limit(.domain).0, domainMessages: limit(.domain).1)
        let ann = try await tenant.user("ann", bytes: limit(.user).0, messages: limit(.user).1)
        let bob = scope == .user ? ann : try await tenant.user("bob")
        try await tenant.withStore { store async throws in
            let outcomes = await deliverTogether((0..<50).map { delivery(message(1_000), to: $0 % 2 == 0 ? ann : bob) }, in: store)
            let stored = outcomes.filter(\.isStored)
            let refusals = outcomes.compactMap { if case .overQuota(let refusal) = $0 { refusal } else { nil } }
            #expect(stored.count == 20)
            #expect(refusals.count == 30)
            #expect(refusals.allSatisfy { $0.scope == scope && $0.resource == resource })
            let refusal = try await store.check(user: ann, size: 1)
            #expect(refusal == QuotaRefusal(scope: scope, resource: resource, used: bytes ?? 20, limit: bytes ?? 20))
        }
        #expect(try await tenant.count("messages") == 20)
    }

    @Test("A message one octet too large is refused, and one that fits to the octet is stored") func oneOctet() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann", bytes: 1_000)
        try await tenant.withStore { store async throws in
            #expect(try await store.check(user: user, size: 1_001)?.scope == .user)
            #expect(try await store.check(user: user, size: 1_000) == nil)
            guard case .overQuota = await store.deliver(delivery(message(1_001), to: user)).first else { Issue.record("stored"); return }
            guard case .stored = await store.deliver(delivery(message(1_000), to: user)).first else { Issue.record("refused"); return }
        }
    }

    @Test("A repeat of the delivery that filled the quota is a repeat, not a refusal") func repeatWhenFull() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann", messages: 1)
        try await tenant.withStore { store async throws in
            let id = deliveryID()
            _ = await store.deliver(delivery(id: id, to: user))
            #expect(await store.deliver(delivery(id: id, to: user)) == [.duplicate])
        }
    }

    @Test("Expunging makes room, and deleting a mailbox does") func room() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann", bytes: 3_000, messages: 3)
        try await tenant.withStore { store async throws in
            for _ in 0..<3 { _ = await store.deliver(delivery(message(1_000), to: user)) }
            let (account, selection) = try await inbox(user, in: store)
            await #expect(throws: StoreError.self) { try await selection.copy([1], to: mailbox("Trash", of: account)) }
            await #expect(throws: StoreError.self) { try await account.append([NewMessage(bytes: message(10))], to: selection.mailbox) }
            _ = try await selection.store([1], .add, flags: .deleted, keywords: [])
            #expect(try await selection.expunge() == [1])
            #expect(try await account.quota().first?.usage == QuotaUsage(bytes: 2_000, messages: 2))
            _ = try await selection.copy([2], to: mailbox("Trash", of: account))
            try await account.delete("Trash")
            #expect(try await account.quota().first?.usage == QuotaUsage(bytes: 2_000, messages: 2))
            selection.close()
        }
    }

    @Test("A limit that is changed holds as soon as the store is told") func changedLimit() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann")
        try await tenant.withStore { store async throws in
            _ = await store.deliver(delivery(message(1_000), to: user))
            _ = try await tenant.server.pool.query("UPDATE tenants SET quota_bytes = 1500 WHERE tenant_id = $1", [.int8(tenant.id)])
            store.directoryChanged()
            #expect(try await store.check(user: user, size: 501)?.scope == .tenant)
            #expect(try await store.check(user: user, size: 500) == nil)
            _ = try await tenant.server.pool.query("UPDATE tenants SET quota_bytes = NULL WHERE tenant_id = $1", [.int8(tenant.id)])
            store.directoryChanged()
            #expect(try await store.check(user: user, size: 1 << 40) == nil)
        }
    }

    @Test("A deleted user's mail no longer counts for domain and tenant") func deletedUser() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann"), bob = try await tenant.user("bob")
        try await tenant.withStore { store async throws in
            _ = await store.deliver(delivery(message(1_000), to: ann, bob))
            try await tenant.delete(user: bob)
            store.directoryChanged()
            #expect(try await store.quota(of: ann).map(\.usage.bytes) == [1_000, 1_000, 1_000])
            await #expect(throws: StoreError.noSuchUser) { try await store.quota(of: bob) }
        }
    }

    @Test("A user's mail counts for the domain that the user moves to, also while mail comes in") func movedUser() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann"), bob = try await tenant.user("bob")
        let second = try await tenant.secondDomain()
        try await tenant.withStore { store async throws in
            for _ in 0..<3 { _ = await store.deliver(delivery(message(1_000), to: ann, bob)) }
            try await store.commitRows()
            try await tenant.move(user: ann, to: second)
            try await tenant.checkUsage()
            #expect(try await tenant.usage(of: second) == [3_000, 3])
            #expect(try await tenant.usage(of: tenant.domain) == [3_000, 3])
            // Whoever has not heard of it yet goes on with the old figures, and sets them right when it hears.
            let load = Task { await deliverTogether((0..<60).map { delivery(message(500), to: $0 % 2 == 0 ? ann : bob) }, in: store) }
            try await tenant.move(user: ann, to: tenant.domain)
            try await store.alignUsage()
            try await tenant.move(user: ann, to: second)
            try await store.alignUsage()
            #expect(await load.value.allSatisfy(\.isStored))
            #expect(try await store.quota(of: ann).map(\.usage.messages) == [33, 33, 66])
            #expect(try await store.quota(of: bob).map(\.usage.messages) == [33, 33, 66])
        }
        #expect(try await tenant.usage(of: second) == [18_000, 33])
        // Nobody is at work.
        try await tenant.move(user: ann, to: tenant.domain)
        #expect(try await tenant.usage(of: second) == [0, 0])
        try await tenant.checkUsage()
    }

    @Test("A recount sets wrong counters right while mail comes in, and memory follows") func recount() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann"), bob = try await tenant.user("bob", messages: 6)
        try await tenant.withStore { store async throws in
            for _ in 0..<3 { _ = await store.deliver(delivery(message(1_000), to: ann, bob)) }
        }
        for table in ["user_usage", "domain_usage", "tenant_usage"] {
            let wrong = "UPDATE \(table) SET bytes = bytes + 5, messages = 1 WHERE tenant_id = $1"
            _ = try await tenant.server.pool.query(wrong, [.int8(tenant.id)])
        }
        await #expect(throws: TestTenant.UsageIsWrong.self) { try await tenant.checkUsage() }
        try await tenant.withStore { store async throws in
            #expect(try await store.quota(of: bob).first?.usage == QuotaUsage(bytes: 3_005, messages: 1))
            let load = Task { await deliverTogether((0..<40).map { _ in delivery(message(500), to: ann) }, in: store) }
            try await store.recountUsage()
            #expect(try await store.quota(of: bob).first?.usage == QuotaUsage(bytes: 3_000, messages: 3))
            let outcomes = await deliverTogether((0..<10).map { _ in delivery(message(10), to: bob) }, in: store)
            #expect(outcomes.count(where: \.isStored) == 3)
            #expect(await load.value.allSatisfy(\.isStored))
            #expect(try await store.quota(of: ann).map(\.usage.messages) == [43, 49, 49])
        }
    }
}
