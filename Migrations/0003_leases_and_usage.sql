-- 0003_leases_and_usage.sql: which worker may write a tenant's mail, and how much of it there is.
-- The control plane makes a lease with its tenant; afterwards the worker alone writes. It takes the lease by raising
-- the epoch, and each of its writing transactions checks that the epoch is still its own.
-- Usage changes in the transaction that stores or removes the messages that it counts.
-- These rows change with each delivery: half of a page stays free, so that new versions stay in it (HOT) and no index grows.
CREATE TABLE leases (
    tenant_id bigint PRIMARY KEY REFERENCES tenants ON DELETE CASCADE,
    epoch bigint NOT NULL DEFAULT 0) WITH (fillfactor = 50);

CREATE TABLE tenant_usage (
    tenant_id bigint PRIMARY KEY REFERENCES tenants ON DELETE CASCADE,
    bytes bigint NOT NULL CHECK (bytes >= 0),
    messages bigint NOT NULL CHECK (messages >= 0)) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.1);

CREATE TABLE domain_usage (
    tenant_id bigint NOT NULL,
    domain_id bigint NOT NULL,
    bytes bigint NOT NULL CHECK (bytes >= 0),
    messages bigint NOT NULL CHECK (messages >= 0),
    PRIMARY KEY (tenant_id, domain_id),
    FOREIGN KEY (tenant_id, domain_id) REFERENCES domains ON DELETE CASCADE)
    WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.1);

CREATE TABLE user_usage (
    tenant_id bigint NOT NULL,
    user_id bigint NOT NULL,
    bytes bigint NOT NULL CHECK (bytes >= 0),
    messages bigint NOT NULL CHECK (messages >= 0),
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE)
    WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.1);

ALTER TABLE leases ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE tenant_usage ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE domain_usage ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE user_usage ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY beginning ON leases FOR INSERT TO casella_control WITH CHECK (epoch = 0);
CREATE POLICY reading ON leases FOR SELECT TO casella_control USING (true);
CREATE POLICY own_rows ON leases TO casella_tenant USING (tenant_id = (SELECT current_tenant()));
GRANT SELECT, INSERT ON leases TO casella_control;
GRANT SELECT, UPDATE ON leases TO casella_tenant;

CREATE POLICY reading ON tenant_usage FOR SELECT TO casella_control USING (true);
CREATE POLICY reading ON domain_usage FOR SELECT TO casella_control USING (true);
CREATE POLICY reading ON user_usage FOR SELECT TO casella_control USING (true);
CREATE POLICY own_rows ON tenant_usage TO casella_tenant USING (tenant_id = (SELECT current_tenant()));
CREATE POLICY own_rows ON domain_usage TO casella_tenant USING (tenant_id = (SELECT current_tenant()));
CREATE POLICY own_rows ON user_usage TO casella_tenant USING (tenant_id = (SELECT current_tenant()));
GRANT SELECT ON tenant_usage, domain_usage, user_usage TO casella_control;
GRANT SELECT, INSERT, UPDATE, DELETE ON tenant_usage, domain_usage, user_usage TO casella_tenant;

-- The one exception: when the control plane deletes a user, the user's mail stops counting for the domain and the tenant,
-- in the same transaction.
CREATE FUNCTION forget_usage_of_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE domain_usage d SET bytes = greatest(0, d.bytes - u.bytes), messages = greatest(0, d.messages - u.messages)
        FROM user_usage u
        WHERE u.tenant_id = OLD.tenant_id AND u.user_id = OLD.user_id AND d.tenant_id = OLD.tenant_id AND d.domain_id = OLD.domain_id;
    UPDATE tenant_usage t SET bytes = greatest(0, t.bytes - u.bytes), messages = greatest(0, t.messages - u.messages)
        FROM user_usage u
        WHERE u.tenant_id = OLD.tenant_id AND u.user_id = OLD.user_id AND t.tenant_id = OLD.tenant_id;
    RETURN OLD;
END $$;
CREATE TRIGGER forget_usage BEFORE DELETE ON users FOR EACH ROW EXECUTE FUNCTION forget_usage_of_user();
CREATE POLICY forgetting ON domain_usage FOR UPDATE TO casella_control USING (true);
CREATE POLICY forgetting ON tenant_usage FOR UPDATE TO casella_control USING (true);
GRANT UPDATE ON domain_usage, tenant_usage TO casella_control;
