-- 0001_roles.sql: who logs in, and how a row knows its reader.
--   casella_control  the control plane: owns the schema, runs migrations, provisions.
--   casella_relay    the relay: the outbound queue and nothing else.
--   casella_tenant   what all tenant workers may do; each logs in as its own casella_t<tenant_id>, a member of it.
-- Roles belong to the whole server, so they may be there already, or be made for another database at this moment.
-- Passwords are set by the control plane.
DO $$
DECLARE
    definition text;
BEGIN
    FOREACH definition IN ARRAY ARRAY['casella_control LOGIN CREATEROLE', 'casella_relay LOGIN', 'casella_tenant NOLOGIN'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = split_part(definition, ' ', 1)) THEN
            BEGIN
                EXECUTE 'CREATE ROLE ' || definition;
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
            END;
        END IF;
    END LOOP;
    -- Nobody else comes in, and nobody fills the disk with temporary tables.
    EXECUTE format('REVOKE CONNECT, TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO casella_control, casella_relay, casella_tenant', current_database());
END $$;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO casella_control, casella_relay, casella_tenant;

-- The tenant whose worker is logged in; NULL for everybody else. It asks session_user, which no SET and no SET ROLE
-- changes. The body is parsed now, so a caller's search_path cannot lend it another meaning.
CREATE FUNCTION current_tenant() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN session_user ~ '^casella_t[0-9]{1,18}$' THEN substr(session_user::text, 10)::bigint END;
