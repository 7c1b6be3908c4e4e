-- Users are found by their addresses and counted by their domains from one index. With two of them PostgreSQL, which has no statistics of
-- users and so takes a domain for one user large, looked for an address in the smaller one, and read the whole domain for it.
ALTER TABLE users
    DROP CONSTRAINT users_tenant_id_domain_id_local_part_deletion_key,
    ADD CONSTRAINT users_by_address UNIQUE (tenant_id, domain_id, local_part, deletion) INCLUDE (deleted_at);
DROP INDEX users_by_domain;
