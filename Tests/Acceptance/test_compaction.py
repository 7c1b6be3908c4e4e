"""The disk space of removed messages comes back, while sessions go on and other messages keep every octet."""

import random
import unittest

from support import clients, messages, running
from support.companies import Company

SENDER = "stranger@elsewhere.example"


class Compaction(unittest.TestCase):
    def setUp(self):
        self.platform = running.shared()
        self.company = Company(self.platform, users=("ann", "bob"))
        self.ann = self.company.address("ann")
        self.random = random.Random(7)

    def disk(self):
        """Octets of the files with the company's messages."""
        folder = self.platform.data / f"tenants/{self.company.tenant_id()}/blobs"
        return sum(file.stat().st_size for file in folder.iterdir() if file.suffix in (".segment", ".packed"))

    def fill(self, count):
        """Messages in Ann's INBOX that no compression makes much smaller than half."""
        filled = []
        with clients.imap(self.company, "ann") as client:
            for _ in range(count):
                body = self.random.randbytes(30_000).hex()
                lines = "\r\n".join(body[place : place + 76] for place in range(0, len(body), 76))
                message = messages.message(self.ann, SENDER) + lines.encode() + b"\r\n"
                self.assertEqual("OK", client.append("INBOX", None, None, message)[0])
                filled.append(message)
        return filled

    def test_space_comes_back_and_messages_stay(self):
        filled = self.fill(40)
        with clients.imap(self.company, "ann") as session:
            session.select()
            session.store("1:36", "+FLAGS", r"(\Deleted)")
            session.expunge()
            before = self.disk()
            foreseen = self.platform.ask("tenant", "compact", self.company.name, "--dry-run")
            self.assertEqual(before, self.disk())
            done = self.platform.ask("tenant", "compact", self.company.name)
            self.assertEqual(foreseen, done)
            self.assertGreater(done["freed"], 900_000)
            self.assertEqual(before - done["freed"] + done["packed"], self.disk())
            # In the session that was there before, in a new one, and by the next worker.
            self.assertEqual(filled[36:], self.read(session))
        self.assertEqual(filled[36:], self.all("ann"))
        self.platform.casella("worker", "restart", f"tenant:{self.company.name}")
        self.assertEqual(filled[36:], self.all("ann"))
        filled += self.fill(2)
        self.assertEqual(filled[36:], self.all("ann"))
        said = self.platform.casella("tenant", "compact", self.company.name).stdout
        self.assertEqual(f"Freed 0 B of {self.company.name}.\n", said)
        self.platform.casella("quota", "check", self.company.name)
        (event, *_) = [e for e in self.platform.ask("audit", "list", "--tenant", self.company.name) if e["command"] == "tenant compact"]
        self.assertEqual("done", event["result"])

    def test_what_a_hold_keeps_stays(self):
        filled = self.fill(20)
        self.platform.casella("hold", "set", self.ann, "--reason", "case 7")
        with clients.imap(self.company, "ann") as session:
            session.select()
            session.store("1:18", "+FLAGS", r"(\Deleted)")
            session.expunge()
        self.assertEqual(0, self.platform.ask("tenant", "compact", self.company.name)["freed"])
        desk = self.company.address("desk")
        self.platform.casella("mailbox", "create", desk)
        self.platform.casella("mailbox", "add", desk, "--member", self.company.address("bob"), "--rights", "read")
        self.platform.casella("hold", "copy", self.ann, "--to", desk)
        with clients.imap(self.company, "bob") as client:
            (folder,) = [line for line in client.list('""', f'"Shared/{desk}/*@*"')[1] if line]
            name = folder.decode().split(' "/" ')[1]
            self.assertEqual(sorted(filled[:18]), sorted(clients.all_messages(client, name).values()))
        self.platform.casella("hold", "release", self.ann, "--yes")

    def test_no_company_of_that_name(self):
        self.assertEqual(66, self.platform.casella("tenant", "compact", "no-tenant-of-this-name", check=False).returncode)

    @staticmethod
    def read(client):
        return [part[1] for part in client.fetch("1:*", "(BODY.PEEK[])")[1] if isinstance(part, tuple)]

    def all(self, user):
        with clients.imap(self.company, user) as client:
            return list(clients.all_messages(client, "INBOX").values())
