-- 0013_app_passwords.sql: passwords of single devices, made by the platform. Written and read by the control plane alone.
CREATE TABLE app_passwords (
    tenant_id bigint NOT NULL,
    user_id bigint NOT NULL,
    name text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 64),  -- of the device
    -- HMAC-SHA-256 with a key that the database does not hold: they are drawn by lot, so nothing slower is needed.
    digest bytea NOT NULL,
    services text[] NOT NULL CHECK (services <@ ARRAY['imap', 'pop3', 'submission'] AND cardinality(services) > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    used_at timestamptz,
    used_from text,
    PRIMARY KEY (tenant_id, user_id, name),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE);

ALTER TABLE app_passwords ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY provisioning ON app_passwords TO casella_control USING (true);
-- Of users that the administrator's own policy shows.
CREATE POLICY administered ON app_passwords TO casella_administrator
    USING (tenant_id = (SELECT administered_tenant())
        AND EXISTS (SELECT FROM users u WHERE u.tenant_id = app_passwords.tenant_id AND u.user_id = app_passwords.user_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON app_passwords TO casella_control, casella_administrator;

-- As 0007_fences.sql says of every table with rows of several tenants.
ALTER TABLE app_passwords
    ALTER COLUMN tenant_id SET STATISTICS 0, ALTER COLUMN user_id SET STATISTICS 0, ALTER COLUMN name SET STATISTICS 0,
    ALTER COLUMN digest SET STATISTICS 0, ALTER COLUMN services SET STATISTICS 0, ALTER COLUMN created_at SET STATISTICS 0,
    ALTER COLUMN used_at SET STATISTICS 0, ALTER COLUMN used_from SET STATISTICS 0;
