"""Messages to send, and what a stored message may have more than the sent one."""

import itertools
import re
import uuid

_numbers = itertools.count(1)
# The fields that a delivery may put above a message (RFC 5321 §4.4; Delivered-To is long-standing practice).
TRACE = {b"return-path", b"received", b"delivered-to", b"x-original-to"}


def message(to, sender="stranger@elsewhere.example", subject=None, body="Hello.\r\n", identifier=None, size=None):
    """A plain message as bytes. With `size` it is padded to exactly that many octets."""
    identifier = identifier or f"{uuid.uuid4().hex}@elsewhere.example"
    text = (
        f"From: <{sender}>\r\nTo: <{to}>\r\nSubject: {subject or f'Test {next(_numbers)}'}\r\n"
        f"Date: Tue, 03 Mar 2026 10:00:00 +0000\r\nMessage-ID: <{identifier}>\r\n\r\n{body}"
    ).encode()
    if size is not None:
        assert len(text) + 2 <= size, "too small for a message"
        missing = size - len(text)
        lines, rest = divmod(missing, 72)
        if rest == 1:
            lines, rest = lines - 1, 73
        text += (b"x" * 70 + b"\r\n") * lines + (b"y" * (rest - 2) + b"\r\n" if rest else b"")
        assert len(text) == size
    return text


def identifier(content):
    """The Message-ID of a message, without brackets."""
    found = re.search(rb"^message-id:\s*<([^>]*)>", content, re.I | re.M)
    return found.group(1).decode() if found else None


def trace_above(stored, sent):
    """The trace fields that were put above a message. Fails unless the rest is, byte for byte, what was sent."""
    if not stored.endswith(sent):
        at = next((n for n in range(1, min(len(sent), len(stored)) + 1) if sent[-n] != stored[-n]), None)
        raise AssertionError(
            f"stored {len(stored)} octets do not end with the {len(sent)} sent ones; from the end they differ at {at}: "
            f"{stored[-400:]!r} instead of {sent[-400:]!r}"
        )
    above = stored[: len(stored) - len(sent)]
    unfolded = re.sub(rb"\r\n[ \t]", b" ", above)
    assert above == b"" or above.endswith(b"\r\n"), f"no whole lines above the message: {above!r}"
    fields = [line.split(b":", 1) for line in unfolded.split(b"\r\n")[:-1]]
    for field in fields:
        assert len(field) == 2 and field[0].lower() in TRACE, f"not a trace field: {field!r}"
    return [(name.decode().lower(), value.strip().decode("utf-8", "replace")) for name, value in fields]
