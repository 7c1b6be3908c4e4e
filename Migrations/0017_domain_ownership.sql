-- 0017_domain_ownership.sql: how a tenant came by each of its domains, and which ones it claims and has yet to prove. Written and read by
-- the control plane alone, but for the domains that a worker reads.
ALTER TABLE domains
    -- vouched: an administrator of the platform made it; dns: its zone had the record that was asked for.
    ADD COLUMN proof text NOT NULL DEFAULT 'vouched' CHECK (proof IN ('vouched', 'dns')),
    ADD COLUMN vouched_by text CHECK (octet_length(vouched_by) <= 255),  -- NULL: nobody knows any more
    ADD COLUMN proved_at timestamptz,
    ADD CHECK ((proof = 'dns') = (proved_at IS NOT NULL)),
    ADD CHECK (proof = 'vouched' OR vouched_by IS NULL);

-- 128 bits of chance.
CREATE FUNCTION random_token() RETURNS text LANGUAGE sql VOLATILE
    RETURN left(encode(sha256((gen_random_uuid()::text || gen_random_uuid()::text)::bytea), 'hex'), 32);

-- A claim is no domain: no mail is taken or sent for it. Several tenants may claim a name; the first that proves it gets the domain.
CREATE TABLE domain_claims (
    tenant_id bigint NOT NULL REFERENCES tenants ON DELETE CASCADE,
    name text NOT NULL CHECK (name = lower(name) AND octet_length(name) BETWEEN 1 AND 253),  -- A-labels
    -- What the record must hold. Drawn here and chosen by nobody: tokens are public once they are published, and who could choose would
    -- take another tenant's.
    token text NOT NULL DEFAULT random_token() CHECK (token ~ '^[0-9a-f]{32}$'),
    claimed_at timestamptz NOT NULL DEFAULT now(),
    checked_at timestamptz,
    proved_at timestamptz CHECK (proved_at <= checked_at),  -- NULL: the last check found no proof
    PRIMARY KEY (tenant_id, name));
CREATE INDEX domain_claims_by_name ON domain_claims (name);

ALTER TABLE domain_claims ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY provisioning ON domain_claims TO casella_control USING (true);
-- Not of one who administers a single domain.
CREATE POLICY administered ON domain_claims TO casella_administrator
    USING (tenant_id = (SELECT administered_tenant()) AND (SELECT administered_domain()) IS NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON domain_claims TO casella_control;
-- Neither the token nor that it was found: that is for the control plane itself to write, when it has asked the DNS.
GRANT SELECT, INSERT (tenant_id, name), DELETE ON domain_claims TO casella_administrator;

-- A tenant's administrator gets a domain by a claim that the control plane has just found proved, and by nothing else. Nor does a domain
-- become another one: of its columns the limits alone may change. (The policy before was for every statement, so for INSERT too.)
DROP POLICY administered ON domains;
CREATE POLICY administered ON domains FOR SELECT TO casella_administrator
    USING (tenant_id = (SELECT administered_tenant()) AND domain_id = coalesce((SELECT administered_domain()), domain_id));
CREATE POLICY limiting ON domains FOR UPDATE TO casella_administrator
    USING (tenant_id = (SELECT administered_tenant()) AND domain_id = coalesce((SELECT administered_domain()), domain_id));
CREATE POLICY proved ON domains FOR INSERT TO casella_administrator
    WITH CHECK (tenant_id = (SELECT administered_tenant()) AND (SELECT administered_domain()) IS NULL AND proof = 'dns'
        AND EXISTS (
            SELECT FROM domain_claims c WHERE c.tenant_id = domains.tenant_id AND c.name = domains.name
                AND c.proved_at = domains.proved_at AND c.proved_at > now() - interval '10 minutes'));
REVOKE UPDATE ON domains FROM casella_administrator;
GRANT INSERT (tenant_id, name, proof, proved_at), UPDATE (quota_bytes, quota_messages) ON domains TO casella_administrator;

-- As 0007_fences.sql says of every table with rows of several tenants.
ALTER TABLE domains ALTER COLUMN proof SET STATISTICS 0, ALTER COLUMN vouched_by SET STATISTICS 0, ALTER COLUMN proved_at SET STATISTICS 0;
ALTER TABLE domain_claims
    ALTER COLUMN tenant_id SET STATISTICS 0, ALTER COLUMN name SET STATISTICS 0, ALTER COLUMN token SET STATISTICS 0,
    ALTER COLUMN claimed_at SET STATISTICS 0, ALTER COLUMN checked_at SET STATISTICS 0, ALTER COLUMN proved_at SET STATISTICS 0;
