"""All rows, in the order in which they are measured. A family's rows share accounts and mailboxes."""

from . import append, deliveries, fetch, idle_connections, large_mailboxes, logins, mixed, outgoing, pop3, search, select, store, tenants

# Memory comes first, since what ran before leaves its traces, and cold starts need tenants that nobody has touched.
FAMILIES = (
    ("Idle connections", idle_connections),
    ("Tenants of Casella", tenants),
    ("Inbound SMTP, accepted and visible over IMAP", deliveries),
    ("Submission and relay", outgoing),
    ("Logins, IMAP, one Argon2id hash: 19 MiB, 2 passes", logins),
    ("SELECT", select),
    ("FETCH", fetch),
    ("STORE", store),
    ("SEARCH", search),
    ("APPEND", append),
    ("Delivery into a mailbox of many", large_mailboxes),
    ("Mixed IMAP load", mixed),
    ("POP3", pop3),
)


def chosen(bench, pattern):
    """Families with those of their rows whose family or name the pattern is found in."""
    found = []
    for title, module in FAMILIES:
        rows = [row for row in module.rows(bench) if pattern.search(f"{title}: {row.name}")]
        if rows:
            found.append((title, rows))
    if not found:
        raise SystemExit(f"No row's family and name holds {pattern.pattern!r}.")
    return found
