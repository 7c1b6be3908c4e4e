-- 0030_columns_kept.sql: what of a row is no business of a role that reads the row, by columns; and subscriptions by number.

-- Which administrator vouched for a domain or deleted something is no business of the tenant. A column that is added later is granted when
-- its worker needs it.
DO $$
DECLARE
    place record;
BEGIN
    FOR place IN
        SELECT a.attrelid::regclass AS relation, string_agg(quote_ident(a.attname), ', ') AS shown
        FROM pg_attribute a
        WHERE a.attrelid IN ('tenants'::regclass, 'domains'::regclass, 'users'::regclass) AND a.attnum > 0 AND NOT a.attisdropped
            AND a.attname NOT IN ('vouched_by', 'deleted_by')
        GROUP BY 1
    LOOP
        EXECUTE format('REVOKE SELECT ON %s FROM casella_tenant', place.relation);
        EXECUTE format('GRANT SELECT (%s) ON %s TO casella_tenant', place.shown, place.relation);
    END LOOP;
END $$;

-- Hashes of former passwords: those of a part's administrator are looked at by the control plane itself.
REVOKE SELECT ON applies, old_credentials FROM casella_administrator;
GRANT SELECT (number, administered_tenant, applied_by, applied_at, undoes, forward) ON applies TO casella_administrator;
GRANT SELECT (tenant_id, user_id, changed_at) ON old_credentials TO casella_administrator;

-- A subscription to a mailbox of a shared one has its number in the place of its address, which may change: `Shared/NUMBER@/Sent`.
-- The worker's table, and its owner is held to the policies as all are.
ALTER TABLE subscriptions NO FORCE ROW LEVEL SECURITY;
UPDATE subscriptions s SET name = found.name
FROM (
    SELECT o.tenant_id, o.user_id, o.name AS old, 'Shared/' || a.user_id || '@' || substr(o.name, length(shown.name) + 1) AS name
    FROM shared_access a JOIN users u USING (tenant_id, user_id) JOIN domains d USING (tenant_id, domain_id),
        LATERAL (SELECT 'Shared/' || u.local_part || '@' || d.name) AS shown (name), subscriptions o
    WHERE o.tenant_id = a.tenant_id AND o.user_id = a.member_id AND (o.name = shown.name OR starts_with(o.name, shown.name || '/'))
) AS found
WHERE (s.tenant_id, s.user_id, s.name) = (found.tenant_id, found.user_id, found.old) AND octet_length(found.name) <= 1000
    AND NOT EXISTS (SELECT FROM subscriptions n WHERE (n.tenant_id, n.user_id, n.name) = (found.tenant_id, found.user_id, found.name));
ALTER TABLE subscriptions FORCE ROW LEVEL SECURITY;
