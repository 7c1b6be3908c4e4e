-- 0040_begun_calls_found.sql: each start of the control plane looks for calls that began and of which nothing tells what came of them, and
-- asks of each by 0037's index.
CREATE INDEX audit_log_of_beginnings ON audit_log (sequence) WHERE result = 'begun';
