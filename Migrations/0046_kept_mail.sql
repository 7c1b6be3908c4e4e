-- 0046_kept_mail.sql: how much mail of deleted users and domains is kept, which takes disk and counts in no quota. The few rows that are
-- deleted are found by an index of them alone.
CREATE INDEX users_kept ON users (tenant_id, user_id) WHERE deleted_at IS NOT NULL;

-- By domain, of one tenant or (NULL) of all. With its owner's rights, since a domain's administrator does not see the other domains that
-- count too, and itself asking for what is deleted, whoever calls it. Who is deleted alone has been taken out of the domain's figure.
CREATE FUNCTION kept_usage(wanted bigint) RETURNS TABLE (tenant_id bigint, domain_id bigint, bytes bigint, messages bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    shown text := coalesce(current_setting('casella.shows_deleted', true), '');
BEGIN
    PERFORM set_config('casella.shows_deleted', 'on', true);
    RETURN QUERY
        SELECT u.tenant_id, u.domain_id, f.bytes, f.messages FROM users u JOIN user_usage f USING (tenant_id, user_id)
        WHERE u.deleted_at IS NOT NULL AND (wanted IS NULL OR u.tenant_id = wanted)
            AND u.tenant_id = coalesce(administered_tenant(), u.tenant_id)
        UNION ALL
        SELECT d.tenant_id, d.domain_id, f.bytes, f.messages FROM domains d JOIN domain_usage f USING (tenant_id, domain_id)
        WHERE d.deleted_at IS NOT NULL AND (wanted IS NULL OR d.tenant_id = wanted)
            AND d.tenant_id = coalesce(administered_tenant(), d.tenant_id);
    PERFORM set_config('casella.shows_deleted', shown, true);
END $$;
REVOKE EXECUTE ON FUNCTION kept_usage FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kept_usage TO casella_control, casella_administrator, casella_auditor;

ALTER TABLE usage_by_day ADD COLUMN kept_bytes bigint NOT NULL DEFAULT 0;  -- as it was seen last that day, beside `bytes`
ALTER TABLE usage_by_day ALTER COLUMN kept_bytes SET STATISTICS 0;
