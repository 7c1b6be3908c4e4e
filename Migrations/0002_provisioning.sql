-- 0002_provisioning.sql: tenants, their domains, users and aliases, and how users prove who they are.
-- Written by the control plane alone. A tenant's worker reads its own rows, except credentials: those only the
-- control plane reads. Deleting a tenant, a domain or a user deletes everything below it.
CREATE SEQUENCE domain_ids;
CREATE SEQUENCE user_ids;
GRANT USAGE ON SEQUENCE domain_ids, user_ids TO casella_control;

CREATE TABLE tenants (
    tenant_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended')),
    quota_bytes bigint CHECK (quota_bytes >= 0),  -- NULL: unlimited
    quota_messages bigint CHECK (quota_messages >= 0),
    created_at timestamptz NOT NULL DEFAULT now());

CREATE TABLE domains (
    tenant_id bigint NOT NULL REFERENCES tenants ON DELETE CASCADE,
    domain_id bigint NOT NULL DEFAULT nextval('domain_ids'),
    name text NOT NULL UNIQUE CHECK (name = lower(name) AND octet_length(name) BETWEEN 1 AND 253),  -- A-labels; one owner on the platform
    quota_bytes bigint CHECK (quota_bytes >= 0),
    quota_messages bigint CHECK (quota_messages >= 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, domain_id));

CREATE TABLE users (
    tenant_id bigint NOT NULL,
    user_id bigint NOT NULL DEFAULT nextval('user_ids'),
    domain_id bigint NOT NULL,
    -- Octets: RFC 5321 §4.5.3.1.1.
    local_part text NOT NULL CHECK (local_part = lower(local_part) AND octet_length(local_part) BETWEEN 1 AND 64),
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended')),
    quota_bytes bigint CHECK (quota_bytes >= 0),
    quota_messages bigint CHECK (quota_messages >= 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, user_id),
    UNIQUE (tenant_id, domain_id, local_part),
    FOREIGN KEY (tenant_id, domain_id) REFERENCES domains ON DELETE CASCADE);

CREATE TABLE credentials (
    tenant_id bigint NOT NULL,
    user_id bigint NOT NULL,
    hash text NOT NULL,  -- Argon2id in its encoded form, parameters and salt included (RFC 9106)
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE);

CREATE TABLE aliases (
    tenant_id bigint NOT NULL,
    domain_id bigint NOT NULL,
    -- '': every address of the domain that is nothing else.
    local_part text NOT NULL CHECK (local_part = lower(local_part) AND octet_length(local_part) <= 64),
    target text NOT NULL CHECK (octet_length(target) BETWEEN 3 AND 320),
    PRIMARY KEY (tenant_id, domain_id, local_part, target),
    FOREIGN KEY (tenant_id, domain_id) REFERENCES domains ON DELETE CASCADE);

ALTER TABLE tenants ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;  -- forced: their owner is held to it too
ALTER TABLE domains ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE credentials ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE aliases ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY provisioning ON tenants TO casella_control USING (true);
CREATE POLICY provisioning ON domains TO casella_control USING (true);
CREATE POLICY provisioning ON users TO casella_control USING (true);
CREATE POLICY provisioning ON credentials TO casella_control USING (true);
CREATE POLICY provisioning ON aliases TO casella_control USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON tenants, domains, users, credentials, aliases TO casella_control;

-- The inner SELECT: asked once a query, not once a row.
CREATE POLICY own_rows ON tenants FOR SELECT TO casella_tenant USING (tenant_id = (SELECT current_tenant()));
CREATE POLICY own_rows ON domains FOR SELECT TO casella_tenant USING (tenant_id = (SELECT current_tenant()));
CREATE POLICY own_rows ON users FOR SELECT TO casella_tenant USING (tenant_id = (SELECT current_tenant()));
CREATE POLICY own_rows ON aliases FOR SELECT TO casella_tenant USING (tenant_id = (SELECT current_tenant()));
GRANT SELECT ON tenants, domains, users, aliases TO casella_tenant;
