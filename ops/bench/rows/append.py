"""APPEND with LITERAL+, 10 KiB, each message durable before its OK."""

from figure import RATE
from load import imap
from load.messages import message
from row import Row

from . import mailboxes


class Append(Row):
    figures = {"": RATE}

    def __init__(self, bench, sessions):
        super().__init__(bench)
        self.name, self._sessions = f"10 KiB, {sessions} sessions", sessions
        self._messages = bench.of({1: 300}.get(sessions, 1000), 50)

    def companies(self):
        return [mailboxes.BOXES]

    def measure(self, system, run):
        messages = iter([message(10240) for _ in range(self._messages)])

        def script(_):
            for text in messages:
                yield from imap.command(imap.append_words(b"INBOX", text))

        with system.storing(self._messages):
            took = imap.run(system, [(mailboxes.BOXES.address(5 + number), script) for number in range(self._sessions)])
        return {"": self._messages / took}


def rows(bench):
    return [Append(bench, 1), Append(bench, 10)]
