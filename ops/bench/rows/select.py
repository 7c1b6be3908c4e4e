"""SELECT: the first one when nothing of the mailbox is in any process's memory, and again in new sessions.

Dovecot keeps nothing of a mailbox between sessions but its index files, so that a new session is all that "cold" means there; on
Casella the company's worker is started again. Pages of files stay in the system's cache on both.
"""

import statistics
import time

from figure import MILLISECONDS
from load.imap import Session
from row import Row

from . import mailboxes


class Select(Row):
    figures = {"cold": MILLISECONDS, "warm": MILLISECONDS}

    def __init__(self, bench, count):
        super().__init__(bench)
        self.name, self._count = f"{count:,} messages", count

    def companies(self):
        return [mailboxes.BOXES]

    def prepare(self, system):
        self._address = mailboxes.sized(system, self._count)

    def measure(self, system, run):
        cold = []
        for _ in range(3):
            system.start_afresh(mailboxes.BOXES)
            cold.append(self._select(system))
        return {"cold": statistics.median(cold), "warm": statistics.median(self._select(system) for _ in range(10))}

    def _select(self, system):
        session = Session(system.port(143), self._address, system.passwords[self._address])
        began = time.monotonic()
        session.command(b"SELECT INBOX")
        took = 1000 * (time.monotonic() - began)
        session.close()
        return took


def rows(bench):
    return [Select(bench, count) for count in mailboxes.sizes(bench)]
