"""Messages that carry their own checksum, so that a half-written one cannot pass for whole."""

import hashlib
import re
import uuid


def letter(rng, to, sender, octets=None):
    """Returns the message id and the message: about so long, or mostly a few kilobytes, now and then some hundred."""
    identifier = f"{uuid.UUID(int=rng.getrandbits(128)).hex}@faults.example"
    size = octets or rng.choice([300, 900, 2_000, 4_000] if rng.random() < 0.97 else [rng.randrange(50_000, 300_000)])
    filler = rng.randbytes(size // 2).hex()  # half of it is news to a compressor
    body = "".join(f"{filler[at : at + 72]}\r\n" for at in range(0, len(filler), 72)).encode()
    header = (
        f"From: <{sender}>\r\nTo: <{to}>\r\nSubject: Fault test\r\nDate: Tue, 03 Mar 2026 10:00:00 +0000\r\n"
        f"Message-ID: <{identifier}>\r\nX-Checksum: {hashlib.sha256(body).hexdigest()}\r\n\r\n"
    )
    return identifier, header.encode() + body


def identifier_of(content):
    found = re.search(rb"^message-id:\s*<([^>]*)>", content, re.I | re.M)
    return found.group(1).decode() if found else None


def is_whole(content):
    header, _, body = content.partition(b"\r\n\r\n")
    found = re.search(rb"^x-checksum:\s*([0-9a-f]{64})\s*$", header, re.I | re.M)
    return bool(found) and hashlib.sha256(body).hexdigest().encode() == found.group(1)
