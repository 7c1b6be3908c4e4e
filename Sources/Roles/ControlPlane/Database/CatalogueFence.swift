import Postgres

/// What PostgreSQL tells everybody of everything, and a tenant's role must not hear: the catalogue with its sizes and roles, who is
/// connected and what they do, locks, statistics, transaction numbers. It keeps also what all roles share and one could take from the
/// others: advisory locks, large objects, server-side loops.
///
/// PUBLIC loses it; the control plane gets it back, and the relay the locks that it uses. PostgreSQL itself needs no such right to
/// plan and run a statement. Only a superuser may, so an outside server's administrator has to do the same there.
struct CatalogueFence: Sendable {
    let superuser: PostgresPool

    /// Changes what is not closed yet, so that it can be repeated at each start, also after an upgrade of the server.
    func close() async throws(PostgresError) { try await superuser.script(Self.script) }

    /// Functions by their names: `pg_…`, large objects, transaction numbers, questions about others' rights and objects, and those
    /// that run a statement that they get as text. By what they are inside: how long ago a transaction was, and where a row went.
    static let script = """
        DO $$
        DECLARE
            closed text;
        BEGIN
            FOR closed IN
                SELECT oid::regclass FROM pg_class
                WHERE relnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) AND relkind IN ('r', 'v')
                    AND EXISTS (SELECT FROM aclexplode(relacl) WHERE grantee = 0 AND privilege_type = 'SELECT')
            LOOP
                EXECUTE format('REVOKE ALL ON %s FROM PUBLIC; GRANT SELECT ON %s TO \(DatabaseRoles.control)', closed, closed);
            END LOOP;
            FOR closed IN
                SELECT oid::regprocedure FROM pg_proc
                WHERE pronamespace = 'pg_catalog'::regnamespace
                    AND (proname ~ '^(pg_|lo_|txid_|to_reg|has_|row_security_active$|ts_stat$|ts_rewrite$)|_to_xml'
                        OR prosrc IN ('xid_age', 'mxid_age', 'currtid_byrelname'))
                    AND (proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0))
            LOOP
                EXECUTE format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC; GRANT EXECUTE ON ROUTINE %s TO \(DatabaseRoles.control)',
                    closed, closed);
                IF closed ~ '^pg_advisory_xact_lock' THEN
                    EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO \(DatabaseRoles.relay)', closed);
                END IF;
            END LOOP;
            REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC;
            GRANT USAGE ON LANGUAGE plpgsql TO \(DatabaseRoles.control);
            -- Statistics that were gathered before a migration forbade it.
            DELETE FROM pg_statistic s USING pg_attribute a
                WHERE a.attrelid = s.starelid AND a.attnum = s.staattnum AND a.attstattarget = 0;
        END $$
        """
}
