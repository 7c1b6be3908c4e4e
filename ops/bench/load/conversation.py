"""Many lockstep conversations in one process: each client sends, waits for the whole answer, and only then sends again.

A client is a generator: it yields `(bytes to send, is the answer complete?)` and is sent the answer. One epoll loop drives all of
them, which costs about 20 µs an exchange; thousands of threads would cost far more.
"""

import gc
import select
import socket
import ssl
import time

CHUNK = 262144
# A tagged line or a reply's last line is looked for in this much of an answer's end.
TAIL = 2048
PATIENCE = 120


class Client:
    """One connection. `script(client)` is the generator; `connected` may be a TLS socket whose handshake is done."""

    def __init__(self, connected, script, keep_answers=True):
        self.socket = connected
        self._keep = keep_answers
        self._chunks, self._tail, self._out = [], b"", b""
        self.octets = 0
        self._script = script(self)
        self._complete = None

    def begin(self):
        """Returns whether the client has more to say."""
        return self._take(next, self._script)

    def answered(self, answer):
        return self._take(self._script.send, answer)

    def _take(self, step, argument):
        try:
            request, self._complete = step(argument)
        except StopIteration:
            return False
        self._chunks, self._tail = [], b""
        self._out += request
        return True

    def send(self):
        """Returns whether everything has gone."""
        while self._out:
            try:
                self._out = self._out[self.socket.send(self._out):]
            except (BlockingIOError, ssl.SSLWantWriteError):
                return False
        return True

    def receive(self):
        """The whole answer, or None while it is incomplete. Of long answers that nobody reads only the end is kept."""
        while True:
            try:
                chunk = self.socket.recv(CHUNK)
            except (BlockingIOError, ssl.SSLWantReadError):
                return None
            if not chunk:
                raise RuntimeError(f"the server closed the connection; it had said {self._tail[-200:]!r}")
            self.octets += len(chunk)
            if self._keep:
                self._chunks.append(chunk)
            self._tail = (self._tail + chunk)[-TAIL:] if len(chunk) < TAIL else chunk[-TAIL:]
            if self._complete(self._tail):
                return b"".join(self._chunks) if self._keep else self._tail


def converse(clients):
    """Runs all clients to their end; returns the seconds that it took."""
    waiting = select.epoll()
    by_descriptor = {}
    gc.disable()
    try:
        began = time.monotonic()
        for client in clients:
            client.socket.setblocking(False)
            if client.begin():
                by_descriptor[client.socket.fileno()] = client
                waiting.register(client.socket.fileno(), select.EPOLLIN | (0 if client.send() else select.EPOLLOUT))
        while by_descriptor:
            events = waiting.poll(PATIENCE)
            if not events:
                raise RuntimeError(f"{len(by_descriptor)} clients waited {PATIENCE} s for an answer")
            for descriptor, event in events:
                advance(by_descriptor, waiting, descriptor, event)
        return time.monotonic() - began
    finally:
        gc.enable()
        waiting.close()


def advance(by_descriptor, waiting, descriptor, event):
    client = by_descriptor[descriptor]
    if event & select.EPOLLOUT and client.send():
        waiting.modify(descriptor, select.EPOLLIN)
    # The next answer may be in a TLS buffer already, of which epoll knows nothing.
    while (answer := client.receive()) is not None:
        if not client.answered(answer):
            del by_descriptor[descriptor]
            waiting.unregister(descriptor)
            return
        if not client.send():
            waiting.modify(descriptor, select.EPOLLIN | select.EPOLLOUT)
            return


def connect(port):
    connected = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected


def trusting():
    """TLS as clients speak it, but for the name in the certificate, which nobody vouches for here."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def line_complete(tail):
    """Greetings of IMAP, one-line answers of POP3."""
    return tail.endswith(b"\r\n")
