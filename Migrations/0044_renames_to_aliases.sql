-- 0044_renames_to_aliases.sql: a domain and one of its further names change places in one transaction, with the keys of both. Keys have the
-- name before its row is there.
ALTER TABLE dkim_keys
    ALTER CONSTRAINT dkim_keys_tenant_id_domain_id_alias_fkey DEFERRABLE INITIALLY IMMEDIATE;
