/* Memory for password hashes that is kept from one to the next. */
#ifndef CASELLA_CHASHMEMORY_H
#define CASELLA_CHASHMEMORY_H

/* Between the two, large memory that this thread maps, and has filled with pages at once, comes from what is kept if it is there. */
void casella_hash_memory_begin(void);
void casella_hash_memory_end(void);

/* Gives back to the system what is kept and not in use. */
void casella_hash_memory_release(void);

#endif
