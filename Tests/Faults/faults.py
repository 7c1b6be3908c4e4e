"""What goes wrong: each function breaks something while mail flows, and returns; what heals must heal by itself."""

import contextlib
import os
import pathlib
import shutil
import signal
import smtplib
import subprocess
import time

import wire
from letters import letter
from stage import compiler
from support import clients
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


@fault
def killed_while_packing(stage, rng):
    """A worker, the database or the control plane, while the disk space of removed messages is given back."""
    company = rng.choice(stage.companies)
    clutter(stage, rng, company)
    before = blob_octets(stage, company)
    for _ in range(3):
        packing = subprocess.Popen(
            [stage.data / "bin/casella", "--data", stage.data, "tenant", "compact", company.name],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        rest(rng, rng.choice([0.1, 0.3, 12]))  # in its middle, or towards its end
        victim = rng.choice(["worker", "worker", "database", "control plane"])
        kill(stage.control_pid() if victim == "control plane" else stage.pid(f"tenant:{company.name}" if victim == "worker" else victim))
        packing.wait(60)

    def packed():
        return stage.casella("tenant", "compact", company.name, check=False).returncode == 0

    eventually(packed, within=60, what="the space is given back")
    assert blob_octets(stage, company) < before, "nothing was given back"


def clutter(stage, rng, company):
    """More than half of what is on the disk is of messages that nobody has any more."""
    address = company.address("bob")
    with wire.IMAP(stage.port("imap"), address, company.password(address)) as imap:
        for _ in range(60 + 4 * blob_octets(stage, company) // 1_000_000):  # more than what will come in meanwhile
            lines = [rng.randbytes(36).hex() for _ in range(8_000)]  # half of it is news to a compressor
            imap.command("APPEND Junk", ("Subject: Clutter\r\n\r\n" + "\r\n".join(lines) + "\r\n").encode())
        imap.select("Junk")
        imap.command("STORE 1:* +FLAGS.SILENT (\\Deleted)")
        imap.command("EXPUNGE")


def blob_octets(stage, company):
    return sum(file.stat().st_size for file in stage.blobs(company).iterdir())


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
        epoch = f"SELECT epoch FROM leases WHERE tenant_id = {company.tenant_id()}"
        before = stage.sql(epoch)
        kill(stage.control_pid())  # the new control plane knows nothing of the old worker
        eventually(lambda: stage.sql(epoch) != before, within=30, what="a second worker takes the lease")
        rest(rng)
    finally:
        kill(old, signal.SIGCONT)
    eventually(lambda: not is_alive(old), within=20, what="the worker that was overtaken ends")


def is_alive(pid):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


@fault
def worker_hangs(stage, rng):
    """A worker stops answering, for good: the control plane must notice and replace it."""
    name = tenant(stage, rng)
    old = stage.pid(name)
    kill(old, signal.SIGSTOP)
    eventually(lambda: not is_alive(old), within=30, what="a worker that hangs is killed")


@fault
def gateway_hangs(stage, rng):
    old = stage.pid("gateway")
    kill(old, signal.SIGSTOP)
    eventually(lambda: not is_alive(old), within=30, what="a gateway that hangs is killed")


@fault
def tenants_disk_full(stage, rng):
    """The tenants' disk fills up while mail flows, stays full for a while, and has room again."""
    begun = stage.log_size()
    with filled(stage, stage.data / "tenants", left=200 << 10):
        eventually(lambda: "No space left" in stage.log_since(begun), within=30, what="a worker says that the disk is full")
        time.sleep(1)


@fault
def whole_disk_full(stage, rng):
    """There is no room for anything: the database, the queue, the log. What comes in and does not fit is put off."""
    with filled(stage, stage.data, left=rng.randrange(4 << 10, 400 << 10)):
        with filled(stage, stage.data / "tenants", left=200 << 10):
            # The log may be full before it says so: who brings the message is told.
            code = eventually(lambda: answer_to_large_letter(stage, rng), within=30, what="a message is answered while the disks are full")
            if not 400 <= code < 500:
                raise AssertionError(f"a message for which there is no room was answered {code}")
            time.sleep(3)


def answer_to_large_letter(stage, rng):
    """The last code of a transaction with a message that fits on neither disk; none when the connection is lost."""
    recipient, sender = rng.choice(stage.companies).address("bob"), "stranger@elsewhere.example"
    _, content = letter(rng, recipient, sender, octets=2 << 20)
    with contextlib.suppress(OSError, smtplib.SMTPException), clients.smtp(stage, timeout=20) as client:
        client.ehlo()
        for ask in (lambda: client.mail(sender), lambda: client.rcpt(recipient), lambda: clients.end_of_data(client, content)):
            code, _ = ask()
            if code != 250:
                break
        return code
    return None


@contextlib.contextmanager
def filled(stage, place, left):
    """A disk with so many octets left."""
    if not stage.has_disk(place):
        raise Skipped("no file system can be mounted here")
    filler = place / "filler"
    with open(filler, "wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, shutil.disk_usage(place).free - left))
    try:
        yield
    finally:
        filler.unlink()


@fault
def database_stalls(stage, rng):
    """Every process of PostgreSQL stands still for a while, as on a disk that does not answer."""
    postmaster = stage.pid("database")
    pids = [postmaster, *stage.descendants(postmaster)]
    for pid in pids:
        kill(pid, signal.SIGSTOP)
    try:
        time.sleep(1 + 3 * rng.random())
    finally:
        for pid in reversed(pids):
            kill(pid, signal.SIGCONT)


@fault
def flush_fails(stage, rng):
    """`fdatasync` fails in the workers and the relay for a while, and takes with it what it should have kept."""
    order = stage.scratch / "flush-fails"
    if not order.exists():
        raise Skipped("no C compiler is installed")
    begun = stage.log_size()
    for number in range(12):
        order.open("r+b").write(b"1")
        rest(rng)
        order.open("r+b").write(b"0")
        rest(rng)
        # The relay flushes seldom: until it has met one that failed.
        silent = [who for who in ("tenant", "relay") if not complains_of_flush(stage, begun, who)]
        if number >= 2 and not silent:
            return
    raise AssertionError(f"nobody complains of the flush that failed: {', '.join(silent)}")


def complains_of_flush(stage, begun, process):
    return any("fdatasync" in line and f'"process":"{process}' in line for line in stage.log_since(begun).splitlines())


def prepare_flush_fails(stage):
    """Before the first worker starts; the relay starts anew."""
    if compiler():
        (stage.scratch / "flush-fails").write_bytes(b"0")
        for program in ("casella-tenant", "casella-relay"):
            stage.preload(stage.build_library("flush_faults"), program)
        stage.casella("worker", "restart", "relay")

