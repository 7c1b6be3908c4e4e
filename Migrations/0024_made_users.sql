-- 0024_made_users.sql: what an administrator of a part says of a user who is made. Limits and suspensions come afterwards, from those who
-- may change them (0016_plans.sql), and deletion is no way to begin.
REVOKE INSERT ON users FROM casella_administrator;
GRANT INSERT (tenant_id, domain_id, local_part, quota_bytes, quota_messages) ON users TO casella_administrator;
