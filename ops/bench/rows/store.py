"""STORE: a flag on one message after the other, and on a thousand in one command."""

import time

from figure import RATE
from row import Row

from . import mailboxes


class Store(Row):
    figures = {"one by one": RATE, "1,000 at once": RATE}

    def __init__(self, bench):
        super().__init__(bench)
        self._count = bench.of(10_000, 1_000)
        self.name = f"{self._count:,} messages"

    def companies(self):
        return [mailboxes.BOXES]

    def prepare(self, system):
        self._address = mailboxes.sized(system, self._count)

    def measure(self, system, run):
        session = mailboxes.opened(system, self._address)
        singles = self.bench.of(300, 50)
        began = time.monotonic()
        for number in range(1, singles + 1):
            session.command(b"STORE %d +FLAGS (\\Flagged)" % number)
        one_by_one = time.monotonic() - began
        session.command(b"STORE 1:%d -FLAGS.SILENT (\\Flagged)" % singles)
        began = time.monotonic()
        rounds = 4
        for round_ in range(rounds):
            session.command(b"STORE 1:1000 %sFLAGS (\\Answered)" % (b"-" if round_ % 2 else b"+"))
        at_once = time.monotonic() - began
        session.close()
        return {"one by one": singles / one_by_one, "1,000 at once": 1000 * rounds / at_once}


def rows(bench):
    return [Store(bench)]
