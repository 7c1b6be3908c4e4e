"""What a backup takes of folders that belong to others, and which backups it removes; no platform runs for that."""

import contextlib
import hashlib
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
        self.assertEqual(set(), second_names.unsteady)
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

    def test_the_owner_s_link_to_all_companies_folders_is_followed(self):
        os.rename(self.data / "tenants", self.data / "companies")
        os.symlink(self.data / "companies", self.data / "tenants")
        self.assertEqual({(7, 1), (7, -2)}, set(self.staged().segments))

    def test_damage_is_its_tenant_s(self):
        answers = FakeSession({7: 1}, {(7, 1): 4, (7, -2): 5, (7, -3): 1, (0, 1): 1, (8, 0): 2**63 + 9})
        sizes, _, _, damaged = take.consistent(staging.Staging(self.data), answers)
        self.assertEqual({(7, 1): 4, (7, -2): 4}, sizes)
        self.assertEqual({(7, -2), (7, -3), (0, 1), (8, 0)}, damaged)
        self.assertEqual(["BEGIN", "ROLLBACK"] * (take.ATTEMPTS - 1) + ["BEGIN"], answers.asked)
        self.assertIn("messages of the queue, tenant 7, tenant 8, whose", take.damage_text(self.data, damaged))

    def test_files_that_fit_are_found_so_at_once(self):
        answers = FakeSession({7: 1}, {(7, 1): 4, (7, -2): 3})
        self.assertEqual(set(), take.consistent(staging.Staging(self.data), answers)[3])
        self.assertEqual(["BEGIN"], answers.asked)

    def test_a_file_under_another_s_name_is_noticed(self):
        second_names = staging.Staging(self.data)
        second_names.link_tenants()
        os.rename(self.blobs / "0000000002.packed", self.blobs / "0000000001.segment")
        second_names.link_tenants()
        self.assertEqual({(7, 1)}, second_names.unsteady)

    def test_copies_are_as_what_they_are_of_and_holes_stay_holes(self):
        hole, copied = bytes(layout.PORTION), self.data / "copied"
        for content in (b"", b"mail", bytes(9), hole, b"mail" + hole + hole, hole + hole + b"mail"):
            (self.data / "source").write_bytes(content + b"what came meanwhile")
            with open(self.data / "source", "rb") as source:
                facts = layout.copy(source.fileno(), copied, size=len(content))
            self.assertEqual(content, copied.read_bytes())
            self.assertEqual((len(content), hashlib.sha256(content).hexdigest()), (facts["size"], facts["sha256"]))
            self.assertEqual(0, copied.stat().st_mode & 0o077)
            copied.unlink()
        os.truncate(self.data / "source", 64 * len(hole))
        with open(self.data / "source", "rb") as source:
            layout.copy(source.fileno(), copied)
            self.assertLess(copied.stat().st_blocks * 512, 4 * len(hole))
            with self.assertRaises(layout.Unreadable):
                layout.copy(source.fileno(), self.data / "longer", size=64 * len(hole) + 1)

    def test_links_of_the_platform_s_owner_are_followed_and_the_database_server_s_are_not(self):
        (self.data / "secrets").mkdir()
        (self.data / "postgres").mkdir()
        (self.data / "secrets/master").write_text("master")
        os.symlink(self.data / "secret", self.data / "casella.json")
        os.symlink(self.data / "secret", self.data / "postgres/postgresql.conf")
        backup = take.Backup(self.data, self.data / "target")
        backup.folder = self.data / "target"
        (backup.folder / "files").mkdir(parents=True)
        backup.copy_file("casella.json")
        self.assertEqual("nobody's mail", (backup.folder / "files/casella.json").read_text())
        self.assertFalse((backup.folder / "files/casella.json").is_symlink())
        with self.assertRaises(OSError):
            backup.copy_file("postgres/postgresql.conf")


class FakeSession:
    """Answers what it was told to."""

    def __init__(self, positions, places):
        self.positions, self.places, self.asked = positions, places, []

    def ask(self, statement):
        self.asked.append(statement.split(" ")[0])
        return []

    def numbers(self, _):
        return list(self.positions.items())

    def ends(self):
        return self.places


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
