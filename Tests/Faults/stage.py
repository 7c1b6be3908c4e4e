"""A platform with three companies on it, made for being broken."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from support.companies import Company
from support.running import CHECKOUT, Platform, free_port_base, run
from support.waiting import eventually

FOLDER = pathlib.Path(__file__).resolve().parent
SETTINGS = {"plaintextLoginFromLoopback": True, "retrySchedule": [1], "idleSeconds": 600, "hangSeconds": 4}


class Stage(Platform):
    def __init__(self, **settings):
        super().__init__(**{**SETTINGS, **settings})
        self.companies, self.covered, self.disks = [], {}, []
        self.scratch = self.data / "faults"
        self.scratch.mkdir()

    def found(self, companies=3):
        """Makes the companies. Names are of one run only; numbers in them would grow from platform to platform."""
        self.companies = [Company(self, name=name) for name in ("alpha", "beta", "gamma")[:companies]]

    def remove(self):
        if self in Platform.running:
            self.stop()
        for place, image in reversed(self.disks):
            run(["umount", "-l", place])
            image.unlink()
        super().remove()

    def up(self, *options):
        """In a mount namespace where `self.covered` lie over programs of the system."""
        words = ["--no-build", "--data", self.data, "--port-base", str(self.port_base), *options]
        mounts = "".join(f"mount --bind {cover} {program} && " for program, cover in self.covered.items())
        shell = ["unshare", "--mount", "sh", "-c", f'{mounts}exec "$0" "$@"'] if mounts else []
        return run([*shell, CHECKOUT / "ops/up", *words], timeout=150)

    def start(self):
        """Another platform of this machine may take the ports between their choice and their use."""
        for _ in range(3):
            try:
                return super().start()
            except AssertionError as problem:
                if "is taken by another program" not in str(problem):
                    raise
                self.port_base = free_port_base()
        return super().start()

    def kill_all(self):
        """Ends every process without a farewell, and for good."""
        with contextlib.suppress(FileNotFoundError):
            keeper, control = int((self.data / "run/keeper.pid").read_text().split()[0]), self.control_pid()
            for pid in [keeper, control, *self.descendants(control)]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        if self in Platform.running:
            Platform.running.remove(self)

    # What may be asked behind the platform's back

    def sql(self, text):
        """The rows that PostgreSQL's superuser gets, as text."""
        done = subprocess.run(self.psql(text), capture_output=True, text=True, timeout=60, env=self.database_environment())
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def psql(self, text):
        return ["psql", "-X", "-q", "-A", "-t", "-h", str(self.data / "run/postgres"), "-U", "postgres", "-d", "casella", "-c", text]

    def database_environment(self):
        return {**os.environ, "PGPASSWORD": (self.data / "secrets/superuser").read_text().strip()}

    def log_since(self, position):
        with open(self.data / "log/control.log", "rb") as log:
            log.seek(position)
            return log.read().decode("utf-8", "replace")

    def blobs(self, company):
        return self.data / "tenants" / str(company.tenant_id()) / "blobs"

    def pid(self, worker, within=20):
        """The process of a worker, once it runs."""
        def find():
            with contextlib.suppress(AssertionError, subprocess.TimeoutExpired, json.JSONDecodeError):
                return self.worker_pid(worker)

        return eventually(find, within=within, what=f"{worker} runs")

    def is_empty_handed(self):
        """Nothing waits in the queue: what was taken for a retry has arrived."""
        done = self.casella("--format", "json", "queue", "list", check=False)
        return done.returncode == 0 and json.loads(done.stdout) == []

    # Programs under a preloaded library

    def build_library(self, name):
        """Compiles a shared library of the tests; where it is told things: files in the scratch directory."""
        library = self.scratch / f"{name}.so"
        if not library.exists():
            paths = [f'-DSCRATCH="{self.scratch}"', f'-DROOT="{self.data}"']
            command = [compiler(), "-O2", "-Wall", "-Werror", "-shared", "-fPIC", *paths, "-o", library, FOLDER / f"{name}.c", "-ldl"]
            done = run(command)
            assert done.returncode == 0, done.stderr
        return library

    def preload(self, library, program):
        """Lets the platform start `program` (of its own `bin`) with the library. No process changes that runs already."""
        path = self.data / "bin" / program
        original = path.with_name(program + ".original")
        if not original.exists():
            os.rename(path, original)  # a link of its own; the staged program is left alone
        write_launcher(path, library, original, path)

    # Disk

    def mount_disks(self, megabytes=2048):
        """Gives the platform a disk of its own, and the tenants' mail another, where this machine lets us."""
        settings = self.data / "casella.json"
        kept = settings.read_bytes()
        if self._mount(self.data, megabytes):
            self.data.chmod(0o755)
            settings.write_bytes(kept)
            self.scratch.mkdir()
            tenants = self.data / "tenants"
            tenants.mkdir(mode=0o711)
            self._mount(tenants, megabytes)

    def _mount(self, place, megabytes):
        descriptor, name = tempfile.mkstemp(prefix="casella-disk-")
        os.truncate(descriptor, megabytes << 20)
        os.close(descriptor)
        commands = [["mkfs.ext4", "-q", "-F", "-m", "0", name], ["mount", "-o", "loop", name, place]]
        if all(run(command).returncode == 0 for command in commands):
            self.disks.append((place, pathlib.Path(name)))
            return True
        os.unlink(name)
        return False

    def has_disk(self, place):
        return any(place == mounted for mounted, _ in self.disks)


def compiler():
    """Debian's, or the one that comes with Swift."""
    return shutil.which("cc") or shutil.which("clang")


def write_launcher(path, library, program, name):
    """A program at `path` that becomes `program`, called `name`, with the library in it."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(f'#!/bin/bash\nLD_PRELOAD={library} exec -a {name} {program} "$@"\n')
    fresh.chmod(0o755)
    os.rename(fresh, path)

