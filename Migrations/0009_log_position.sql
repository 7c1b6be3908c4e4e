-- 0009_log_position.sql: how much of a tenant's blob log is in these tables.
-- A message is answered for once its blob record is durable; its rows follow a moment later, in a transaction that moves
-- this place forward too. A worker that starts enters the records behind it.
ALTER TABLE leases
    ADD COLUMN log_segment bigint NOT NULL DEFAULT 0,
    ADD COLUMN log_offset bigint NOT NULL DEFAULT 0;

-- As 0007_fences.sql says of every table with rows of several tenants.
ALTER TABLE leases ALTER COLUMN log_segment SET STATISTICS 0, ALTER COLUMN log_offset SET STATISTICS 0;
