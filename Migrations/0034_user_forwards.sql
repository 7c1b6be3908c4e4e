-- 0034_user_forwards.sql: where a user's mail goes on to. Written by the control plane alone; a tenant's worker reads its own rows.
CREATE TABLE user_forwards (
    tenant_id bigint NOT NULL,
    user_id bigint NOT NULL,
    targets text[] NOT NULL CHECK (cardinality(targets) BETWEEN 1 AND 100),  -- addresses here or anywhere, as an alias has them
    keeps_copy boolean NOT NULL DEFAULT true,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE);

ALTER TABLE user_forwards ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY provisioning ON user_forwards TO casella_control USING (true);
CREATE POLICY own_rows ON user_forwards FOR SELECT TO casella_tenant USING (tenant_id = (SELECT current_tenant()));
-- Of users that the administrator's own policy shows.
CREATE POLICY administered ON user_forwards TO casella_administrator
    USING (tenant_id = (SELECT administered_tenant())
        AND EXISTS (SELECT FROM users u WHERE u.tenant_id = user_forwards.tenant_id AND u.user_id = user_forwards.user_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON user_forwards TO casella_control, casella_administrator;
GRANT SELECT ON user_forwards TO casella_tenant;

-- As 0007_fences.sql says of every table with rows of several tenants.
ALTER TABLE user_forwards
    ALTER COLUMN tenant_id SET STATISTICS 0, ALTER COLUMN user_id SET STATISTICS 0, ALTER COLUMN targets SET STATISTICS 0,
    ALTER COLUMN keeps_copy SET STATISTICS 0;
