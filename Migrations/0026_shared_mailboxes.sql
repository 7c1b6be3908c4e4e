-- 0026_shared_mailboxes.sql: shared mailboxes: users without a login, whose mailboxes other users of the tenant open beside their own.
-- Written by the control plane alone; a tenant's worker reads its own rows.
ALTER TABLE users ADD COLUMN shared boolean NOT NULL DEFAULT false, ALTER COLUMN shared SET STATISTICS 0;

CREATE TABLE shared_access (
    tenant_id bigint NOT NULL,
    user_id bigint NOT NULL,  -- the shared mailbox
    member_id bigint NOT NULL CHECK (member_id <> user_id),
    -- read: nothing is changed; write: messages and their flags are; manage: mailboxes are too.
    rights text NOT NULL CHECK (rights IN ('read', 'write', 'manage')),
    sends boolean NOT NULL DEFAULT false,  -- whether the member may send as the shared mailbox
    PRIMARY KEY (tenant_id, user_id, member_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, member_id) REFERENCES users ON DELETE CASCADE);
CREATE INDEX shared_access_member ON shared_access (tenant_id, member_id);

ALTER TABLE shared_access ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY provisioning ON shared_access TO casella_control USING (true);
CREATE POLICY own_rows ON shared_access FOR SELECT TO casella_tenant USING (tenant_id = (SELECT current_tenant()));
-- Of users, on both sides, that the administrator's own policy shows.
CREATE POLICY administered ON shared_access TO casella_administrator
    USING (tenant_id = (SELECT administered_tenant())
        AND EXISTS (SELECT FROM users u WHERE u.tenant_id = shared_access.tenant_id AND u.user_id = shared_access.user_id)
        AND EXISTS (SELECT FROM users u WHERE u.tenant_id = shared_access.tenant_id AND u.user_id = shared_access.member_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON shared_access TO casella_control, casella_administrator;
GRANT SELECT ON shared_access TO casella_tenant;
GRANT INSERT (shared) ON users TO casella_administrator;

-- Nobody logs in to a shared mailbox that is in service, whoever would give it a password.
CREATE FUNCTION refuse_login() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM made m JOIN users u USING (tenant_id, user_id) WHERE u.shared) THEN
        RAISE EXCEPTION 'a shared mailbox has no login' USING ERRCODE = 'SM001';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refuse_login AFTER INSERT ON credentials REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_login();
CREATE TRIGGER refuse_login AFTER INSERT ON app_passwords REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_login();

-- As 0007_fences.sql says of every table with rows of several tenants.
ALTER TABLE shared_access
    ALTER COLUMN tenant_id SET STATISTICS 0, ALTER COLUMN user_id SET STATISTICS 0, ALTER COLUMN member_id SET STATISTICS 0,
    ALTER COLUMN rights SET STATISTICS 0, ALTER COLUMN sends SET STATISTICS 0;
