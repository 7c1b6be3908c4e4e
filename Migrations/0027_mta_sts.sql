-- 0027_mta_sts.sql: whether other mail servers shall insist on TLS when they send to a domain (RFC 8461). Written by the control plane, which
-- tells the gateway.
ALTER TABLE domains ADD COLUMN mta_sts text NOT NULL DEFAULT 'none' CHECK (mta_sts IN ('none', 'testing', 'enforce'));

-- Who has the domain's zone decides, as far as rows of domains may be changed at all (0017_domain_ownership.sql).
GRANT UPDATE (mta_sts) ON domains TO casella_administrator;

-- As 0007_fences.sql says of every table with rows of several tenants.
ALTER TABLE domains ALTER COLUMN mta_sts SET STATISTICS 0;
