-- 0010_edited_modseq.sql: the change number of a mailbox's last change that was more than messages coming in.
-- A worker leaves snapshots of mailboxes when it ends. What was in a snapshot is still so if nothing was edited behind it. There are
-- none yet, so every number is right for the mailboxes that there are.
ALTER TABLE mailboxes ADD COLUMN edited_modseq bigint NOT NULL DEFAULT 1;

-- As 0007_fences.sql says of every table with rows of several tenants.
ALTER TABLE mailboxes ALTER COLUMN edited_modseq SET STATISTICS 0;
