-- 0039_logins.sql: who logged in, from where, with which password. A row for all logins of a day that differ in nothing but their moments.
-- Written by the control plane alone, which also takes away what is too old; read by it, and by administrators of their own parts.
CREATE TABLE logins (
    tenant_id bigint NOT NULL,
    user_id bigint NOT NULL,
    day date NOT NULL,  -- UTC
    service text NOT NULL CHECK (service IN ('imap', 'pop3', 'submission', 'web')),
    client text NOT NULL CHECK (octet_length(client) <= 64),  -- an IP address; '': others, when the day has many rows already
    app_password text NOT NULL CHECK (octet_length(app_password) <= 64),  -- its name; '': the user's own password, or of others any
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    logins bigint NOT NULL CHECK (logins > 0),
    number bigint NOT NULL GENERATED ALWAYS AS IDENTITY,  -- in the order of writing: for lists that come in pages
    PRIMARY KEY (tenant_id, user_id, day, service, client, app_password),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE);
-- For lists of many users, and for what is too old. Of columns that never change: a row that counts one more login stays in its place.
CREATE INDEX logins_by_day ON logins (day, tenant_id, number);

ALTER TABLE logins ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY provisioning ON logins TO casella_control USING (true);
-- Of users that the administrator's own policy shows.
CREATE POLICY administered ON logins FOR SELECT TO casella_administrator
    USING (tenant_id = (SELECT administered_tenant())
        AND EXISTS (SELECT FROM users u WHERE u.tenant_id = logins.tenant_id AND u.user_id = logins.user_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON logins TO casella_control;
GRANT SELECT ON logins TO casella_administrator;

-- As 0007_fences.sql says of every table with rows of several tenants.
ALTER TABLE logins
    ALTER COLUMN tenant_id SET STATISTICS 0, ALTER COLUMN user_id SET STATISTICS 0, ALTER COLUMN day SET STATISTICS 0,
    ALTER COLUMN service SET STATISTICS 0, ALTER COLUMN client SET STATISTICS 0, ALTER COLUMN app_password SET STATISTICS 0,
    ALTER COLUMN first_at SET STATISTICS 0, ALTER COLUMN last_at SET STATISTICS 0, ALTER COLUMN logins SET STATISTICS 0,
    ALTER COLUMN number SET STATISTICS 0;
