-- 0048_numbers.sql: numbers of queued messages and of applies are seen by those whom they concern, and would tell a company how much all
-- others send and change if they counted. So they are the moment of making in microseconds: the later the higher, and below 2^53, which
-- every reader of JSON keeps whole. Should two be made in the same one, the key refuses the second, which is tried again.
ALTER TABLE queue_messages ALTER COLUMN queue_id SET DEFAULT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
DROP SEQUENCE queue_ids;
ALTER TABLE applies ALTER COLUMN number DROP IDENTITY;
ALTER TABLE applies ALTER COLUMN number SET DEFAULT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
