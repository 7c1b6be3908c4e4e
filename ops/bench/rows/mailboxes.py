"""The filled mailboxes that IMAP rows share; each is filled once, by the first row that asks for it."""

from load import filling
from load.imap import Session
from population import Company

BOXES = Company("boxes", 20)
KINDS = {1_000: 1, 10_000: 2, 100_000: 3}
# 1,000 different messages of 10 KiB.
READER = BOXES.address(4)


def sized(system, count):
    """The address of the user whose INBOX holds at least that many messages of 2 KiB."""
    address = BOXES.address(KINDS[count])
    filling.fill(system, address, count)
    return address


def reader(system, count):
    filling.fill(system, READER, count, octets=10240, distinct=count)
    return READER


def opened(system, address, mailbox=b"INBOX", tls=False):
    session = Session(system.port(993 if tls else 143), address, system.passwords[address], tls)
    session.command(b"SELECT " + mailbox)
    return session


def sizes(bench):
    return bench.of(list(KINDS), [1_000])
