"""Messages like those that people send: a header of the usual fields, a text of words or an attachment, each with an id of its own."""

import base64
import email.utils
import functools
import itertools
import random

NUMBERS = itertools.count(1)
WORDS = (
    "the invoice of last month is attached please have a look and tell me whether meeting on thursday suits you we need figures from the "
    "warehouse before noon otherwise delivery will be late again kind regards contract draft second page signature offer price customer "
    "question answer train hotel budget review schedule monday tuesday report summary project phone call thanks"
).split()
VARIETY = 16


@functools.cache
def texts(octets):
    """A few different texts of that size. Random words: what compression gains on them is what it gains on mail, not on repetition."""
    source = random.Random(octets)
    return [text(source, octets) for _ in range(VARIETY)]


def text(source, octets):
    lines, length = [], 0
    while length < octets:
        line = " ".join(f"{source.choice(WORDS)}{source.randrange(1000) if source.random() < 0.2 else ''}" for _ in range(11))
        lines.append(line)
        length += len(line) + 2
    return "\r\n".join(lines).encode()[: octets - 2].rstrip() + b"\r\n"


@functools.cache
def attachment(octets):
    source = random.Random(octets)
    return base64.encodebytes(source.randbytes(octets * 3 // 4)).replace(b"\n", b"\r\n")


def message(octets, recipient="someone@outside.example", simple=True, sender=None):
    """About that many octets; `simple` is one text, otherwise text, its HTML form and an attachment that makes up the size."""
    number = next(NUMBERS)
    sender = sender or f"sender{number % 97}@outside.example"
    fields = (
        f"From: Sender Number {number % 97} <{sender}>\r\nTo: <{recipient}>\r\n"
        f"Subject: Message {number} about the {WORDS[number % len(WORDS)]}\r\n"
        f"Date: {email.utils.formatdate(1760000000 + 60 * number)}\r\n"
        f"Message-ID: <{number}.bench@outside.example>\r\nMIME-Version: 1.0\r\n"
    )
    if simple:
        head = (fields + "Content-Type: text/plain; charset=utf-8\r\n\r\n").encode()
        return head + texts(octets - len(head))[number % VARIETY]
    small = texts(octets // 8)[number % VARIETY].decode()
    head = (
        f'{fields}Content-Type: multipart/mixed; boundary="outer"\r\n\r\n'
        '--outer\r\nContent-Type: multipart/alternative; boundary="inner"\r\n\r\n'
        f"--inner\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{small}\r\n"
        f"--inner\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>{small}</p>\r\n--inner--\r\n"
        "--outer\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
        f'Content-Disposition: attachment; filename="offer {number}.pdf"\r\n\r\n'
    ).encode()
    return head + attachment(octets - len(head) - 20) + b"--outer--\r\n"
