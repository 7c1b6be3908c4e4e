-- 0006_admin_events.sql: what operators did. Written and read by the control plane alone; rows are added, never changed.
-- It outlives the tenants that it tells of, so it names them by text and is no tenant's table.
CREATE TABLE admin_events (
    event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    caller text NOT NULL,  -- the operating system's user on the other end of the socket
    command text NOT NULL,  -- such as 'POST /tenants'
    target text NOT NULL,
    result text NOT NULL);  -- 'done', or the kind of error
CREATE INDEX admin_events_by_time ON admin_events (at);
GRANT SELECT, INSERT ON admin_events TO casella_control;
