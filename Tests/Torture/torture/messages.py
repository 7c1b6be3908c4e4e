"""Messages that say which they are. All of a message follows from its identifier, so none has to be remembered."""

import base64
import functools
import random

COLOURS = ["amber", "beige", "coral", "ebony", "ivory", "olive"]
# Octets of the body before encoding. Few sizes, so that many messages take the same room.
SIZES = [30, 90, 90, 90, 300, 300, 1500, 6000]
LARGE = 60_000
FIELD = "X-Torture"


@functools.lru_cache(maxsize=2000)
def content(identifier):
    choice = random.Random(identifier)
    colour = choice.choice(COLOURS)
    size = LARGE if choice.random() < 0.02 else choice.choice(SIZES)
    body = base64.encodebytes(choice.randbytes(size)).replace(b"\n", b"\r\n")
    header = (
        f"From: torture <torture@client.example>\r\nTo: everybody@server.example\r\nSubject: {colour} {identifier}\r\n"
        f"Date: Tue, 03 Mar 2026 10:00:00 +0000\r\nMessage-ID: <{identifier}@client.example>\r\n{FIELD}: {identifier}\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n"
    )
    return header.encode() + body


def header(identifier):
    return content(identifier).split(b"\r\n\r\n", 1)[0] + b"\r\n\r\n"


def text(identifier):
    return content(identifier).split(b"\r\n\r\n", 1)[1]


def colour(identifier):
    return random.Random(identifier).choice(COLOURS)


def field(identifier):
    return f"{FIELD}: {identifier}\r\n\r\n".encode()


def identifier(octets):
    """Which message a header belongs to; None when it is none of ours."""
    for line in octets.split(b"\r\n"):
        if line.lower().startswith(FIELD.lower().encode() + b": "):
            return line.split(b": ", 1)[1].decode()
    return None
