"""Whether delivery slows down as a mailbox grows: smtp-source into mailboxes that hold many messages already."""

import time

from figure import RATE
from row import Row

from . import mailboxes


class IntoLarge(Row):
    figures = {"": RATE}

    def __init__(self, bench, count):
        super().__init__(bench)
        self.name, self._count, self._messages = f"{count:,} messages, 10 connections", count, bench.of(300, 100)

    def companies(self):
        return [mailboxes.BOXES]

    def prepare(self, system):
        self._address = mailboxes.sized(system, self._count)
        self.bench.arrivals(system).watch([self._address])

    def measure(self, system, run):
        arrivals = self.bench.arrivals(system)
        arrivals.expect(self._address, self._messages)
        began = time.monotonic()
        self.bench.tools.send(system.port(25), "-s", 10, "-m", self._messages, "-l", 10240, "-t", self._address)
        return {"": self._messages / (arrivals.wait([self._address]) - began)}


def rows(bench):
    return [IntoLarge(bench, count) for count in mailboxes.sizes(bench)]
