"""When messages are visible over IMAP, and whether each is there exactly once.

A session for each recipient stays logged in and asks STATUS. Queues empty roughly from the front, so the recipients of the last
messages are asked first, and the moment when those have everything counts; then all others are counted too, and if one of them is not
complete yet, waiting goes on and the later moment counts.
"""

import time

from .imap import Session

PATIENCE = 180
# So many recipients of the last messages are asked before the moment is taken.
TAIL = 50


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

    def wait(self, sent):
        """The monotonic time when the last messages were visible; `sent` are the recipients in the order of sending."""
        for address in recent(sent)[:TAIL]:
            self._wait_for(address)
        return time.monotonic()

    def count(self, sent, visible):
        """Counts the messages of all others too. Returns the moment when everything was visible: `visible`, or later."""
        for address in recent(sent)[TAIL:]:
            if self._wait_for(address):
                visible = time.monotonic()
        return visible

    def _wait_for(self, address):
        """Returns whether it had to wait."""
        waited, deadline = False, time.monotonic() + PATIENCE
        while True:
            asked = time.monotonic()
            present = self._sessions[address].messages()
            if present >= self._expected[address]:
                break
            if asked > deadline:
                raise RuntimeError(f"{self._expected[address] - present} messages to {address} did not arrive within {PATIENCE} s")
            waited = True
            # Asking must not become the load, where counting takes long.
            time.sleep(max(0.01, 4 * (time.monotonic() - asked)))
        if present > self._expected[address]:
            raise RuntimeError(f"{present - self._expected[address]} messages to {address} were delivered twice")
        return waited

    def close(self):
        for session in self._sessions.values():
            session.close()
        self._sessions.clear()
        self._expected.clear()


def recent(sent):
    """Each recipient once, the one of the last message first."""
    return list(dict.fromkeys(reversed(sent)))
