-- 0023_life_cycle.sql: what is deleted is kept for a while, and what is under a legal hold is not destroyed. Written by the control plane
-- alone, but for `held_messages`.
--
-- Deletion is a state, and row-level security hides rows in it from whoever does not ask for them in the transaction
-- (`casella.shows_deleted`). So no list, login or table of domains has to know of it, and one that forgets shows nothing. All that belongs
-- to a row goes by its number and stays as it is; to bring a row back is to end its state. A domain's users and aliases are reached by way
-- of their domain, and a tenant's domains are deleted with it.
ALTER TABLE users
    ADD COLUMN deleted_at timestamptz,
    ADD COLUMN deleted_by text CHECK (octet_length(deleted_by) <= 255),
    ADD COLUMN kept_until timestamptz,  -- NULL of what is deleted: until somebody says otherwise
    -- Of one address there is one user who is not deleted, and any number who are. In the key that addresses are found by, so that there
    -- is one index for both.
    ADD COLUMN deletion bigint GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL THEN 0 ELSE user_id END) STORED,
    DROP CONSTRAINT users_tenant_id_domain_id_local_part_key,
    ADD UNIQUE (tenant_id, domain_id, local_part, deletion);
-- The name stays the domain's, in domain_names too: nobody else gets its mail while it is kept.
ALTER TABLE domains
    ADD COLUMN deleted_at timestamptz,
    ADD COLUMN deleted_by text CHECK (octet_length(deleted_by) <= 255),
    ADD COLUMN kept_until timestamptz,
    ADD COLUMN deleted_with_tenant boolean NOT NULL DEFAULT false;
ALTER TABLE tenants
    ADD COLUMN deleted_at timestamptz,
    ADD COLUMN deleted_by text CHECK (octet_length(deleted_by) <= 255),
    ADD COLUMN kept_until timestamptz;

-- A setting, which anyone could SET, is enough here: the roles that it concerns are the control plane's own.
CREATE FUNCTION shows_deleted() RETURNS boolean LANGUAGE sql STABLE
    RETURN coalesce(current_setting('casella.shows_deleted', true), '') = 'on';
CREATE POLICY living ON users AS RESTRICTIVE TO casella_control, casella_administrator
    USING (deleted_at IS NULL OR (SELECT shows_deleted()));
CREATE POLICY living ON domains AS RESTRICTIVE TO casella_control, casella_administrator
    USING (deleted_at IS NULL OR (SELECT shows_deleted()));
CREATE POLICY living ON tenants AS RESTRICTIVE TO casella_control, casella_administrator
    USING (deleted_at IS NULL OR (SELECT shows_deleted()));
CREATE POLICY living ON domain_aliases AS RESTRICTIVE TO casella_control, casella_administrator
    USING (EXISTS (
        SELECT FROM domains d WHERE d.tenant_id = domain_aliases.tenant_id AND d.domain_id = domain_aliases.domain_id));
-- A worker has no use for a deleted domain. Deleted users it must know: their mail in its log still has to get to them.
CREATE POLICY living_of_tenant ON domains AS RESTRICTIVE TO casella_tenant USING (deleted_at IS NULL);
GRANT UPDATE (deleted_at, deleted_by, kept_until) ON users TO casella_administrator;

-- What is deleted counts for nobody, in the same transaction, and counts again when it is brought back.
CREATE FUNCTION count_deletion_of_user() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sign bigint := CASE WHEN NEW.deleted_at IS NULL THEN 1 ELSE -1 END;
BEGIN
    UPDATE domain_usage d SET bytes = greatest(0, d.bytes + sign * u.bytes), messages = greatest(0, d.messages + sign * u.messages)
        FROM user_usage u
        WHERE u.tenant_id = NEW.tenant_id AND u.user_id = NEW.user_id AND d.tenant_id = NEW.tenant_id AND d.domain_id = NEW.domain_id;
    UPDATE tenant_usage t SET bytes = greatest(0, t.bytes + sign * u.bytes), messages = greatest(0, t.messages + sign * u.messages)
        FROM user_usage u
        WHERE u.tenant_id = NEW.tenant_id AND u.user_id = NEW.user_id AND t.tenant_id = NEW.tenant_id;
    RETURN NEW;
END $$;
CREATE TRIGGER count_deletion AFTER UPDATE OF deleted_at ON users FOR EACH ROW
    WHEN ((OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL)) EXECUTE FUNCTION count_deletion_of_user();
-- Who comes back under an address of another domain counts there, and has counted nowhere.
DROP TRIGGER move_usage ON users;
CREATE TRIGGER move_usage AFTER UPDATE OF domain_id ON users FOR EACH ROW
    WHEN (OLD.domain_id <> NEW.domain_id AND OLD.deleted_at IS NULL) EXECUTE FUNCTION move_usage_of_user();

CREATE FUNCTION count_deletion_of_domain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sign bigint := CASE WHEN TG_OP = 'UPDATE' AND NEW.deleted_at IS NULL THEN 1 ELSE -1 END;
BEGIN
    UPDATE tenant_usage t SET bytes = greatest(0, t.bytes + sign * d.bytes), messages = greatest(0, t.messages + sign * d.messages)
        FROM domain_usage d
        WHERE d.tenant_id = OLD.tenant_id AND d.domain_id = OLD.domain_id AND t.tenant_id = OLD.tenant_id
            AND EXISTS (SELECT FROM tenants o WHERE o.tenant_id = OLD.tenant_id);
    RETURN CASE WHEN TG_OP = 'UPDATE' THEN NEW ELSE OLD END;
END $$;
CREATE TRIGGER count_deletion AFTER UPDATE OF deleted_at ON domains FOR EACH ROW
    WHEN ((OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL)) EXECUTE FUNCTION count_deletion_of_domain();
CREATE TRIGGER forget_usage BEFORE DELETE ON domains FOR EACH ROW
    WHEN (OLD.deleted_at IS NULL) EXECUTE FUNCTION count_deletion_of_domain();

-- Of a user whose domain goes, or is deleted, the domain's trigger has seen to it; of one who is deleted, the user's own.
CREATE OR REPLACE FUNCTION forget_usage_of_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.deleted_at IS NOT NULL OR NOT EXISTS (
        SELECT FROM domains o WHERE o.tenant_id = OLD.tenant_id AND o.domain_id = OLD.domain_id AND o.deleted_at IS NULL)
    THEN
        RETURN OLD;
    END IF;
    UPDATE domain_usage d SET bytes = greatest(0, d.bytes - u.bytes), messages = greatest(0, d.messages - u.messages)
        FROM user_usage u
        WHERE u.tenant_id = OLD.tenant_id AND u.user_id = OLD.user_id AND d.tenant_id = OLD.tenant_id AND d.domain_id = OLD.domain_id;
    UPDATE tenant_usage t SET bytes = greatest(0, t.bytes - u.bytes), messages = greatest(0, t.messages - u.messages)
        FROM user_usage u
        WHERE u.tenant_id = OLD.tenant_id AND u.user_id = OLD.user_id AND t.tenant_id = OLD.tenant_id;
    RETURN OLD;
END $$;

-- As in 0020_groups.sql, of what is not deleted; said here too, since its caller may see what is.
CREATE OR REPLACE FUNCTION room_in_plan(tenant bigint, what text, OUT allowed bigint, OUT present bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF tenant <> administered_tenant() THEN  -- NULL: the control plane as itself
        RAISE EXCEPTION 'another tenant''s plan' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM FROM tenants WHERE tenant_id = tenant FOR NO KEY UPDATE;
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

-- Legal holds. A hold without a domain and a user is the tenant's. Nothing that a hold points at can go: no reference cascades, and the
-- triggers below keep what is below it, whoever deletes.
CREATE TABLE holds (
    tenant_id bigint NOT NULL REFERENCES tenants,
    hold_id bigint NOT NULL DEFAULT random_id(),
    domain_id bigint,
    user_id bigint,
    reason text NOT NULL CHECK (octet_length(reason) BETWEEN 1 AND 500),
    set_by text NOT NULL CHECK (octet_length(set_by) <= 255),
    set_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, hold_id),
    UNIQUE NULLS NOT DISTINCT (tenant_id, domain_id, user_id),
    FOREIGN KEY (tenant_id, domain_id) REFERENCES domains,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users,
    CHECK (domain_id IS NULL OR user_id IS NULL));

-- Messages that a held user removed: where they were, and where their octets are. Written by the tenant's worker in the transaction that
-- removes them, and taken away by the control plane when no hold concerns the user any more.
CREATE TABLE held_messages (
    tenant_id bigint NOT NULL,
    user_id bigint NOT NULL,
    mailbox_id bigint NOT NULL,
    uid bigint NOT NULL,
    mailbox text NOT NULL,
    flags int NOT NULL,
    keywords text[] NOT NULL,
    internal_date timestamptz NOT NULL,
    saved_at timestamptz NOT NULL,
    size bigint NOT NULL,
    blob_segment bigint NOT NULL,
    blob_offset bigint NOT NULL,
    blob_length bigint NOT NULL,
    removed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, user_id, mailbox_id, uid),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE);

-- With its owner's rights, since a part's administrator sees no hold above the part.
CREATE FUNCTION refuse_held() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    doomed_domain bigint;
    doomed_user bigint;
BEGIN
    PERFORM FROM tenants WHERE tenant_id = OLD.tenant_id FOR NO KEY UPDATE;  -- as who sets a hold does
    IF TG_TABLE_NAME <> 'tenants' THEN doomed_domain := OLD.domain_id; END IF;
    IF TG_TABLE_NAME = 'users' THEN doomed_user := OLD.user_id; END IF;
    IF EXISTS (
        SELECT FROM holds h WHERE h.tenant_id = OLD.tenant_id
            AND (h.domain_id IS NULL AND h.user_id IS NULL OR h.domain_id = doomed_domain OR h.user_id = doomed_user))
    THEN
        RAISE EXCEPTION 'a legal hold keeps this' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
REVOKE EXECUTE ON FUNCTION refuse_held FROM PUBLIC;
CREATE TRIGGER refuse_held BEFORE DELETE ON users FOR EACH ROW EXECUTE FUNCTION refuse_held();
CREATE TRIGGER refuse_held BEFORE DELETE ON domains FOR EACH ROW EXECUTE FUNCTION refuse_held();
CREATE TRIGGER refuse_held BEFORE DELETE ON tenants FOR EACH ROW EXECUTE FUNCTION refuse_held();

ALTER TABLE holds ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE held_messages ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY provisioning ON holds TO casella_control USING (true);
CREATE POLICY own_rows ON holds FOR SELECT TO casella_tenant USING (tenant_id = (SELECT current_tenant()));
CREATE POLICY administered ON holds FOR SELECT TO casella_administrator USING (tenant_id = (SELECT administered_tenant()));
CREATE POLICY own_rows ON held_messages TO casella_tenant USING (tenant_id = (SELECT current_tenant()));
CREATE POLICY reading ON held_messages FOR SELECT TO casella_control USING (true);
CREATE POLICY releasing ON held_messages FOR DELETE TO casella_control USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON holds TO casella_control;
-- That there is one, and not why.
GRANT SELECT (tenant_id, hold_id, domain_id, user_id) ON holds TO casella_tenant, casella_administrator;
GRANT SELECT, INSERT ON held_messages TO casella_tenant;
GRANT SELECT, DELETE ON held_messages TO casella_control;

-- As 0007_fences.sql says of every table with rows of several tenants.
DO $$
DECLARE
    place record;
BEGIN
    FOR place IN
        SELECT c.oid::regclass AS relation, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.oid IN ('holds'::regclass, 'held_messages'::regclass, 'tenants'::regclass, 'domains'::regclass, 'users'::regclass)
            AND a.attnum > 0 AND NOT a.attisdropped
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS 0', place.relation, place.attname);
    END LOOP;
END $$;
