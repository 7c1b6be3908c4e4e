"""A small IMAP client that tells "refused" from "no answer", which imaplib does not."""

import contextlib
import re
import socket


class Lost(OSError):
    """The connection ended before the answer came."""


class Refused(Exception):
    """A tagged NO or BAD, and what was answered before it."""

    def __init__(self, text, untagged):
        super().__init__(text)
        self.untagged = untagged


class IMAP:
    def __init__(self, port, address, password, timeout=20):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.input, self.number = self.socket.makefile("rb"), 0
        try:
            if not self._line().startswith(b"* OK"):
                raise Lost("no greeting")
            self.command(f'LOGIN "{address}" "{password}"')
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        with contextlib.suppress(OSError):
            self.input.close()
            self.socket.close()

    def command(self, text, literal=None):
        """Returns the tagged line's text and the untagged responses, each as (line, literals in it)."""
        self.number += 1
        tag = b"t%d" % self.number
        whole = tag + b" " + text.encode() + (b" {%d+}\r\n" % len(literal) + literal if literal is not None else b"") + b"\r\n"
        self.socket.sendall(whole)
        untagged = []
        while True:
            line, literals = self._response()
            if line.startswith(tag + b" "):
                if not line.startswith(tag + b" OK"):
                    raise Refused(line.decode("utf-8", "replace"), untagged)
                return line.decode("utf-8", "replace"), untagged
            if line.startswith(b"* BYE"):
                raise Lost(line.decode("utf-8", "replace"))
            untagged.append((line.decode("utf-8", "replace"), literals))

    def select(self, mailbox, command="SELECT"):
        """Opens a mailbox; returns UIDVALIDITY, UIDNEXT and the number of messages."""
        _, untagged = self.command(f"{command} {mailbox}")
        text = "\n".join(line for line, _ in untagged)
        return tuple(int(re.search(pattern, text).group(1)) for pattern in (r"UIDVALIDITY (\d+)", r"UIDNEXT (\d+)", r"\* (\d+) EXISTS"))

    def fetch(self, uids, items, despite_damage=False):
        """{uid: (flags, literal)}. Messages that cannot be read back end the command with NO; the others are there all the same."""
        try:
            _, untagged = self.command(f"UID FETCH {uids} ({items})")
        except Refused as refusal:
            if not despite_damage or "[CORRUPTION]" not in str(refusal):
                raise
            untagged = refusal.untagged
        return dict(fetched(line, literals) for line, literals in untagged if " FETCH (" in line)

    def _line(self):
        line = self.input.readline(1 << 20)
        if not line.endswith(b"\n"):
            raise Lost("the server closed the connection")
        return line.rstrip(b"\r\n")

    def _response(self):
        line, literals = self._line(), []
        while found := re.search(rb"\{(\d+)\}$", line):
            length = int(found.group(1))
            literals.append(self.input.read(length))
            if len(literals[-1]) < length:
                raise Lost("the server closed the connection")
            line += b" " + self._line()
        return line, literals


def fetched(line, literals):
    uid = int(re.search(r"\bUID (\d+)", line).group(1))
    flags = re.search(r"\bFLAGS \(([^)]*)\)", line)
    return uid, (flag_set(flags.group(1)) if flags else None, literals[0] if literals else None)


def flag_set(text):
    return frozenset(text.split()) - {"\\Recent"}


def uid_list(text):
    """`3:5,9` as [3, 4, 5, 9]."""
    uids = []
    for part in text.split(","):
        first, _, last = part.partition(":")
        uids += range(int(first), int(last or first) + 1)
    return uids
