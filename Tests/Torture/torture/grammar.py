"""Responses of a server, parsed exactly as RFC 3501 §9 writes them: one blank where one is written, nothing behind the end."""

import calendar
import dataclasses
import re

SYSTEM_FLAGS = {name.lower(): name for name in ("\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft", "\\Recent")}
ATOM = rb'[^\x00-\x20\x7f-\xff(){%*"\\\]]+'
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class Malformed(Exception):
    """What came is no response."""


@dataclasses.dataclass
class Response:
    """`kind` is `+`, a condition (OK NO BAD BYE PREAUTH), or the name of the data, such as EXISTS or FETCH."""

    kind: str
    tag: str | None = None  # None: untagged
    code: tuple[str, str] | None = None  # of a condition: its response code's name and arguments
    number: int = 0  # of EXISTS, RECENT, EXPUNGE and FETCH
    data: object = None


class Cursor:
    def __init__(self, text):
        self.text, self.place = text, 0

    def fail(self, wanted):
        raise Malformed(f"{wanted} expected at {self.text[self.place : self.place + 40]!r} in {self.text[:400]!r}")

    def sees(self, octets):
        return self.text.startswith(octets, self.place)

    def take(self, octets):
        if not self.sees(octets):
            self.fail(repr(octets))
        self.place += len(octets)

    def takes(self, octets):
        if self.sees(octets):
            self.place += len(octets)
            return True
        return False

    def match(self, pattern, wanted):
        found = re.compile(pattern).match(self.text, self.place)
        if not found:
            self.fail(wanted)
        self.place = found.end()
        return found.group(0)

    def atom(self):
        return self.match(ATOM, "an atom").decode()

    def number(self):
        return int(self.match(rb"0|[1-9][0-9]*", "a number"))

    def string(self):
        if self.sees(b'"'):
            quoted = self.match(rb'"(?:[^"\\\r\n\x00]|\\["\\])*"', "a quoted string")
            return re.sub(rb"\\(.)", rb"\1", quoted[1:-1])
        count = int(self.match(rb"\{[0-9]+\}\r\n", "a string")[1:-3])
        octets = self.text[self.place : self.place + count]
        self.place += count
        return octets

    def nstring(self):
        return None if self.takes(b"NIL") else self.string()

    def astring(self):
        return self.string() if self.sees(b'"') or self.sees(b"{") else self.match(rb'[^\x00-\x20\x7f-\xff(){%*"\\]+', "a name")

    def end(self):
        self.take(b"\r\n")
        if self.place != len(self.text):
            self.fail("the end")

    def list(self, element):
        self.take(b"(")
        found = []
        while not self.takes(b")"):
            if found:
                self.take(b" ")
            found.append(element())
        return found

    def flag(self):
        if self.takes(b"\\*"):
            return "\\*"
        if self.takes(b"\\"):
            name = "\\" + self.atom()
            return SYSTEM_FLAGS.get(name.lower(), name)
        return self.atom().lower()  # keywords are the same in any case

    def flags(self):
        flags = self.list(self.flag)
        if len(flags) != len(set(flags)):
            self.fail("each flag once")
        return frozenset(flags)

    def value(self):
        """Nested lists of strings and numbers: ENVELOPE and BODYSTRUCTURE, whose addresses and parts stand without blanks between."""
        if not self.takes(b"("):
            return self.number() if self.text[self.place : self.place + 1].isdigit() else self.nstring()
        found = []
        while not self.takes(b")"):
            if found and not (self.sees(b"(") and isinstance(found[-1], list)):
                self.take(b" ")
            found.append(self.value())
        return found


def parse(text):
    """`text` is a whole response: its line, and literals with what follows them."""
    cursor = Cursor(text)
    if cursor.takes(b"+ "):
        return Response("+")
    if not cursor.takes(b"* "):
        tag = cursor.atom()
        cursor.take(b" ")
        kind = cursor.match(rb"OK|NO|BAD", "OK, NO or BAD").decode()
        return condition(cursor, kind, tag)
    if text[2:3].isdigit():
        number = cursor.number()
        cursor.take(b" ")
        kind = cursor.match(rb"EXISTS|RECENT|EXPUNGE|FETCH", "EXISTS, RECENT, EXPUNGE or FETCH").decode()
        data = None
        if kind == "FETCH":
            cursor.take(b" ")
            data = fetch_data(cursor)
        cursor.end()
        return Response(kind, number=number, data=data)
    kind = cursor.atom().upper()
    if kind in ("OK", "NO", "BAD", "BYE", "PREAUTH"):
        return condition(cursor, kind, None)
    data = other_data(cursor, kind)
    cursor.end()
    return Response(kind, data=data)


def condition(cursor, kind, tag):
    cursor.take(b" ")
    code = None
    if cursor.takes(b"["):
        name = cursor.atom().upper()
        arguments = cursor.match(rb"[^\]\r\n]*", "arguments").decode() if cursor.takes(b" ") else ""
        cursor.take(b"] ")
        code = name, arguments
    cursor.match(rb"[^\r\n\x00]+", "a text")
    cursor.end()
    return Response(kind, tag=tag, code=code)


def fetch_data(cursor):
    """The items by name; the section of a BODY[…] belongs to its name."""
    items = {}

    def item():
        name = cursor.match(rb"BODY\[[^\]\r\n]*\](?:<[0-9]+>)?|[A-Z0-9.]+", "an item").decode().upper()
        cursor.take(b" ")
        if name in items:
            cursor.fail("each item once")
        if name == "FLAGS":
            items[name] = cursor.flags()
        elif name in ("UID", "RFC822.SIZE"):
            items[name] = cursor.number()
        elif name == "INTERNALDATE":
            items[name] = instant(cursor)
        elif name.startswith("BODY[") or name in ("RFC822", "RFC822.HEADER", "RFC822.TEXT"):
            items[name] = cursor.nstring()
        elif name in ("ENVELOPE", "BODY", "BODYSTRUCTURE"):
            items[name] = cursor.value()
        else:
            cursor.fail("a known item")
        return name

    if not cursor.list(item):
        cursor.fail("an item")
    if items.get("UID") == 0:
        cursor.fail("a UID above 0")
    return items


def instant(cursor):
    """`date-time` as seconds since 1970."""
    text = cursor.match(rb'"[ 0-9][0-9]-[A-Z][a-z]{2}-[0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4}"', "a date").decode().strip('"')
    day, month, year = text[:2], text[3:6], text[7:11]
    zone = int(text[22:24]) * 3600 + int(text[24:26]) * 60
    seconds = calendar.timegm((int(year), MONTHS.index(month) + 1, int(day), int(text[12:14]), int(text[15:17]), int(text[18:20])))
    return seconds - zone if text[21] == "+" else seconds + zone


def other_data(cursor, kind):
    if kind == "SEARCH":
        found = []
        while cursor.takes(b" "):
            found.append(cursor.number())
        if len(found) != len(set(found)):
            cursor.fail("each message once")
        return found
    cursor.take(b" ")
    if kind == "FLAGS":
        return cursor.flags()
    if kind in ("LIST", "LSUB"):
        attributes = [attribute.lower() for attribute in cursor.list(cursor.flag)]
        cursor.take(b" ")
        cursor.nstring()
        cursor.take(b" ")
        return attributes, cursor.astring().decode()
    if kind == "STATUS":
        name = cursor.astring().decode()
        cursor.take(b" ")
        values = {}

        def item():
            key = cursor.atom().upper()
            cursor.take(b" ")
            values[key] = cursor.number()
            return key

        cursor.list(item)
        return name, values
    if kind in ("CAPABILITY", "ENABLED"):
        return cursor.match(rb"[^\r\n]*", "names").decode().split(" ")
    cursor.fail("known data")


def uid_set(text):
    """The numbers of a set as COPYUID has it, in its order (RFC 4315 §3)."""
    numbers = []
    for part in text.split(","):
        if not re.fullmatch(r"[1-9][0-9]*(:[1-9][0-9]*)?", part):
            raise Malformed(f"{text!r} is no set of UIDs")
        first, _, last = part.partition(":")
        numbers += range(int(first), int(last or first) + 1)
    return numbers
