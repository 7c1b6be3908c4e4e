"""Workers are killed right after they have answered for mail, and the end of the blob log, which alone tells of it, is damaged.

What is lost so is lost, and was acknowledged. But each record that is there in part is named, all others are served, and no UID that was
told is given to another message.
"""

import contextlib
import dataclasses
import os
import signal
import subprocess
import time

import blob_log
from faults import is_alive, kill
from support.waiting import eventually

ALL = {}
# So many records without rows are waited for, and no longer than so many seconds: one is there in any case.
ENOUGH, PATIENCE = 8, 2
HOLDER = "casella-faults"


def lost_end(function):
    ALL[function.__name__.replace("_", "-")] = function
    return function


@dataclasses.dataclass
class Loss:
    """What a fault has done to a company's log."""

    tenant: int
    # Records that must be reported, and those of them of which it must be said whose they were.
    damaged: list
    named: list
    # Messages that nothing can bring back: (address, mailbox, UIDVALIDITY, UID, identifier of the message).
    lost: list

    def problems(self, log):
        """What the log of the platform does not tell."""
        lines = [line for line in log.splitlines() if "passed over" in line and f'"tenant":"{self.tenant}"' in line]
        problems = []
        for record in self.damaged:
            here = [line for line in lines if f'"blob":"segment {record.segment}, offset {record.offset}"' in line]
            if not here:
                problems.append(f"the log does not name the damaged record {record}")
            for mailbox, uid in record.places if record in self.named else ():
                if not any(f'"mailbox":"{mailbox}"' in line and f'"uid":"{uid}"' in line for line in here):
                    problems.append(f"the log does not tell that UID {uid} of mailbox {mailbox} was in the damaged record {record}")
        if "did not end in order" not in log:
            problems.append("the log does not tell that a worker did not end in order")
        return problems


@lost_end
def end_flipped(stage, rng):
    """Octets of some of the records, and of the last one in any case; perhaps one has lost its head."""
    def flip(file, records):
        victims = sorted({len(records) - 1, *rng.sample(range(len(records)), rng.randint(1, len(records)))})
        headless = rng.choice([None, *victims])
        with open(file, "r+b") as segment:
            for number in victims:
                record = records[number]
                first, last = (0, 31) if number == headless else (record.head_length, record.length - 1)
                place = record.offset + rng.randint(first, last)
                before = os.pread(segment.fileno(), 1, place)
                os.pwrite(segment.fileno(), bytes([before[0] ^ 0x55]), place)
        damaged = [records[number] for number in victims]
        return damaged, [records[number] for number in victims if number != headless], damaged

    return without_worker(stage, rng, flip)


@lost_end
def end_cut_off(stage, rng):
    """Between two records, before all that have no rows, or in the middle of one."""
    def cut(file, records):
        number = rng.choice([0, rng.randrange(len(records))])
        record, inside = records[number], rng.random() < 0.5
        os.truncate(file, record.offset + (rng.randrange(1, record.length) if inside else 0))
        return [record] if inside else [], [], records[number:]

    return without_worker(stage, rng, cut)


def without_worker(stage, rng, harm):
    """Kills a worker that has answered for mail without rows, and does harm to that mail before another worker can start."""
    company = rng.choice(stage.companies)
    tenant, worker, control = company.tenant_id(), stage.pid(f"tenant:{company.name}"), stage.control_pid()
    with rows_held_back(stage, tenant):
        gather(stage, tenant)
        kill(control, signal.SIGSTOP)
        try:
            kill(worker)
            eventually(lambda: not is_alive(worker), within=20, what="the worker is dead")
            backends = f"FROM pg_stat_activity WHERE usename = 'casella_t{tenant}'"
            eventually(
                lambda: stage.sql(f"SELECT pg_terminate_backend(pid) {backends}") == [], within=20, what="nothing of the worker is left")
            file, records = blob_log.end_of_log(stage, tenant)
            damaged, named, gone = harm(file, records)
            return Loss(tenant, damaged, named, told(stage, tenant, gone))
        finally:
            kill(control, signal.SIGCONT)


def gather(stage, tenant):
    eventually(lambda: blob_log.end_of_log(stage, tenant)[1], within=30, what="mail is answered for that has no rows")
    end = time.monotonic() + PATIENCE
    while len(blob_log.end_of_log(stage, tenant)[1]) < ENOUGH and time.monotonic() < end:
        time.sleep(0.05)


@contextlib.contextmanager
def rows_held_back(stage, tenant):
    """No transaction of the worker ends meanwhile: each asks for its lease."""
    environment = {**stage.database_environment(), "PGAPPNAME": HOLDER}
    words = f"BEGIN; SELECT 1 FROM leases WHERE tenant_id = {tenant} FOR UPDATE; SELECT pg_sleep(60)"
    holder = subprocess.Popen(
        stage.psql(words), env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    sleeping = f"FROM pg_stat_activity WHERE application_name = '{HOLDER}'"
    try:
        eventually(lambda: stage.sql(f"SELECT 1 {sleeping} AND wait_event = 'PgSleep'"), within=20, what="the rows are held back")
        yield
    finally:
        stage.sql(f"SELECT pg_terminate_backend(pid) {sleeping}")
        holder.wait(20)


def told(stage, tenant, records):
    """The messages of records that are gone, as clients know them."""
    rows = stage.sql(f"""
        SELECT b.mailbox_id, u.local_part || '@' || d.name, b.uidvalidity, b.name FROM mailboxes b
        JOIN users u USING (tenant_id, user_id) JOIN domains d USING (tenant_id, domain_id) WHERE b.tenant_id = {tenant}""")
    known = {int(number): (address, name, int(validity)) for number, address, validity, name in (row.split("|", 3) for row in rows)}
    return [(*known[mailbox], uid, record.identifier) for record in records for mailbox, uid in record.places if mailbox in known]
