"""What a backup is on the disk, for the two programs that write and read it.

    TARGET/2026-11-30T120501Z/      a backup; while it is being made its name ends in .incomplete
        manifest.json               what it holds: written last, so what has none is no backup
        database.dump  roles.sql    the database at one moment, and its roles
        files/                      as below the data directory: casella.json, secrets, tls, segments of blobs, …

A segment that did not change since the backup before is one file with two names. So nothing writes into a backup: it is copied from.
"""

import contextlib
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import stat
import sys

FORMAT = 1
MANIFEST, DUMP, ROLES = "manifest.json", "database.dump", "roles.sql"
INCOMPLETE = ".incomplete"
# Segments have numbers: of the log as they are, of packed ones with a minus sign, as in the database.
SEGMENT = re.compile(r"([0-9]{1,18})\.(segment|packed)")
# Folders of blobs by the tenant's number; 0 stands for the relay's queue, which the database takes for nobody's.
RELAY = 0
PORTION = 1 << 20
NOTHING = bytes(PORTION)


class Trouble(Exception):
    """What the person at the terminal is told."""


class Unreadable(Trouble):
    """A file that is to be copied is not all there."""


def blob_folder(tenant):
    return "relay/blobs" if tenant == RELAY else f"tenants/{tenant}/blobs"


def segment_number(name):
    """None when the file is no segment."""
    found = SEGMENT.fullmatch(name)
    number = found and int(found[1]) * (1 if found[2] == "segment" else -1)
    return number if number and segment_name(number) == name else None


def segment_name(number):
    return f"{abs(number):010}.{'segment' if number > 0 else 'packed'}"


def segment_path(tenant, number):
    return f"{blob_folder(tenant)}/{segment_name(number)}"


def open_below(root, path, flags=os.O_RDONLY):
    """A descriptor of what lies below a folder. What lies there belongs to processes that are trusted with less than this one: a
    symbolic link of theirs leads nowhere."""
    *folders, name = path.split("/")
    place = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for folder in folders:
            inner = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=place)
            os.close(place)
            place = inner
        return os.open(name, flags | os.O_NOFOLLOW, dir_fd=place)
    finally:
        os.close(place)


@contextlib.contextmanager
def opened_below(root, path, flags=os.O_RDONLY):
    descriptor = open_below(root, path, flags)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def copy(source, destination, owner=None, size=None):
    """Copies a plain file into a new one that only its owner reads, durably.

    - source: a descriptor. owner: numbers of a user and a group, or None for who runs this. size: octets, or None for all of now.
    - Returns: what the manifest says of it.
    - Throws: `Unreadable`.
    """
    facts = os.fstat(source)
    if not stat.S_ISREG(facts.st_mode):
        raise Unreadable(f"What is to become {destination} is no plain file.")
    size = facts.st_size if size is None else size
    digest, rest = hashlib.sha256(), size
    target = os.open(destination, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        while rest:
            try:
                octets = os.pread(source, min(PORTION, rest), size - rest)
            except OSError as error:
                raise Unreadable(f"What is to become {destination} cannot be read: {error.strerror}.") from None
            if not octets:
                raise Unreadable(f"What is to become {destination} became shorter while it was read.")
            digest.update(octets)
            rest -= len(octets)
            if octets == NOTHING[: len(octets)]:  # a hole stays one
                os.lseek(target, len(octets), os.SEEK_CUR)
                continue
            while octets:
                octets = octets[os.write(target, octets) :]
        os.ftruncate(target, size)
        if owner:
            os.fchown(target, *owner)
        os.utime(target, ns=(facts.st_mtime_ns, facts.st_mtime_ns))
        os.fsync(target)
    finally:
        os.close(target)
    return {"size": size, "sha256": digest.hexdigest(), "modified": facts.st_mtime_ns}


@contextlib.contextmanager
def scratch_folder(path):
    """For what is needed as long as a program runs, passwords among it. One that a killed run left goes first."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(mode=0o700)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def make_folders(root, path):
    """The folders above a path below `root`, which only their owner enters."""
    folder = root
    for part in pathlib.PurePath(path).parent.parts:
        folder = folder / part
        folder.mkdir(mode=0o700, exist_ok=True)


def read_manifest(backup):
    """What a whole backup says of itself. Trouble tells what else the folder is."""
    if backup.name.endswith(INCOMPLETE):
        raise Trouble(f"{backup} is a backup that was broken off; it cannot be restored.")
    try:
        manifest = json.loads((backup / MANIFEST).read_text())
    except FileNotFoundError:
        inside = [folder.name for folder in complete_backups(backup)] if backup.is_dir() else []
        hint = f" Name one of the backups in it: {', '.join(inside)}." if inside else ""
        raise Trouble(f"{backup} is no backup, or one that was broken off: it has no {MANIFEST}.{hint}") from None
    except (ValueError, OSError) as error:
        raise Trouble(f"{backup / MANIFEST} cannot be read: {error}") from None
    if manifest.get("format") != FORMAT:
        raise Trouble(f"{backup} was made by another version of Casella (format {manifest.get('format')}); restore it with that one.")
    return manifest


def complete_backups(target):
    """Those in a folder, oldest first."""
    return sorted(entry.parent for entry in target.glob(f"*/{MANIFEST}") if not entry.parent.name.endswith(INCOMPLETE))


def size_text(octets):
    for unit in ("B", "kB", "MB", "GB"):
        if octets < 1000:
            return f"{octets:.0f} {unit}" if unit == "B" or octets >= 100 else f"{octets:.1f} {unit}"
        octets /= 1000
    return f"{octets:.1f} TB"


def count_text(number, noun):
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def owners_text(tenants):
    """Whose messages, a few of many."""
    names = ["the queue" if tenant == RELAY else f"tenant {tenant}" for tenant in sorted(tenants)]
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")


def run(name, body):
    """Runs a program's main function; what is wrong is told in a sentence."""
    os.umask(0o077)
    # What was begun is ended in order then too, also when the terminal goes away.
    for kind in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(kind) != signal.SIG_IGN:
            signal.signal(kind, lambda *_: sys.exit(f"{name}: broken off."))
    try:
        body()
    except Trouble as trouble:
        sys.exit(f"{name}: {trouble}")
    except PermissionError as error:
        sys.exit(f"{name}: {error.filename or 'a file'} is not for this user; run it as the user who starts Casella, or as root.")
    except OSError as error:
        sys.exit(f"{name}: {error}")
    except KeyboardInterrupt:
        sys.exit(f"{name}: broken off.")
