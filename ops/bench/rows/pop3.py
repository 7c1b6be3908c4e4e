"""POP3: a session that retrieves everything; over TLS too, as mail programs do."""

from figure import RATE
from load import pop3
from row import Row

from . import mailboxes


class RetrieveAll(Row):
    figures = {"": RATE}

    def __init__(self, bench, tls=False):
        super().__init__(bench)
        self._count, self._tls = bench.of(1000, 100), tls
        self.name = f"RETR of all, 10 KiB, {self._count:,} messages{', TLS' if tls else ''}"

    def companies(self):
        return [mailboxes.BOXES]

    def prepare(self, system):
        mailboxes.reader(system, self._count)

    def measure(self, system, run):
        port = system.port(995 if self._tls else 110)
        retrieved, seconds = pop3.retrieve_all(port, mailboxes.READER, system.passwords[mailboxes.READER], self._tls)
        if retrieved < self._count:
            raise RuntimeError(f"only {retrieved} messages were retrieved")
        return {"": retrieved / seconds}


def rows(bench):
    return [RetrieveAll(bench), RetrieveAll(bench, tls=True)]
