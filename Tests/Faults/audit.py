"""The account after a fault: what IMAP shows and what the tables hold, against the ledger."""

import re

import wire
from letters import identifier_of, is_whole

# Messages fetched at once.
STRIDE = 400

# Every level's counters beside the sums that they stand for; rows that differ.
WRONG_COUNTERS = """
    WITH held AS (
        SELECT u.tenant_id, u.domain_id, u.user_id, coalesce(sum(m.size), 0) AS bytes, count(m.uid) AS messages
        FROM users u LEFT JOIN mailboxes b ON b.tenant_id = u.tenant_id AND b.user_id = u.user_id
        LEFT JOIN messages m ON m.tenant_id = b.tenant_id AND m.mailbox_id = b.mailbox_id GROUP BY 1, 2, 3),
    sums AS (
        SELECT 'user ' || user_id AS what, bytes, messages FROM held
        UNION ALL SELECT 'domain ' || domain_id, sum(bytes), sum(messages) FROM held GROUP BY domain_id
        UNION ALL SELECT 'tenant ' || tenant_id, sum(bytes), sum(messages) FROM held GROUP BY tenant_id),
    counters AS (
        SELECT 'user ' || user_id AS what, bytes, messages FROM user_usage
        UNION ALL SELECT 'domain ' || domain_id, bytes, messages FROM domain_usage
        UNION ALL SELECT 'tenant ' || tenant_id, bytes, messages FROM tenant_usage)
    SELECT what, 'counted', coalesce(c.bytes, 0), coalesce(c.messages, 0), 'held', coalesce(s.bytes, 0), coalesce(s.messages, 0)
    FROM sums s FULL JOIN counters c USING (what)
    WHERE (coalesce(c.bytes, 0), coalesce(c.messages, 0)) <> (coalesce(s.bytes, 0), coalesce(s.messages, 0))"""

UIDS_AHEAD = """
    SELECT b.user_id, b.name, b.uidnext, max(m.uid) FROM mailboxes b JOIN messages m USING (tenant_id, mailbox_id)
    GROUP BY 1, 2, 3 HAVING max(m.uid) >= b.uidnext"""


def audit(stage, ledger, damaged=frozenset()):
    """Returns the problems and the number of messages seen.

    `damaged`: (address, mailbox, uid) of messages whose records the test damaged: their places and flags must still be known,
    and their content must be refused, not made up."""
    problems, count = [], 0
    for company in stage.companies:
        for address, password in company.passwords.items():
            with wire.IMAP(stage.port("imap"), address, password, timeout=60) as imap:
                found = {}
                for mailbox in mailboxes(imap):
                    count += read(imap, address, mailbox, ledger, found, damaged, problems)
            problems += ledger.settle(address, {identifier: frozenset(places) for identifier, places in found.items()})
    problems += [f"counters differ: {row}" for row in stage.sql(WRONG_COUNTERS)]
    problems += [f"UIDNEXT is behind: {row}" for row in stage.sql(UIDS_AHEAD)]
    return problems, count


def mailboxes(imap):
    _, untagged = imap.command('LIST "" "*"')
    return [found.group(1) for line, _ in untagged if (found := re.search(r'LIST \([^)]*\) "/" "?([^"]+)"?$', line))]


def read(imap, address, mailbox, ledger, found, damaged, problems):
    """Adds a mailbox's messages to `found`; returns how many there are."""
    where = f"{address} {mailbox}"
    validity, uid_next, count = imap.select(f'"{mailbox}"', "EXAMINE")
    if uid_next <= ledger.highest_uid(address, mailbox, validity):
        problems.append(f"{where}: UIDNEXT {uid_next} would give UID {ledger.highest_uid(address, mailbox, validity)} a second time")
    if not count:
        return 0
    flags = {uid: flags for uid, (flags, _) in imap.fetch("1:*", "UID FLAGS").items()}
    if len(flags) != count:
        problems.append(f"{where}: {count} messages are announced and {len(flags)} have UIDs")
    bad = {uid for uid in flags if (address, mailbox, uid) in damaged}
    contents = {}
    good = sorted(set(flags) - bad)
    for start in range(0, len(good), STRIDE):
        part = ",".join(map(str, good[start : start + STRIDE]))
        answer = imap.fetch(part, "UID BODY.PEEK[]", despite_damage=True)
        contents |= {uid: content for uid, (_, content) in answer.items()}
    for uid in good:
        content = contents.get(uid)
        if content is None or not is_whole(content):
            problems.append(f"{where}: the message with UID {uid} is not whole: {content and content[:200]!r}")
            continue
        add(found, problems, where, ledger, (address, mailbox, validity, uid), identifier_of(content), flags[uid])
    for uid in bad:
        refuses(imap, where, uid, problems)
        # Its envelope is kept beside it.
        _, untagged = imap.command(f"UID FETCH {uid} (ENVELOPE)")
        identifier = re.search(r"<([^<>]*@faults\.example)>", " ".join(line for line, _ in untagged))
        if identifier:
            add(found, problems, where, ledger, (address, mailbox, validity, uid), identifier.group(1), flags[uid])
        else:
            problems.append(f"{where}: the damaged message with UID {uid} has lost its envelope too: {untagged}")
    return count


def add(found, problems, where, ledger, place, identifier, flags):
    address, mailbox, validity, uid = place
    ledger.saw(address, mailbox, validity, uid, identifier)
    places = found.setdefault(identifier, [])
    if any(mailbox == other for other, _ in places):
        problems.append(f"{where}: {identifier} is there twice")
    places.append((mailbox, flags))


def refuses(imap, where, uid, problems):
    try:
        answer = imap.fetch(str(uid), "UID BODY.PEEK[]")
    except wire.Refused as refusal:
        if "[CORRUPTION]" not in str(refusal):
            problems.append(f"{where}: the damaged message with UID {uid} is refused without naming the reason: {refusal}")
    else:
        problems.append(f"{where}: the damaged message with UID {uid} was served: {answer!r:.200}")
