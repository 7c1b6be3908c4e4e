-- 0042_readers.sql: what the control plane may look at in the name of those who only look.
--   casella_auditor  what the control plane may do in the name of an auditor: read what there is to tell one, of the whole platform, and no
--                    secret, by columns where a row has one. Another column, or another table, is granted when a call of auditors needs
--                    it. The control plane becomes this role inside a transaction; nobody can log in as it.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'casella_auditor') THEN
        BEGIN
            CREATE ROLE casella_auditor NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END IF;
END $$;
GRANT casella_auditor TO casella_control;
GRANT USAGE ON SCHEMA public TO casella_auditor;

GRANT SELECT ON
    tenants, domains, users, domain_aliases, aliases, groups, group_members, shared_access, vacations, user_forwards, plans, certificates,
    holds, kept_addresses, logins, tenant_usage, domain_usage, user_usage, usage_by_day, quota_warnings, sending, queue_recipients,
    audit_log
    TO casella_auditor;
GRANT SELECT (tenant_id, user_id, changed_at, change_by) ON credentials TO casella_auditor;
GRANT SELECT (tenant_id, user_id) ON one_time_passwords TO casella_auditor;
GRANT SELECT (tenant_id, user_id, name, services, created_at, used_at, used_from) ON app_passwords TO casella_auditor;
GRANT SELECT (tenant_id, domain_id, alias, selector, algorithm, public_key, state, created_at, changed_at) ON dkim_keys TO casella_auditor;
GRANT SELECT (name) ON administrators TO casella_auditor;
-- To list and count mail, not to look into it.
GRANT SELECT (tenant_id, queue_id, reverse_path, size, received_at, expires_at, held) ON queue_messages TO casella_auditor;
GRANT SELECT (tenant_id, mailbox_id, user_id) ON mailboxes TO casella_auditor;
GRANT SELECT (tenant_id, mailbox_id, uid, size) ON messages TO casella_auditor;
GRANT SELECT (tenant_id, user_id, mailbox_id, uid, size) ON held_messages TO casella_auditor;

DO $$
DECLARE
    place regclass;
BEGIN
    FOR place IN
        SELECT c.oid FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relrowsecurity
            AND (EXISTS (
                    SELECT FROM aclexplode(c.relacl) WHERE grantee = 'casella_auditor'::regrole)
                OR EXISTS (
                    SELECT FROM pg_attribute a, aclexplode(a.attacl) WHERE a.attrelid = c.oid AND grantee = 'casella_auditor'::regrole))
    LOOP
        EXECUTE format('CREATE POLICY auditing ON %s FOR SELECT TO casella_auditor USING (true)', place);
    END LOOP;
END $$;
-- As 0023_life_cycle.sql says: what is deleted shows itself to who asks for it.
ALTER POLICY living ON users TO casella_control, casella_administrator, casella_auditor;
ALTER POLICY living ON domains TO casella_control, casella_administrator, casella_auditor;
ALTER POLICY living ON tenants TO casella_control, casella_administrator, casella_auditor;
ALTER POLICY living ON domain_aliases TO casella_control, casella_administrator, casella_auditor;

-- Those of the names that a domain or an alias has already, with its owner's rights: all that a part's administrator is told of what is
-- beyond the part, and what every mail server may ask by SMTP too.
CREATE FUNCTION names_taken(asked text[]) RETURNS SETOF text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT name FROM domain_names WHERE name = ANY (asked);
END;
REVOKE EXECUTE ON FUNCTION names_taken FROM PUBLIC;
GRANT EXECUTE ON FUNCTION names_taken TO casella_control, casella_administrator;
