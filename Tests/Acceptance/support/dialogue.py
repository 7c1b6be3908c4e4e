"""A bare connection: what was sent and received byte by byte, for the cases that no polite client can make."""

import base64
import re
import socket
import time

from .clients import tls


class Dialogue:
    """Lines over TCP, with or without TLS. Every read has a deadline."""

    def __init__(self, port, implicit_tls=False, timeout=15, source="127.0.0.1"):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout, source_address=(source, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.timeout, self.unread = timeout, b""
        if implicit_tls:
            self.start_tls()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def start_tls(self):
        assert self.unread == b"", f"bytes before TLS: {self.unread!r}"
        self.socket = tls().wrap_socket(self.socket)
        self.socket.settimeout(self.timeout)

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def say(self, line):
        """Sends a line and its CRLF."""
        self.send((line if isinstance(line, bytes) else line.encode()) + b"\r\n")

    def line(self):
        """The next line without its CRLF; b"" only for an empty line. EOFError when the other side closed."""
        deadline = time.monotonic() + self.timeout
        while b"\n" not in self.unread:
            self._more(deadline)
        line, self.unread = self.unread.split(b"\n", 1)
        return line.rstrip(b"\r")

    def octets(self, count):
        deadline = time.monotonic() + self.timeout
        while len(self.unread) < count:
            self._more(deadline)
        data, self.unread = self.unread[:count], self.unread[count:]
        return data

    def _more(self, deadline):
        self.socket.settimeout(max(0.01, deadline - time.monotonic()))
        chunk = self.socket.recv(65536)
        if not chunk:
            raise EOFError(f"closed after {self.unread!r}")
        self.unread += chunk

    def rest(self):
        """Everything until the other side closes."""
        deadline = time.monotonic() + self.timeout
        try:
            while True:
                self._more(deadline)
        except (EOFError, ConnectionError):
            data, self.unread = self.unread, b""
            return data

    # SMTP

    def reply(self):
        """A whole SMTP reply: (code, text)."""
        lines = []
        while True:
            line = self.line()
            assert re.match(rb"[2-5][0-9][0-9]([ -]|$)", line), f"not an SMTP reply: {line!r}"
            lines.append(line[4:].decode("utf-8", "replace"))
            if line[3:4] != b"-":
                return int(line[:3]), "\n".join(lines)

    def ask(self, line):
        self.say(line)
        return self.reply()

    def greet_smtp(self, name="client.example"):
        assert self.reply()[0] == 220
        code, capabilities = self.ask(f"EHLO {name}")
        assert code == 250
        return capabilities

    # IMAP

    def tagged(self, tag):
        """Lines up to and including the tagged one; literals stay in their lines."""
        lines = []
        while True:
            line = self.line()
            while found := re.search(rb"\{(\d+)\}$", line):
                line += b"\r\n" + self.octets(int(found.group(1))) + self.line()
            lines.append(line)
            if line.startswith(tag.encode() + b" "):
                return lines

    def command(self, tag, text):
        self.say(f"{tag} {text}" if isinstance(text, str) else tag.encode() + b" " + text)
        return self.tagged(tag)


def plain(user, password):
    """The initial response of SASL PLAIN (RFC 4616)."""
    return base64.b64encode(f"\0{user}\0{password}".encode()).decode()


def imap_dialogue(company, user, timeout=15, source="127.0.0.1"):
    """A bare IMAP connection, logged in."""
    dialogue = Dialogue(company.platform.port("imaps"), implicit_tls=True, timeout=timeout, source=source)
    assert dialogue.line().startswith(b"* OK")
    answer = dialogue.command("in", f'LOGIN {company.address(user)} "{company.password(user)}"')
    assert answer[-1].startswith(b"in OK"), answer
    return dialogue
