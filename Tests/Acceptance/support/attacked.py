"""A platform that is attacked while others use it: what they must still get, and what the processes may take."""

import contextlib
import os
import resource
import socket
import time

from . import clients, messages
from .bystander import Bystander
from .companies import Company
from .processes import PeakMemory, anonymous_kilobytes, descriptors
from .running import Platform
from .waiting import eventually

# Full counts with CASELLA_BOUNDS=full; otherwise what takes long is done less often.
FULL = os.environ.get("CASELLA_BOUNDS") == "full"

# Seconds within which others are served, step by step, and what the longest step may take. A step in twenty, or one of fewer, may take
# more than the former: the attack and both sides' clients run on the same few cores, a worker that starts and a flush of a shared disk can
# meet in one step, and what the system does beside the test has no bound. A platform that makes others wait does so at more than one.
SERVED, WORST = 1.0, 3.0

# Anonymous memory (kB) that a process may have during an attack: the bounds of the README, with what the process has anyway.
MEMORY = {"gateway": 700_000, "tenant:victim": 900_000, "tenant:other": 30_000, "relay": 30_000}
# …and what it may still have a few seconds later.
AFTERWARDS = {"gateway": 90_000, "tenant:victim": 90_000, "tenant:other": 30_000, "relay": 30_000}


def at_scale(usual, full):
    return full if FULL else usual


class AttackedPlatform:
    """`victim` is the company of the attackers (ann) and of a bystander (bob); `other` is cara's, who has nothing to do with it."""

    def __init__(self):
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        self.platform = Platform(plaintextLoginFromLoopback=True).start()
        self.victim = Company(self.platform, users=("ann", "bob", "dan"), name="victim")
        self.other = Company(self.platform, users=("cara",), name="other")
        for company, user in ((self.victim, "ann"), (self.victim, "bob"), (self.other, "cara")):
            clients.deliver(self.platform, messages.message(company.address(user)), company.address(user))
        self.descriptors = {name: descriptors(pid) for name, pid in self.processes().items()}

    def processes(self):
        return {name: worker["pid"] for name, worker in self.platform.workers().items() if name in MEMORY and worker.get("pid")}

    @contextlib.contextmanager
    def others_are_served(self, rounds=2):
        """The block attacks; meanwhile, and for some rounds more, others log in, get mail and read it. Prints what was measured."""
        before = self.processes()
        with PeakMemory(before) as memory, Bystander((self.other, "cara"), (self.victim, "bob")) as bystander:
            first = len(bystander.rounds)
            yield bystander
            bystander.wait_for(rounds)
        worst, step = bystander.worst(first)
        print(
            f"     others: median {bystander.median(first) * 1000:.0f} ms, longest {worst * 1000:.0f} ms ({step}); memory: "
            + ", ".join(f"{name} {peak / 1024:.0f} MB" for name, peak in memory.peaks.items())
        )
        now = self.processes()
        for name, pid in before.items():
            assert name not in now or now[name] == pid, f"{name} died"
        times = bystander.times(first)
        late = [seconds for seconds in times if seconds >= SERVED]
        assert len(late) <= max(1, len(times) // 20), f"others waited: {len(late)} of {len(times)} steps took {SERVED:g} s or more"
        assert worst < WORST, f"others waited: {step} took {worst:.2f} s"
        for name, peak in memory.peaks.items():
            assert peak < MEMORY[name], f"{name} took {peak} kB, more than {MEMORY[name]} kB"

    def is_at_rest(self):
        """Memory came back, and no descriptor was left open."""
        for name, pid in self.processes().items():
            kilobytes, open_now = anonymous_kilobytes(pid), descriptors(pid)
            assert kilobytes < AFTERWARDS[name], f"{name} keeps {kilobytes} kB"
            # Connections between the processes stay open for a moment, and some are always there.
            assert open_now < self.descriptors.get(name, 0) + 16, f"{name} keeps {open_now} descriptors of {self.descriptors.get(name)}"
        return True

    def comes_to_rest(self):
        eventually(self.is_at_rest, within=25, what="the processes are at rest again", every=0.5)


def send_until_refused(dialogue, data, times):
    """Sends the same again and again, until it is done or the other side has closed. Returns how often."""
    for number in range(times):
        try:
            dialogue.send(data)
        except OSError:
            return number
    return times


def send_unread(dialogue, data, times, seconds=2):
    """Sends without ever reading, until the other side takes no more (or for so many seconds)."""
    dialogue.socket.settimeout(0.5)
    end = time.monotonic() + seconds
    with contextlib.suppress(OSError):  # also a time-out: nothing is taken any more
        for _ in range(times):
            dialogue.send(data)
            if time.monotonic() > end:
                break


def connections(port, count, source="127.0.0.1"):
    return [socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(source, 0)) for _ in range(count)]
