-- 0011_administrators.sql: who administers what, from which sessions, and what they did. Written and read by the control plane alone.
--   casella_administrator  what the control plane may do in the name of an administrator who is not the platform's. It becomes this role
--                          inside a transaction, and says there whose part of the platform it is to see; nobody can log in as it.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'casella_administrator') THEN
        BEGIN
            CREATE ROLE casella_administrator NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END IF;
END $$;
GRANT casella_administrator TO casella_control;
GRANT USAGE ON SCHEMA public TO casella_administrator;

-- No company's table: the platform's own administrators are in it too.
CREATE TABLE administrators (
    administrator_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (name ~ '^[a-z][a-z0-9._-]{1,62}$'),
    role text NOT NULL CHECK (role IN ('owner', 'operator', 'auditor', 'tenant-administrator', 'help-desk', 'domain-administrator')),
    administered_tenant bigint REFERENCES tenants ON DELETE CASCADE,
    administered_domain bigint,
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended')),
    hash text NOT NULL,  -- Argon2id in its encoded form (RFC 9106)
    totp_secret bytea NOT NULL,  -- sealed with a key that the database does not hold
    totp_step bigint NOT NULL DEFAULT 0,  -- the last one that was used: none is good twice (RFC 6238 §5.2)
    created_at timestamptz NOT NULL DEFAULT now(),
    last_login_at timestamptz,
    FOREIGN KEY (administered_tenant, administered_domain) REFERENCES domains ON DELETE CASCADE,
    CHECK ((administered_tenant IS NOT NULL) = (role IN ('tenant-administrator', 'help-desk', 'domain-administrator'))),
    CHECK ((administered_domain IS NOT NULL) = (role = 'domain-administrator')));
CREATE INDEX administrators_by_tenant ON administrators (administered_tenant, administered_domain);

CREATE TABLE administrator_sessions (
    token_digest bytea PRIMARY KEY,  -- SHA-256 of the token, which is 32 random octets
    administrator_id bigint NOT NULL REFERENCES administrators ON DELETE CASCADE,
    origin text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL);
CREATE INDEX administrator_sessions_by_owner ON administrator_sessions (administrator_id);

-- Rows are added, never changed: each one's seal covers the row and the seal before it. What the table before it held was never shown
-- to anybody.
DROP TABLE admin_events;
CREATE TABLE audit_log (
    sequence bigint PRIMARY KEY CHECK (sequence > 0),
    at timestamptz NOT NULL,
    caller text NOT NULL,
    role text,  -- NULL: not logged in yet
    origin text NOT NULL,
    command text NOT NULL,
    target text NOT NULL,
    tenant text,  -- by name, so that it outlives the tenant
    changes text NOT NULL,  -- '' or JSON: {"field": [before, after]}
    result text NOT NULL,
    seal bytea NOT NULL);
CREATE INDEX audit_log_by_tenant ON audit_log (tenant, sequence);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is only added to' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE administrators ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE administrator_sessions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY administering ON administrators TO casella_control USING (true);
CREATE POLICY administering ON administrator_sessions TO casella_control USING (true);
CREATE POLICY reading ON audit_log FOR SELECT TO casella_control USING (true);
CREATE POLICY adding ON audit_log FOR INSERT TO casella_control WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON administrators, administrator_sessions TO casella_control;
GRANT SELECT, INSERT ON audit_log TO casella_control;

-- Whose part of the platform the transaction sees. A setting, which anyone could SET, is enough here: the role is nobody's login.
CREATE FUNCTION administered_tenant() RETURNS bigint LANGUAGE sql STABLE
    RETURN nullif(current_setting('casella.administered_tenant', true), '')::bigint;
CREATE FUNCTION administered_domain() RETURNS bigint LANGUAGE sql STABLE
    RETURN nullif(current_setting('casella.administered_domain', true), '')::bigint;

CREATE POLICY administered ON tenants FOR SELECT TO casella_administrator USING (tenant_id = (SELECT administered_tenant()));
CREATE POLICY administered ON domains TO casella_administrator
    USING (tenant_id = (SELECT administered_tenant()) AND domain_id = coalesce((SELECT administered_domain()), domain_id));
CREATE POLICY administered ON users TO casella_administrator
    USING (tenant_id = (SELECT administered_tenant()) AND domain_id = coalesce((SELECT administered_domain()), domain_id));
CREATE POLICY administered ON aliases TO casella_administrator
    USING (tenant_id = (SELECT administered_tenant()) AND domain_id = coalesce((SELECT administered_domain()), domain_id));
-- Of users that the policy above shows.
CREATE POLICY administered ON credentials TO casella_administrator
    USING (tenant_id = (SELECT administered_tenant())
        AND EXISTS (SELECT FROM users u WHERE u.tenant_id = credentials.tenant_id AND u.user_id = credentials.user_id));
CREATE POLICY administered ON user_usage FOR SELECT TO casella_administrator USING (tenant_id = (SELECT administered_tenant()));
-- Updated when users are deleted.
CREATE POLICY administered ON domain_usage TO casella_administrator USING (tenant_id = (SELECT administered_tenant()));
CREATE POLICY administered ON tenant_usage TO casella_administrator USING (tenant_id = (SELECT administered_tenant()));
CREATE POLICY administered ON quota_warnings FOR SELECT TO casella_administrator USING (tenant_id = (SELECT administered_tenant()));
-- A company's queue is not told apart by domains.
CREATE POLICY administered ON queue_messages FOR SELECT TO casella_administrator
    USING (tenant_id = (SELECT administered_tenant()) AND (SELECT administered_domain()) IS NULL);
CREATE POLICY administered ON queue_recipients FOR SELECT TO casella_administrator
    USING (tenant_id = (SELECT administered_tenant()) AND (SELECT administered_domain()) IS NULL);
CREATE POLICY administered ON administrators TO casella_administrator
    USING (administered_tenant = (SELECT administered_tenant())
        AND administered_domain IS NOT DISTINCT FROM coalesce((SELECT administered_domain()), administered_domain));
CREATE POLICY administered ON administrator_sessions TO casella_administrator
    USING (EXISTS (SELECT FROM administrators a WHERE a.administrator_id = administrator_sessions.administrator_id));
-- Not what an earlier tenant of the same name did.
CREATE POLICY administered ON audit_log FOR SELECT TO casella_administrator
    USING ((SELECT administered_domain()) IS NULL AND tenant = (SELECT name FROM tenants) AND at >= (SELECT created_at FROM tenants));
GRANT SELECT ON tenants, user_usage, quota_warnings, queue_messages, queue_recipients, audit_log TO casella_administrator;
GRANT SELECT, UPDATE ON domains, domain_usage, tenant_usage TO casella_administrator;
GRANT SELECT, INSERT, UPDATE, DELETE ON users, credentials, aliases, administrators TO casella_administrator;
GRANT SELECT, DELETE ON administrator_sessions TO casella_administrator;

-- As 0007_fences.sql says of every table with rows of several tenants.
DO $$
DECLARE
    place record;
BEGIN
    FOR place IN
        SELECT c.oid::regclass AS relation, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.oid IN ('administrators'::regclass, 'administrator_sessions'::regclass, 'audit_log'::regclass)
            AND a.attnum > 0 AND NOT a.attisdropped
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS 0', place.relation, place.attname);
    END LOOP;
END $$;
