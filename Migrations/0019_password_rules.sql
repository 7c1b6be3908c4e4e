-- 0019_password_rules.sql: what is asked of users' passwords: not to be one that was used before, to be changed, not to do alone.
-- Written and read by the control plane alone.
ALTER TABLE credentials ADD COLUMN change_by timestamptz;  -- from then on it opens no mail protocol; NULL: it need not be changed
ALTER TABLE credentials ALTER COLUMN change_by SET STATISTICS 0;

CREATE TABLE old_credentials (
    tenant_id bigint NOT NULL,
    user_id bigint NOT NULL,
    hash text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),  -- when another took its place
    PRIMARY KEY (tenant_id, user_id, changed_at),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE);

-- Who has a row has one-time passwords: the password alone opens no mail protocol.
CREATE TABLE one_time_passwords (
    tenant_id bigint NOT NULL,
    user_id bigint NOT NULL,
    secret bytea NOT NULL,  -- sealed with a key that the database does not hold
    step bigint NOT NULL DEFAULT 0,  -- the last one that was used: none is good twice (RFC 6238 §5.2)
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE);

ALTER TABLE old_credentials ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE one_time_passwords ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY provisioning ON old_credentials TO casella_control USING (true);
CREATE POLICY provisioning ON one_time_passwords TO casella_control USING (true);
-- Of users that the administrator's own policy shows.
CREATE POLICY administered ON old_credentials TO casella_administrator
    USING (tenant_id = (SELECT administered_tenant())
        AND EXISTS (SELECT FROM users u WHERE u.tenant_id = old_credentials.tenant_id AND u.user_id = old_credentials.user_id));
CREATE POLICY administered ON one_time_passwords TO casella_administrator
    USING (tenant_id = (SELECT administered_tenant())
        AND EXISTS (SELECT FROM users u WHERE u.tenant_id = one_time_passwords.tenant_id AND u.user_id = one_time_passwords.user_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON one_time_passwords TO casella_control, casella_administrator;
GRANT SELECT, INSERT, DELETE ON old_credentials TO casella_control, casella_administrator;

-- As 0007_fences.sql says of every table with rows of several tenants.
ALTER TABLE old_credentials
    ALTER COLUMN tenant_id SET STATISTICS 0, ALTER COLUMN user_id SET STATISTICS 0, ALTER COLUMN hash SET STATISTICS 0,
    ALTER COLUMN changed_at SET STATISTICS 0;
ALTER TABLE one_time_passwords
    ALTER COLUMN tenant_id SET STATISTICS 0, ALTER COLUMN user_id SET STATISTICS 0, ALTER COLUMN secret SET STATISTICS 0,
    ALTER COLUMN step SET STATISTICS 0, ALTER COLUMN created_at SET STATISTICS 0;
