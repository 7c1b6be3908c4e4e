"""Memory of all processes for each idle IMAPS session: logged in, INBOX selected, in IDLE."""

import time
from concurrent.futures import ThreadPoolExecutor

from figure import KILOBYTES
from load.conversation import trusting
from load.imap import Session
from population import Company
from row import Row

# So many sessions are being opened at a time.
OPENERS = 8


class Idle(Row):
    repeats = 1
    figures = {"": KILOBYTES}

    def __init__(self, bench):
        super().__init__(bench)
        self._count = bench.of(5000, 100)
        self.name = f"memory for each of {self._count:,} IMAPS sessions"
        self._company = Company("idle", 50)
        self._sessions = []

    def companies(self):
        return [self._company]

    def measure(self, system, run):
        # One session stays open all the time, so that what a first one starts is not counted.
        self._open(system, 1)
        time.sleep(system.settling)
        before = system.memory()
        self._open(system, self._count)
        time.sleep(system.settling)
        after = system.memory()
        self._close()
        return {"": (after - before) / self._count}

    def _open(self, system, count):
        tls, addresses = trusting(), self._company.addresses()

        def open_one(number):
            address = addresses[number % len(addresses)]
            session = Session(system.port(993), address, system.passwords[address], tls)
            self._sessions.append(session)
            session.command(b"SELECT INBOX")
            session.begin(b"IDLE")

        with ThreadPoolExecutor(OPENERS) as openers:
            list(openers.map(open_one, range(count)))

    def _close(self):
        while self._sessions:
            self._sessions.pop().close()

    def finish(self, system):
        self._close()


def rows(bench):
    return [Idle(bench)]
