-- 0041_kept_addresses.sql: aliases and groups that are deleted and kept for a while, so that they can be brought back. Written and read by
-- the control plane alone.
--
-- They are out of their own tables: the address is free at once, and nothing that looks an address up has to know of them.
CREATE TABLE kept_addresses (
    tenant_id bigint NOT NULL,
    domain_id bigint NOT NULL,
    local_part text NOT NULL CHECK (local_part = lower(local_part) AND octet_length(local_part) <= 64),  -- '': a catch-all
    kept_id bigint NOT NULL DEFAULT random_id(),  -- of one address there may be several
    kind text NOT NULL CHECK (kind IN ('alias', 'group')),
    targets text[] NOT NULL,  -- where the alias led, or who was in the group
    owners text[] NOT NULL DEFAULT '{}',
    posting text CHECK (posting IN ('anyone', 'tenant', 'members', 'owners')),
    deleted_at timestamptz NOT NULL DEFAULT now(),
    deleted_by text NOT NULL CHECK (octet_length(deleted_by) <= 255),
    kept_until timestamptz,  -- NULL: until somebody says otherwise
    PRIMARY KEY (tenant_id, domain_id, local_part, kept_id),
    FOREIGN KEY (tenant_id, domain_id) REFERENCES domains ON DELETE CASCADE,
    CHECK ((kind = 'group') = (posting IS NOT NULL)));

ALTER TABLE kept_addresses ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY provisioning ON kept_addresses TO casella_control USING (true);
CREATE POLICY administered ON kept_addresses TO casella_administrator
    USING (tenant_id = (SELECT administered_tenant()) AND domain_id = coalesce((SELECT administered_domain()), domain_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON kept_addresses TO casella_control;
GRANT SELECT, INSERT, DELETE ON kept_addresses TO casella_administrator;

-- As 0007_fences.sql says of every table with rows of several tenants.
ALTER TABLE kept_addresses
    ALTER COLUMN tenant_id SET STATISTICS 0, ALTER COLUMN domain_id SET STATISTICS 0, ALTER COLUMN local_part SET STATISTICS 0,
    ALTER COLUMN kept_id SET STATISTICS 0, ALTER COLUMN kind SET STATISTICS 0, ALTER COLUMN targets SET STATISTICS 0,
    ALTER COLUMN owners SET STATISTICS 0, ALTER COLUMN posting SET STATISTICS 0, ALTER COLUMN deleted_at SET STATISTICS 0,
    ALTER COLUMN deleted_by SET STATISTICS 0, ALTER COLUMN kept_until SET STATISTICS 0;
