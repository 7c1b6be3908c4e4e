"""One platform on free ports with a data directory of its own, started and stopped with the operators' own scripts."""

import atexit
import contextlib
import json
import os
import pathlib
import random
import shutil
import socket
import subprocess
import tempfile

from .waiting import eventually

CHECKOUT = pathlib.Path(__file__).resolve().parents[3]
PORTS = {
    "smtp": 25, "submission": 587, "submissions": 465, "imap": 143, "imaps": 993, "pop3": 110, "pop3s": 995, "https": 443, "admin": 8443,
}  # fmt: skip
HOSTNAME = "mx.casella.test"
# The tests' connections all come from one address, and login storms are part of what is tested.
# Quota warnings and notices are for the tests that expect them: in other tests they would be mail that nobody sent.
QUICK = {
    "hostname": HOSTNAME, "connectionsPerAddress": 2000, "quotaWarnings": [], "accountNotices": False, "wrongLogins": {"perAddress": 2000},
}  # fmt: skip


class Platform:
    """`settings` goes into casella.json. Use `start()`, `stop()` and `remove()`, or `shared()`."""

    running = []

    def __init__(self, **settings):
        self.data = pathlib.Path(tempfile.mkdtemp(prefix="casella-"))
        self.data.chmod(0o755)
        self.settings = {**QUICK, **settings}
        (self.data / "casella.json").write_text(json.dumps(self.settings, indent=2))
        self.port_base = free_port_base()
        # Beside what the tests have themselves.
        self.environment = {}

    def port(self, service):
        return self.port_base + PORTS[service]

    def start(self):
        done = self.up("--detach")
        assert done.returncode == 0, f"ops/up failed:\n{done.stdout}{done.stderr}"
        if self not in Platform.running:
            Platform.running.append(self)
        return self

    def up(self, *options):
        command = [CHECKOUT / "ops/up", "--no-build", "--data", self.data, "--port-base", str(self.port_base), *options]
        return run(command, timeout=150, env={**os.environ, **self.environment})

    def stop(self):
        done = run([CHECKOUT / "ops/down", "--data", self.data], timeout=60)
        assert done.returncode == 0, f"ops/down failed:\n{done.stdout}{done.stderr}"
        if self in Platform.running:
            Platform.running.remove(self)
        return done

    def remove(self):
        if self in Platform.running:
            self.stop()
        if not os.environ.get("CASELLA_KEEP_DATA"):
            shutil.rmtree(self.data, ignore_errors=True)

    # The admin shell

    def casella(self, *arguments, stdin="", check=True, timeout=60):
        """One command of the `casella` program."""
        done = run([self.data / "bin/casella", "--data", self.data, *arguments], stdin=stdin, timeout=timeout)
        if check:
            assert done.returncode == 0, f"casella {' '.join(map(str, arguments))}: status {done.returncode}: {done.stderr or done.stdout}"
        return done

    def ask(self, *arguments, stdin="", check=True):
        """The JSON value that a command prints."""
        output = self.casella("--format", "json", *arguments, stdin=stdin, check=check).stdout
        return json.loads(output) if output.strip() else None

    # Processes

    def workers(self):
        return {worker["name"]: worker for worker in self.ask("worker", "list")}

    def worker_pid(self, name):
        """The process of a worker by its name, such as `gateway` or `tenant:acme`; None while it does not run."""
        return self.workers().get(name, {}).get("pid")

    def control_pid(self):
        return int((self.data / "run/control.pid").read_text().split()[0])

    def descendants(self, of=None):
        """Every process below the control plane."""
        children = {}
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                except (FileNotFoundError, ProcessLookupError):
                    continue
                children.setdefault(int(fields[1]), []).append(int(entry.name))
        found, waiting = [], [of or self.control_pid()]
        while waiting:
            below = children.get(waiting.pop(), [])
            found += below
            waiting += below
        return found

    def answers(self):
        """True when the admin API answers and SMTP greets."""
        if self.casella("worker", "list", check=False).returncode != 0:
            return False
        try:
            with socket.create_connection(("127.0.0.1", self.port("smtp")), timeout=5) as connection:
                return connection.recv(3) == b"220"
        except OSError:
            return False

    def wait_until_it_answers(self, within=60):
        eventually(self.answers, within=within, what="the platform answers again", every=0.1)

    # Logs

    def log_files(self):
        return [file for file in (self.data / "log").rglob("*") if file.is_file()] + [
            file for file in (self.data / "postgres").glob("log/*") if file.is_file()
        ]

    def log_size(self):
        log = self.data / "log/control.log"
        return log.stat().st_size if log.exists() else 0

    def log_tail(self, since=0, lines=40):
        """The last lines of the log, of those that were written after its size was `since`."""
        log = self.data / "log/control.log"
        text = log.read_bytes()[since:].decode("utf-8", "replace").splitlines() if log.exists() else []
        return "\n".join([f"--- {log}, the last of {len(text)} lines since the test began", *text[-lines:]])


def run(command, stdin="", timeout=60, **options):
    return subprocess.run(
        [str(part) for part in command], input=stdin, capture_output=True, text=True, errors="replace", timeout=timeout, **options
    )


def free_port(host="127.0.0.1"):
    """Below the range from which the kernel gives clients theirs: one of those may have it by the time that somebody listens. And above
    those of platforms."""
    for port in random.sample(range(24_000, 32_000), 50):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind((host, port))
            return port
    raise AssertionError("no free port")


def free_port_base():
    """A base whose every port is free, below the range that the kernel hands out by itself."""
    for base in random.sample(range(11_000, 23_000, 1000), 12):
        try:
            for port in PORTS.values():
                with socket.socket() as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind(("127.0.0.1", base + port))
            return base
        except OSError:
            continue
    raise AssertionError("no free ports")


_shared = None


def shared():
    """The platform that most tests share: quick retries, and static routes to the outside hosts of `outside.py`."""
    global _shared
    if _shared is None:
        from . import outside

        platform = Platform(**outside.settings())
        _shared = platform.start()
    return _shared


@atexit.register
def _end_all():
    for platform in list(Platform.running):
        try:
            platform.remove()
        except (AssertionError, subprocess.TimeoutExpired, OSError) as error:
            print(f"{platform.data}: {error}")
