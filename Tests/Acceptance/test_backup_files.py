"""What a backup takes of folders that belong to others, and which backups it removes; no platform runs for that."""

import contextlib
import json
import os
import pathlib
import shutil
import socket
import sys
import tempfile
import unittest

from support.running import CHECKOUT

sys.path.append(str(CHECKOUT / "ops/lib/backup"))
import layout  # noqa: E402  (the path is set above)
import staging  # noqa: E402
import take  # noqa: E402


class FilesOfWorkers(unittest.TestCase):
    """A worker may have been taken over, and its folder may hold anything: nothing of that is followed, waited for, or in others' way."""

    def setUp(self):
        self.data = pathlib.Path(tempfile.mkdtemp(prefix="casella-files-"))
        self.addCleanup(shutil.rmtree, self.data)
        self.blobs = self.data / "tenants/7/blobs"
        self.blobs.mkdir(parents=True)
        (self.data / "relay/blobs").mkdir(parents=True)
        (self.data / "secret").write_text("nobody's mail")
        for name in ("0000000001.segment", "0000000002.packed"):
            (self.blobs / name).write_bytes(b"mail")

    def staged(self):
        second_names = staging.Staging(self.data)
        for _ in range(2):
            second_names.link_tenants()
            second_names.link_queue()
        self.assertTrue(second_names.is_steady)
        return second_names

    def test_what_is_no_segment_is_left_where_it_is(self):
        os.symlink(self.data / "secret", self.blobs / "0000000003.segment")
        os.mkfifo(self.blobs / "0000000004.segment")
        (self.blobs / "0000000005.segment").mkdir()
        with socket.socket(socket.AF_UNIX) as door:
            door.bind(str(self.blobs / "0000000006.packed"))
        for name in ("1.segment", "0000000000.packed", "00000000001.segment", "0000000007.segment.new", "lock"):
            (self.blobs / name).write_bytes(b"else")
        if os.geteuid() == 0:
            (self.blobs / "0000000008.segment").write_bytes(b"a second name of somebody else's file")
            os.chown(self.blobs / "0000000008.segment", 1, 1)
        found = self.staged()
        self.assertEqual({(7, 1): 4, (7, -2): 4}, found.sizes())
        self.assertEqual(2, sum(1 for file in found.folder.rglob("*") if not file.is_dir()))

    def test_a_folder_that_leads_elsewhere_is_not_entered(self):
        for tenant, folder in ((8, self.blobs), (9, self.blobs.parent)):
            (self.data / f"tenants/{tenant}").mkdir()
            os.symlink(folder, self.data / f"tenants/{tenant}/blobs")
        os.mkfifo(self.data / "tenants/10")
        (self.data / "tenants/11").mkdir()
        os.mkfifo(self.data / "tenants/11/blobs")
        self.assertEqual({(7, 1), (7, -2)}, set(self.staged().segments))


class OldBackups(unittest.TestCase):
    def setUp(self):
        self.target = pathlib.Path(tempfile.mkdtemp(prefix="casella-target-"))
        self.addCleanup(shutil.rmtree, self.target)

    def kept(self, names, keep, made):
        for name in names:
            (self.target / name).mkdir()
            (self.target / name / "manifest.json").write_text(json.dumps({"format": layout.FORMAT, "platform": "ours"}))
        with contextlib.redirect_stdout(None):
            take.remove_old(self.target, "ours", keep, self.target / made)
        return sorted(place.name for place in self.target.iterdir())

    def test_the_newest_stay(self):
        (self.target / "2026-01-03T000000Z").mkdir()
        foreign = self.target / "2026-01-03T000000Z/manifest.json"
        foreign.write_text(json.dumps({"format": layout.FORMAT, "platform": "another"}))
        names = [f"2026-01-0{day}T000000Z" for day in (1, 2, 4, 5)]
        self.assertEqual(["2026-01-03T000000Z", *names[2:]], self.kept(names, 2, names[-1]))

    def test_the_new_one_stays_though_others_are_from_the_future(self):
        names = ["2026-01-01T000000Z", "2030-01-01T000000Z", "2030-01-02T000000Z"]
        self.assertEqual(["2026-01-01T000000Z", "2030-01-02T000000Z"], self.kept(names, 2, names[0]))

    def test_no_more_are_removed_than_there_are(self):
        names = ["2026-01-01T000000Z", "2026-01-02T000000Z"]
        self.assertEqual(names, self.kept(names, 9, names[1]))


if __name__ == "__main__":
    unittest.main()
