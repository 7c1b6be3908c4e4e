"""POP3: a session that retrieves everything."""

from figure import RATE
from load import pop3
from row import Row

from . import mailboxes


class RetrieveAll(Row):
    figures = {"": RATE}

    def __init__(self, bench):
        super().__init__(bench)
        self._count = bench.of(1000, 100)
        self.name = f"RETR of all, 10 KiB, {self._count:,} messages"

    def companies(self):
        return [mailboxes.BOXES]

    def prepare(self, system):
        mailboxes.reader(system, self._count)

    def measure(self, system, run):
        retrieved, seconds = pop3.retrieve_all(system.port(110), mailboxes.READER, system.passwords[mailboxes.READER])
        if retrieved < self._count:
            raise RuntimeError(f"only {retrieved} messages were retrieved")
        return {"": retrieved / seconds}


def rows(bench):
    return [RetrieveAll(bench)]
