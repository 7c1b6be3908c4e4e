import MailStore
import Runtime

/// Runs `body` on a store whose transactions do not commit, and lets that store die with them.
@EventLoopActor
func dying<R: Sendable>(_ tenant: TestTenant, _ body: @escaping @EventLoopActor (TenantStore) async throws -> R) async throws -> R {
    let store = try await tenant.open()
    // Accounts and quotas are known already.
    for user in try await tenant.users() {
        _ = try await store.account(of: user)
        _ = try await store.quota(of: user)
    }
    return try await tenant.withoutCommits {
        let result = try await body(store)
        await tenant.closeByForce(store)
        return result
    }
}

/// UIDs that a mailbox skips when its worker has died.
let skipped = UID(UncleanEnds.margin)
