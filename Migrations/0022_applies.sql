-- 0022_applies.sql: desired states that were applied, each with what makes it undone. Written and read by the control plane alone.
-- No company's table: the platform's plans are applied too.
CREATE TABLE applies (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    administered_tenant bigint REFERENCES tenants ON DELETE CASCADE,  -- NULL: the plans
    applied_by text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    undoes bigint REFERENCES applies ON DELETE SET NULL,
    forward jsonb NOT NULL,  -- the changes as they were shown: without secrets
    -- The desired state before, of what was touched. Hashes of passwords that were replaced or deleted are in it: it is shown to nobody.
    inverse jsonb NOT NULL);
CREATE INDEX applies_by_tenant ON applies (administered_tenant, number);
CREATE INDEX applies_by_undone ON applies (undoes);

ALTER TABLE applies ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY administering ON applies TO casella_control USING (true);
-- Not of one who administers a single domain.
CREATE POLICY administered ON applies TO casella_administrator
    USING (administered_tenant = (SELECT administered_tenant()) AND (SELECT administered_domain()) IS NULL);
GRANT SELECT, INSERT, DELETE ON applies TO casella_control, casella_administrator;

-- SHA-256 of the hash as a desired state gave it: a login replaces such a hash by ours, and the user is still as written. NULL: the
-- password came from elsewhere.
ALTER TABLE credentials ADD COLUMN applied bytea;

-- As 0007_fences.sql says of every table with rows of several tenants.
ALTER TABLE credentials ALTER COLUMN applied SET STATISTICS 0;
ALTER TABLE applies
    ALTER COLUMN number SET STATISTICS 0, ALTER COLUMN administered_tenant SET STATISTICS 0, ALTER COLUMN applied_by SET STATISTICS 0,
    ALTER COLUMN applied_at SET STATISTICS 0, ALTER COLUMN undoes SET STATISTICS 0, ALTER COLUMN forward SET STATISTICS 0,
    ALTER COLUMN inverse SET STATISTICS 0;
