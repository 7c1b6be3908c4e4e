import AdminAPI
import Postgres
import Runtime
import Testing

@testable import ControlPlane

/// What people make and revoke of their own, while an administrator gives addresses to others.
@Suite("Own app passwords", .serialized, .timeLimit(.minutes(2))) @EventLoopActor struct OwnAppPasswordTests {
    /// Users with passwords, by their local parts.
    private func users(_ platform: TestPlatform, _ names: String...) async throws -> [String: UserKeys] {
        var users: [String: UserKeys] = [:]
        for name in names {
            let made = try await platform.owner.query(
                """
                WITH made AS (
                    INSERT INTO users (tenant_id, domain_id, local_part) SELECT tenant_id, domain_id, $1 FROM domains RETURNING *),
                secret AS (INSERT INTO credentials (tenant_id, user_id, hash) SELECT tenant_id, user_id, $2 FROM made)
                SELECT user_id FROM made
                """, [.text(name), .text("hash of \(name)")])
            users[name] = UserKeys(tenant: platform.tenant, user: try #require(try made.first?.int8(0)))
        }
        return users
    }

    /// As if the user, who has no one-time passwords, had proved it.
    private func owner(_ name: String, _ keys: UserKeys?) throws -> OwnAccounts.Owner {
        OwnAccounts.Owner(
            address: try EmailAddress("\(name)@acme.example"), keys: try #require(keys), hash: "hash of \(name)", mustChange: false,
            hasOneTimePasswords: false, client: "192.0.2.7")
    }

    private func rename(_ old: String, to new: String, _ platform: TestPlatform) async throws {
        let request = platform.request(
            UserRename(address: try EmailAddress("\(new)@acme.example"), keepAlias: false), ["address": "\(old)@acme.example"])
        _ = try await platform.calls().renameUser(request)
    }

    private func holders(_ platform: TestPlatform) async throws -> [Int64] {
        try await platform.owner.query("SELECT user_id FROM app_passwords ORDER BY 1").rows.map { try $0.int8(0) }
    }

    private func new(_ name: String) throws -> NewAppPassword { NewAppPassword(name: try AppPasswordName(name)) }

    @Test("One is made for the account that was proved, and for nobody who has its address by then") func renamedBetween() async throws {
        let platform = try await TestPlatform()
        let users = try await users(platform, "ann", "bob"), ann = try owner("ann", users["ann"])
        let phone = try new("phone"), tablet = try new("tablet"), calls = platform.calls()
        let made = try await calls.makeAppPassword(phone, of: ann.address, owner: ann).appPassword
        #expect(try await calls.appPasswords(of: ann.address) == [made])
        #expect(try await holders(platform) == [ann.keys.user])

        try await rename("ann", to: "anna", platform)
        try await expectRefusals()  // the address is nobody's
        try await rename("bob", to: "ann", platform)
        try await expectRefusals()
        await platform.close()

        func expectRefusals() async throws {
            let making = await #expect(throws: AdminError.self) {
                try await calls.makeAppPassword(tablet, of: ann.address, owner: ann)
            }
            #expect(making?.code == .conflict)
            let revoking = await #expect(throws: AdminError.self) {
                try await calls.removeAppPassword(phone.name, of: ann.address, owner: ann)
            }
            #expect(revoking?.code == .conflict)
            #expect(try await holders(platform) == [ann.keys.user])
        }
    }

    @Test("Nor when the address changes hands while the change waits its turn") func renamedWhileWaiting() async throws {
        let platform = try await TestPlatform()
        let users = try await users(platform, "ann", "bob"), ann = try owner("ann", users["ann"])
        let phone = try new("phone"), calls = platform.calls()
        let making = try await platform.holding("SELECT 1 FROM credentials FOR UPDATE", until: 1) {
            Task { try await calls.makeAppPassword(phone, of: ann.address, owner: ann) }
        } beforeLettingGo: {
            try await rename("ann", to: "anna", platform)
            try await rename("bob", to: "ann", platform)
        }
        let refusal = await #expect(throws: AdminError.self) { _ = try await making.value }
        #expect(refusal?.code == .conflict)
        #expect(try await holders(platform) == [])
        await platform.close()
    }
}
