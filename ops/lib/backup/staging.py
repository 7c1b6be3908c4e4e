"""Second names for the segments of blobs, so that none is gone before it is copied."""

import contextlib
import errno
import os
import shutil
import stat

from layout import RELAY, Trouble, blob_folder, open_below, segment_number, segment_path


class Staging:
    """A folder in the data directory, which holds hard links: it costs no space until Casella removes a segment that is in it.

    Nothing is written through these names, and they are gone when the backup is done.
    """

    def __init__(self, data):
        self.data, self.folder = data, data / "backup"
        self.clear()

    def clear(self):
        """Also away with what a run left that was killed."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700)
        # By tenant and number: which file it is.
        self.segments = {}
        # Whose name another file has than before.
        self.unsteady = set()

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, tenant, number):
        return self.folder / segment_path(tenant, number)

    def link_tenants(self):
        with contextlib.closing(os.scandir(self.data / "tenants")) as entries:
            tenants = sorted(int(entry.name) for entry in entries if entry.name.isdecimal())
        for tenant in tenants:
            self.link(tenant)

    def link_queue(self):
        self.link(RELAY)

    def link(self, tenant):
        """Takes in what is there and was not before."""
        # The first of its folders has the data directory's owner, who may have put a link to another disk there.
        first, rest = blob_folder(tenant).split("/", 1)
        try:
            source = open_below(self.data / first, rest, os.O_RDONLY | os.O_DIRECTORY)
        except (FileNotFoundError, NotADirectoryError):
            return  # destroyed just now, or has had no mail yet
        try:
            staged = self.folder / blob_folder(tenant)
            staged.mkdir(mode=0o700, parents=True, exist_ok=True)
            for name in os.listdir(source):
                number = segment_number(name)
                # One that was removed just now is wanted by nobody, or the check of all places tells.
                if number:
                    with contextlib.suppress(FileNotFoundError):
                        self.take(source, name, tenant, number)
        finally:
            os.close(source)

    def take(self, source, name, tenant, number):
        facts = os.stat(name, dir_fd=source, follow_symlinks=False)
        # Whose folder it is may have put anything there: a link, a folder, what waits for a writer, a second name of somebody else's file.
        if not stat.S_ISREG(facts.st_mode):
            return
        if (tenant, number) in self.segments:
            if self.segments[tenant, number] != facts.st_ino:
                self.unsteady.add((tenant, number))
            return
        target = self.path(tenant, number)
        try:
            os.link(name, target, src_dir_fd=source, follow_symlinks=False)
        except OSError as error:
            if error.errno == errno.EXDEV:
                raise Trouble(f"{self.data / blob_folder(tenant)} is on another file system than {self.data}.") from None
            if error.errno in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS):
                raise Trouble(f"{self.data / blob_folder(tenant)}: no file can have a second name there ({error.strerror}).") from None
            raise
        facts = target.lstat()
        if not stat.S_ISREG(facts.st_mode) or facts.st_uid != os.fstat(source).st_uid:
            target.unlink()
            return
        self.segments[tenant, number] = facts.st_ino

    def sizes(self):
        """How long each is now. Of a log's segments the newest alone grows, and a newer one is not among these."""
        return {place: self.path(*place).lstat().st_size for place in self.segments}
