-- 0025_living_tenants.sql: nothing is made in a tenant that was deleted while its maker waited for the tenant's row.
--
-- As in 0023_life_cycle.sql, but that the tenant has to be there still: whoever deletes it holds its row, and who waited for that sees,
-- with its owner's rights, also a tenant that is deleted.
CREATE OR REPLACE FUNCTION room_in_plan(tenant bigint, what text, OUT allowed bigint, OUT present bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF tenant <> administered_tenant() THEN  -- NULL: the control plane as itself
        RAISE EXCEPTION 'another tenant''s plan' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM FROM tenants WHERE tenant_id = tenant AND deleted_at IS NULL FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the tenant is deleted'
            USING ERRCODE = 'TN001', DETAIL = coalesce((SELECT name FROM tenants WHERE tenant_id = tenant), '');
    END IF;
    allowed := limit_number(tenant_limits(tenant), what);
    IF allowed IS NULL THEN RETURN; END IF;
    present := CASE what
        WHEN 'users' THEN (
            SELECT count(*) FROM users u JOIN domains d USING (tenant_id, domain_id)
            WHERE u.tenant_id = tenant AND u.deleted_at IS NULL AND d.deleted_at IS NULL)
        WHEN 'domains' THEN (SELECT count(*) FROM domains WHERE tenant_id = tenant AND deleted_at IS NULL)
        WHEN 'aliases' THEN (
            SELECT count(DISTINCT (a.domain_id, a.local_part)) FROM aliases a JOIN domains d USING (tenant_id, domain_id)
            WHERE a.tenant_id = tenant AND d.deleted_at IS NULL)
            + (SELECT count(*) FROM groups g JOIN domains d USING (tenant_id, domain_id)
            WHERE g.tenant_id = tenant AND d.deleted_at IS NULL)
    END;
END $$;
