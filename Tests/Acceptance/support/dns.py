"""A DNS server for tests: answers MX, A, CNAME, TXT, SRV and TLSA questions from a table, and NXDOMAIN for names that are not in it."""

import socket
import struct
import threading

TYPES = {"A": 1, "CNAME": 5, "MX": 15, "TXT": 16, "SRV": 33, "TLSA": 52}


class DNSServer:
    """`records`: {(name, type): [value, …]}; an MX value is (preference, host), an SRV value
    (priority, weight, port, host), and a TLSA value bytes; of a CNAME it is `encoded(name)`."""

    def __init__(self, records):
        self.records = records
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    @property
    def address(self):
        return f"127.0.0.1@{self.port}"

    def __enter__(self):
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.socket.close()

    def serve(self):
        while True:
            try:
                question, peer = self.socket.recvfrom(4096)
            except OSError:
                return
            self.socket.sendto(self.answer(question), peer)

    def answer(self, question):
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1 : at + 1 + question[at]].decode().lower())
            at += 1 + question[at]
        name, kind = ".".join(labels), struct.unpack(">H", question[at + 1 : at + 3])[0]
        values = [value for (owner, type_), found in self.records.items() if owner == name and TYPES[type_] == kind for value in found]
        exists = any(owner == name or owner.endswith("." + name) for owner, _ in self.records)
        answers = b"".join(b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(data)) + data for data in map(self.rdata, values))
        flags = 0x8180 | (0 if exists else 3)
        authority = b"" if values else soa(labels[-1])
        counts = struct.pack(">HHHHH", flags, 1, len(values), int(not values), 0)
        return question[:2] + counts + question[12 : at + 5] + answers + authority

    def rdata(self, value):
        if isinstance(value, bytes):
            return value
        if isinstance(value, tuple) and len(value) == 4:
            return struct.pack(">HHH", *value[:3]) + encoded(value[3])
        if isinstance(value, tuple):
            return struct.pack(">H", value[0]) + encoded(value[1])
        if value.count(".") == 3 and value.replace(".", "").isdigit():
            return socket.inet_aton(value)
        return bytes([len(value)]) + value.encode()


def encoded(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label) + b"\0"


def soa(zone):
    """How long a denial may be remembered (RFC 2308 §3)."""
    data = encoded(f"ns.{zone}") + encoded(f"hostmaster.{zone}") + struct.pack(">IIIII", 1, 3600, 600, 86400, 60)
    return encoded(zone) + struct.pack(">HHIH", 6, 1, 60, len(data)) + data
