import AdminAPI
import Postgres
import Runtime
import Supervision
import Testing

@testable import ControlPlane

/// From where users logged in, from one process to the next.
@Suite("Networks that users logged in from", .serialized, .timeLimit(.minutes(3))) @EventLoopActor struct FamiliarNetworkTests {
    private static let home = "192.0.2.7", network = "192.0.2.0/24", password = "what only ann knows"
    private static let ann = "ann@acme.example"

    /// A user with that password.
    private func make(_ name: String, _ platform: TestPlatform) async throws {
        let hash = try await platform.calls().hashing.hash(Self.password, for: .platform)
        _ = try await platform.owner.query(
            """
            WITH made AS (
                INSERT INTO users (tenant_id, domain_id, local_part) SELECT tenant_id, domain_id, $1 FROM domains RETURNING *)
            INSERT INTO credentials (tenant_id, user_id, hash) SELECT tenant_id, user_id, $2 FROM made
            """, [.text(name), .text(hash)])
    }

    /// As after a start of the platform: nothing is known.
    private func started(_ platform: TestPlatform) async throws -> Authenticator {
        let calls = platform.calls()
        var limits = WrongLoginLimits()
        limits.perAccount = 4
        return try await Authenticator(
            database: platform.control, domains: calls.domains, hashing: calls.hashing, appPasswords: calls.authenticator.appPasswords,
            limits: limits, journal: platform.journal)
    }

    private func logIn(_ authenticator: Authenticator, from client: String, _ password: String = password) async -> AuthenticationOutcome {
        await authenticator.authenticate(LoginAttempt(login: Self.ann, password: password, service: .imap, clientAddress: client))
    }

    private func isFamiliar(_ authenticator: Authenticator, _ account: String = ann, from client: String = home) throws -> Bool {
        if case .familiar = authenticator.pace(of: try EmailAddress(account), from: client) { true } else { false }
    }

    private func rows(_ platform: TestPlatform) async throws -> [String] {
        let found = try await platform.control.query("SELECT network FROM familiar_networks ORDER BY logged_in_at")
        return try found.rows.map { try $0.text(0) }
    }

    private func isWritten(_ platform: TestPlatform) async throws {
        while try await rows(platform).isEmpty { try Task.checkCancellation() }
    }

    private func write(_ networks: [String], of account: String = ann, _ rows: FamiliarNetworkRows) async throws {
        for network in networks { #expect(try rows.add(.init(address: EmailAddress(account), network: network))) }
        await rows.write { _, error in Issue.record(error) }
    }

    @Test("After a restart strangers' guesses close the account, and the owner at home still logs in") func restart() async throws {
        let platform = try await TestPlatform()
        try await make("ann", platform)
        let before = try await started(platform)
        guard case .accepted = await logIn(before, from: Self.home) else { return #expect(Bool(false), "the password is right") }
        try await isWritten(platform)
        #expect(try await rows(platform) == [Self.network])

        let after = try await started(platform)
        #expect(try !isFamiliar(after))
        for number in 1...4 { #expect(await logIn(after, from: "198.51.\(number).1", "guess \(number)") == .refused) }
        #expect(await logIn(after, from: Self.home) == .refused)  // before they are read
        try await after.restoreNetworks()
        #expect(await logIn(after, from: "198.51.100.1") == .refused)
        guard case .accepted = await logIn(after, from: "192.0.2.77") else { return #expect(Bool(false), "the owner is shut out") }
        await platform.close()
    }

    @Test("Written at the first login and then once a day, of each user no more than are in memory, and forgotten when they are old")
    func bounds() async throws {
        let platform = try await TestPlatform()
        try await make("ann", platform)
        let now = ContinuousClock.now, most = FamiliarNetworks.perAccount
        var familiar = FamiliarNetworks()
        var isDue: [Bool] = []
        for time in [.zero, .seconds(3_600), FamiliarNetworks.writtenEvery, FamiliarNetworks.writtenEvery + .seconds(1)] {
            familiar.add(Self.network, of: "ann", now: now + time)
            isDue.append(familiar.takeUnwritten(Self.network, of: "ann", now: now + time))
        }
        familiar.isUnwritten(Self.network, of: "ann")
        isDue.append(familiar.takeUnwritten(Self.network, of: "ann", now: now + FamiliarNetworks.writtenEvery + .seconds(2)))
        #expect(isDue == [true, false, true, false, true])

        let networks = FamiliarNetworkRows(database: platform.control)
        let names = (0..<most + 4).map { "10.0.\($0).0/24" }
        for name in names { try await write([name], networks) }
        try await write([names[most]], networks)
        try await write(["10.1.0.0/24"], of: "nobody@acme.example", networks)
        #expect(try await rows(platform) == names[4..<most] + names[(most + 1)...] + [names[most]])
        #expect(try !networks.add(.init(address: EmailAddress(Self.ann), network: String(repeating: "x", count: 65))))

        _ = try await platform.owner.query(
            "UPDATE familiar_networks SET logged_in_at = now() - interval '30 days 1 minute' WHERE network <> $1", [.text(names[5])])
        let restored = try await started(platform)
        try await restored.restoreNetworks()
        #expect(try isFamiliar(restored, from: "10.0.5.1") && !isFamiliar(restored, from: "10.0.6.1"))
        try await networks.forgetOld()
        #expect(try await rows(platform) == [names[5]])
        await platform.close()
    }

    @Test("Another password has them forgotten, also those that are being written, and so has the end of the user")
    func forgotten() async throws {
        let platform = try await TestPlatform()
        try await make("ann", platform)
        try await make("bob", platform)
        let networks = FamiliarNetworkRows(database: platform.control)
        try await write([Self.network], networks)
        try await write([Self.network], of: "bob@acme.example", networks)
        _ = try await platform.calls().setPassword(platform.request(NewPassword(.generate), ["address": Self.ann]))
        #expect(try await rows(platform).count == 1)

        let writing = try await platform.holding("SELECT 1 FROM users FOR UPDATE", until: 1) {
            Task { try await self.write(["10.0.0.0/24"], networks) }
        } beforeLettingGo: {
            let isTaken = networks.add(.init(address: try EmailAddress(Self.ann), network: "10.0.1.0/24"))
            #expect(isTaken)
            networks.forget(Self.ann)
        }
        try await writing.value
        #expect(try await rows(platform) == [Self.network])

        _ = try await platform.owner.query("DELETE FROM users WHERE local_part = 'bob'")
        #expect(try await rows(platform).isEmpty)
        await platform.close()
    }

    @Test("All are read, however many there are, but for those of deleted users") func many() async throws {
        let platform = try await TestPlatform()
        _ = try await platform.owner.query(
            """
            WITH made AS (
                INSERT INTO users (tenant_id, domain_id, local_part, deleted_at)
                SELECT tenant_id, domain_id, 'u' || n, CASE WHEN n = 7 THEN now() END FROM domains, generate_series(1, 520) n RETURNING *)
            INSERT INTO familiar_networks (tenant_id, user_id, network)
            SELECT tenant_id, user_id, '10.0.' || n || '.0/24' FROM made, generate_series(1, 4) n
            """)
        let authenticator = try await started(platform)
        try await authenticator.restoreNetworks()
        for number in 1...520 {
            let isKnown = try (1...4).map { try isFamiliar(authenticator, "u\(number)@acme.example", from: "10.0.\($0).9") }
            #expect(isKnown == [Bool](repeating: number != 7, count: 4), "u\(number)")
        }
        await platform.close()
    }
}
