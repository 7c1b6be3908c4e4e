-- How a worker knows that the one before did not end in order: numbers of messages may have been told then that no row knows of, and if
-- the blob log has lost its end nothing else does. Such ends are counted, and each mailbox's UIDs and change numbers skip some for each
-- (UncleanEnds.swift). Written by the tenant's worker alone, like all of these rows.
-- Nobody knows how the last workers from before this ended.
ALTER TABLE leases
    ADD COLUMN may_be_ahead boolean NOT NULL DEFAULT true,
    ADD COLUMN unclean_ends bigint NOT NULL DEFAULT 0;
ALTER TABLE leases ALTER COLUMN may_be_ahead SET DEFAULT false;

-- How many there had been when the mailbox's counters were last written: those since are reckoned in by whoever reads them.
ALTER TABLE mailboxes ADD COLUMN unclean_ends bigint NOT NULL DEFAULT 0;

-- As 0007_fences.sql says of every table with rows of several tenants.
ALTER TABLE leases ALTER COLUMN may_be_ahead SET STATISTICS 0, ALTER COLUMN unclean_ends SET STATISTICS 0;
ALTER TABLE mailboxes ALTER COLUMN unclean_ends SET STATISTICS 0;
