"""SEARCH, by flags, dates and subject in a large mailbox, and through the texts of a smaller one."""

import statistics
import time

from figure import MILLISECONDS
from row import Row

from . import mailboxes


class Search(Row):
    figures = {"": MILLISECONDS}

    def __init__(self, bench, criteria, count, reader=False, times=5):
        super().__init__(bench)
        self.name, self._words = f"{criteria}, {count:,} messages", b"SEARCH " + criteria.encode()
        self._count, self._reader, self._times = count, reader, times

    def companies(self):
        return [mailboxes.BOXES]

    def prepare(self, system):
        self._address = (mailboxes.reader if self._reader else mailboxes.sized)(system, self._count)
        # Once before: Dovecot puts the header fields that are searched into its cache file.
        session = mailboxes.opened(system, self._address)
        session.command(self._words)
        session.close()

    def measure(self, system, run):
        session = mailboxes.opened(system, self._address)
        took = []
        for _ in range(self._times):
            began = time.monotonic()
            session.command(self._words)
            took.append(1000 * (time.monotonic() - began))
        session.close()
        return {"": statistics.median(took)}


def rows(bench):
    count = bench.of(10_000, 1_000)
    yield Search(bench, "UNSEEN", count)
    yield Search(bench, "SINCE 1-Jan-2025", count)
    yield Search(bench, 'SUBJECT "invoice"', count)
    yield Search(bench, 'BODY "warehouse before"', bench.of(1000, 100), reader=True, times=2)
