-- 0036_familiar_networks.sql: from where users logged in lately, so that strangers' guesses close an account to nobody who was there
-- before, also after a restart. Networks, not addresses. Written and read by the control plane alone.
CREATE TABLE familiar_networks (
    tenant_id bigint NOT NULL,
    user_id bigint NOT NULL,
    network text NOT NULL CHECK (octet_length(network) BETWEEN 1 AND 64),  -- 24 bits of IPv4, 48 of IPv6, as in 192.0.2.0/24
    logged_in_at timestamptz NOT NULL DEFAULT clock_timestamp(),  -- to the day: not every login is written
    PRIMARY KEY (tenant_id, user_id, network),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE);

ALTER TABLE familiar_networks ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY provisioning ON familiar_networks TO casella_control USING (true);
-- Of users that the administrator's own policy shows. A new password has them forgotten; whence the user logs in is nobody's business.
CREATE POLICY administered ON familiar_networks TO casella_administrator
    USING (tenant_id = (SELECT administered_tenant())
        AND EXISTS (SELECT FROM users u WHERE u.tenant_id = familiar_networks.tenant_id AND u.user_id = familiar_networks.user_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON familiar_networks TO casella_control;
GRANT SELECT (tenant_id, user_id), DELETE ON familiar_networks TO casella_administrator;

-- As 0007_fences.sql says of every table with rows of several tenants.
ALTER TABLE familiar_networks
    ALTER COLUMN tenant_id SET STATISTICS 0, ALTER COLUMN user_id SET STATISTICS 0, ALTER COLUMN network SET STATISTICS 0,
    ALTER COLUMN logged_in_at SET STATISTICS 0;
