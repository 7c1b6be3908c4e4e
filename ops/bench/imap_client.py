"""The few words of IMAP that the measurements need."""

import socket


class IMAPClient:
    def __init__(self, port):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._lines = self._socket.makefile("rb")
        self._tag = 0
        self.greeting = self._lines.readline()

    def command(self, text):
        self._tag += 1
        tag = b"a%d " % self._tag
        self._socket.sendall(tag + text.encode() + b"\r\n")
        while line := self._lines.readline():
            if line.startswith(tag):
                if not line.startswith(tag + b"OK"):
                    raise RuntimeError(f"{text.split()[0]} was answered {line.decode().strip()}")
                return line
        raise RuntimeError(f"the connection closed during {text.split()[0]}")

    def login(self, address, password):
        self.command(f'LOGIN "{address}" "{password}"')

    def close(self):
        try:
            self.command("LOGOUT")
        finally:
            self._lines.close()
            self._socket.close()
