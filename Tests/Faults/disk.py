"""A disk as it would be after the power went: replayed from a recording (`recorder.c`) up to a cut.

Sure is what a flush covered that had ended by then: a file's octets by its own fdatasync or fsync, a name by its directory's
fsync. Of everything else the disk may hold all, nothing, or some of it: each is one way to end. One concession is made to
PostgreSQL, which counts on what every Linux file system does: the flush of a file that was just made keeps its name too.
The blob stores do not get it.
"""

import os
import pathlib
import shutil
import struct

HEAD = struct.Struct("<IIQQQHHI")
CREATE, WRITE, ZERO, TRUNCATE, EXTEND, FLUSH, FLUSHED, RENAME, LINK, UNLINK, MKDIR, RMDIR = range(1, 13)
ALL, NOTHING, SOME = "all", "nothing", "some"
# A power cut does not tear what is smaller than a sector.
SECTOR = 512


class Change:
    """One entry of a recording; `at` is where it ends there."""

    def __init__(self, at, kind, thread, file, offset, length, path, other, mode, data):
        self.at, self.kind, self.thread, self.file, self.offset, self.length = at, kind, thread, file, offset, length
        self.path, self.other, self.mode, self.data = path, other, mode, data


def changes(recording):
    with open(recording, "rb") as file:
        at = 0
        while len(head := file.read(HEAD.size)) == HEAD.size:
            kind, thread, number, offset, length, path_length, other_length, mode = HEAD.unpack(head)
            path, other = file.read(path_length).decode(), file.read(other_length).decode()
            data = file.read(length) if kind == WRITE else None
            at += HEAD.size + path_length + other_length + (length if kind == WRITE else 0)
            yield Change(at, kind, thread, number, offset, length, path, other, mode, data)


class File:
    """A file or a folder: what is sure, and what was changed since its last flush."""

    def __init__(self, path, mode, is_folder, original=None):
        self.mode, self.is_folder, self.path, self.original = mode, is_folder, path, original
        self.sure, self.pending, self.flushing = None, [], {}

    def load(self):
        if self.sure is None:
            self.sure = bytearray(self.original.read_bytes()) if self.original else bytearray()
        return self.sure

    def flush(self, mark):
        """Changes up to the mark are sure from now on."""
        while self.pending and self.pending[0].at <= mark:
            perform(self.load(), self.pending.pop(0))

    def is_untouched(self):
        return self.original is not None and self.sure is None and not self.pending

    def after_cut(self, how, rng):
        content = bytearray(self.load())
        for change in self.pending:
            if how == ALL or how == SOME and rng.random() < 0.5:
                perform(content, change if how == ALL else torn(change, rng))
        return content


def torn(change, rng):
    """Perhaps only the first sectors of a write."""
    if change.kind != WRITE or change.length <= SECTOR or rng.random() < 0.5:
        return change
    kept = SECTOR * rng.randrange(1, change.length // SECTOR + 1)
    return Change(change.at, WRITE, 0, change.file, change.offset, kept, "", "", 0, change.data[:kept])


def perform(content, change):
    if change.kind == TRUNCATE:
        del content[change.length :]
        content.extend(bytes(change.length - len(content)))
        return
    end = change.offset + change.length
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    if change.kind == WRITE:
        content[change.offset : end] = change.data
    elif change.kind == ZERO:
        content[change.offset : end] = bytes(change.length)


class Disk:
    """`root` as it was when the recording began, kept in `copy` with the numbers of its files in `numbers`."""

    def __init__(self, root, copy, numbers):
        self.root, self.copy = str(root), pathlib.Path(copy)
        self.files, self.names = {}, {}  # by the number that a file has now; and by path, as is sure
        self.unsure = []  # changes of names whose folders were not flushed since
        self.present = {}  # the names as a running system sees them
        for path, (number, mode, is_folder) in numbers.items():
            original = None if is_folder else self.copy / os.path.relpath(path, self.root)
            self.files[number] = self.names[path] = File(path, mode, is_folder, original)
        self.present = dict(self.names)

    def apply(self, change):
        if change.path and os.path.dirname(change.path) not in self.present:
            return  # not in a folder that is kept
        if change.kind in (CREATE, MKDIR):
            file = self.files[change.file] = File(change.path, change.mode, change.kind == MKDIR)
            self.name(change, {change.path: file})
        elif change.kind in (RENAME, LINK):
            file = self.present.get(change.path)
            if file:  # else it was made by stdio, which is not recorded
                gone = {change.path: None} if change.kind == RENAME else {}
                moved = {
                    change.other + path[len(change.path) :]: inner for path, inner in self.present.items()
                    if file.is_folder and path.startswith(change.path + "/")}
                gone |= {path: None for path in self.present if file.is_folder and path.startswith(change.path + "/")}
                self.name(change, {**gone, change.other: file, **moved})
        elif change.kind in (UNLINK, RMDIR):
            if change.path in self.present:
                self.name(change, {change.path: None})
        elif file := self.files.get(change.file):
            if change.kind == FLUSH:
                file.flushing[change.thread] = change.at
            elif change.kind == FLUSHED:
                self.flushed(file, file.flushing.pop(change.thread))
            else:
                file.pending.append(change)

    def name(self, change, names):
        rename_into(self.present, names)
        self.unsure.append((change, names))

    def flushed(self, file, mark):
        """A flush ended that began at the mark."""
        if file.is_folder:
            folder = next((path for path, one in self.present.items() if one is file), None)
            self.keep(mark, lambda change, names: any(os.path.dirname(path) == folder for path in names))
        else:
            file.flush(mark)
            if "/postgres/" in file.path:
                self.keep(mark, lambda change, names: change.kind == CREATE and file in names.values())

    def keep(self, mark, is_kept):
        """Makes changed names sure."""
        left = []
        for change, names in self.unsure:
            if change.at <= mark and is_kept(change, names):
                rename_into(self.names, names)
            else:
                left.append((change, names))
        self.unsure = left

    def lay_out(self, target, how, rng):
        """Writes the disk as it is after a cut here. Names are journalled: of those not sure, the first so many are kept."""
        names = dict(self.names)
        kept = {ALL: len(self.unsure), NOTHING: 0, SOME: rng.randint(0, len(self.unsure))}[how]
        for _, some in self.unsure[:kept]:
            rename_into(names, some)
        for path in sorted(names):
            file, place = names[path], target / os.path.relpath(path, self.root)
            if file.is_folder:
                place.mkdir(exist_ok=True)
            elif file.is_untouched():
                shutil.copyfile(file.original, place)
            else:
                place.write_bytes(file.after_cut(how, rng))
            os.chmod(place, file.mode & 0o7777)
            os.chown(place, *self.owner_of(path))

    def owner_of(self, path):
        """A new file belongs to its folder's owner: each folder is one process's alone."""
        while not (self.copy / os.path.relpath(path, self.root)).exists():
            path = os.path.dirname(path)
        facts = os.stat(self.copy / os.path.relpath(path, self.root))
        return facts.st_uid, facts.st_gid


def rename_into(names, changed):
    for path, file in changed.items():
        if file is None:
            names.pop(path, None)
    for path, file in changed.items():
        if file is not None:
            names[path] = file


def numbers_of(root, parts):
    """What lies below these parts of a folder: {path: (number, mode, whether it is a folder)}."""
    found = {}
    for part in parts:
        for folder, _, files in os.walk(os.path.join(root, part)):
            for path in [folder, *(os.path.join(folder, name) for name in files)]:
                facts = os.lstat(path)
                found[path] = (facts.st_ino, facts.st_mode, path == folder)
    return found
