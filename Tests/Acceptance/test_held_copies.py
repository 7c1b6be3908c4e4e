"""What a legal hold keeps is read by those whom an administrator lets: copied into a shared mailbox, byte for byte, and by nobody else."""

import json
import re
import unittest

from support import clients, database, messages, running
from support.administrators import Administrator
from support.companies import Company

SENDER = "stranger@elsewhere.example"


class HeldCopies(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()

    def setUp(self):
        self.company = Company(self.platform, users=("ann", "reader", "other"))
        self.ann, self.desk = self.company.address("ann"), self.company.address("desk")
        self.platform.casella("mailbox", "create", self.desk)
        self.platform.casella("mailbox", "add", self.desk, "--member", self.company.address("reader"), "--rights", "read")

    def hold(self, target=None):
        self.platform.casella("hold", "set", target or self.ann, "--reason", "case 7")

    def append(self, date, flags=None, size=None):
        """Puts a message into Ann's INBOX."""
        message = messages.message(self.ann, SENDER, size=size)
        with clients.imap(self.company, "ann") as client:
            self.assertEqual("OK", client.append("INBOX", flags, f'"{date} 12:00:00 +0000"', message)[0])
        return message

    def remove(self, *numbers):
        with clients.imap(self.company, "ann") as client:
            client.select()
            client.store(",".join(map(str, numbers)), "+FLAGS", r"(\Deleted)")
            self.assertEqual("OK", client.expunge()[0])

    def copy(self, *words, to=None):
        return self.platform.ask("hold", "copy", self.ann, "--to", to or self.desk, *words)

    def refused(self, status, *words, who=None, to=None):
        done = self.platform.casella("hold", "copy", who or self.ann, "--to", to or self.desk, *words, check=False)
        self.assertEqual(status, done.returncode, done.stderr or done.stdout)
        return done.stderr

    def folder(self, copies, number=0):
        return f'"Shared/{self.desk}/{copies["folders"][number]["name"]}"'

    def read(self, copies, number=0, user="reader"):
        """Messages of a folder, as a member has them, in their order."""
        with clients.imap(self.company, user) as client:
            return list(clients.all_messages(client, self.folder(copies, number)).values())

    def folders(self):
        """Names of those that copies made, as a member sees them."""
        with clients.imap(self.company, "reader") as client:
            listed = client.list('""', f'"Shared/{self.desk}/*@*"')[1]
        return [entry for entry in listed if entry]

    def kept(self):
        tenant = self.company.tenant_id()
        return database.rows(self.platform, "postgres", f"SELECT whole::text FROM held_messages AS whole WHERE tenant_id = {tenant} ORDER BY 1")

    def test_members_read_what_was_removed_and_nobody_else_does(self):
        self.append("01-May-2020")
        self.remove(1)  # before the hold
        clients.deliver(self.platform, messages.message(self.ann, SENDER), self.ann)
        flagged, stays = self.append("03-May-2020", r"(\Flagged \Seen $Work)"), self.append("04-May-2020")
        with clients.imap(self.company, "ann") as client:
            stored = list(clients.all_messages(client).values())
        self.hold()
        self.remove(1)
        with clients.imap(self.company, "ann") as client:
            client.create("Old")
            client.select()
            client.copy("1", "Old")
            client.delete("Old")
        self.remove(1)
        before = self.kept()
        (held,) = [one for one in self.platform.ask("hold", "list") if one["target"] == self.ann]
        sizes = [len(stored[0]), len(stored[1]), len(stored[1])]
        self.assertEqual((3, sum(sizes)), (held["keptMessages"], held["keptBytes"]))

        # The worker is started for it.
        self.platform.casella("worker", "restart", f"tenant:{self.company.name}")
        copies = self.copy()
        (folder,) = copies["folders"]
        self.assertEqual({"messages": 3, "bytes": sum(sizes)}, folder["copied"])
        self.assertRegex(folder["name"], rf"^{re.escape(self.ann)} \d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        # By date: what was delivered came today.
        self.assertEqual([flagged, flagged, stored[0]], self.read(copies))
        with clients.imap(self.company, "reader") as client:
            client.select(self.folder(copies), readonly=True)
            for number in ("1", "2"):
                facts = client.fetch(number, "(FLAGS INTERNALDATE)")[1][0]
                self.assertIn(b'3-May-2020 12:00:00 +0000"', facts)
                for flag in (b"\\Flagged", b"\\Seen", b"$Work"):
                    self.assertIn(flag, facts)
                self.assertNotIn(b"\\Deleted", facts)
        for user in ("other", "ann"):
            with clients.imap(self.company, user) as client:
                self.assertEqual("NO", client.select(self.folder(copies))[0])
                self.assertNotIn(b"Shared", b"".join(line or b"" for line in client.list()[1]))
        # Neither what is held nor Ann's mailbox is another one.
        self.assertEqual(before, self.kept())
        with clients.imap(self.company, "ann") as client:
            self.assertEqual([stays], list(clients.all_messages(client).values()))
        self.assertEqual((sum(sizes), 3), self.company.usage(self.desk))
        self.is_recorded(copies, sum(sizes), flagged)

    def is_recorded(self, copies, octets, letter):
        (event,) = [e for e in self.platform.ask("audit", "list", "--tenant", self.company.name) if e["command"] == "hold copy"]
        self.assertEqual((f"{self.ann} --to {self.desk}", "done"), (event["target"], event["result"]))
        changes = {"messages": [None, 3], "bytes": [None, octets], "folders": [None, [copies["folders"][0]["name"]]]}
        self.assertEqual(changes, json.loads(event["changes"]))
        self.assertNotIn(messages.identifier(letter), str(event))

    def test_of_a_time_alone_and_with_what_is_still_there(self):
        self.hold(self.company.domain)
        letters = [self.append(f"{day:02}-May-2020") for day in (1, 2, 3, 4)]
        self.refused(66)
        self.remove(1, 2, 3)
        self.refused(66, "--since", "2020-05-04")
        self.refused(65, "--since", "2020-05-04", "--before", "2020-05-04")
        self.refused(64, "--since", "yesterday")
        self.assertEqual([], self.folders())
        said = self.platform.casella("hold", "copy", self.ann, "--to", self.desk, "--all", "--dry-run").stdout
        self.assertIn("Dry run, nothing was done: Copied 4 messages", said)
        self.assertEqual([], self.folders())
        self.assertEqual((0, 0), self.company.usage(self.desk))
        self.assertEqual([letters[1]], self.read(self.copy("--since", "2020-05-02", "--before", "2020-05-03")))
        self.assertEqual([letters[2]], self.read(self.copy("--since", "2020-05-03")))  # in the same second, or nearly
        self.assertEqual(2, len(self.folders()))
        other = self.company.address("other-desk")
        self.platform.casella("mailbox", "create", other)
        self.platform.casella("mailbox", "add", other, "--member", self.company.address("reader"), "--rights", "read")
        self.desk = other
        self.assertEqual(letters, self.read(self.copy("--all")))

    def test_each_who_had_the_address_has_a_folder(self):
        first = self.append("01-May-2020")
        self.hold()
        self.remove(1)
        self.platform.casella("user", "delete", self.ann, "--yes")
        copies = self.copy()
        self.assertRegex(copies["folders"][0]["name"], rf"^{re.escape(self.ann)} \(deleted .*Z\) .*Z$")
        self.assertEqual([first], self.read(copies))
        self.company.add_user("ann")
        self.append("02-May-2020")
        self.platform.casella("mailbox", "create", self.company.address("again"))
        self.refused(66, "--since", "2020-05-02", "--all", to=self.company.address("again"))  # the second one is not held
        self.platform.casella("hold", "set", self.ann, "--reason", "case 8")
        copies = self.copy("--all", to=self.company.address("again"))
        self.assertEqual([1, 1], [folder["copied"]["messages"] for folder in copies["folders"]])
        self.assertNotIn("deleted", copies["folders"][0]["name"])

    def test_what_has_no_room_is_refused_whole(self):
        for day in (1, 2):
            self.append(f"{day:02}-May-2020", size=1000)
        self.hold()
        self.remove(1, 2)
        for target, octets, level in (
            (self.desk, 1999, f"the quota of {self.desk}"),
            (self.company.domain, 1999, "the quota of its domain"),
            (self.company.name, 1999, "the quota of its tenant"),
        ):
            self.platform.casella("quota", "set", target, "--bytes", str(octets))
            for words in ((), ("--dry-run",)):
                said = self.refused(76, *words)
                self.assertIn("2 messages (2 KB)", said)
                self.assertIn(level, said)
                self.assertIn("Nothing was copied", said)
            self.assertEqual([], self.folders())
            self.assertEqual((0, 0), self.company.usage(self.company.name))
            self.platform.casella("quota", "set", target, "--bytes", "2000")
        self.assertEqual(2, len(self.read(self.copy())))
        self.assertEqual((2000, 2), self.company.usage(self.company.name))

    def test_what_cannot_be_copied_or_read_there(self):
        self.append("01-May-2020")
        self.assertIn("no hold on", self.refused(76, "--all"))
        self.hold()
        self.remove(1)
        stranger = Company(self.platform)
        foreign = stranger.address("desk")
        self.platform.casella("mailbox", "create", foreign)
        self.assertIn("different tenants", self.refused(76, to=foreign))
        self.assertEqual((0, 0), stranger.usage(stranger.name))
        for to in (self.company.address("other"), f"nobody@{self.company.domain}"):
            self.assertIn("no shared mailbox", self.refused(66, to=to))
        self.refused(66, who=f"nobody@{self.company.domain}")
        self.refused(64, who=self.company.domain)
        self.hold(self.desk)
        self.assertIn("into itself", self.refused(76, who=self.desk))
        self.platform.casella("hold", "release", self.ann, "--yes")
        self.assertIn("no hold on", self.refused(76))
        self.assertEqual([], self.folders())

    def test_who_may(self):
        self.append("01-May-2020")
        self.hold()
        self.remove(1)
        body = {"to": self.desk, "all": True}
        for role, part in (
            ("auditor", {}),
            ("tenant-administrator", {"tenant": self.company.name}),
            ("help-desk", {"tenant": self.company.name}),
            ("domain-administrator", {"domain": self.company.domain}),
        ):
            status, answer = Administrator(self.platform, role, **part).request("POST", f"/holds/{self.ann}/copy", body)
            self.assertEqual((403, "forbidden"), (status, answer["error"]["code"]), role)
        self.assertEqual([], self.folders())
        operator = Administrator(self.platform, "operator")
        status, answer = operator.request("POST", f"/holds/{self.ann}/copy", body)
        self.assertEqual((200, 1), (status, answer["folders"][0]["copied"]["messages"]), answer)
        (event,) = [e for e in self.platform.ask("audit", "list", "--count", "5") if e["command"] == "hold copy" and e["result"] == "done"]
        self.assertEqual((operator.name, f"{self.ann} --to {self.desk} --all"), (event["caller"], event["target"]))


if __name__ == "__main__":
    unittest.main()
