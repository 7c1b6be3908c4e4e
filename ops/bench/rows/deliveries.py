"""Inbound SMTP: from the first connection until every message is visible over IMAP.

Processor time is all that the messages cost, also what is done for them after they are visible; only then the other system has its turn.
"""

import time

from figure import RATE, SECONDS
from load import smtp
from load.messages import message
from population import Company, companies
from row import Row

KIB = 1024


class Spread(Row):
    """10 KiB to one user after the other of 50 domains × 20 users."""

    figures = {"": RATE, "accepted": RATE, "CPU for 1,000": SECONDS}

    def __init__(self, bench, connections):
        super().__init__(bench)
        self.connections = connections
        self.messages = bench.of({1: 400, 10: 1000}.get(connections, 1500), 100)
        self.name = f"10 KiB, 50 × 20 users, {connections} connections"
        self._homes = companies("d", *bench.of((50, 20), (5, 4)))
        # One domain after the other, as mail comes in, and each user in turn.
        self._recipients = [home.address(number) for number in range(1, self._homes[0].users + 1) for home in self._homes]
        self._next = {}

    def companies(self):
        return self._homes

    def prepare(self, system):
        self.bench.arrivals(system).watch(self._recipients)

    def measure(self, system, run):
        arrivals = self.bench.arrivals(system)
        first = self._next.get(system.name, 0)
        self._next[system.name] = first + self.messages
        chosen = [self._recipients[turn % len(self._recipients)] for turn in range(first, first + self.messages)]
        pairs = [(recipient, message(10 * KIB, recipient)) for recipient in chosen]
        for recipient in chosen:
            arrivals.expect(recipient)
        with system.storing(self.messages):
            cpu, began = system.cpu_seconds(), time.monotonic()
            accepted = smtp.deliver(system.port(25), pairs, self.connections)
            visible = arrivals.wait(chosen)
            visible = arrivals.count(chosen, visible) - began
        used = system.cpu_seconds() - cpu
        # Counting is no part of delivery: the same again, with nothing else under way, tells what it took.
        cpu = system.cpu_seconds()
        arrivals.count(chosen, visible)
        used -= system.cpu_seconds() - cpu
        return {"": self.messages / visible, "accepted": self.messages / accepted, "CPU for 1,000": 1000 * used / self.messages}


class FromSMTPSource(Row):
    """smtp-source to one user, or to 1u, 2u, … of one domain."""

    figures = {"": RATE, "accepted": RATE}

    def __init__(self, bench, name, company, messages, octets, connections, recipients=1):
        super().__init__(bench)
        self.name, self._company, self.messages = name, company, messages
        self._octets, self._connections, self._recipients = octets, connections, recipients

    def companies(self):
        return [self._company]

    def prepare(self, system):
        self.bench.arrivals(system).watch(self._company.addresses())

    def measure(self, system, run):
        arrivals = self.bench.arrivals(system)
        users = self._company.users
        options = ["-s", self._connections, "-m", self.messages, "-l", self._octets]
        if users == 1:
            options += ["-t", self._company.address(1)]
        elif self._recipients > 1:
            options += ["-r", self._recipients, "-t", f"u@{self._company.domain}"]
        else:
            # Messages are numbered, and so their recipients: as many as there are users.
            options += ["-N", "-t", f"u@{self._company.domain}"]
        each = self.messages * self._recipients // users
        for address in self._company.addresses():
            arrivals.expect(address, each)
        copies = self.messages * self._recipients
        with system.storing(copies):
            began = time.monotonic()
            self.bench.tools.send(system.port(25), *options)
            accepted = time.monotonic() - began
            visible = arrivals.wait(self._company.addresses()) - began
        return {"": copies / visible, "accepted": copies / accepted}


def rows(bench):
    one, many, listed = Company("single", 1), Company("many", 50), Company("listed", 50, unnumbered=True)
    yield from (Spread(bench, connections) for connections in (1, 10, 50, 200))
    for connections in (1, 10, 50, 200):
        count = bench.of({1: 400, 10: 1000}.get(connections, 1500), 200)
        yield FromSMTPSource(bench, f"10 KiB, one user, {connections} connections", one, count, 10 * KIB, connections)
    yield FromSMTPSource(bench, "1 MiB, 50 users, 10 connections", many, 50, KIB * KIB, 10)
    yield FromSMTPSource(
        bench, "10 KiB, 50 recipients a message, 10 connections", listed, bench.of(40, 10), 10 * KIB, 10, recipients=50)
