-- 0021_vacation.sql: what people who write to a user are told while the user is away. Vacations are written by the control plane, and read
-- by the tenant's worker, which notes whom it has told.
CREATE TABLE vacations (
    tenant_id bigint NOT NULL,
    user_id bigint NOT NULL,
    subject text NOT NULL CHECK (octet_length(subject) BETWEEN 1 AND 250),
    body text NOT NULL CHECK (octet_length(body) BETWEEN 1 AND 20000),
    first_day date,  -- in UTC; NULL: since ever
    last_day date,  -- NULL: for ever
    days int NOT NULL DEFAULT 7 CHECK (days BETWEEN 1 AND 30),  -- before somebody is told again
    CHECK (first_day <= last_day),
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE);

CREATE TABLE vacation_replies (
    tenant_id bigint NOT NULL,
    user_id bigint NOT NULL,
    sender_digest bytea NOT NULL CHECK (octet_length(sender_digest) = 32),  -- SHA-256 of the sender and of what it is told
    replied_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, user_id, sender_digest),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE);

ALTER TABLE vacations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE vacation_replies ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY provisioning ON vacations TO casella_control USING (true);
CREATE POLICY own_rows ON vacations FOR SELECT TO casella_tenant USING (tenant_id = (SELECT current_tenant()));
CREATE POLICY own_rows ON vacation_replies TO casella_tenant USING (tenant_id = (SELECT current_tenant()));
-- Of users that the administrator's own policy shows.
CREATE POLICY administered ON vacations TO casella_administrator
    USING (tenant_id = (SELECT administered_tenant())
        AND EXISTS (SELECT FROM users u WHERE u.tenant_id = vacations.tenant_id AND u.user_id = vacations.user_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON vacations TO casella_control, casella_administrator;
GRANT SELECT ON vacations TO casella_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON vacation_replies TO casella_tenant;

-- As 0007_fences.sql says of every table with rows of several tenants.
ALTER TABLE vacations
    ALTER COLUMN tenant_id SET STATISTICS 0, ALTER COLUMN user_id SET STATISTICS 0, ALTER COLUMN subject SET STATISTICS 0,
    ALTER COLUMN body SET STATISTICS 0, ALTER COLUMN first_day SET STATISTICS 0, ALTER COLUMN last_day SET STATISTICS 0,
    ALTER COLUMN days SET STATISTICS 0;
ALTER TABLE vacation_replies
    ALTER COLUMN tenant_id SET STATISTICS 0, ALTER COLUMN user_id SET STATISTICS 0, ALTER COLUMN sender_digest SET STATISTICS 0,
    ALTER COLUMN replied_at SET STATISTICS 0;
