-- 0031_dkim_of_aliases.sql: keys of a domain's further names. A key signs for one name, under which its record is published; written and
-- read as 0028_dkim.sql says.
ALTER TABLE dkim_keys
    ADD COLUMN alias text,  -- NULL: the domain's own name, whatever it is
    -- As the primary key can hold it.
    ADD COLUMN alias_key text GENERATED ALWAYS AS (coalesce(alias, '')) STORED,
    DROP CONSTRAINT dkim_keys_pkey,
    ADD PRIMARY KEY (tenant_id, domain_id, alias_key, selector),
    -- The keys of a name go with it.
    ADD FOREIGN KEY (tenant_id, domain_id, alias) REFERENCES domain_aliases ON DELETE CASCADE;

GRANT SELECT (alias) ON dkim_keys TO casella_control, casella_administrator;
-- A domain that gets another name leaves its keys with the old one. An administrator's stay what they are.
GRANT UPDATE (alias) ON dkim_keys TO casella_control;

-- As 0007_fences.sql says of every table with rows of several tenants.
ALTER TABLE dkim_keys ALTER COLUMN alias SET STATISTICS 0, ALTER COLUMN alias_key SET STATISTICS 0;
