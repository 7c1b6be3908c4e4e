-- 0028_dkim.sql: keys that sign a domain's mail (RFC 6376). Written by the control plane; the tenant's worker, which signs, reads its own.
CREATE TABLE dkim_keys (
    tenant_id bigint NOT NULL,
    domain_id bigint NOT NULL,
    selector text NOT NULL CHECK (selector ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    algorithm text NOT NULL CHECK (algorithm IN ('rsa-sha256', 'ed25519-sha256')),
    private_key bytea NOT NULL,  -- sealed with a key of the tenant's that the database does not hold
    public_key bytea NOT NULL,  -- as the record has it: SubjectPublicKeyInfo of RSA (RFC 6376 §3.6.1), 32 octets of Ed25519 (RFC 8463 §4)
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'active', 'retired')),
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),  -- since when it is in this state
    PRIMARY KEY (tenant_id, domain_id, selector),
    FOREIGN KEY (tenant_id, domain_id) REFERENCES domains ON DELETE CASCADE);

ALTER TABLE dkim_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY provisioning ON dkim_keys TO casella_control USING (true);
CREATE POLICY own_rows ON dkim_keys FOR SELECT TO casella_tenant USING (tenant_id = (SELECT current_tenant()));
CREATE POLICY administered ON dkim_keys TO casella_administrator
    USING (tenant_id = (SELECT administered_tenant()) AND domain_id = coalesce((SELECT administered_domain()), domain_id));
GRANT SELECT ON dkim_keys TO casella_tenant;
-- Nobody but the worker reads a private key again.
GRANT SELECT (tenant_id, domain_id, selector, algorithm, public_key, state, created_at, changed_at), INSERT, UPDATE (state, changed_at), DELETE
    ON dkim_keys TO casella_control, casella_administrator;

-- As 0007_fences.sql says of every table with rows of several tenants.
ALTER TABLE dkim_keys
    ALTER COLUMN tenant_id SET STATISTICS 0, ALTER COLUMN domain_id SET STATISTICS 0, ALTER COLUMN selector SET STATISTICS 0,
    ALTER COLUMN algorithm SET STATISTICS 0, ALTER COLUMN private_key SET STATISTICS 0, ALTER COLUMN public_key SET STATISTICS 0,
    ALTER COLUMN state SET STATISTICS 0, ALTER COLUMN created_at SET STATISTICS 0, ALTER COLUMN changed_at SET STATISTICS 0;
