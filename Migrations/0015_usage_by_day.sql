-- 0015_usage_by_day.sql: what each tenant held on each day, for bills. Written and read by the control plane alone. By name, and not
-- bound to the tenants' table: it outlives them.
CREATE TABLE usage_by_day (
    tenant text NOT NULL,
    day date NOT NULL,  -- UTC
    domains bigint NOT NULL,
    users bigint NOT NULL,
    messages bigint NOT NULL,
    bytes bigint NOT NULL,
    peak_bytes bigint NOT NULL,  -- the most that was seen that day
    PRIMARY KEY (tenant, day));
ALTER TABLE usage_by_day ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY recording ON usage_by_day TO casella_control USING (true);
-- Not of an earlier tenant of the same name.
CREATE POLICY administered ON usage_by_day FOR SELECT TO casella_administrator
    USING ((SELECT administered_domain()) IS NULL AND tenant = (SELECT name FROM tenants)
        AND day >= (SELECT (created_at AT TIME ZONE 'UTC')::date FROM tenants));
GRANT SELECT, INSERT, UPDATE ON usage_by_day TO casella_control;
GRANT SELECT ON usage_by_day TO casella_administrator;

-- As 0007_fences.sql says of every table with rows of several tenants.
ALTER TABLE usage_by_day
    ALTER COLUMN tenant SET STATISTICS 0, ALTER COLUMN day SET STATISTICS 0, ALTER COLUMN domains SET STATISTICS 0,
    ALTER COLUMN users SET STATISTICS 0, ALTER COLUMN messages SET STATISTICS 0, ALTER COLUMN bytes SET STATISTICS 0,
    ALTER COLUMN peak_bytes SET STATISTICS 0;
