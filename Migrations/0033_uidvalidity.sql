-- A mailbox's number is its UIDVALIDITY, and mail programs take a mailbox of the same address and UIDVALIDITY for the one that they know
-- (RFC 3501 §2.3.1.1). Each tenant's numbers began at 1, so a company that was destroyed and made anew gave the same ones once more. They
-- begin at the time now, in seconds, which a tenant's number of mailboxes does not catch up with.
CREATE OR REPLACE FUNCTION take_mailbox_ids(tenant bigint, amount bigint) RETURNS SETOF bigint LANGUAGE sql
BEGIN ATOMIC
    WITH taken AS (
        INSERT INTO mailbox_counters AS counter VALUES (tenant, extract(epoch FROM now())::bigint + amount)
        ON CONFLICT (tenant_id) DO UPDATE SET last_id = counter.last_id + amount RETURNING last_id)
    SELECT generate_series(last_id - amount + 1, last_id) FROM taken;
END;
