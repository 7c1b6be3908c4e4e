"""What lies at the end of a company's blob log, read without Casella (`RecordHeader.swift`, `DescriptionCoding.swift`)."""

import ctypes
import dataclasses
import struct

from letters import identifier_of

HEAD = struct.Struct("<4sBBxxIIIIII")
COMPRESSED = 1


@dataclasses.dataclass(frozen=True)
class Record:
    segment: int
    offset: int
    length: int
    head_length: int  # with the description
    places: tuple  # (mailbox's number, UID)
    identifier: str  # of the message


def entered(stage, tenant):
    """How far the log is in the rows: a segment's number and an offset there."""
    ((segment, offset),) = (row.split("|") for row in stage.sql(f"SELECT log_segment, log_offset FROM leases WHERE tenant_id = {tenant}"))
    return int(segment), int(offset)


def end_of_log(stage, tenant):
    """The last segment's file, and its records that have no rows. Asks no control plane."""
    file = max((stage.data / "tenants" / str(tenant) / "blobs").glob("*.segment"), key=lambda file: int(file.stem))
    segment, offset = entered(stage, tenant)
    number = int(file.stem)
    return file, records(file.read_bytes(), number, offset if segment == number else 0)


def records(octets, segment, offset):
    found = []
    while len(octets) - offset >= HEAD.size:
        magic, _, flags, described, stored, length, *_ = HEAD.unpack_from(octets, offset)
        end = offset + HEAD.size + described + stored
        if magic != b"CBLB" or end > len(octets):
            break
        start = offset + HEAD.size + described
        content = octets[start:end]
        if flags & COMPRESSED:
            content = decompressed(content, length)
        found.append(Record(
            segment, offset, end - offset, HEAD.size + described, places(octets[offset + HEAD.size : start]), identifier_of(content)))
        offset = end
    return found


def places(description):
    """The mailboxes and UIDs in a record's description."""
    at = 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            octet = description[at]
            at, value, shift = at + 1, value | (octet & 0x7F) << shift, shift + 7
            if octet < 0x80:
                return value

    def skip_text():
        nonlocal at
        length = number()
        at += length

    number()  # tenant
    skip_text()  # delivery id
    found = []
    for _ in range(number()):
        _, mailbox, uid, _, _ = (number() for _ in range(5))
        for _ in range(number()):
            skip_text()  # keyword
        found.append((mailbox, uid))
    return tuple(found)


def decompressed(frame, length):
    library = ctypes.CDLL("libzstd.so.1")
    library.ZSTD_decompress.restype = ctypes.c_size_t
    library.ZSTD_decompress.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]
    target = ctypes.create_string_buffer(length)
    assert library.ZSTD_decompress(target, length, frame, len(frame)) == length, "a message cannot be decompressed"
    return target.raw
