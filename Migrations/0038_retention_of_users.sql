-- 0038_retention_of_users.sql: days that messages stay in mailboxes for trash and junk, of single users. The control plane asks every few
-- seconds who has some: few do.
CREATE INDEX users_with_retention ON users (tenant_id) WHERE limits ?| '{trashDays,junkDays}';
