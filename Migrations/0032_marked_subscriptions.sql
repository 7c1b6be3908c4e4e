-- 0032_marked_subscriptions.sql: names of one's own that look like a subscription by number (`Shared/12@/x`, see 0030) are kept with a
-- mark (`Shared/=12@/x`), and with one more where they look marked. What has none is a shared mailbox's, unless a mailbox of the user's own
-- is called so.
ALTER TABLE subscriptions NO FORCE ROW LEVEL SECURITY;
WITH found AS (
    DELETE FROM subscriptions s
    WHERE s.name ~ '^Shared/=*[0-9]+@(/|$)' AND octet_length(s.name) < 1000
        AND (starts_with(s.name, 'Shared/=') OR EXISTS (
            SELECT FROM mailboxes m WHERE (m.tenant_id, m.user_id, m.name) = (s.tenant_id, s.user_id, s.name)))
    RETURNING tenant_id, user_id, name)
INSERT INTO subscriptions (tenant_id, user_id, name)
SELECT tenant_id, user_id, 'Shared/=' || substr(name, 8) FROM found ORDER BY 1, 2, 3;  -- sorted: all are gone before the first is back
ALTER TABLE subscriptions FORCE ROW LEVEL SECURITY;
