"""IMAP in the words that the measurements need: one session at a time, or scripts for many at once."""

import re

from .conversation import Client, connect, converse, line_complete, trusting

# No message of ours contains it, so that its line is an answer's last.
TAG = b"zq7"


def tagged(tail):
    """Whether the answer's last line is there: it begins with the tag."""
    return tail.endswith(b"\r\n") and tail[tail.rfind(b"\n", 0, -2) + 1:].startswith(TAG)


def command(words):
    """For scripts: `answer = yield from command(b"NOOP")`."""
    answer = yield TAG + b" " + words + b"\r\n", tagged
    last = answer[answer.rfind(b"\n", 0, -2) + 1:]
    if not last.startswith(TAG + b" OK"):
        raise RuntimeError(f"{words[:80]!r} was answered {last[:200]!r}")
    return answer


def append_words(mailbox, message, flags=b""):
    return b"APPEND %s %s{%d+}\r\n%s" % (mailbox, b"(" + flags + b") " if flags else b"", len(message), message)


class Session:
    """One session that blocks. `tls` takes the port as one of IMAPS."""

    def __init__(self, port, address=None, password=None, tls=False):
        self.socket = connect(port)
        if tls:
            self.socket = (tls if tls is not True else trusting()).wrap_socket(self.socket, server_hostname="bench.example")
        self._await(line_complete)
        if address:
            self.login(address, password)

    def login(self, address, password):
        self.command(b'LOGIN "%s" "%s"' % (address.encode(), password.encode()))

    def command(self, words):
        """The whole answer."""
        self.socket.sendall(TAG + b" " + words + b"\r\n")
        answer = self._await(tagged)
        last = answer[answer.rfind(b"\n", 0, -2) + 1:]
        if not last.startswith(TAG + b" OK"):
            raise RuntimeError(f"{words[:80]!r} was answered {last[:200]!r}")
        return answer

    def begin(self, words):
        """For IDLE: only sent; its first line is awaited."""
        self.socket.sendall(TAG + b" " + words + b"\r\n")
        self._await(line_complete)

    def messages(self, mailbox=b"INBOX"):
        """How many are there now, without selecting it."""
        return int(re.search(rb"MESSAGES (\d+)", self.command(b"STATUS %s (MESSAGES)" % mailbox))[1])

    def _await(self, complete):
        chunks, tail = [], b""
        while not complete(tail):
            chunk = self.socket.recv(262144)
            if not chunk:
                raise RuntimeError(f"the server closed the connection; it had said {tail[-200:]!r}")
            chunks.append(chunk)
            tail = (tail + chunk)[-2048:]
        return b"".join(chunks)

    def close(self):
        self.socket.close()


def run(system, scripts, keep_answers=True):
    """A session for each `(address, script)`, all at once; returns the seconds until the last has ended.

    All are logged in before the clock starts: what a password's check costs is a row of its own.
    """
    sessions = []
    try:
        for address, _ in scripts:
            sessions.append(Session(system.port(143), address, system.passwords[address]))
        return converse([Client(session.socket, script, keep_answers) for session, (_, script) in zip(sessions, scripts)])
    finally:
        for session in sessions:
            session.close()
