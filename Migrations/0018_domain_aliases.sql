-- 0018_domain_aliases.sql: further names of domains, and users that get another address. Written by the control plane alone; a tenant's
-- worker reads its own rows.
CREATE TABLE domain_aliases (
    tenant_id bigint NOT NULL,
    domain_id bigint NOT NULL,
    -- One owner on the platform: see domain_names. No index of its own, by which a worker could ask for others' (0007_fences.sql).
    name text NOT NULL CHECK (name = lower(name) AND octet_length(name) BETWEEN 1 AND 253),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, domain_id, name),
    FOREIGN KEY (tenant_id, domain_id) REFERENCES domains ON DELETE CASCADE);

-- Every name of every domain, once: the key keeps two tenants, and a domain and an alias, from having the same one, whoever asks at the
-- same time. The triggers below write it, with their owner's rights, and nobody else.
CREATE TABLE domain_names (name text PRIMARY KEY);
INSERT INTO domain_names SELECT name FROM domains;

CREATE FUNCTION register_domain_name() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN DELETE FROM domain_names WHERE name = OLD.name; END IF;
    IF TG_OP <> 'DELETE' THEN INSERT INTO domain_names VALUES (NEW.name); END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION register_domain_name FROM PUBLIC;
CREATE TRIGGER register_name AFTER INSERT OR DELETE OR UPDATE OF name ON domains
    FOR EACH ROW EXECUTE FUNCTION register_domain_name();
CREATE TRIGGER register_name AFTER INSERT OR DELETE OR UPDATE OF name ON domain_aliases
    FOR EACH ROW EXECUTE FUNCTION register_domain_name();

ALTER TABLE domain_aliases ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE domain_names ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY provisioning ON domain_aliases TO casella_control USING (true);
CREATE POLICY provisioning ON domain_names TO casella_control USING (true);
CREATE POLICY own_rows ON domain_aliases FOR SELECT TO casella_tenant USING (tenant_id = (SELECT current_tenant()));
CREATE POLICY administered ON domain_aliases FOR SELECT TO casella_administrator
    USING (tenant_id = (SELECT administered_tenant()) AND domain_id = coalesce((SELECT administered_domain()), domain_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON domain_aliases, domain_names TO casella_control;
GRANT SELECT ON domain_aliases TO casella_tenant, casella_administrator;

-- As for a user who is deleted: when the control plane moves a user to another domain, the user's mail counts there, in the same
-- transaction. Both rows are locked in the order of their numbers, as the worker does.
CREATE FUNCTION move_usage_of_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM domain_usage WHERE tenant_id = NEW.tenant_id AND domain_id IN (OLD.domain_id, NEW.domain_id)
        ORDER BY domain_id FOR UPDATE;
    UPDATE domain_usage d SET bytes = greatest(0, d.bytes - u.bytes), messages = greatest(0, d.messages - u.messages)
        FROM user_usage u
        WHERE u.tenant_id = OLD.tenant_id AND u.user_id = OLD.user_id AND d.tenant_id = OLD.tenant_id AND d.domain_id = OLD.domain_id;
    INSERT INTO domain_usage AS d (tenant_id, domain_id, bytes, messages)
        SELECT u.tenant_id, NEW.domain_id, u.bytes, u.messages FROM user_usage u
        WHERE u.tenant_id = NEW.tenant_id AND u.user_id = NEW.user_id
        ON CONFLICT (tenant_id, domain_id) DO UPDATE SET bytes = d.bytes + excluded.bytes, messages = d.messages + excluded.messages;
    RETURN NEW;
END $$;
CREATE TRIGGER move_usage AFTER UPDATE OF domain_id ON users FOR EACH ROW
    WHEN (OLD.domain_id <> NEW.domain_id) EXECUTE FUNCTION move_usage_of_user();
CREATE POLICY moving ON domain_usage FOR INSERT TO casella_control WITH CHECK (true);
GRANT INSERT ON domain_usage TO casella_control, casella_administrator;

-- What goes as a whole is not counted down on the way: the second change of one row would be held against the domain, or the tenant, that
-- is gone already, and so nothing with two users' mail could be deleted.
CREATE OR REPLACE FUNCTION forget_usage_of_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE domain_usage d SET bytes = greatest(0, d.bytes - u.bytes), messages = greatest(0, d.messages - u.messages)
        FROM user_usage u
        WHERE u.tenant_id = OLD.tenant_id AND u.user_id = OLD.user_id AND d.tenant_id = OLD.tenant_id AND d.domain_id = OLD.domain_id
            AND EXISTS (SELECT FROM domains o WHERE o.tenant_id = OLD.tenant_id AND o.domain_id = OLD.domain_id);
    UPDATE tenant_usage t SET bytes = greatest(0, t.bytes - u.bytes), messages = greatest(0, t.messages - u.messages)
        FROM user_usage u
        WHERE u.tenant_id = OLD.tenant_id AND u.user_id = OLD.user_id AND t.tenant_id = OLD.tenant_id
            AND EXISTS (SELECT FROM tenants o WHERE o.tenant_id = OLD.tenant_id);
    RETURN OLD;
END $$;

-- As 0007_fences.sql says of every table with rows of several tenants.
ALTER TABLE domain_aliases
    ALTER COLUMN tenant_id SET STATISTICS 0, ALTER COLUMN domain_id SET STATISTICS 0, ALTER COLUMN name SET STATISTICS 0,
    ALTER COLUMN created_at SET STATISTICS 0;
ALTER TABLE domain_names ALTER COLUMN name SET STATISTICS 0;
