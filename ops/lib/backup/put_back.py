"""Lays a backup into a new data directory: put_back.py BACKUP DATA MIGRATIONS PORT_BASE SEND_QUEUE

Everything is copied, so that nothing that runs there writes into the backup. Owners are those that the platform's processes have when the
same user starts it. The secrets come last: without them what is half there does not start.
"""

import fcntl
import hashlib
import os
import pathlib
import re
import shlex
import shutil
import sys

from layout import (
    DUMP, RELAY, ROLES, Trouble, blob_folder, copy, count_text, owners_text, read_manifest, run, scratch_folder, segment_path, size_text,
)  # fmt: skip
from postgres import Postgres, PrivateServer, Session, server_owner

# In a data directory that is being filled; ./ops/up starts none that has it.
MARK = "restoring"
# Numbers that no restored platform gives: the one before may have given them after the backup was made, and mail programs remember what it
# called by them. Each restore skips so many UIDs, change numbers and mailbox numbers.
SKIPPED = 1 << 20
HIGHEST_UID = 4_294_967_295
MODES = {"run": 0o711, "tenants": 0o711}

SKIP = f"""
    UPDATE mailboxes SET highestmodseq = highestmodseq + {SKIPPED},
        uidnext = CASE WHEN uidnext < {HIGHEST_UID - 2 * SKIPPED} THEN uidnext + {SKIPPED} ELSE uidnext END;
    UPDATE mailbox_counters SET last_id = last_id + {SKIPPED} WHERE last_id < {HIGHEST_UID - 2 * SKIPPED};
    """
# Who was logged out since is not to be logged in again, and a one-time password that was used since is not to be good again (RFC 6238 §5.2);
# the next step's is taken ahead of its time too.
NEXT_STEP = "floor(extract(epoch FROM now()) / 30)::bigint + 1"
FORGET_LOGINS = f"""
    DELETE FROM administrator_sessions;
    UPDATE administrators SET totp_step = greatest(totp_step, {NEXT_STEP});
    UPDATE one_time_passwords SET step = greatest(step, {NEXT_STEP})
    """
HOLD_QUEUE = "UPDATE queue_messages SET held = true"


class Restore:
    def __init__(self, backup, data, migrations):
        self.backup, self.data, self.migrations = backup, data, migrations
        self.manifest = read_manifest(backup)
        self.files = self.manifest["files"]
        # Tenants of whom messages were missing already when the backup was made.
        self.damaged = self.manifest.get("damaged", [])

    # Before anything is written

    def check(self):
        known = {path.stem for path in self.migrations.glob("*.sql")}
        foreign = [name for name in self.manifest["schema"] if name.removesuffix(".sql") not in known]
        if foreign:
            raise Trouble(f"The backup is of a newer Casella, whose database has {foreign[-1]}; restore it with that one.")
        for path, facts in [*self.manifest["parts"].items(), *((f"files/{path}", facts) for path, facts in self.files.items())]:
            place = self.backup / path
            if not place.is_file() or place.is_symlink() or place.stat().st_size != facts["size"]:
                raise Trouble(f"The backup is damaged: {place} is missing or has another size.")
        needed = sum(facts["size"] for facts in self.files.values()) + 4 * self.manifest["parts"][DUMP]["size"]
        above = next(folder for folder in [self.data, *self.data.parents] if folder.is_dir())
        if shutil.disk_usage(above).free < needed:
            raise Trouble(f"There is no room for {size_text(needed)} on the file system of {self.data}.")

    def open_data(self):
        """An empty folder, which nobody starts as long as this runs."""
        if self.data.is_dir() and set(os.listdir(self.data)) - {"lost+found"}:
            if (self.data / MARK).exists():
                raise Trouble(f"A restore into {self.data} was broken off; remove what is in it first.")
            raise Trouble(f"{self.data} is not empty; a backup is restored into a new data directory.")
        for folder in [*reversed(self.data.parents), self.data]:
            if not folder.is_dir():
                folder.mkdir()
                folder.chmod(0o755)
        # Nobody else enters as long as files get their owners, who could change folders for links meanwhile.
        self.data.chmod(0o700)
        (self.data / MARK).touch(mode=0o600, exist_ok=False)
        self.make_folder("run")
        locks = []
        for name in ("up.lock", "control.lock"):  # as ./ops/up and the control plane take them
            locks.append(open(self.data / "run" / name, "w"))
            fcntl.flock(locks[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
        return locks

    # Files

    def owner(self, path):
        """Numbers as ProcessUsers in DataDirectory.swift gives them; None when all is one user's."""
        if os.geteuid() != 0:
            return None
        base = self.user_base()
        kind, number, *_ = [*path.split("/"), ""]
        if kind == "tenants" and number:
            return (base + 1000 + int(number),) * 2
        if kind == "relay":
            return (base + 2,) * 2
        return server_owner() if kind == "postgres" else (0, 0)

    def user_base(self):
        configuration = self.backup / "files/casella.json"
        text = configuration.read_text() if configuration.exists() else ""
        found = re.search(r'"userIDBase"\s*:\s*(\d+)', text)
        return int(found[1]) if found else 210_000

    def make_folder(self, path):
        """With those above it. A tenant's and the relay's are theirs."""
        place = self.data
        for folder in path.split("/"):
            place = place / folder
            if not place.is_dir():
                place.mkdir(mode=0o700)
                relative = str(place.relative_to(self.data))
                if owner := self.owner(relative):
                    os.chown(place, *owner)
                place.chmod(MODES.get(relative, 0o700))

    def copy_files(self, wanted):
        for path, facts in self.files.items():
            if not wanted(path):
                continue
            if "/" in path:
                self.make_folder(os.path.dirname(path))
            with open(self.backup / "files" / path, "rb") as source:
                self.require(path, facts, copy(source.fileno(), self.data / path, self.owner(path)))
            if "modified" in facts:
                os.utime(self.data / path, ns=(facts["modified"], facts["modified"]))

    def require(self, path, facts, found):
        if found["sha256"] != facts["sha256"]:
            raise Trouble(f"The backup is damaged: {path} is not as it was written. What is in {self.data} is of no use.")

    # The database

    def fill_database(self, server, postgres, send_queue):
        for name in (DUMP, ROLES):
            with open(self.backup / name, "rb") as file:
                self.require(name, self.manifest["parts"][name], {"sha256": hashlib.file_digest(file, "sha256").hexdigest()})
        with server:
            roles = pathlib.Path(postgres.environment["PGPASSFILE"]).with_name("roles.sql")
            # This one is there since the cluster was made.
            roles.write_text((self.backup / ROLES).read_text().replace("CREATE ROLE postgres;\n", ""))
            postgres.run("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", "postgres", "-f", roles)
            postgres.run("pg_restore", "--create", "--exit-on-error", f"--jobs={os.cpu_count() or 1}", "-d", "postgres", self.backup / DUMP)
            with Session(postgres) as session:
                self.check_places(session)
                session.ask(f"BEGIN; {SKIP} {FORGET_LOGINS}")
                if not send_queue:
                    session.ask(HOLD_QUEUE)
                session.ask("COMMIT")
                ((queued,),) = session.numbers("SELECT count(*) FROM queue_messages")
                ((messages,),) = session.numbers("SELECT count(*) FROM messages")
        return messages, queued

    def check_places(self, session):
        for (tenant, number), end in session.ends().items():
            if tenant in self.damaged:
                continue
            path = segment_path(tenant, number)
            if path not in self.files or (self.data / path).stat().st_size < end:
                raise Trouble(f"The backup is damaged: the database names messages in {path} that are not there.")

    # All of it

    def restore(self, send_queue):
        for tenant in self.manifest["tenants"]:
            self.make_folder(blob_folder(tenant))
        self.make_folder(blob_folder(RELAY))
        self.copy_files(lambda path: path.split("/")[0] not in ("secrets", "postgres"))
        secret = (self.backup / "files/secrets/superuser").read_text().strip()
        self.data.chmod(0o711)
        with scratch_folder(self.data / "run/restore") as scratch:
            scratch.chmod(0o711)  # the server's user reads its first password there
            sockets = self.data / "run/postgres"
            sockets.mkdir(mode=0o700)
            owner = server_owner()
            if owner:
                os.chown(sockets, *owner)
            postgres = Postgres(self.manifest["postgres"], sockets, secret, scratch)
            server = PrivateServer(postgres, self.data / "postgres", secret, scratch, owner)
            server.make()
            counts = self.fill_database(server, postgres, send_queue)
        for path in self.files:
            if path.startswith("postgres/"):
                (self.data / path).unlink()  # as initdb wrote it
        self.copy_files(lambda path: path.startswith("postgres/"))
        os.sync()
        self.copy_files(lambda path: path.startswith("secrets/"))
        os.sync()
        (self.data / MARK).unlink()
        return counts


def main():
    backup, data, migrations, port_base, send_queue = sys.argv[1:]
    restore = Restore(pathlib.Path(backup), pathlib.Path(data), pathlib.Path(migrations))
    restore.check()
    locks = restore.open_data()
    messages, queued = restore.restore(send_queue == "yes")
    for lock in locks:
        lock.close()
    manifest = restore.manifest
    tenants = count_text(len(manifest["tenants"]), "tenant")
    octets = size_text(sum(facts["size"] for facts in restore.files.values()))
    print(f"Restored the platform as it was at {manifest['taken']} into {data}: {tenants}, {count_text(messages, 'message')}, {octets}.")
    print("What came in just before the backup was made is entered when each tenant's worker starts.")
    if restore.damaged:
        print(f"Messages of {owners_text(restore.damaged)} were missing when the backup was made: some are listed and cannot be read.")
    up = f"./ops/up --data {shlex.quote(data)} --port-base {port_base}"
    if queued and send_queue != "yes":
        held = "1 message of the queue is held" if queued == 1 else f"{queued} messages of the queue are held"
        shell = f"./ops/casella --data {shlex.quote(data)}"
        print(f"{held}: what of it has gone out since, nobody knows here. See {shell} queue list, and queue release or queue delete,")
        print("each of one message or, with --all, of many.")
    print("The platform that the backup is of must not run any more.")
    print(f"Start it:      {up}")


if __name__ == "__main__":
    run("restore", main)
