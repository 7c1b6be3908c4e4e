-- 0020_groups.sql: groups: addresses that lead to members, and say who may send to them. Written by the control plane alone; a tenant's
-- worker reads its own rows.
CREATE TABLE groups (
    tenant_id bigint NOT NULL,
    domain_id bigint NOT NULL,
    local_part text NOT NULL CHECK (local_part = lower(local_part) AND octet_length(local_part) BETWEEN 1 AND 64),
    posting text NOT NULL DEFAULT 'anyone' CHECK (posting IN ('anyone', 'tenant', 'members', 'owners')),
    -- Addresses, the first of which hears of mail that could not reach a member outside.
    owners text[] NOT NULL DEFAULT '{}' CHECK (cardinality(owners) <= 100),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, domain_id, local_part),
    FOREIGN KEY (tenant_id, domain_id) REFERENCES domains ON DELETE CASCADE);

CREATE TABLE group_members (
    tenant_id bigint NOT NULL,
    domain_id bigint NOT NULL,
    local_part text NOT NULL,
    address text NOT NULL CHECK (octet_length(address) BETWEEN 3 AND 320),
    PRIMARY KEY (tenant_id, domain_id, local_part, address),
    FOREIGN KEY (tenant_id, domain_id, local_part) REFERENCES groups ON DELETE CASCADE ON UPDATE CASCADE);

ALTER TABLE groups ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE group_members ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY provisioning ON groups TO casella_control USING (true);
CREATE POLICY provisioning ON group_members TO casella_control USING (true);
CREATE POLICY own_rows ON groups FOR SELECT TO casella_tenant USING (tenant_id = (SELECT current_tenant()));
CREATE POLICY own_rows ON group_members FOR SELECT TO casella_tenant USING (tenant_id = (SELECT current_tenant()));
CREATE POLICY administered ON groups TO casella_administrator
    USING (tenant_id = (SELECT administered_tenant()) AND domain_id = coalesce((SELECT administered_domain()), domain_id));
CREATE POLICY administered ON group_members TO casella_administrator
    USING (tenant_id = (SELECT administered_tenant()) AND domain_id = coalesce((SELECT administered_domain()), domain_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON groups, group_members TO casella_control, casella_administrator;
GRANT SELECT ON groups, group_members TO casella_tenant;

-- Groups count as aliases.
CREATE OR REPLACE FUNCTION room_in_plan(tenant bigint, what text, OUT allowed bigint, OUT present bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM tenants WHERE tenant_id = tenant FOR NO KEY UPDATE;
    allowed := limit_number(tenant_limits(tenant), what);
    IF allowed IS NULL THEN RETURN; END IF;
    present := CASE what
        WHEN 'users' THEN (SELECT count(*) FROM users WHERE tenant_id = tenant)
        WHEN 'domains' THEN (SELECT count(*) FROM domains WHERE tenant_id = tenant)
        WHEN 'aliases' THEN (SELECT count(DISTINCT (domain_id, local_part)) FROM aliases WHERE tenant_id = tenant)
            + (SELECT count(*) FROM groups WHERE tenant_id = tenant)
    END;
END $$;

-- The user of the message's tenant who handed it in, as the tenant's worker says; NULL: it came from elsewhere, or says so.
ALTER TABLE queue_messages ADD COLUMN submitter bigint;

-- As 0007_fences.sql says of every table with rows of several tenants.
ALTER TABLE groups
    ALTER COLUMN tenant_id SET STATISTICS 0, ALTER COLUMN domain_id SET STATISTICS 0, ALTER COLUMN local_part SET STATISTICS 0,
    ALTER COLUMN posting SET STATISTICS 0, ALTER COLUMN owners SET STATISTICS 0, ALTER COLUMN created_at SET STATISTICS 0;
ALTER TABLE group_members
    ALTER COLUMN tenant_id SET STATISTICS 0, ALTER COLUMN domain_id SET STATISTICS 0, ALTER COLUMN local_part SET STATISTICS 0,
    ALTER COLUMN address SET STATISTICS 0;
ALTER TABLE queue_messages ALTER COLUMN submitter SET STATISTICS 0;
