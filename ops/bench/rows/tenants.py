"""What many companies cost Casella: a worker's start, its memory at rest, and whether delivery slows down as they grow in number.

The peer has no counterpart: one Dovecot serves all companies with the rights of one user.
"""

import socket
import statistics
import time

from figure import KILOBYTES, MILLISECONDS, RATE
from load import smtp
from load.messages import message
from population import companies
from row import Row
from systems import processes

# Idle database connections have gone by then, the workers themselves not yet.
SETTLING = 25


def homes(bench):
    return companies("quiet", bench.of(500, 20), 1, password=False)


class ColdStart(Row):
    name = "cold start of a worker"
    figures = {"LMTP greeting": MILLISECONDS, "LMTP greeting, running": MILLISECONDS}
    casella_only = True

    def companies(self):
        return homes(self.bench)

    def prepare(self, system):
        self._ids = system.tenant_ids()
        self._untouched = list(reversed(homes(self.bench)))
        # The first worker of all also fills the page cache.
        door_greeting(system, self._ids[self._untouched.pop().name])

    def measure(self, system, run):
        chosen = [self._ids[self._untouched.pop().name] for _ in range(5)]
        cold = [door_greeting(system, tenant) for tenant in chosen]
        running = [door_greeting(system, tenant) for tenant in chosen]
        return {"LMTP greeting": statistics.median(cold), "LMTP greeting, running": statistics.median(running)}


class IdleMemory(Row):
    figures = {"PSS of all processes, each": KILOBYTES, "RssAnon of a worker": KILOBYTES, "PSS of a worker": KILOBYTES}
    casella_only = True
    repeats = 1

    def __init__(self, bench, count):
        super().__init__(bench)
        self._homes = homes(bench)[:count]
        self.name = f"{len(self._homes)} idle tenants"

    def companies(self):
        return self._homes

    def measure(self, system, run):
        ids = system.tenant_ids()
        before, running = system.memory(), set(workers(system))
        for home in self._homes:
            door_greeting(system, ids[home.name])
        time.sleep(SETTLING)
        after, now = system.memory(), workers(system)
        return {
            "PSS of all processes, each": (after - before) / len(set(now) - running),
            "RssAnon of a worker": statistics.median(map(processes.anonymous, now)),
            "PSS of a worker": statistics.median(processes.rollup(worker)["Pss"] for worker in now),
        }


def workers(system):
    return [member for member in system.family() if processes.program(member) == "casella-tenant"]


def door_greeting(system, tenant):
    """Milliseconds from connect to the first byte. Root is let in, and so is the platform's own user."""
    with socket.socket(socket.AF_UNIX) as door:
        door.settimeout(30)
        began = time.monotonic()
        door.connect(f"{system.data}/run/tenants/{tenant}/lmtp")
        first = door.recv(512)
        milliseconds = 1000 * (time.monotonic() - began)
        if not first.startswith(b"220"):
            raise RuntimeError(f"the worker of tenant {tenant} greeted with {first!r}")
        door.sendall(b"QUIT\r\n")
        door.recv(512)
    return milliseconds


class DeliveryToMany(Row):
    figures = {"": RATE}
    casella_only = True

    def __init__(self, bench, count):
        super().__init__(bench)
        self._homes, self._messages = homes(bench)[:count], bench.of(1500, 100)
        self.name = f"10 KiB to {len(self._homes)} tenants, 50 connections"

    def companies(self):
        return self._homes

    def prepare(self, system):
        self._deliver(system, len(self._homes))

    def measure(self, system, run):
        return {"": self._deliver(system, self._messages)}

    def _deliver(self, system, count):
        addresses = [self._homes[number % len(self._homes)].address(1) for number in range(count)]
        pairs = [(address, message(10240, address)) for address in addresses]
        with system.storing(count):
            # Nobody can be asked by IMAP here, but 250 says that a message is durable and shown; the rows, which are counted, follow later.
            began = time.monotonic()
            smtp.deliver(system.port(25), pairs, 50)
            took = time.monotonic() - began
        return count / took


def rows(bench):
    yield ColdStart(bench)
    # The more there are, the more share what they map: fewer first, as nobody but time ends them.
    for count in bench.of((100, 500), (5, 20)):
        yield IdleMemory(bench, count)
    for count in bench.of((10, 100, 500), (5, 20)):
        yield DeliveryToMany(bench, count)
