-- 0014_suspensions.sql: a tenant or a user can be suspended in part: mail that comes in, mail that goes out, logins; and people are told why.
ALTER TABLE tenants
    ADD COLUMN suspended text[] NOT NULL DEFAULT '{}' CHECK (suspended <@ ARRAY['incoming', 'outgoing', 'login']),
    ADD COLUMN suspension_reason text CHECK (octet_length(suspension_reason) <= 200);
ALTER TABLE users
    ADD COLUMN suspended text[] NOT NULL DEFAULT '{}' CHECK (suspended <@ ARRAY['incoming', 'outgoing', 'login']),
    ADD COLUMN suspension_reason text CHECK (octet_length(suspension_reason) <= 200);
UPDATE tenants SET suspended = ARRAY['incoming', 'outgoing', 'login'] WHERE state = 'suspended';
UPDATE users SET suspended = ARRAY['incoming', 'outgoing', 'login'] WHERE state = 'suspended';
ALTER TABLE tenants DROP COLUMN state;
ALTER TABLE users DROP COLUMN state;

-- As 0007_fences.sql says of every table with rows of several tenants.
ALTER TABLE tenants ALTER COLUMN suspended SET STATISTICS 0, ALTER COLUMN suspension_reason SET STATISTICS 0;
ALTER TABLE users ALTER COLUMN suspended SET STATISTICS 0, ALTER COLUMN suspension_reason SET STATISTICS 0;
