"""A connection to the server: bytes in and out, cut into responses, and the transcript of both."""

import asyncio
import collections
import re
import ssl
import time

from . import grammar

LITERAL = re.compile(rb"\{([0-9]+)\}\r\n$")
BEGAN = time.monotonic()


class Lost(Exception):
    """The server closed the connection."""


class Transcript:
    """The last lines of a client over all its sessions, with the time of each."""

    LINES, WIDTH = 600, 260

    def __init__(self, name):
        self.name, self.lines = name, collections.deque(maxlen=self.LINES)

    def add(self, sign, octets):
        text = octets.decode("utf-8", "backslashreplace").rstrip("\r\n").replace("\r\n", "⏎")
        if len(text) > self.WIDTH:
            text = f"{text[: self.WIDTH - 60]} … {text[-50:]}"
        self.lines.append((time.monotonic() - BEGAN, f"{sign} {text}"))

    def note(self, text):
        self.add("#", text.encode())

    def tail(self, count):
        lines = list(self.lines)[-count:]
        return "\n".join([f"--- {self.name}", *(f"{seconds:9.4f} {line}" for seconds, line in lines)])


class Wire:
    def __init__(self, reader, writer, transcript):
        self.reader, self.writer, self.transcript = reader, writer, transcript

    @classmethod
    async def open(cls, server, transcript):
        context = None
        if server.tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        reader, writer = await asyncio.open_connection(server.host, server.port, ssl=context, limit=1 << 24)
        return cls(reader, writer, transcript)

    def send(self, octets):
        self.transcript.add("C", octets)
        self.writer.write(octets)

    async def response(self):
        """The next response, parsed.

        - Raises `Lost` when the server has closed, `grammar.Malformed` when what comes is no response."""
        try:
            text = await self.reader.readuntil(b"\r\n")
            while literal := LITERAL.search(text[-24:]):
                text += await self.reader.readexactly(int(literal.group(1)))
                text += await self.reader.readuntil(b"\r\n")
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise Lost(str(error)) from None
        self.transcript.add("S", text)
        return grammar.parse(text)

    def pause(self):
        """Nothing is read from now on, so what the server sends piles up on its side."""
        self.transcript.note("stops reading")
        self.writer.transport.pause_reading()

    def resume(self):
        self.transcript.note("reads on")
        self.writer.transport.resume_reading()

    def close(self):
        self.writer.close()
