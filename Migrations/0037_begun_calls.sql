-- 0037_begun_calls.sql: a call that changes something has two events: one before that it begins (its result is "begun"), and one that tells
-- what came of it and refers to the first. Written and read as 0011_administrators.sql says.
ALTER TABLE audit_log ADD COLUMN begun bigint;  -- the first of the two; NULL: this is it, or there is one alone
CREATE INDEX audit_log_by_beginning ON audit_log (begun) WHERE begun IS NOT NULL;

-- As 0007_fences.sql says of every table with rows of several tenants.
ALTER TABLE audit_log ALTER COLUMN begun SET STATISTICS 0;
