-- 0047_sessions_ended.sql: sessions of administrators end for good with the suspension or deletion of what they administer, or their own,
-- in the transaction that makes it, whichever call that is: what is resumed or brought back later takes a new login.

CREATE FUNCTION end_administrator_sessions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'administrators' THEN
        DELETE FROM administrator_sessions WHERE administrator_id = NEW.administrator_id;
    ELSIF TG_TABLE_NAME = 'tenants' THEN
        DELETE FROM administrator_sessions s USING administrators a
            WHERE s.administrator_id = a.administrator_id AND a.administered_tenant = NEW.tenant_id;
    ELSE
        DELETE FROM administrator_sessions s USING administrators a
            WHERE s.administrator_id = a.administrator_id AND a.administered_tenant = NEW.tenant_id
                AND a.administered_domain = NEW.domain_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER end_administrator_sessions AFTER UPDATE OF state ON administrators FOR EACH ROW
    WHEN (NEW.state = 'suspended') EXECUTE FUNCTION end_administrator_sessions();
CREATE TRIGGER end_administrator_sessions AFTER UPDATE OF suspended, deleted_at ON tenants FOR EACH ROW
    WHEN ('login' = ANY (NEW.suspended) OR NEW.deleted_at IS NOT NULL) EXECUTE FUNCTION end_administrator_sessions();
CREATE TRIGGER end_administrator_sessions AFTER UPDATE OF deleted_at ON domains FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL) EXECUTE FUNCTION end_administrator_sessions();

-- Of those that rest already.
DELETE FROM administrator_sessions s USING administrators a
    LEFT JOIN tenants t ON t.tenant_id = a.administered_tenant
    LEFT JOIN domains d ON d.tenant_id = a.administered_tenant AND d.domain_id = a.administered_domain
    WHERE s.administrator_id = a.administrator_id
        AND (a.state = 'suspended' OR 'login' = ANY (t.suspended) OR t.deleted_at IS NOT NULL OR d.deleted_at IS NOT NULL);
