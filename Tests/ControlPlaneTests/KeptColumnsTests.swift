import Postgres
import Testing

/// Columns that a role does not see of rows that it reads.
extension RowSecurityTests {
    static let kept: [(table: String, columns: Set<String>)] = [
        ("tenants", ["deleted_by"]), ("domains", ["deleted_by", "vouched_by"]), ("users", ["deleted_by"]), ("holds", ["reason", "set_by"]),
    ]
    @Test("A tenant's worker reads its rows but for the columns that are no business of the tenant") func keptColumns() async throws {
        let fixture = try await Fixture()
        for (table, kept) in Self.kept {
            let all = try await fixture.owner.query(
                "SELECT attname::text FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped",
                [.text(table)]
            ).rows.map { try $0.text(0) }
            #expect(kept.isSubset(of: all))
            for column in kept.union(["*"]) {
                let error = await #expect(throws: PostgresError.self) {
                    try await fixture.workers[0].query("SELECT \(column) FROM \(table)")
                }
                #expect(error?.sqlState == .insufficientPrivilege, "\(table) \(column)")
            }
            guard table != "holds" else { continue }
            let shown = all.filter { !kept.contains($0) }.joined(separator: "\", \"")
            #expect(try await !fixture.workers[0].query("SELECT \"\(shown)\" FROM \(table)").isEmpty, "\(table)")
        }
        await fixture.close()
    }

    @Test("Keys of DKIM: a part's administrator makes some for its own names alone, gives none to another, and reads no private one")
    func signingKeys() async throws {
        let fixture = try await Fixture()
        let own = fixture.tenants[0], other = fixture.tenants[1]
        func insert(_ tenant: Int64, _ alias: String, _ selector: String) -> String {
            """
            INSERT INTO dkim_keys (tenant_id, domain_id, alias, selector, algorithm, private_key, public_key)
            VALUES (\(tenant), \(tenant), '\(alias)', '\(selector)', 'rsa-sha256', 'x', 'x')
            """
        }
        _ = try await fixture.administers(insert(own, "also.d\(own).example", "june"))
        #expect(try await fixture.administers("SELECT selector FROM dkim_keys WHERE alias IS NOT NULL").rows.count == 2)
        let refused: [(String, SQLState)] = [
            (insert(own, "also.d\(own).example", "june"), .uniqueViolation), (insert(own, "never.example", "june"), .foreignKeyViolation),
            (insert(own, "also.d\(other).example", "june"), .foreignKeyViolation),
            (insert(other, "also.d\(other).example", "june"), .insufficientPrivilege),
            ("UPDATE dkim_keys SET alias = NULL", .insufficientPrivilege), ("SELECT private_key FROM dkim_keys", .insufficientPrivilege),
        ]
        for (sql, state) in refused {
            let error = await #expect(throws: PostgresError.self) { try await fixture.administers(sql) }
            #expect(error?.sqlState == state, "\(sql)")
        }
        await fixture.close()
    }

    @Test("An administrator's part forgets from where its own users logged in, and does not read it") func familiarNetworks() async throws {
        let fixture = try await Fixture()
        for sql in ["SELECT network FROM familiar_networks", "UPDATE familiar_networks SET network = 'x'"] {
            let error = await #expect(throws: PostgresError.self) { try await fixture.administers(sql) }
            #expect(error?.sqlState == .insufficientPrivilege, "\(sql)")
        }
        #expect(try await fixture.administers("DELETE FROM familiar_networks").affected == 1)
        #expect(try await fixture.owner.query("SELECT 1 FROM familiar_networks").rows.count == 1)
        await fixture.close()
    }

    @Test("An administrator's part reads where its own users logged in, a domain's where those of the domain did, and changes none of it")
    func logins() async throws {
        let fixture = try await Fixture()
        let tenant = fixture.tenants[0], second = tenant + 500
        try await fixture.owner.script(
            """
            INSERT INTO domains (tenant_id, domain_id, name) VALUES (\(tenant), \(second), 'second.example');
            INSERT INTO users (tenant_id, user_id, domain_id, local_part) VALUES (\(tenant), \(second), \(second), 'eve');
            INSERT INTO logins VALUES (\(tenant), \(second), current_date, 'web', '192.0.2.8', '', now(), now(), 1)
            """)
        let all = "SELECT user_id FROM logins ORDER BY 1"
        #expect(try await fixture.administers(all).rows.map { try $0.int8(0) } == [tenant, second])
        #expect(try await fixture.administers(all, domain: second).rows.map { try $0.int8(0) } == [second])
        for sql in [
            "DELETE FROM logins", "UPDATE logins SET logins = 2",
            "INSERT INTO logins VALUES (\(tenant), \(tenant), current_date, 'imap', '192.0.2.9', '', now(), now(), 1)",
        ] {
            let error = await #expect(throws: PostgresError.self) { try await fixture.administers(sql) }
            #expect(error?.sqlState == .insufficientPrivilege, "\(sql)")
        }
        let error = await #expect(throws: PostgresError.self) { try await fixture.relay.query("SELECT 1 FROM logins") }
        #expect(error?.sqlState == .insufficientPrivilege)
        await fixture.close()
    }

    @Test("An administrator's part has no hashes of former passwords, and all that it needs to write and forget them")
    func formerPasswords() async throws {
        let fixture = try await Fixture()
        let tenant = fixture.tenants[0]
        for sql in [
            "INSERT INTO applies (administered_tenant, applied_by, forward, inverse) VALUES (\(tenant), 'x', '[]', '{}') RETURNING number",
            "SELECT number, applied_by, applied_at, undoes, forward FROM applies WHERE administered_tenant = \(tenant)",
            "DELETE FROM applies WHERE number < (SELECT max(number) FROM applies) RETURNING number",
            "INSERT INTO old_credentials (tenant_id, user_id, hash) SELECT tenant_id, user_id, hash FROM credentials FOR UPDATE",
            """
            DELETE FROM old_credentials o WHERE changed_at NOT IN (
                SELECT k.changed_at FROM old_credentials k WHERE k.user_id = o.user_id ORDER BY k.changed_at DESC LIMIT 1)
            """,
        ] { _ = try await fixture.administers(sql) }
        #expect(try await fixture.administers("SELECT 1 FROM applies").rows.count == 1)
        #expect(try await fixture.administers("SELECT changed_at FROM old_credentials").rows.count == 1)
        for sql in ["SELECT inverse FROM applies", "SELECT * FROM applies", "SELECT hash FROM old_credentials", "TABLE old_credentials"] {
            let error = await #expect(throws: PostgresError.self) { try await fixture.administers(sql) }
            #expect(error?.sqlState == .insufficientPrivilege, "\(sql)")
        }
        await fixture.close()
    }
}

extension RowSecurityTests.Fixture {
    /// As the control plane does what an administrator of the tenant, or of a domain of it, asks for.
    func administers(_ sql: String, domain: Int64? = nil) async throws -> PostgresResult {
        try await control.transaction { transaction in
            _ = try await transaction.query(
                """
                SELECT set_config('casella.administered_tenant', $1, true), set_config('casella.administered_domain', $2, true),
                    set_config('role', 'casella_administrator', true)
                """, [.text("\(tenants[0])"), .text(domain.map(String.init) ?? "")])
            return try await transaction.query(sql)
        }
    }
}
