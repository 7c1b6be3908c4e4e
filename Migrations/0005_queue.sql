-- 0005_queue.sql: messages on their way out, and local ones whose worker asked to try again.
-- Written by the relay alone; the control plane reads, and has the relay carry out what operators ask for.
-- tenant_id: the sender's tenant, or for local mail that waits the recipient's; 0 for none, so it is no foreign key.
CREATE SEQUENCE queue_ids;
GRANT USAGE ON SEQUENCE queue_ids TO casella_relay;

CREATE TABLE queue_messages (
    tenant_id bigint NOT NULL,
    queue_id bigint NOT NULL DEFAULT nextval('queue_ids'),
    delivery_id text NOT NULL,  -- names this message to workers, which make each delivery once
    reverse_path text NOT NULL,  -- '': a notification
    blob_segment bigint NOT NULL,
    blob_offset bigint NOT NULL,
    blob_length bigint NOT NULL,
    size bigint NOT NULL CHECK (size >= 0),
    utf8 boolean NOT NULL DEFAULT false,  -- SMTPUTF8, RFC 6531
    body text NOT NULL DEFAULT '7BIT',  -- BODY=, RFC 6152
    ret text,  -- RET= and ENVID=, RFC 3461
    envid text,
    received_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    held boolean NOT NULL DEFAULT false,  -- an operator's wish: not tried until released
    PRIMARY KEY (tenant_id, queue_id),
    UNIQUE (queue_id));
CREATE INDEX queue_messages_by_delivery ON queue_messages (delivery_id);  -- a hand-over that is repeated is known by it

CREATE TABLE queue_recipients (
    tenant_id bigint NOT NULL,
    queue_id bigint NOT NULL,
    recipient_id int NOT NULL,
    address text NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed')),
    attempts int NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_attempt_at timestamptz NOT NULL DEFAULT now(),
    last_reply text,
    notify text,  -- NOTIFY= and ORCPT=, RFC 3461
    orcpt text,
    PRIMARY KEY (tenant_id, queue_id, recipient_id),
    FOREIGN KEY (tenant_id, queue_id) REFERENCES queue_messages ON DELETE CASCADE)
    WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX queue_recipients_due ON queue_recipients (next_attempt_at) WHERE state = 'waiting';

ALTER TABLE queue_messages ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE queue_recipients ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY relaying ON queue_messages TO casella_relay USING (true);
CREATE POLICY relaying ON queue_recipients TO casella_relay USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON queue_messages, queue_recipients TO casella_relay;

CREATE POLICY reading ON queue_messages FOR SELECT TO casella_control USING (true);
CREATE POLICY reading ON queue_recipients FOR SELECT TO casella_control USING (true);
GRANT SELECT ON queue_messages, queue_recipients TO casella_control;
