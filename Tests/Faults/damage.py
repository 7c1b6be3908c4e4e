"""Blobs that rot while no worker looks: what is lost is named, and everything else is served."""

import os

from support.waiting import eventually

ALL = {}


def damage(function):
    ALL[function.__name__.replace("_", "-")] = function
    return function


def last_segment(stage, company):
    """Its number, the file, and the records in it that messages refer to: {offset: length}."""
    rows = stage.sql(f"""
        SELECT DISTINCT blob_segment, blob_offset, blob_length FROM messages WHERE tenant_id = {company.tenant_id()}
        AND blob_segment = (SELECT max(blob_segment) FROM messages WHERE tenant_id = {company.tenant_id()})""")
    found = [tuple(map(int, row.split("|"))) for row in rows]
    number = found[0][0]
    file = stage.blobs(company) / f"{abs(number):010}.{'packed' if number < 0 else 'segment'}"
    return number, file, {offset: length for _, offset, length in found}


def without_worker(stage, company, change):
    """Changes the tenant's last segment while nobody has it open; the next connection starts a worker. Returns the records
    that `change` damaged, as (tenant, segment, offset)."""
    name = f"tenant:{company.name}"
    stage.casella("worker", "restart", name)
    eventually(lambda: stage.worker_pid(name) is None, within=20, what="the worker has ended")
    number, file, lengths = last_segment(stage, company)
    return {(company.tenant_id(), number, offset) for offset in change(file, lengths)}


def in_use(stage, records):
    """Those of the records that some message still refers to."""
    if not records:
        return set()
    wanted = ", ".join(f"({tenant}, {segment}, {offset})" for tenant, segment, offset in records)
    rows = stage.sql(f"""
        SELECT DISTINCT tenant_id, blob_segment, blob_offset FROM messages WHERE (tenant_id, blob_segment, blob_offset) IN ({wanted})""")
    return {tuple(map(int, row.split("|"))) for row in rows}


def damaged_places(stage, records):
    """Where the messages of damaged records are by now: (address, mailbox, uid)."""
    if not records:
        return set()
    wanted = ", ".join(f"({tenant}, {segment}, {offset})" for tenant, segment, offset in records)
    rows = stage.sql(f"""
        SELECT u.local_part || '@' || d.name, b.name, m.uid
        FROM messages m JOIN mailboxes b USING (tenant_id, mailbox_id) JOIN users u USING (tenant_id, user_id)
        JOIN domains d USING (tenant_id, domain_id) WHERE (m.tenant_id, m.blob_segment, m.blob_offset) IN ({wanted})""")
    return {(address, mailbox, int(uid)) for address, mailbox, uid in (row.split("|") for row in rows)}


@damage
def octets_flipped(stage, rng):
    """In the middle of one record and of the last one."""
    def flip(file, lengths):
        victims = {max(lengths), rng.choice(sorted(lengths))}
        for offset in victims:
            place = offset + lengths[offset] // 2
            with open(file, "r+b") as segment:
                before = os.pread(segment.fileno(), 1, place)
                os.pwrite(segment.fileno(), bytes([before[0] ^ 0x55]), place)
        return victims

    return without_worker(stage, rng.choice(stage.companies), flip)


@damage
def tail_cut_off(stage, rng):
    """In the middle of the last record but one."""
    def cut(file, lengths):
        last = sorted(lengths)[-2:]
        os.truncate(file, last[0] + lengths[last[0]] // 2)
        return last

    return without_worker(stage, rng.choice(stage.companies), cut)
