"""FETCH of a whole mailbox in one command, messages a second. Fetched once before: Dovecot fills its cache file by that."""

import time

from figure import RATE, SECONDS
from row import Row

from . import mailboxes


class Fetch(Row):
    figures = {"": RATE}

    def __init__(self, bench, name, items, count):
        super().__init__(bench)
        self.name, self._words, self._count = f"{name}, {count:,} messages", b"FETCH 1:%d %s" % (count, items), count

    def companies(self):
        return [mailboxes.BOXES]

    def prepare(self, system):
        self._address = mailboxes.sized(system, self._count)
        session = mailboxes.opened(system, self._address)
        session.command(self._words)
        session.close()

    def measure(self, system, run):
        session = mailboxes.opened(system, self._address)
        began = time.monotonic()
        answer = session.command(self._words)
        took = time.monotonic() - began
        session.close()
        if answer.count(b" FETCH (") != self._count:
            raise RuntimeError(f"{answer.count(b' FETCH (')} of {self._count} messages were fetched")
        return {"": self._count / took}


class Whole(Row):
    """Mails of 10 KiB, five times over, without setting \\Seen; over TLS too, as mail programs read them."""

    figures = {"": RATE, "CPU for 10,000": SECONDS}
    rounds = 5

    def __init__(self, bench, tls=False):
        super().__init__(bench)
        self._count, self._tls = bench.of(1000, 100), tls
        self.name = f"whole, 10 KiB, {self._count:,} messages{', TLS' if tls else ''}"

    def companies(self):
        return [mailboxes.BOXES]

    def prepare(self, system):
        mailboxes.reader(system, self._count)

    def measure(self, system, run):
        session = mailboxes.opened(system, mailboxes.READER, tls=self._tls)
        cpu, began = system.cpu_seconds(), time.monotonic()
        for _ in range(self.rounds):
            answer = session.command(b"FETCH 1:%d (BODY.PEEK[])" % self._count)
        took = time.monotonic() - began
        cpu = system.cpu_seconds() - cpu
        session.close()
        if len(answer) < 10240 * self._count:
            raise RuntimeError(f"only {len(answer)} octets were fetched")
        fetched = self.rounds * self._count
        return {"": fetched / took, "CPU for 10,000": 10_000 * cpu / fetched}


def rows(bench):
    count = bench.of(10_000, 1_000)
    yield Fetch(bench, "FLAGS", b"(UID FLAGS)", count)
    yield Fetch(bench, "ENVELOPE", b"(UID ENVELOPE)", count)
    yield Fetch(bench, "BODYSTRUCTURE", b"(UID BODYSTRUCTURE)", count)
    yield Whole(bench)
    yield Whole(bench, tls=True)
