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
        # The peer takes a third of a second for each at the largest size; fewer show the same rate.
        messages = self._messages // 6 if system.name == "peer" and self._count >= 100_000 else self._messages
        arrivals.expect(self._address, messages)
        with system.storing(messages):
            began = time.monotonic()
            self.bench.tools.send(system.port(25), "-s", 10, "-m", messages, "-l", 10240, "-t", self._address)
            took = arrivals.wait([self._address]) - began
        return {"": messages / took}


def rows(bench):
    return [IntoLarge(bench, count) for count in mailboxes.sizes(bench)]
