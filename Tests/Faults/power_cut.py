"""The power goes: a recording of all that PostgreSQL and the blob stores write and flush is cut at flush points, the disk laid
out as it would be then, and a platform started on it. Everything acknowledged before the cut must be there."""

import concurrent.futures
import math
import os
import pathlib
import shutil
import time

import disk
import wire
from audit import audit
from faults import Skipped
from ledger import Ledger
from load import Load
from stage import Stage, compiler, write_launcher
from support import clients
from support.running import run
from support.waiting import eventually

# What a platform keeps; the rest of its folder is made again at each start.
KEPT = ("postgres", "tenants", "relay", "secrets", "tls")
# Platforms that are tried at one time.
AT_ONCE = 3
DATABASE = "/usr/lib/postgresql/*/bin/postgres"


class Recording:
    """A short load on a platform whose writes are all written down."""

    def __init__(self, seed, seconds):
        if not compiler():
            raise Skipped("no C compiler is installed")
        if run(["unshare", "--mount", "true"]).returncode != 0:
            raise Skipped("no mount namespace can be made here")
        self.stage = Stage()
        self.file, self.copy = self.stage.scratch / "recording", self.stage.scratch / "copy"
        try:
            self.begin()
            self.record(seed, seconds)
        except BaseException:
            self.stage.remove()
            raise

    def begin(self):
        """Companies are founded before the recording, which begins with a copy of the resting platform."""
        self.stage.start()
        self.stage.found(2)
        self.stage.stop()
        self.copy.mkdir()
        assert run(["cp", "-a", *(self.stage.data / part for part in KEPT), self.copy]).returncode == 0
        self.numbers = disk.numbers_of(self.stage.data, KEPT)
        self.file.touch()
        self.file.chmod(0o666)
        library = self.stage.build_library("recorder")
        program = max(pathlib.Path("/").glob(DATABASE.lstrip("/")), key=lambda path: int(path.parts[4]))
        original, cover = self.stage.scratch / "postgres.original", self.stage.scratch / "postgres"
        shutil.copy(program, original)
        write_launcher(cover, library, original, program)
        self.stage.covered = {program: cover}
        self.stage.start()
        for name in ("casella-tenant", "casella-relay"):
            self.stage.preload(library, name)
        self.stage.casella("worker", "restart", "relay")

    def record(self, seed, seconds):
        self.ledger = Ledger(mark=self.size)
        load = Load(self.stage, self.stage.companies, self.ledger, seed, rest=0.01)
        load.resume()
        time.sleep(seconds)
        load.stop()
        self.length = self.size()
        load.end()
        assert not self.ledger.problems, self.ledger.problems
        self.stage.kill_all()

    def size(self):
        return os.stat(self.file).st_size

    def flush_points(self):
        """Where flushes ended, of the write-ahead log and the blob stores, while the load ran."""
        names, points, first = {number: path for path, (number, _, _) in self.numbers.items()}, [], self.ledger.events[0].begun
        for change in disk.changes(self.file):
            if change.kind == disk.CREATE:
                names[change.file] = change.path
            elif change.kind == disk.FLUSHED and first < change.at <= self.length:
                if any(part in names.get(change.file, "") for part in ("/blobs", "/pg_wal")):
                    points.append(change.at)
        return points

    def cut(self, points, ways, deadline, rng):
        """Starts a platform on the disk of each cut, some at a time, until the deadline; yields each outcome in words.

        `ways`: how many of the three ways to treat what was not flushed are tried at each point."""
        state, todo, waiting = disk.Disk(self.stage.data, self.copy, self.numbers), sorted(points), []
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            for change in disk.changes(self.file):
                state.apply(change)
                if todo and change.at >= todo[0] and (time.monotonic() < deadline or len(todo) == 1):
                    for how in rng.sample([disk.ALL, disk.NOTHING, disk.SOME], ways):
                        stage = Stage()
                        try:
                            state.lay_out(stage.data, how, rng)
                        except BaseException:
                            stage.remove()
                            raise
                        waiting.append((change.at, how, pool.submit(self.outcome, stage, change.at)))
                while todo and change.at >= todo[0]:
                    todo.pop(0)
                if len(waiting) > AT_ONCE or not todo:
                    yield from ((at, how, outcome.result()) for at, how, outcome in waiting)
                    waiting = []
                if not todo:
                    return

    def outcome(self, stage, position):
        """What is wrong on the platform that starts from this disk."""
        ledger = self.ledger.as_of(position)
        stage.companies = self.stage.companies
        try:
            stage.start()
            eventually(stage.is_empty_handed, within=60, what="the queue is empty", every=0.1)
            problems, _ = audit(stage, ledger)
            for company in stage.companies:
                clients.deliver(stage, b"Subject: On we go\r\n\r\nHello.\r\n", company.address("bob"))
            problems += ledger.problems
        except (AssertionError, OSError, wire.Refused) as error:
            problems = [f"{type(error).__name__}: {error}", *ledger.problems]
        finally:
            stage.kill_all()
        if problems:
            problems.append(stage.log_tail(lines=20))
        stage.remove()
        return problems


def power_cut(rng, cuts=12, load=2.0, budget=18, every=False):
    """Records a load of some seconds, and cuts it at its end and at up to so many other flush points, as many as can be tried
    in `budget` seconds, each in one way; or at every flush point in all three ways. Returns the problems, and words."""
    recording, deadline = Recording(rng.random(), load), time.monotonic() + (math.inf if every else budget)
    try:
        points = recording.flush_points()
        chosen = points if every else [*rng.sample(points[:-1], min(cuts, len(points)) - 1), points[-1]]
        problems, tried = [], 0
        for position, how, found in recording.cut(chosen, 3 if every else 1, deadline, rng):
            tried += 1
            where = f"cut at octet {position} of {recording.length}, {recording.ledger.acknowledged_by(position)} acknowledged, "
            problems += [f"{where}{how} unflushed kept: {problem}" for problem in found]
        return problems, f"{tried} disks of {len(points)} flush points; {recording.ledger.acknowledged} acknowledged"
    finally:
        recording.stage.remove()
