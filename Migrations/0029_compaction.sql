-- 0029_compaction.sql: a tenant's worker writes what is still wanted of sparse blob segments close together into new ones, and says in the
-- rows of held messages too where their octets are then. It may change nothing else of them.
GRANT UPDATE (blob_segment, blob_offset) ON held_messages TO casella_tenant;
