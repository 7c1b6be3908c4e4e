import ControlPlane
import Postgres
import Testing
import TestSupport

/// What the database gives to a tenant's administrator, should the control plane forget to ask.
@Suite("Domains come with a proof", .serialized) struct DomainOwnershipTests {
    private static let fence = SQLState.insufficientPrivilege

    /// Runs the statements as the control plane does for an administrator; nothing stays.
    private func confined(
        _ fixture: RowSecurityTests.Fixture, to tenant: Int64, domain: Int64? = nil, _ statements: String...
    ) async throws {
        let whole = [
            "BEGIN", "SELECT set_config('casella.administered_tenant', '\(tenant)', true)",
            "SELECT set_config('casella.administered_domain', '\(domain.map { String($0) } ?? "")', true)",
            "SET LOCAL ROLE casella_administrator",
        ]
        do {
            try await fixture.control.script((whole + statements).joined(separator: "; "))
            try await fixture.control.script("ROLLBACK")
        } catch {
            try? await fixture.control.script("ROLLBACK")
            throw error
        }
    }

    private func expectRefusal(
        _ fixture: RowSecurityTests.Fixture, to tenant: Int64, domain: Int64? = nil, _ statement: String,
        at location: SourceLocation = #_sourceLocation
    ) async {
        let error = await #expect(throws: PostgresError.self, sourceLocation: location) {
            try await confined(fixture, to: tenant, domain: domain, statement)
        }
        #expect(error?.sqlState == Self.fence, "\(statement)", sourceLocation: location)
    }

    @Test("An administrator gets none without a claim that the control plane found proved, and turns none into another") func unproved()
        async throws
    {
        let fixture = try await RowSecurityTests.Fixture()
        let (mine, other) = (fixture.tenants[0], fixture.tenants[1])
        try await confined(fixture, to: mine, "INSERT INTO domain_claims (tenant_id, name) VALUES (\(mine), 'new.example')")
        try await confined(
            fixture, to: mine, "UPDATE domains SET quota_bytes = 5, quota_messages = 5, mta_sts = 'enforce'",
            "SELECT 1 FROM domains FOR NO KEY UPDATE")
        for statement in [
            "INSERT INTO domains (tenant_id, name) VALUES (\(mine), 'claimed.example')",
            "INSERT INTO domains (tenant_id, name, proof, proved_at) VALUES (\(mine), 'claimed.example', 'dns', now())",
            "INSERT INTO domains (tenant_id, name, vouched_by) VALUES (\(mine), 'claimed.example', 'me')",
            "INSERT INTO domain_claims (tenant_id, name) VALUES (\(other), 'new.example')",
            "INSERT INTO domain_claims (tenant_id, name, token) VALUES (\(mine), 'new.example', '\(String(repeating: "0", count: 32))')",
            "INSERT INTO domain_claims (tenant_id, name, checked_at, proved_at) VALUES (\(mine), 'new.example', now(), now())",
            "UPDATE domain_claims SET proved_at = now()", "UPDATE domain_claims SET token = token",
            "UPDATE domains SET name = 'claimed.example'", "UPDATE domains SET proof = 'dns'", "UPDATE domains SET tenant_id = \(other)",
            "DELETE FROM domains",
        ] { await expectRefusal(fixture, to: mine, statement) }
        // One who administers a single domain claims none.
        await expectRefusal(fixture, to: mine, domain: mine, "INSERT INTO domain_claims (tenant_id, name) VALUES (\(mine), 'new.example')")
        await fixture.close()
    }

    @Test("What was found proved opens that one domain, to that tenant, for ten minutes") func proved() async throws {
        let fixture = try await RowSecurityTests.Fixture()
        let (mine, other) = (fixture.tenants[0], fixture.tenants[1])
        func insertion(
            _ tenant: Int64, _ name: String = "claimed.example", at: String = "(SELECT max(proved_at) FROM domain_claims)"
        ) -> String {
            "INSERT INTO domains (tenant_id, name, proof, proved_at) VALUES (\(tenant), '\(name)', 'dns', \(at))"
        }
        _ = try await fixture.control.query(
            "UPDATE domain_claims SET checked_at = now(), proved_at = now() WHERE tenant_id = $1", [.int8(mine)])
        try await confined(
            fixture, to: mine, insertion(mine), "DELETE FROM domain_claims WHERE name = 'claimed.example'",
            "SELECT 1 / (SELECT count(*) FROM domains WHERE name = 'claimed.example')")
        await expectRefusal(fixture, to: mine, insertion(mine, "sub.claimed.example"))
        await expectRefusal(fixture, to: mine, insertion(mine, at: "now()"))
        await expectRefusal(fixture, to: mine, insertion(other))
        await expectRefusal(fixture, to: other, insertion(other, at: "now()"))
        await expectRefusal(fixture, to: mine, domain: mine, insertion(mine, at: "now()"))
        _ = try await fixture.control.query("UPDATE domain_claims SET proved_at = proved_at - interval '11 minutes'")
        await expectRefusal(fixture, to: mine, insertion(mine))
        await fixture.close()
    }

    @Test("An administrator sees the own tenant's claims, and forgets no others") func claims() async throws {
        let fixture = try await RowSecurityTests.Fixture()
        let mine = fixture.tenants[0]
        let seen = "SELECT 1 / (SELECT (count(*) = 1 AND bool_and(tenant_id = \(mine)))::int FROM domain_claims)"
        try await confined(fixture, to: mine, seen)
        try await confined(fixture, to: mine, domain: mine, "SELECT 1 / (SELECT (count(*) = 0)::int FROM domain_claims)")
        let forgetting = "DELETE FROM domain_claims; RESET ROLE; SELECT 1 / (SELECT (count(*) = 1)::int FROM domain_claims)"
        try await confined(fixture, to: mine, forgetting)
        await fixture.close()
    }

    @Test("For those who run the platform a word is enough") func vouched() async throws {
        let fixture = try await RowSecurityTests.Fixture()
        let tenant = fixture.tenants[0]
        try await fixture.control.script("INSERT INTO domains (tenant_id, name, vouched_by) VALUES (\(tenant), 'new.example', 'jo')")
        // A proof has its time, and nobody's name.
        for values in ["'dns', NULL, NULL", "'dns', 'jo', now()", "'vouched', 'jo', now()"] {
            let error = await #expect(throws: PostgresError.self) {
                try await fixture.control.script(
                    "INSERT INTO domains (tenant_id, name, proof, vouched_by, proved_at) VALUES (\(tenant), 'other.example', \(values))")
            }
            #expect(error?.sqlState == .checkViolation, "\(values)")
        }
        await fixture.close()
    }

    @Test("Tokens are 128 bits of chance") func tokens() async throws {
        let fixture = try await RowSecurityTests.Fixture()
        let tokens = try await fixture.owner.query("SELECT token FROM domain_claims").rows.map { try $0.text(0) }
        #expect(Set(tokens).count == 2 && tokens.allSatisfy { $0.count == 32 })
        await fixture.close()
    }

    @Test("A proof that is only tried makes the domain in the part too, and leaves neither it nor a mark on the claim") func tried()
        async throws
    {
        let fixture = try await RowSecurityTests.Fixture()
        let mine = fixture.tenants[0], name = "claimed.example"
        let token = try await fixture.owner.query("SELECT token FROM domain_claims WHERE tenant_id = $1", [.int8(mine)]).first?.text(0)
        // The steps of a trial: each in the part, and the mark as the control plane itself.
        try await confined(
            fixture, to: mine, "SAVEPOINT step", "SELECT set_config('role', 'none', true)",
            "UPDATE domain_claims SET checked_at = now(), proved_at = now() WHERE tenant_id = \(mine)", "SAVEPOINT step",
            "SET LOCAL ROLE casella_administrator",
            """
            INSERT INTO domains (tenant_id, name, proof, proved_at)
                SELECT tenant_id, name, 'dns', proved_at FROM domain_claims WHERE tenant_id = \(mine) AND proved_at IS NOT NULL
            """, "DELETE FROM domain_claims WHERE tenant_id = \(mine)", "SELECT 1 / count(*) FROM domains WHERE name = '\(name)'")
        let left = try await fixture.owner.query(
            "SELECT token, checked_at IS NULL AND proved_at IS NULL FROM domain_claims WHERE tenant_id = $1", [.int8(mine)])
        #expect(try left.first?.text(0) == token)
        #expect(try left.first?.bool(1) == true)
        #expect(try await fixture.owner.query("SELECT 1 FROM domains WHERE name = $1", [.text(name)]).isEmpty)
        await fixture.close()
    }
}
