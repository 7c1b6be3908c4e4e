-- 0016_plans.sql: plans: named sets of limits. A tenant has one; single limits are overridden for a tenant or for a user.
-- Limits are a JSON object: by a limit's name a number, a list of services, or "unlimited". Of plan, tenant and user the last that names a
-- limit decides; what none of them names is not limited. Written by the control plane alone.
CREATE TABLE plans (
    name text PRIMARY KEY CHECK (name ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    limits jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(limits) = 'object'),
    created_at timestamptz NOT NULL DEFAULT now());
INSERT INTO plans (name) VALUES ('default');

-- What a tenant's worker needs of the plan is in the tenant's row: it reads no row that is not its tenant's.
ALTER TABLE tenants
    ADD COLUMN plan text NOT NULL DEFAULT 'default' REFERENCES plans,
    ADD COLUMN planned jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN limits jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(limits) = 'object');
ALTER TABLE users ADD COLUMN limits jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(limits) = 'object');

CREATE FUNCTION take_limits_of_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A change of the plan waits for this transaction, or this for it: so neither misses the other.
    SELECT limits INTO NEW.planned FROM plans WHERE name = NEW.plan FOR SHARE;
    NEW.planned := coalesce(NEW.planned, '{}');  -- of no plan: the reference refuses it
    RETURN NEW;
END $$;
CREATE TRIGGER take_limits BEFORE INSERT OR UPDATE OF plan, planned ON tenants FOR EACH ROW EXECUTE FUNCTION take_limits_of_plan();
CREATE FUNCTION give_limits_of_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE tenants SET planned = NEW.limits WHERE plan = NEW.name;
    RETURN NEW;
END $$;
CREATE TRIGGER give_limits AFTER UPDATE OF limits ON plans FOR EACH ROW EXECUTE FUNCTION give_limits_of_plan();

-- A tenant's and a user's own quota goes before the plan's: NULL is what the plan says, -1 is unlimited.
ALTER TABLE tenants
    DROP CONSTRAINT tenants_quota_bytes_check, ADD CONSTRAINT tenants_quota_bytes_check CHECK (quota_bytes >= -1);
ALTER TABLE users
    DROP CONSTRAINT users_quota_bytes_check, ADD CONSTRAINT users_quota_bytes_check CHECK (quota_bytes >= -1);

-- A limit that is a number; NULL: not limited.
CREATE FUNCTION limit_number(limits jsonb, name text) RETURNS bigint LANGUAGE sql IMMUTABLE
    RETURN CASE jsonb_typeof(limits -> name) WHEN 'number' THEN (limits ->> name)::bigint END;
-- A limit that is a list; NULL: not limited.
CREATE FUNCTION limit_list(limits jsonb, name text) RETURNS text[] LANGUAGE sql IMMUTABLE
    RETURN CASE jsonb_typeof(limits -> name) WHEN 'array' THEN ARRAY(SELECT jsonb_array_elements_text(limits -> name)) END;
-- What holds in a tenant, with the caller's rights.
CREATE FUNCTION tenant_limits(tenant bigint) RETURNS jsonb LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT planned || limits FROM tenants WHERE tenant_id = tenant;
END;
-- NULL: unlimited. The largest binds whatever the own quota says.
CREATE FUNCTION effective_quota(own bigint, planned bigint, largest bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
    RETURN least(CASE WHEN own = -1 THEN NULL ELSE coalesce(own, planned) END, largest);

-- How many users, domains or aliases the tenant may have (NULL: any number) and has. Nobody else makes one until the transaction ends. With
-- its owner's rights, since a domain's administrator does not see the other domains that count too.
CREATE FUNCTION room_in_plan(tenant bigint, what text, OUT allowed bigint, OUT present bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM tenants WHERE tenant_id = tenant FOR NO KEY UPDATE;
    allowed := limit_number(tenant_limits(tenant), what);
    IF allowed IS NULL THEN RETURN; END IF;
    present := CASE what
        WHEN 'users' THEN (SELECT count(*) FROM users WHERE tenant_id = tenant)
        WHEN 'domains' THEN (SELECT count(*) FROM domains WHERE tenant_id = tenant)
        WHEN 'aliases' THEN (SELECT count(DISTINCT (domain_id, local_part)) FROM aliases WHERE tenant_id = tenant)
    END;
END $$;
REVOKE EXECUTE ON FUNCTION room_in_plan FROM PUBLIC;
GRANT EXECUTE ON FUNCTION room_in_plan TO casella_control, casella_administrator;

-- What a user has sent in the hour and the day that are running, while a limit holds; written by the tenant's worker.
CREATE TABLE sending (
    tenant_id bigint NOT NULL,
    user_id bigint NOT NULL,
    hour_began timestamptz NOT NULL,
    hour_recipients bigint NOT NULL,
    day_began timestamptz NOT NULL,
    day_recipients bigint NOT NULL,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE) WITH (fillfactor = 50);

ALTER TABLE plans ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE sending ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY provisioning ON plans TO casella_control USING (true);
CREATE POLICY reading ON sending FOR SELECT TO casella_control USING (true);
CREATE POLICY own_rows ON sending TO casella_tenant USING (tenant_id = (SELECT current_tenant()));
CREATE POLICY administered ON sending FOR SELECT TO casella_administrator USING (tenant_id = (SELECT administered_tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON plans TO casella_control;
-- A user's own limits are set by those who set the tenant's.
REVOKE UPDATE ON users FROM casella_administrator;
GRANT UPDATE (domain_id, local_part, suspended, suspension_reason, quota_bytes, quota_messages) ON users TO casella_administrator;
GRANT SELECT ON sending TO casella_control, casella_administrator;
GRANT SELECT, INSERT, UPDATE, DELETE ON sending TO casella_tenant;

-- As 0007_fences.sql says of every table with rows of several tenants.
DO $$
DECLARE
    place record;
BEGIN
    FOR place IN
        SELECT c.oid::regclass AS relation, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.oid IN ('plans'::regclass, 'sending'::regclass, 'tenants'::regclass, 'users'::regclass)
            AND a.attnum > 0 AND NOT a.attisdropped
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS 0', place.relation, place.attname);
    END LOOP;
END $$;
