-- 0007_fences.sql: a tenant's role can neither see, count nor guess another tenant's rows, by roundabout ways too: numbers that
-- run across tenants, and the planner's statistics, which EXPLAIN shows to everybody.

-- A mailbox's number is its UIDVALIDITY too, so each tenant counts its own. Written by the tenant's worker alone.
CREATE TABLE mailbox_counters (
    tenant_id bigint PRIMARY KEY REFERENCES tenants ON DELETE CASCADE,
    last_id bigint NOT NULL) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.1);
INSERT INTO mailbox_counters SELECT tenant_id, (SELECT last_value FROM mailbox_ids) FROM tenants;  -- no number is given twice
ALTER TABLE mailbox_counters ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON mailbox_counters TO casella_tenant USING (tenant_id = (SELECT current_tenant()));
GRANT SELECT, INSERT, UPDATE ON mailbox_counters TO casella_tenant;

-- The tenant's next `amount` mailbox numbers. With the caller's rights.
CREATE FUNCTION take_mailbox_ids(tenant bigint, amount bigint) RETURNS SETOF bigint LANGUAGE sql
BEGIN ATOMIC
    WITH taken AS (
        INSERT INTO mailbox_counters AS counter VALUES (tenant, amount)
        ON CONFLICT (tenant_id) DO UPDATE SET last_id = counter.last_id + excluded.last_id RETURNING last_id)
    SELECT generate_series(last_id - amount + 1, last_id) FROM taken;
END;

-- Users and domains get numbers drawn by lot, 48 bits of chance: one's own tell nothing of how many others there are.
CREATE FUNCTION random_id() RETURNS bigint LANGUAGE sql VOLATILE
    RETURN ('x' || left(replace(gen_random_uuid()::text, '-', ''), 12))::bit(48)::bigint;
ALTER TABLE domains ALTER COLUMN domain_id SET DEFAULT random_id();
ALTER TABLE users ALTER COLUMN user_id SET DEFAULT random_id();
ALTER TABLE mailboxes ALTER COLUMN mailbox_id DROP DEFAULT;
DROP SEQUENCE mailbox_ids, user_ids, domain_ids;

-- By an index on a tenant's name, EXPLAIN ANALYZE would tell whether there is such a row: "=" leaks nothing by itself, and so is
-- asked before the row's owner is. lower() may leak, and is asked after. (Whose domain is here, every SMTP client may ask anyway.)
ALTER TABLE tenants DROP CONSTRAINT tenants_name_key;
CREATE UNIQUE INDEX tenants_by_name ON tenants (lower(name));

-- No statistics of what tenants' tables hold: EXPLAIN's estimates would tell how many rows have another tenant's number, or which
-- values are common. Every hot statement goes by a key, and is planned the same without.
DO $$
DECLARE
    place record;
BEGIN
    FOR place IN
        SELECT c.oid::regclass AS relation, c.relkind, a.attname, a.attnum FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
            AND (c.relrowsecurity OR EXISTS (
                SELECT FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
                WHERE i.indexrelid = c.oid AND t.relrowsecurity AND i.indexprs IS NOT NULL))
    LOOP
        IF place.relkind = 'i' THEN
            EXECUTE format('ALTER INDEX %s ALTER COLUMN %s SET STATISTICS 0', place.relation, place.attnum);
        ELSE
            EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS 0', place.relation, place.attname);
        END IF;
    END LOOP;
END $$;
