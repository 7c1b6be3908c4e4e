"""Makes a backup of a running platform: take.py DATA TARGET KEEP

What is in it is the platform at one moment, and mail that came in just after it. In this order:

1. Every segment of blobs gets a second name. What was acknowledged by now is in one of them.
2. A transaction begins whose snapshot is that moment.
3. Segments that are new get a second name too. A worker removes a segment no sooner than ten seconds after no row names it, and each that
   the snapshot names has a second name then. This is checked; if one is missing, all begins again. One that stays missing is its tenant's
   damage, and in nobody else's way.
4. The database is written out as the snapshot has it, and those segments are copied, as long as they were in step 3, that it names, or
   that are behind the place up to which it knows the log: a restored worker enters what is there, as after a crash.
"""

import contextlib
import datetime
import fcntl
import hashlib
import json
import os
import pathlib
import shutil
import sys
import time

from layout import (
    DUMP, FORMAT, INCOMPLETE, MANIFEST, ROLES, Trouble, Unreadable, complete_backups, copy, count_text, make_folders, opened_below,
    owners_text, read_manifest, run, scratch_folder, segment_path, size_text,
)  # fmt: skip
from postgres import DATABASE, Postgres, Session
from staging import Staging

ATTEMPTS = 3
TIME, SQL_TIME = "%Y-%m-%dT%H:%M:%SZ", 'YYYY-MM-DD"T"HH24:MI:SS"Z"'
# Beside the segments. The head of the audit log is read by itself.
SINGLE_FILES = ["casella.json", "postgres/postgresql.conf", "postgres/pg_hba.conf"]
SECRETS = ["superuser", "control", "relay", "master"]
AUDIT_HEAD = "secrets/audit-head"


class Backup:
    def __init__(self, data, target):
        self.data, self.target = data, target
        secret = (data / "secrets/master").read_text().strip()
        # Tells backups of one platform from those of others, and nothing of the secret.
        self.platform = hashlib.sha256(f"platform of {secret}".encode()).hexdigest()[:32]
        self.folder, self.files, self.tenants, self.copied, self.shared = None, {}, 0, 0, 0
        # Segments, by tenant and number, that are not as the database says.
        self.damaged = set()
        self.earlier, self.earlier_files = self.find_earlier()

    def find_earlier(self):
        for backup in reversed(complete_backups(self.target)):
            with contextlib.suppress(Trouble):
                manifest = read_manifest(backup)
                if manifest["platform"] == self.platform:
                    return backup, manifest["files"]
        return None, {}

    def make(self, staging, postgres, session):
        # Before the snapshot: a head that is behind the log is nothing, one that is ahead of it looks like lost events.
        head = self.read_head()
        sizes, ends, positions, self.damaged = consistent(staging, session)
        ((taken,),) = session.ask(f"SELECT to_char(now() AT TIME ZONE 'UTC', '{SQL_TIME}')")
        self.folder = self.make_folder(taken)
        snapshot = session.ask("SELECT pg_export_snapshot()")[0][0]
        postgres.run("pg_dump", "-Fc", "--compress=1", f"--snapshot={snapshot}", "-f", self.folder / DUMP, DATABASE)
        schema = read_schema(session)
        # Copying can take long, and what the database keeps for the snapshot is needed no more.
        session.ask("COMMIT")
        # A table that a migration writes anew looks empty to older snapshots.
        if read_schema(session) != schema:
            raise Trouble("Casella was upgraded while the backup was made; make another one.")
        roles = postgres.run("pg_dumpall", "--roles-only", "--no-comments").stdout
        (self.folder / ROLES).write_text(roles)
        self.copy_single_files(head)
        self.copy_segments(staging, sizes, ends, positions)
        manifest = {
            "format": FORMAT, "platform": self.platform, "taken": taken, "postgres": postgres.version, "schema": schema,
            "tenants": sorted(positions), "damaged": sorted({tenant for tenant, _ in self.damaged}), "files": self.files,
            "parts": {name: self.described(name) for name in (DUMP, ROLES)},
        }  # fmt: skip
        self.tenants = len(positions)
        self.complete(manifest)

    def read_head(self):
        try:
            return (self.data / AUDIT_HEAD).read_bytes()
        except FileNotFoundError:
            return None

    def make_folder(self, taken):
        folder = self.target / (folder_name(taken) + INCOMPLETE)
        folder.mkdir(mode=0o700)
        (folder / "files").mkdir(mode=0o700)
        return folder

    def described(self, name):
        """Of a file that is there already: its size and checksum, and it is durable."""
        digest = hashlib.sha256()
        with open(self.folder / name, "rb") as file:
            os.fchmod(file.fileno(), 0o600)
            while octets := file.read(1 << 20):
                digest.update(octets)
            os.fsync(file.fileno())
            return {"size": file.tell(), "sha256": digest.hexdigest()}

    # Files

    def copy_single_files(self, head):
        for secret in SECRETS:
            self.copy_file(f"secrets/{secret}")
        if head is not None:
            make_folders(self.folder / "files", AUDIT_HEAD)
            (self.folder / "files" / AUDIT_HEAD).write_bytes(head)
            self.files[AUDIT_HEAD] = self.described(f"files/{AUDIT_HEAD}")
        for path in SINGLE_FILES:
            with contextlib.suppress(FileNotFoundError):
                self.copy_file(path)
        for path in sorted((self.data / "tls").rglob("*")):
            # One that is about to get its name is none yet.
            if path.is_file() and path.suffix != INCOMPLETE:
                self.copy_file(str(path.relative_to(self.data)))

    def copy_file(self, path):
        if path.startswith("postgres/"):  # the server's user's
            with opened_below(self.data, path) as source:
                self.add(path, source)
        else:  # its owner's alone, and so is a link there: to a certificate, or to a configuration in /etc
            with open(self.data / path, "rb") as source:
                self.add(path, source.fileno())

    def copy_segments(self, staging, sizes, ends, positions):
        for (tenant, number), size in sorted(sizes.items()):
            if (tenant, number) in ends or tenant in positions and number >= max(1, positions[tenant]):
                path = segment_path(tenant, number)
                try:
                    with open_file(staging.path(tenant, number)) as source:
                        self.add(path, source.fileno(), size)
                except Unreadable:
                    (self.folder / "files" / path).unlink(missing_ok=True)
                    self.damaged.add((tenant, number))

    def add(self, path, source, size=None):
        """Copies a file, or gives the copy of the backup before a second name if that is the very same."""
        facts = os.fstat(source)
        size = facts.st_size if size is None else size
        before = self.earlier_files.get(path)
        make_folders(self.folder / "files", path)
        place = self.folder / "files" / path
        if before and (before["size"], before.get("modified")) == (size, facts.st_mtime_ns):
            with contextlib.suppress(OSError):  # gone, or the target's file system gives no second names
                os.link(self.earlier / "files" / path, place, follow_symlinks=False)
                if place.stat().st_size == size:
                    self.files[path] = before
                    self.shared += size
                    return
                place.unlink()
        self.files[path] = copy(source, place, size=size)
        self.copied += size

    def complete(self, manifest):
        with open(self.folder / MANIFEST, "w") as file:
            os.fchmod(file.fileno(), 0o600)
            json.dump(manifest, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        # The names of all files.
        os.sync()
        whole = self.folder.with_name(self.folder.name.removesuffix(INCOMPLETE))
        os.rename(self.folder, whole)
        self.folder = whole
        sync_folder(self.target)


def consistent(staging, session):
    """Links all that a snapshot names; the transaction with that snapshot is open then.

    Returns how long each segment is, how long it must be, from which segment on the database does not know each tenant's log, and which
    segments are missing, too short or not the file that they were a moment ago, each time.
    """
    for attempt in range(ATTEMPTS):
        if attempt:
            session.ask("ROLLBACK")
        staging.clear()
        staging.link_tenants()
        staging.link_queue()
        session.ask("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        positions = dict(session.numbers("SELECT tenant_id, log_segment FROM leases"))
        staging.link_queue()  # first: what has left it goes at once
        staging.link_tenants()
        sizes, ends = staging.sizes(), session.ends()
        damaged = {place for place, end in ends.items() if sizes.get(place, 0) < end} | staging.unsteady
        if not damaged:
            break
    return sizes, ends, positions, damaged


def read_schema(session):
    return [name for (name,) in session.ask("SELECT name FROM schema_migrations ORDER BY version")]


def open_file(path):
    # Not to wait for whoever writes, should it be no plain file.
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")


def sync_folder(path):
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(descriptor)
    os.close(descriptor)


def folder_name(taken):
    return taken.replace(":", "")


def wait_for_free_name(target):
    """Backups are named by seconds."""
    while (target / folder_name(datetime.datetime.now(datetime.timezone.utc).strftime(TIME))).exists():
        time.sleep(0.05)


def lock(path, who):
    """Held until this process ends."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Trouble(f"Another backup is being made {who} right now.") from None
    return file


def check_place(data, target):
    if target == data or data in target.parents:
        raise Trouble(f"{target} is in the data directory, and would be lost with it.")
    if (target / MANIFEST).exists():
        raise Trouble(f"{target} is a backup itself; name the folder that it is in.")
    target.mkdir(mode=0o700, parents=True, exist_ok=True)


def remove_old(target, platform, keep, made):
    """Leaves the newest ones of this platform, and in any case the one that was just made: the clock may have been ahead before."""
    others = []
    for backup in complete_backups(target):
        with contextlib.suppress(Trouble):
            if backup != made and read_manifest(backup)["platform"] == platform:
                others.append(backup)
    for backup in others[: max(0, len(others) + 1 - keep)]:
        # First it is none any more.
        os.rename(backup, doomed := backup.with_name(backup.name + INCOMPLETE))
        shutil.rmtree(doomed)
        print(f"Removed the backup {backup.name}.")


def damage_text(data, damaged):
    files = ", ".join(str(data / segment_path(*place)) for place in sorted(damaged)[:5])
    return (
        f"It lacks messages of {owners_text({tenant for tenant, _ in damaged})}, whose files are missing, too short or not to be read: "
        f"{files}{', …' if len(damaged) > 5 else ''}. All else is in it, and no older backup was removed."
    )


def main():
    data, target, keep = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
    check_place(data, target)
    locks = [lock(data / "run/backup.lock", f"of {data}"), lock(target / ".lock", f"in {target}")]
    for broken_off in target.glob(f"[0-9]*-[0-9]*-[0-9]*T[0-9]*Z{INCOMPLETE}"):
        shutil.rmtree(broken_off)
    try:
        version = (data / "postgres/PG_VERSION").read_text().strip()
    except FileNotFoundError:
        raise Trouble(f"The database of {data} is an outside server's, which cannot be backed up with it.") from None
    wait_for_free_name(target)
    began = time.monotonic()
    backup, staging = Backup(data, target), Staging(data)
    try:
        with scratch_folder(data / "run/backup") as scratch:
            secret = (data / "secrets/superuser").read_text().strip()
            postgres = Postgres(version, data / "run/postgres", secret, scratch)
            with Session(postgres) as session:
                session.ask("SET idle_in_transaction_session_timeout = 0")
                session.ask("SET statement_timeout = 0")
                backup.make(staging, postgres, session)
    except BaseException:
        if backup.folder:
            shutil.rmtree(backup.folder, ignore_errors=True)
        raise
    finally:
        staging.remove()
    messages = f"{count_text(backup.tenants, 'tenant')}, {size_text(backup.copied)} copied"
    if backup.shared:
        messages += f", {size_text(backup.shared)} as in {backup.earlier.name}"
    print(f"Made the backup {backup.folder} in {time.monotonic() - began:.0f} seconds: {messages}.")
    if backup.damaged:
        raise Trouble(damage_text(data, backup.damaged))
    if keep:
        remove_old(target, backup.platform, keep, backup.folder)
    for held in locks:
        os.close(held)


if __name__ == "__main__":
    run("backup", main)
