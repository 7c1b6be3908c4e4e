"""What goes wrong: each function breaks something while mail flows, and returns; what heals must heal by itself."""

import contextlib
import os
import pathlib
import shutil
import signal
import time

from stage import compiler
from support.waiting import eventually

ALL = {}


def fault(function):
    ALL[function.__name__.replace("_", "-")] = function
    return function


class Skipped(Exception):
    """The machine does not let us break this."""


def kill(pid, number=signal.SIGKILL):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def rest(rng, longest=0.4):
    time.sleep(rng.random() * longest)


def tenant(stage, rng):
    return f"tenant:{rng.choice(stage.companies).name}"


@fault
def worker_killed(stage, rng):
    for _ in range(3):
        kill(stage.pid(tenant(stage, rng)))
        rest(rng)


@fault
def gateway_killed(stage, rng):
    kill(stage.pid("gateway"))


@fault
def relay_killed(stage, rng):
    kill(stage.pid("relay"))
    rest(rng)
    kill(stage.pid("relay"))


@fault
def postmaster_killed(stage, rng):
    kill(stage.pid("database"))


@fault
def backend_killed(stage, rng):
    """One server process of PostgreSQL: the postmaster then ends all others and recovers."""
    backends = [
        pid for pid in stage.descendants(stage.pid("database"))
        if b"casella_t" in command_line(pid)  # postgres: casella_t7 casella [local] …
    ]
    if not backends:
        raise AssertionError("no worker is connected to the database, although mail flows")
    kill(rng.choice(backends))


def command_line(pid):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


@fault
def control_plane_killed(stage, rng):
    kill(stage.control_pid())


@fault
def everything_killed(stage, rng):
    control = stage.control_pid()
    pids = [control, *stage.descendants(control)]
    rng.shuffle(pids)
    for pid in pids:
        kill(pid)


@fault
def lease_taken(stage, rng):
    """Somebody else takes the lease: what the worker has in hand must fail, and it must make room."""
    company = rng.choice(stage.companies)
    old = stage.pid(f"tenant:{company.name}")
    stage.sql(f"UPDATE leases SET epoch = epoch + 1 WHERE tenant_id = {company.tenant_id()}")
    eventually(lambda: not is_alive(old), within=20, what="a worker without its lease ends")


@fault
def worker_stopped_and_overtaken(stage, rng):
    """A worker sleeps while another takes over; awake again it must neither write nor stay."""
    company = rng.choice(stage.companies)
    old = stage.pid(f"tenant:{company.name}")
    kill(old, signal.SIGSTOP)
    try:
        rest(rng)
        kill(stage.control_pid())  # the new control plane knows nothing of the old worker
        stage.wait_until_it_answers()
        epoch = f"SELECT epoch FROM leases WHERE tenant_id = {company.tenant_id()}"
        before = stage.sql(epoch)
        eventually(lambda: stage.pid(f"tenant:{company.name}") != old, within=30, what="a second worker takes over")
        rest(rng)
    finally:
        kill(old, signal.SIGCONT)
    eventually(lambda: not is_alive(old), within=20, what="the worker that was overtaken ends")
    return before


def is_alive(pid):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


@fault
def disk_full(stage, rng):
    """The tenants' disk fills up while mail flows, stays full for a while, and has room again."""
    if not stage.mounted:
        raise Skipped("no file system can be mounted here")
    place = stage.data / "tenants"
    filler = place / "filler"
    with open(filler, "wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, shutil.disk_usage(place).free - (200 << 10)))
    try:
        full = stage.log_size()
        eventually(lambda: "No space left" in stage.log_since(full), within=30, what="a worker says that the disk is full")
        time.sleep(1)
    finally:
        filler.unlink()


@fault
def flush_fails(stage, rng):
    """`fdatasync` fails in the workers for a while, and takes with it what it should have kept."""
    order = stage.scratch / "flush-fails"
    if not order.exists():
        raise Skipped("no C compiler is installed")
    begun = stage.log_size()
    for _ in range(3):
        order.open("r+b").write(b"1")
        rest(rng)
        order.open("r+b").write(b"0")
        rest(rng)
    if "fdatasync" not in stage.log_since(begun):
        raise AssertionError("no worker complains of the flush that failed")


def prepare_flush_fails(stage):
    """Before the first worker starts."""
    if compiler():
        (stage.scratch / "flush-fails").write_bytes(b"0")
        stage.preload(stage.build_library("flush_faults"), "casella-tenant")

