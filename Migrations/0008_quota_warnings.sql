-- 0008_quota_warnings.sql: which quota warnings were given, so that each is given once.
-- Written by the tenant's worker alone, under its lease; the control plane reads. A row is made before its mail is
-- delivered (state 'pending') and the mail's delivery id comes from the row, so a crash in between loses no warning and
-- doubles none.
CREATE TABLE quota_warnings (
    tenant_id bigint NOT NULL REFERENCES tenants ON DELETE CASCADE,
    level text NOT NULL CHECK (level IN ('user', 'domain', 'tenant')),
    -- The user's, the domain's or the tenant's number; rows of what is deleted go when the worker next looks at all.
    subject_id bigint NOT NULL,
    resource text NOT NULL CHECK (resource IN ('bytes', 'messages')),
    percent smallint NOT NULL CHECK (percent BETWEEN 0 AND 100),  -- the highest threshold that was told of; 0: none
    armed bigint NOT NULL,  -- how often thresholds were armed again: a part of the delivery id
    state text NOT NULL CHECK (state IN ('pending', 'mailed', 'no room', 'no address')),
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, level, subject_id, resource));

ALTER TABLE quota_warnings ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY reading ON quota_warnings FOR SELECT TO casella_control USING (true);
CREATE POLICY own_rows ON quota_warnings TO casella_tenant USING (tenant_id = (SELECT current_tenant()));
GRANT SELECT ON quota_warnings TO casella_control;
GRANT SELECT, INSERT, UPDATE, DELETE ON quota_warnings TO casella_tenant;

-- As 0007_fences.sql says of every table with rows of several tenants.
ALTER TABLE quota_warnings
    ALTER COLUMN tenant_id SET STATISTICS 0, ALTER COLUMN level SET STATISTICS 0, ALTER COLUMN subject_id SET STATISTICS 0,
    ALTER COLUMN resource SET STATISTICS 0, ALTER COLUMN percent SET STATISTICS 0, ALTER COLUMN armed SET STATISTICS 0,
    ALTER COLUMN state SET STATISTICS 0, ALTER COLUMN changed_at SET STATISTICS 0;
