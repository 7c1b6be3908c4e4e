"""A backup that is made while mail flows brings everything back that was acknowledged before it began, once and as it was."""

import contextlib
import json
import pathlib
import re
import shutil
import tempfile
import threading
import unittest

from support import backups, clients, database, messages, outside
from support.companies import Company
from support.running import CHECKOUT, Platform, run
from support.waiting import eventually

SENDER = "stranger@elsewhere.example"


class Backups(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="casella-backups-"))
        cls.folder.chmod(0o755)  # platforms are restored below it
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.original = Platform(**outside.settings(lifetime=86_400))
        cls.addClassCleanup(cls.original.remove)
        cls.original.start()
        cls.companies = [Company(cls.original, users=users) for users in (("ann", "bob", "reader"), ("carl", "dora"), ("eve",))]
        cls.first, cls.second, cls.third = cls.companies
        cls.first_id = cls.first.tenant_id()
        cls.fill()
        cls.before = backups.state(*cls.companies)
        cls.letters, cls.traffic = [], backups.Traffic(cls.original, SENDER, cls.second.address("carl"))
        cls.traffic.start()
        eventually(lambda: len(cls.traffic.acknowledged) >= 20, what="letters are taken")
        compacted = []
        compaction = threading.Thread(target=lambda: compacted.append(cls.original.ask("tenant", "compact", cls.second.name)))
        compaction.start()
        cls.earlier, cls.acknowledged_before_earlier = cls.back_up()
        # Packing, and removing what was packed, take their time: one backup after the other meets each step.
        while not hasattr(cls, "backup") or compaction.is_alive():
            cls.backup, cls.acknowledged_before = cls.back_up()
        cls.traffic.end()
        assert compacted and compacted[0]["packed"] > 0 and compacted[0]["freed"] > 0, compacted
        assert cls.traffic.problem is None, cls.traffic.problem
        cls.original.stop()
        shutil.rmtree(cls.original.data)

    @classmethod
    def back_up(cls):
        """The backup, and what was acknowledged before it began: also letters whose rows nothing else takes along. Eve's first one is in a
        file that no row names yet."""
        for address in (cls.first.address("reader"), cls.third.address("eve")):
            letter = messages.message(address, SENDER)
            clients.deliver(cls.original, letter, address)
            cls.letters.append(messages.identifier(letter))
        acknowledged = cls.letters + cls.traffic.acknowledged
        done = run([CHECKOUT / "ops/backup", "--data", cls.original.data, cls.folder], timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        return pathlib.Path(re.search(r"Made the backup (\S+) in", done.stdout)[1]), acknowledged

    @classmethod
    def fill(cls):
        """Folders, flags, what a hold keeps, what was packed, what could be packed, and what waits in the queue."""
        with clients.imap(cls.first, "ann") as client:
            client.create("Old/Letters")
            client.subscribe("Old/Letters")
        for number in range(24):
            backups.append(SENDER, cls.first, "ann", flags=r"(\Seen $Work)" if number % 5 == 0 else None, octets=30_000)
        with clients.imap(cls.first, "ann") as client:
            client.select()
            client.copy("1,6,11", "Old/Letters")
            client.store("24", "+FLAGS", r"(\Flagged \Answered)")
            client.store("1:20", "+FLAGS", r"(\Deleted)")
            client.expunge()
        assert cls.original.ask("tenant", "compact", cls.first.name)["packed"] > 0
        cls.original.casella("hold", "set", cls.first.address("bob"), "--reason", "case 7")
        for _ in range(3):
            backups.append(SENDER, cls.first, "bob", octets=500)
        for user in ("carl", "dora"):
            for _ in range(10):
                backups.append(SENDER, cls.second, user, octets=30_000)
        for company, user, numbers in ((cls.first, "bob", "1:2"), (cls.second, "dora", "1:9"), (cls.second, "carl", "2:10")):
            with clients.imap(company, user) as client:
                client.select()
                client.store(numbers, "+FLAGS", r"(\Deleted)")
                client.expunge()
        cls.original.ask("administrator", "create", "keeper", "--role", "auditor", "--generate")
        guarded = cls.first.address("guarded")
        cls.original.ask("user", "create", guarded, "--generate")
        cls.original.ask("user", "totp", guarded)
        database.sql(cls.original, "postgres", """
            INSERT INTO administrator_sessions
            SELECT 'token', administrator_id, 'here', now(), now() + interval '1 hour' FROM administrators""")  # fmt: skip
        with clients.submission(cls.first, "ann") as client:
            ann, somebody = cls.first.address("ann"), "somebody@closed.example"
            client.sendmail(ann, somebody, messages.message(somebody, ann))
        clients.deliver(cls.original, messages.message(cls.first.address("ann"), SENDER), cls.first.address("ann"))

    @contextlib.contextmanager
    def restored(self, backup, *options):
        """A platform that was started from the backup."""
        platform = Platform()
        shutil.rmtree(platform.data)
        self.addCleanup(platform.remove)
        done = self.restore(backup, platform.data, "--port-base", str(platform.port_base), *options)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        self.assertIn(f"--data {platform.data} --port-base {platform.port_base}", done.stdout)
        platform.said = done.stdout
        platform.start()
        for company in self.companies:
            company.platform = platform
        yield platform
        platform.remove()

    @staticmethod
    def restore(backup, data, *options):
        return run([CHECKOUT / "ops/restore", "--data", data, *options, backup], timeout=120)

    def refused(self, backup, words, data=None):
        data = data or self.folder / "new"
        done = self.restore(backup, data)
        self.assertNotEqual(0, done.returncode, done.stdout)
        self.assertIn(words, done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        return done

    def copy_of_backup(self):
        copy = pathlib.Path(tempfile.mkdtemp(dir=self.folder, prefix="copy-")) / self.backup.name
        shutil.copytree(self.backup, copy)
        return copy

    def is_as_before(self, acknowledged):
        now = backups.state(*self.companies)
        growing = [(self.second.address("carl"), "INBOX"), (self.first.address("reader"), "INBOX"), (self.third.address("eve"), "INBOX")]
        self.assertEqual(set(self.before), set(now))
        for place, before in self.before.items():
            after = now[place]
            self.assertEqual(before["UIDVALIDITY"], after["UIDVALIDITY"], place)
            self.assertGreater(after["UIDNEXT"], before["UIDNEXT"], place)
            for part in ("messages", "facts"):
                kept = {uid: after[part].get(uid) for uid in before[part]}
                self.assertEqual(before[part], kept, (place, part))
            if place not in growing:
                self.assertEqual(set(before["messages"]), set(after["messages"]), place)
        found = [messages.identifier(letter) for place in growing for letter in now[place]["messages"].values()]
        self.assertEqual(len(found), len(set(found)))
        self.assertEqual(set(), set(acknowledged) - set(found))
        old = {messages.identifier(letter) for place in growing for letter in self.before[place]["messages"].values()}
        self.assertEqual(set(), set(found) - old - set(self.traffic.acknowledged + self.letters))
        return now

    def test_everything_comes_back(self):
        with self.restored(self.backup) as platform:
            now = self.is_as_before(self.acknowledged_before)
            platform.casella("quota", "check")
            self.assertEqual(0, platform.casella("audit", "verify", check=False).returncode)
            log = (platform.data / "log/control.log").read_text()
            self.assertNotIn("are missing at the end of the audit log", log)
            self.assertNotIn('"level":"error"', log)
            # Rows follow seconds behind the acknowledgement: what the database did not know came from the log.
            self.assertIn("messages of the blob log were entered into their mailboxes", log)

            # New mail has UIDs that no message ever had, and the quota counts it.
            ann = self.first.address("ann")
            letter = messages.message(ann, SENDER)
            clients.deliver(platform, letter, ann)
            with clients.imap(self.first, "ann") as client:
                stored = clients.all_messages(client)
                self.assertEqual({"Old/Letters"}, backups.subscribed(client))
                # Nor has a new mailbox the UIDVALIDITY of one that was made after the backup.
                client.create("Another")
                self.assertGreater(int(re.search(rb"UIDVALIDITY (\d+)", client.status("Another", "(UIDVALIDITY)")[1][0])[1]), 1 << 20)
            newest = max(stored)
            self.assertEqual(messages.identifier(letter), messages.identifier(stored[newest]))
            self.assertGreaterEqual(newest, now[ann, "INBOX"]["UIDNEXT"])
            platform.casella("quota", "check")

            # What a hold keeps can be read; what is sparse can be packed, and all goes on behind a restart.
            (held,) = platform.ask("hold", "list")
            self.assertEqual(2, held["keptMessages"])
            desk = self.first.address("desk")
            platform.casella("mailbox", "create", desk)
            platform.casella("mailbox", "add", desk, "--member", self.first.address("reader"), "--rights", "read")
            self.assertEqual(2, platform.ask("hold", "copy", self.first.address("bob"), "--to", desk)["folders"][0]["copied"]["messages"])
            platform.ask("tenant", "compact", self.second.name)
            platform.casella("worker", "restart", f"tenant:{self.second.name}")
            with clients.imap(self.second, "carl") as client:
                self.assertEqual(now[self.second.address("carl"), "INBOX"]["messages"], clients.all_messages(client))
            (waiting,) = platform.ask("queue", "list")
            self.assertTrue(waiting["held"])
            self.assertIn("1 message of the queue is held", platform.said)
            self.is_fenced(platform)

            # Nobody is still logged in, and no one-time password of before is good.
            self.assertEqual([("0",)], database.rows(platform, "postgres", "SELECT count(*) FROM administrator_sessions"))
            steps = "SELECT totp_step FROM administrators UNION ALL SELECT step FROM one_time_passwords"
            age = f"SELECT extract(epoch FROM now()) - totp_step * 30 < 240 FROM ({steps}) used"
            self.assertEqual([("t",), ("t",)], database.rows(platform, "postgres", age))

            # A backup of it shares what did not change with the backup that it came from, also when that one is removed.
            copy = self.copy_of_backup()
            done = run([CHECKOUT / "ops/backup", "--data", platform.data, "--keep", "1", copy.parent], timeout=120)
            self.assertEqual(0, done.returncode, done.stdout + done.stderr)
            self.assertIn(f"as in {copy.name}", done.stdout)
            self.assertIn(f"Removed the backup {copy.name}", done.stdout)
            self.assertEqual(1, len(list(copy.parent.glob("*/manifest.json"))))
            self.assertFalse(copy.exists())
            self.assertFalse((platform.data / "backup").exists())
            again = run([CHECKOUT / "ops/backup", "--data", platform.data, platform.data / "copies"], timeout=60)
            self.assertIn("in the data directory", again.stderr)
            self.refused(self.backup, "runs on", platform.data)
            self.is_whole_but_for_one_company(platform, copy.parent)

    def is_whole_but_for_one_company(self, platform, target):
        """Of which a file is lost, and a folder lies in the way."""
        blobs = platform.data / f"tenants/{self.first_id}/blobs"
        next(blobs.glob("*.packed")).unlink()
        (blobs / "0000009999.segment").mkdir()
        done = run([CHECKOUT / "ops/backup", "--data", platform.data, "--keep", "1", target], timeout=120)
        self.assertEqual(1, done.returncode, done.stdout + done.stderr)
        self.assertIn(f"It lacks messages of tenant {self.first_id}, whose files", done.stderr)
        self.assertEqual(2, len(list(target.glob("*/manifest.json"))))
        made = re.search(r"Made the backup (\S+) in", done.stdout)[1]
        again = self.restore(made, self.folder / "lacking")
        self.assertEqual(0, again.returncode, again.stderr)
        self.assertIn(f"Messages of tenant {self.first_id} were missing", again.stdout)

    def test_an_earlier_one_with_its_queue(self):
        with self.restored(self.earlier, "--send-queue") as platform:
            self.is_as_before(self.acknowledged_before_earlier)
            platform.casella("quota", "check")
            (waiting,) = platform.ask("queue", "list")
            self.assertFalse(waiting["held"])

    def is_fenced(self, platform):
        """Owners are the processes', and a tenant's role sees its own rows alone."""
        tenant, role = self.first_id, f"casella_t{self.first_id}"
        self.assertEqual([(str(tenant),)], database.rows(platform, role, "SELECT DISTINCT tenant_id FROM mailboxes"))
        for file in (platform.data / f"tenants/{tenant}").rglob("*"):
            self.assertEqual(file.stat().st_uid, (platform.data / f"tenants/{tenant}").stat().st_uid, file)
            self.assertEqual(0, file.stat().st_mode & 0o077, file)
            if file.suffix in (".segment", ".packed"):
                self.assertEqual(1, file.stat().st_nlink, file)

    def test_two_backups_share_what_did_not_change(self):
        packed = next((self.backup / f"files/tenants/{self.first_id}").rglob("*.packed"))
        self.assertTrue(packed.samefile(self.earlier / packed.relative_to(self.backup)))
        names = {path.relative_to(self.backup / "files").parts[0] for path in (self.backup / "files").glob("*")}
        self.assertEqual({"casella.json", "secrets", "tls", "postgres", "tenants", "relay"}, names)
        self.assertEqual([], list(self.backup.rglob("snapshots")))
        self.assertEqual(0, self.backup.stat().st_mode & 0o077)

    def test_what_cannot_be_restored(self):
        new = self.folder / "new"
        self.refused(self.folder / "nothing", "is no backup")
        self.refused(self.folder, "Name one of the backups in it")
        broken_off = self.copy_of_backup()
        self.refused(broken_off.rename(broken_off.with_name(broken_off.name + ".incomplete")), "broken off")
        without_manifest = self.copy_of_backup()
        (without_manifest / "manifest.json").unlink()
        self.refused(without_manifest, "broken off")
        newer = self.copy_of_backup()
        manifest = json.loads((newer / "manifest.json").read_text())
        manifest["schema"].append("0999_future")
        (newer / "manifest.json").write_text(json.dumps(manifest))
        self.refused(newer, "newer Casella")
        short = self.copy_of_backup()
        segment = next((short / "files/tenants").rglob("*.segment"))
        segment.write_bytes(segment.read_bytes()[:-1])
        self.refused(short, "damaged")
        self.assertFalse(new.exists())
        full = self.folder / "full"
        full.mkdir()
        (full / "file").touch()
        self.refused(self.backup, "not empty", full)

        rotten = self.copy_of_backup()
        segment = next((rotten / "files/tenants").rglob("*.segment"))
        octets = bytearray(segment.read_bytes())
        octets[len(octets) // 2] ^= 1
        segment.write_bytes(octets)
        self.refused(rotten, "not as it was written")
        # What is half there is neither started nor filled once more.
        self.refused(self.backup, "was broken off", new)
        done = run([CHECKOUT / "ops/up", "--no-build", "--detach", "--data", new, "--port-base", "20000"])
        self.assertIn("was broken off", done.stderr)

    def test_no_backup_of_what_does_not_run(self):
        done = run([CHECKOUT / "ops/backup", "--data", self.folder / "no-platform", self.folder])
        self.assertEqual(1, done.returncode)
        self.assertIn("does not run", done.stderr)
        for words in ((), ("--keep", "few", self.folder), (self.folder, self.folder)):
            self.assertEqual(1, run([CHECKOUT / "ops/backup", *words]).returncode)
        self.assertEqual(1, run([CHECKOUT / "ops/restore"]).returncode)


if __name__ == "__main__":
    unittest.main()
