"""PostgreSQL's own programs on a platform's database, as its superuser, who is told by a password file."""

import contextlib
import os
import pathlib
import pwd
import signal
import subprocess
import tempfile
import time

from layout import RELAY, Trouble

SUPERUSER, DATABASE = "postgres", "casella"

# How far the database says that each segment reaches. Workers write these numbers, and they may be any: hence numeric.
ENDS = """
    SELECT tenant_id, blob_segment, max(blob_offset::numeric + blob_length) FROM (
        SELECT tenant_id, blob_segment, blob_offset, blob_length FROM messages
        UNION ALL SELECT tenant_id, blob_segment, blob_offset, blob_length FROM held_messages
        UNION ALL SELECT {relay}, blob_segment, blob_offset, blob_length FROM queue_messages) named
    GROUP BY 1, 2
    """.format(relay=RELAY)


class Postgres:
    """The programs of one version, and the server whose socket is in a folder."""

    def __init__(self, version, sockets, secret, scratch):
        self.folder = pathlib.Path(f"/usr/lib/postgresql/{version}/bin")
        if not (self.folder / "pg_dump").exists():
            raise Trouble(f"The database is PostgreSQL {version}, whose programs are not installed: apt-get install postgresql-{version}")
        self.version, self.sockets = version, sockets
        passwords = scratch / "pgpass"
        with open(os.open(passwords, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"*:*:*:*:{secret}\n")
        # Not what whoever runs this has set for other servers: PGPORT, PGHOSTADDR, PGOPTIONS, …
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        self.environment |= {"PGPASSFILE": str(passwords), "PGCONNECT_TIMEOUT": "10"}

    def command(self, program, *arguments):
        return [str(self.folder / program), "-h", str(self.sockets), "-U", SUPERUSER, "-w", *map(str, arguments)]

    def run(self, program, *arguments, check=True):
        done = subprocess.run(
            self.command(program, *arguments), env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        if check and done.returncode != 0:
            raise Trouble(f"{program} failed: {done.stderr.strip()[-2000:]}")
        return done


class Session:
    """One session of psql, in which statements follow each other, as in one transaction."""

    END = "end of the answer"

    def __init__(self, postgres, database=DATABASE):
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            postgres.command("psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-d", database), env=postgres.environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True,
        )  # fmt: skip

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()
        self.errors.close()

    def ask(self, statement):
        """Rows, as tuples of texts."""
        try:
            self.process.stdin.write(f"{statement};\n\\echo {self.END}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        rows = []
        for line in self.process.stdout:
            if line == self.END + "\n":
                return rows
            rows.append(tuple(line.rstrip("\n").split("|")))
        self.errors.seek(0)
        raise Trouble(f"The database did not answer: {self.errors.read().strip()}")

    def numbers(self, statement):
        return [tuple(map(int, row)) for row in self.ask(statement)]

    def ends(self):
        """How long each segment must be at least: {(tenant, segment): octets}."""
        return {(tenant, segment): end for tenant, segment, end in self.numbers(ENDS)}


class PrivateServer:
    """A new cluster, made as the control plane makes one, whose server nobody else reaches as long as it is filled."""

    def __init__(self, postgres, cluster, secret, scratch, owner):
        (self.postgres, self.cluster, self.secret, self.scratch, self.owner) = (postgres, cluster, secret, scratch, owner)
        self.log = open(scratch / "postgres.log", "w+")

    def start_plain(self, program, *arguments):
        # PostgreSQL refuses to run as root.
        user = {"user": self.owner[0], "group": self.owner[1], "extra_groups": []} if self.owner else {}
        command = [str(self.postgres.folder / program), "-D", str(self.cluster), *arguments]
        return subprocess.Popen(
            command, cwd=self.cluster.parent, env=self.postgres.environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            **user,
        )  # fmt: skip

    def make(self):
        """The options are those of EmbeddedPostgres.swift, but for the flush: all is flushed at the end."""
        self.cluster.mkdir(mode=0o700)
        password = self.scratch / "superuser"
        password.write_text(self.secret)
        if self.owner:
            os.chown(self.cluster, *self.owner)
            os.chown(password, *self.owner)
        made = self.start_plain(
            "initdb", "-U", SUPERUSER, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--data-checksums", "--no-instructions",
            "--no-sync", f"--pwfile={password}",
        )  # fmt: skip
        try:
            status = made.wait()
        except BaseException:
            made.terminate()
            made.wait()
            raise
        if status != 0:
            raise Trouble(f"initdb failed: {self.said()}")

    def said(self):
        self.log.seek(0)
        return self.log.read().strip()[-2000:]

    def __enter__(self):
        settings = ["listen_addresses=", f"unix_socket_directories={self.postgres.sockets}", "unix_socket_permissions=0700", "fsync=off"]
        self.process = self.start_plain("postgres", *(word for setting in settings for word in ("-c", setting)))
        try:
            self.wait_until_it_answers()
        except BaseException:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()
            raise
        return self

    def wait_until_it_answers(self):
        deadline = time.monotonic() + 60
        while self.postgres.run("psql", "-X", "-d", "postgres", "-c", "SELECT 1", check=False).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Trouble(f"PostgreSQL did not start: {self.said()}")
            time.sleep(0.05)

    def __exit__(self, *_):
        """In order, so that the cluster needs no recovery."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        self.log.close()


def server_owner():
    """Whom the server runs as: as the control plane chooses. None: as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("casella", "postgres"):
        try:
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid
        except KeyError:
            continue
    raise Trouble("PostgreSQL needs a user to run as: casella or postgres.")
