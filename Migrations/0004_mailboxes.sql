-- 0004_mailboxes.sql: mailboxes, their messages, and which deliveries were made.
-- Written by the tenant's worker alone, which holds the lease; the control plane reads. Message bytes are in the
-- worker's blob store: a row says where.
CREATE SEQUENCE mailbox_ids;
GRANT USAGE ON SEQUENCE mailbox_ids TO casella_tenant;

CREATE TABLE mailboxes (
    tenant_id bigint NOT NULL,
    mailbox_id bigint NOT NULL DEFAULT nextval('mailbox_ids'),
    user_id bigint NOT NULL,
    name text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 1000),  -- UTF-8, '/' between levels; INBOX in upper case
    special_use text,  -- RFC 6154
    uidvalidity bigint NOT NULL CHECK (uidvalidity BETWEEN 1 AND 4294967295),  -- nz-number, RFC 9051 §9
    uidnext bigint NOT NULL DEFAULT 1,
    highestmodseq bigint NOT NULL DEFAULT 1,
    recent_uid bigint NOT NULL DEFAULT 1,  -- messages from this UID on are \Recent to the next session that selects
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, mailbox_id),
    UNIQUE (tenant_id, user_id, name),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE)
    WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.1);  -- uidnext changes with each delivery

CREATE TABLE subscriptions (
    tenant_id bigint NOT NULL,
    user_id bigint NOT NULL,
    name text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 1000),
    PRIMARY KEY (tenant_id, user_id, name),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE);

CREATE TABLE messages (
    tenant_id bigint NOT NULL,
    mailbox_id bigint NOT NULL,
    uid bigint NOT NULL CHECK (uid BETWEEN 1 AND 4294967295),
    modseq bigint NOT NULL,
    flags int NOT NULL DEFAULT 0,  -- 1 \Answered, 2 \Flagged, 4 \Deleted, 8 \Seen, 16 \Draft
    keywords text[] NOT NULL DEFAULT '{}',
    internal_date timestamptz NOT NULL,
    saved_at timestamptz NOT NULL DEFAULT now(),
    size bigint NOT NULL CHECK (size >= 0),  -- RFC822.SIZE
    blob_segment bigint NOT NULL,
    blob_offset bigint NOT NULL,
    blob_length bigint NOT NULL,
    structure bytea,  -- cached ENVELOPE and BODYSTRUCTURE; NULL: not asked for yet
    PRIMARY KEY (tenant_id, mailbox_id, uid),
    FOREIGN KEY (tenant_id, mailbox_id) REFERENCES mailboxes ON DELETE CASCADE)
    -- No index but the key, and room in each page: changes of flags stay in their page (HOT).
    WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.1);

-- A delivery that is tried again after a lost answer is recognised here, and not made twice.
CREATE TABLE deliveries (
    tenant_id bigint NOT NULL,
    user_id bigint NOT NULL,
    delivery_id bytea NOT NULL CHECK (octet_length(delivery_id) = 16),
    delivered_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, user_id, delivery_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE)
    WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX deliveries_by_time ON deliveries USING brin (delivered_at);  -- for forgetting old ones

ALTER TABLE mailboxes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE subscriptions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE messages ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE deliveries ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY reading ON mailboxes FOR SELECT TO casella_control USING (true);
CREATE POLICY reading ON subscriptions FOR SELECT TO casella_control USING (true);
CREATE POLICY reading ON messages FOR SELECT TO casella_control USING (true);
CREATE POLICY reading ON deliveries FOR SELECT TO casella_control USING (true);
GRANT SELECT ON mailboxes, subscriptions, messages, deliveries TO casella_control;

CREATE POLICY own_rows ON mailboxes TO casella_tenant USING (tenant_id = (SELECT current_tenant()));
CREATE POLICY own_rows ON subscriptions TO casella_tenant USING (tenant_id = (SELECT current_tenant()));
CREATE POLICY own_rows ON messages TO casella_tenant USING (tenant_id = (SELECT current_tenant()));
CREATE POLICY own_rows ON deliveries TO casella_tenant USING (tenant_id = (SELECT current_tenant()));
GRANT SELECT, INSERT, UPDATE, DELETE ON mailboxes, subscriptions, messages, deliveries TO casella_tenant;
