"""Quotas of bytes and messages, at all three levels, at every door; afterwards usage equals what is stored."""

import imaplib
import unittest

from support import clients, messages, running
from support.companies import Company
from support.waiting import eventually

KIB = 1024


class QuotaTest(unittest.TestCase):
    def setUp(self):
        self.platform = running.shared()
        self.company = Company(self.platform)
        self.ann, self.bob = self.company.address("ann"), self.company.address("bob")

    def limit(self, target, bytes="unlimited", messages="unlimited"):
        self.platform.casella("quota", "set", target, "--bytes", str(bytes), "--messages", str(messages))

    def offer(self, recipient, content, announce):
        """What the platform says to a message: at RCPT if it is announced with SIZE, at the end of DATA otherwise."""
        with clients.smtp(self.platform) as client:
            client.ehlo()
            self.assertEqual(250, client.mail("stranger@elsewhere.example", [f"SIZE={len(content)}"] if announce else [])[0])
            code, reply = client.rcpt(recipient)
            if code != 250:
                return "RCPT", code, reply
            return "DATA", *clients.end_of_data(client, content)

    def assertRefused(self, stage, outcome):
        self.assertEqual(stage, outcome[0], outcome)
        self.assertIn((outcome[1], outcome[2][:5]), [(552, b"5.2.2"), (452, b"4.2.2")])

    def assertTaken(self, outcome):
        self.assertEqual(("DATA", 250), outcome[:2], outcome)

    def assertUsageIsWhatIsStored(self, users=("ann", "bob")):
        total_bytes = total_messages = 0
        for user in users:
            stored_bytes = stored_messages = 0
            with clients.imap(self.company, user) as imap:
                for line in imap.list()[1]:
                    name = line.decode().rsplit(' "/" ', 1)[1]
                    _, answer = imap.status(name, "(MESSAGES)")
                    content = clients.all_messages(imap, name).values()
                    self.assertIn(f"MESSAGES {len(content)}".encode(), answer[0])
                    stored_messages += len(content)
                    stored_bytes += sum(map(len, content))
            self.assertEqual((stored_bytes, stored_messages), self.company.usage(self.company.address(user)), user)
            total_bytes, total_messages = total_bytes + stored_bytes, total_messages + stored_messages
        self.assertEqual((total_bytes, total_messages), self.company.usage(self.company.domain), "the domain")
        self.assertEqual((total_bytes, total_messages), self.company.usage(self.company.name), "the tenant")


class Delivery(QuotaTest):
    def targets(self):
        return {"user": self.ann, "domain": self.company.domain, "tenant": self.company.name}

    def test_each_level_refuses_the_message_that_would_pass_its_bytes(self):
        for level, target in self.targets().items():
            with self.subTest(level):
                self.limit(target, bytes=self.company.usage(target)[0] + 100 * KIB)
                self.assertTaken(self.offer(self.ann, messages.message(self.ann, size=60 * KIB), announce=True))
                before = self.company.usage(target)
                too_much = messages.message(self.ann, size=60 * KIB)
                self.assertRefused("RCPT", self.offer(self.ann, too_much, announce=True))
                self.assertRefused("DATA", self.offer(self.ann, too_much, announce=False))
                self.assertEqual(before, self.company.usage(target), "a refused message is not counted")
                self.assertTaken(self.offer(self.ann, messages.message(self.ann, size=20 * KIB), announce=True))
                self.limit(target)
        self.assertUsageIsWhatIsStored()

    def test_each_level_refuses_the_message_that_would_pass_its_number(self):
        for level, target in self.targets().items():
            with self.subTest(level):
                self.limit(target, messages=self.company.usage(target)[1] + 2)
                for _ in range(2):
                    self.assertTaken(self.offer(self.ann, messages.message(self.ann), announce=False))
                self.assertRefused("RCPT", self.offer(self.ann, messages.message(self.ann), announce=False))
                self.limit(target)
        self.assertUsageIsWhatIsStored()

    def test_a_full_colleague_does_not_keep_the_message_from_the_others(self):
        self.limit(self.ann, bytes=10 * KIB)
        content = messages.message("all@elsewhere.example", size=20 * KIB)
        with clients.smtp(self.platform) as client:
            client.ehlo()
            client.mail("stranger@elsewhere.example", [f"SIZE={len(content)}"])
            self.assertEqual(b"2.2", client.rcpt(self.ann)[1][2:5])
            self.assertEqual(250, client.rcpt(self.bob)[0])
            self.assertEqual(250, clients.end_of_data(client, content)[0])
        self.assertEqual(0, self.company.usage(self.ann)[1])
        self.assertEqual(1, self.company.usage(self.bob)[1])

    def test_at_the_limit_exactly_it_fits_and_one_octet_less_it_does_not(self):
        self.assertTaken(self.offer(self.ann, messages.message(self.ann, size=5000), announce=True))
        stored = self.company.usage(self.ann)[0]
        self.limit(self.ann, bytes=2 * stored - 1)
        self.assertRefused("DATA", self.offer(self.ann, messages.message(self.ann, size=5000), announce=False))
        self.limit(self.ann, bytes=2 * stored)
        self.assertTaken(self.offer(self.ann, messages.message(self.ann, size=5000), announce=False))
        self.assertEqual(2 * stored, self.company.usage(self.ann)[0])

    def test_deliveries_at_once_never_pass_the_limit(self):
        self.limit(self.ann, messages=20)
        outcome = running_source(self.platform, self.ann, sessions=10, count=60)
        self.assertNotEqual(0, outcome.returncode, "smtp-source reports the refusals")
        eventually(lambda: self.company.usage(self.ann)[1] == 20, what="the mailbox is full")
        self.assertUsageIsWhatIsStored()


def running_source(platform, recipient, sessions, count):
    from support.outside import smtp_source

    return smtp_source(platform.port("smtp"), "-s", sessions, "-m", count, "-l", 2048, "-f", "x@elsewhere.example", "-t", recipient)


class Room(QuotaTest):
    def test_expunging_frees_the_room(self):
        self.limit(self.ann, bytes=100 * KIB)
        self.assertTaken(self.offer(self.ann, messages.message(self.ann, size=90 * KIB), announce=True))
        self.assertRefused("RCPT", self.offer(self.ann, messages.message(self.ann, size=90 * KIB), announce=True))
        with clients.imap(self.company, "ann") as imap:
            imap.select("INBOX")
            imap.store("1", "+FLAGS", r"(\Deleted)")
            self.assertRefused("RCPT", self.offer(self.ann, messages.message(self.ann, size=90 * KIB), announce=True))
            imap.expunge()
        self.assertEqual((0, 0), self.company.usage(self.ann))
        self.assertTaken(self.offer(self.ann, messages.message(self.ann, size=90 * KIB), announce=True))
        with clients.pop3(self.company, "ann") as pop3:
            pop3.dele(1)
        eventually(lambda: self.company.usage(self.ann) == (0, 0), what="POP3 frees the room")

    def test_deleting_a_mailbox_frees_its_room(self):
        with clients.imap(self.company, "ann") as imap:
            imap.create("Old")
            imap.append("Old", None, None, messages.message(self.ann, size=50 * KIB))
            self.assertEqual((50 * KIB, 1), self.company.usage(self.ann))
            imap.delete("Old")
        self.assertEqual((0, 0), self.company.usage(self.ann))

    def test_a_move_needs_no_room(self):
        self.limit(self.ann, bytes=100 * KIB)
        self.assertTaken(self.offer(self.ann, messages.message(self.ann, size=90 * KIB), announce=True))
        with clients.imap(self.company, "ann") as imap:
            imap.select("INBOX")
            self.assertEqual("OK", imap._simple_command("MOVE", "1", "Archive")[0])
            self.assertEqual(1, len(clients.all_messages(imap, "Archive")))
        self.assertUsageIsWhatIsStored()


class OverIMAP(QuotaTest):
    def test_append_is_held_to_the_quota(self):
        self.limit(self.ann, bytes=50 * KIB)
        with clients.imap(self.company, "ann") as imap:
            self.assertEqual("OK", imap.append("INBOX", None, None, messages.message(self.ann, size=30 * KIB))[0])
            status, answer = imap.append("INBOX", None, None, messages.message(self.ann, size=30 * KIB))
            self.assertEqual("NO", status)
            self.assertIn(b"[OVERQUOTA]", answer[0])
        self.assertEqual((30 * KIB, 1), self.company.usage(self.ann))

    def test_copy_is_held_to_the_quota_and_copies_all_or_nothing(self):
        self.limit(self.ann, messages=5)
        with clients.imap(self.company, "ann") as imap:
            for _ in range(3):
                imap.append("INBOX", None, None, messages.message(self.ann))
            imap.select("INBOX")
            self.assertEqual("OK", imap.copy("1", "Archive")[0])
            status, answer = imap.copy("1:3", "Archive")
            self.assertEqual("NO", status)
            self.assertIn(b"[OVERQUOTA]", answer[0])
            self.assertEqual(1, len(clients.all_messages(imap, "Archive")))
        self.assertUsageIsWhatIsStored()

    def test_getquotaroot_shows_limits_and_use(self):
        self.limit(self.ann, bytes=64 * KIB, messages=10)
        with clients.imap(self.company, "ann") as imap:
            imap.append("INBOX", None, None, messages.message(self.ann, size=32 * KIB))
            status, answer = imap.getquotaroot("INBOX")
            self.assertEqual("OK", status)
            text = b" ".join(part for parts in answer for part in parts if part)
            self.assertRegex(text, rb"STORAGE 32 64")
            self.assertRegex(text, rb"MESSAGE 1 10")

    def test_a_limit_set_while_a_session_runs_binds_it(self):
        with clients.imap(self.company, "ann") as imap:
            self.assertEqual("OK", imap.append("INBOX", None, None, messages.message(self.ann))[0])
            self.limit(self.ann, messages=1)

            def refused():
                try:
                    return imap.append("INBOX", None, None, messages.message(self.ann))[0] == "NO"
                except imaplib.IMAP4.error:
                    return False

            eventually(refused, within=2, what="the new limit binds")
