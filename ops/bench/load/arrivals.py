"""When messages are visible over IMAP, and whether each is there exactly once.

A session for each recipient stays logged in and asks STATUS. Queues empty roughly from the front, so the recipients of the last
messages are asked first, and the moment when those have everything counts; then all others are counted too, and if one of them is not
complete yet, waiting goes on and the later moment counts.
"""

import time

from .imap import Session

PATIENCE = 180


class Arrivals:
    def __init__(self, system):
        self._system = system
        self._sessions, self._expected = {}, {}

    def watch(self, addresses):
        """Opens what sessions are missing, and learns what is in the mailboxes already."""
        for address in addresses:
            if address not in self._sessions:
                session = Session(self._system.port(143), address, self._system.passwords[address])
                self._sessions[address] = session
                self._expected[address] = session.messages()

    def expect(self, address, count=1):
        self._expected[address] += count

    def wait(self, last, tail=50):
        """The monotonic time when all was visible; `last` are the recipients in the order in which messages were sent to them."""
        recent = list(dict.fromkeys(reversed(last)))
        for address in recent[:tail]:
            self._wait_for(address)
        done = time.monotonic()
        for address in recent[tail:]:
            if self._wait_for(address):
                done = time.monotonic()
        return done

    def _wait_for(self, address):
        """Returns whether it had to wait."""
        waited, deadline = False, time.monotonic() + PATIENCE
        while (present := self._sessions[address].messages()) < self._expected[address]:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self._expected[address] - present} messages to {address} did not arrive within {PATIENCE} s")
            waited = True
            time.sleep(0.01)
        if present > self._expected[address]:
            raise RuntimeError(f"{present - self._expected[address]} messages to {address} were delivered twice")
        return waited

    def close(self):
        for session in self._sessions.values():
            session.close()
        self._sessions.clear()
        self._expected.clear()
