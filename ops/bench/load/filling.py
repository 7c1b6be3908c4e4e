"""Fills mailboxes: distinct messages by APPEND on several sessions at once, then COPY of the mailbox into itself until it is full."""

from . import imap
from .messages import message

DISTINCT = 500
SESSIONS = 10


def fill(system, address, count, octets=2048, distinct=DISTINCT):
    """Brings INBOX up to `count` messages, every third of them with an attachment and every fourth seen."""
    session = imap.Session(system.port(143), address, system.passwords[address])
    try:
        present = session.messages()
        own = min(count, distinct)
        if present < own:
            append(system, address, own - present, octets)
            present = own
        session.command(b"SELECT INBOX")
        while present < count:
            more = min(present, count - present)
            session.command(b"COPY 1:%d INBOX" % more)
            present += more
            session.command(b"NOOP")
    finally:
        session.close()


def append(system, address, count, octets):
    numbers = iter(range(count))

    def script(_):
        for number in numbers:
            words = imap.append_words(
                b"INBOX", message(octets, address, simple=number % 3 != 0), b"\\Seen" if number % 4 == 0 else b"")
            yield from imap.command(words)

    imap.run(system, [(address, script)] * min(SESSIONS, count))
