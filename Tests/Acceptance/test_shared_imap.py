"""Shared mailboxes as their members' mail programs see them: names, rights, quotas, sending, and access that is taken away."""

import imaplib
import poplib
import smtplib
import unittest

from support import clients, messages, running
from support.companies import Company
from support.waiting import eventually

STRANGER = "stranger@elsewhere.example"


class SharedMailboxes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()

    def setUp(self):
        self.company = Company(self.platform, users=("reader", "writer", "keeper", "other"))
        self.info = self.company.address("info")
        self.name = f"Shared/{self.info}"
        self.mailbox("create", self.info)
        for user, rights in (("reader", "read"), ("writer", "write"), ("keeper", "manage")):
            self.add(user, rights)

    def mailbox(self, verb, *words):
        return self.platform.casella("mailbox", verb, *words)

    def add(self, user, rights, *options):
        self.mailbox("add", self.info, "--member", self.company.address(user), "--rights", rights, *options)

    def ok(self, answer):
        self.assertEqual("OK", answer[0], answer)
        return answer[1]

    def refused(self, answer, code):
        self.assertEqual("NO", answer[0], answer)
        self.assertIn(f"[{code}]".encode(), answer[1][0])

    def count(self, client, name):
        return int(self.ok(client.status(name, "(MESSAGES)"))[0].split()[-1].rstrip(b")"))

    def arrives(self, client, name, count):
        eventually(lambda: self.count(client, name) == count, what=f"{count} messages in {name}")

    def test_members_see_mail_for_it_and_strangers_nothing(self):
        with clients.imap(self.company, "reader") as client, clients.imap(self.company, "other") as stranger:
            self.assertEqual([b'(("" "/")) NIL (("Shared/" "/"))'], self.ok(client.namespace()))
            self.assertEqual([b'(("" "/")) NIL NIL'], self.ok(stranger.namespace()))
            sent = messages.message(self.info, STRANGER)
            clients.deliver(self.platform, sent, self.info)
            self.arrives(client, self.name, 1)
            self.assertTrue(list(clients.all_messages(client, self.name).values())[0].endswith(sent))
            listed = b"\n".join(self.ok(client.list()))
            self.assertEqual(1, listed.count(self.name.encode() + b"\n"))
            self.assertIn(f'(\\HasNoChildren) "/" {self.name}/Sent'.encode(), listed)
            self.assertNotIn(b"INBOX/", listed)
            self.assertEqual([None], self.ok(stranger.list('""', "Shared*")))
            for name in (self.name, f"{self.name}/Sent", self.name.lower(), self.info):
                self.refused(stranger.select(name), "NONEXISTENT")
                self.refused(stranger.status(name, "(MESSAGES)"), "NONEXISTENT")
        # Nor does a company beside it, under any name.
        neighbour = Company(self.platform)
        with clients.imap(neighbour, "ann") as client:
            self.refused(client.select(self.name), "NONEXISTENT")
            self.assertEqual([None], self.ok(client.list('""', "Shared*")))
        with clients.pop3(self.company, "keeper") as client:
            self.assertEqual((0, 0), client.stat())

    def test_nobody_logs_in_as_one(self):
        with clients.imap(self.company, "keeper"):  # the doors are open
            pass
        for password in ("", "x", self.company.password("keeper")):
            with imaplib.IMAP4_SSL("127.0.0.1", self.platform.port("imaps"), ssl_context=clients.tls()) as session:
                with self.assertRaises(imaplib.IMAP4.error):
                    session.login(self.info, password)
        session = poplib.POP3_SSL("127.0.0.1", self.platform.port("pop3s"), context=clients.tls())
        session.user(self.info)
        with self.assertRaises(poplib.error_proto):
            session.pass_("x")
        session.close()

    def test_reading_changes_nothing(self):
        with clients.imap(self.company, "writer") as client:
            self.ok(client.append(self.name, None, None, messages.message(self.info, STRANGER)))
        with clients.imap(self.company, "reader") as client:
            with self.assertRaises(imaplib.IMAP4.readonly):  # said in answer to SELECT; it is selected all the same
                client.select(self.name)
            client.is_readonly = True
            self.ok(client.fetch("1", "(BODY[])"))
            self.refused(client.store("1", "+FLAGS", "\\Deleted"), "READ-ONLY")
            self.refused(client.expunge(), "READ-ONLY")
            self.refused(client._simple_command("MOVE", "1", "INBOX"), "READ-ONLY")
            self.refused(client.copy("1", self.name), "NOPERM")
            self.refused(client.append(self.name, None, None, b"Subject: x\r\n\r\n"), "NOPERM")
            for answer in (client.create(f"{self.name}/New"), client.delete(f"{self.name}/Sent")):
                self.refused(answer, "NOPERM")
            self.ok(client.copy("1", "INBOX"))
            self.ok(client.close())
            self.assertIn(b"MESSAGES 1 UNSEEN 1", self.ok(client.status(self.name, "(MESSAGES UNSEEN)"))[0])

    def test_writing_and_managing(self):
        with clients.imap(self.company, "writer") as writer, clients.imap(self.company, "keeper") as keeper:
            self.refused(writer.create(f"{self.name}/Cases"), "NOPERM")
            self.ok(keeper.create(f"{self.name}/Cases"))
            self.refused(keeper.rename(f"{self.name}/Cases", "Cases"), "CANNOT")
            self.refused(keeper.delete(self.name), "CANNOT")
            self.refused(keeper.create("Shared/own"), "CANNOT")
            self.ok(writer.append("INBOX", "\\Flagged", None, messages.message(self.info, STRANGER)))
            self.ok(writer.select("INBOX"))
            self.ok(writer._simple_command("MOVE", "1", f"{self.name}/Cases"))
            self.assertEqual(0, self.count(writer, "INBOX"))
            self.ok(keeper.select(f"{self.name}/Cases"))
            self.assertIn(b"\\Flagged", self.ok(keeper.fetch("1", "(FLAGS)"))[0])
            self.ok(writer.select(f"{self.name}/Cases"))
            self.ok(writer.store("1", "+FLAGS", "\\Deleted"))
            self.ok(writer.expunge())
            self.assertEqual([b"0"], self.ok(keeper.select(f"{self.name}/Cases")))
            self.ok(keeper.close())
            self.ok(keeper.delete(f"{self.name}/Cases"))

    def test_its_quota_is_what_copies_count_for(self):
        shop = self.company.address("shop")
        self.mailbox("create", shop, "--quota", "10KB")
        self.mailbox("add", shop, "--member", self.company.address("writer"), "--rights", "write")
        name, large = f"Shared/{shop}", messages.message(shop, STRANGER, size=6000)
        with clients.imap(self.company, "writer") as client:
            self.ok(client.append("INBOX", None, None, large))
            self.ok(client.select("INBOX"))
            self.ok(client.copy("1", name))
            self.refused(client.copy("1", name), "OVERQUOTA")
            self.refused(client._simple_command("MOVE", "1", name), "OVERQUOTA")
            self.refused(client.append(name, None, None, large), "OVERQUOTA")
            self.assertEqual(1, self.count(client, "INBOX"))
            roots, figures = self.ok(client.getquotaroot(f"{name}/Sent"))
            self.assertIn(f"user/{shop}".encode(), roots[0])
            self.assertIn(b"STORAGE", figures[0])
        self.assertEqual(len(large), self.company.usage(shop)[0])
        self.assertEqual(0, self.platform.casella("quota", "check", self.company.name).returncode)

    def test_access_that_is_taken_away_ends_the_session(self):
        with clients.imap(self.company, "writer") as client:
            self.ok(client.select(self.name))
            self.mailbox("remove", self.info, "--member", self.company.address("writer"))
            with self.assertRaises((imaplib.IMAP4.error, OSError)):
                for _ in range(50):
                    client.fetch("1:*", "(BODY[])")
            client.sock.close()
        with clients.imap(self.company, "writer") as client:
            self.refused(client.select(self.name), "NONEXISTENT")
            self.assertEqual([b'(("" "/")) NIL NIL'], self.ok(client.namespace()))
        self.mailbox("delete", self.info, "--yes")
        with clients.imap(self.company, "keeper") as client:
            self.refused(client.select(self.name), "NONEXISTENT")

    def test_subscriptions_follow_a_mailbox_that_is_renamed(self):
        new = self.company.address("contact")
        with clients.imap(self.company, "reader") as client:
            for name in (self.name, f"{self.name}/Sent"):
                self.ok(client.subscribe(name))
            self.assertEqual(2, len(self.ok(client.lsub('""', f"{self.name}*"))))
            self.platform.casella("user", "rename", self.info, new)
            listed = b"\n".join(self.ok(client.lsub('""', "Shared/*")))
            self.assertEqual(2, listed.count(f"Shared/{new}".encode()), listed)
            self.assertNotIn(self.name.encode(), listed)
            self.ok(client.unsubscribe(f"Shared/{new}"))
            self.assertEqual(1, len(self.ok(client.lsub('""', "Shared/*"))))
            # What cannot be opened is not shown, and is back with the access.
            self.mailbox("remove", new, "--member", self.company.address("reader"))
        with clients.imap(self.company, "reader") as client:
            self.assertEqual([None], self.ok(client.lsub('""', "Shared/*")))
            self.mailbox("add", new, "--member", self.company.address("reader"), "--rights", "read")
            self.assertIn(f"Shared/{new}/Sent".encode(), self.ok(client.lsub('""', "Shared/*"))[0])

    def test_who_may_send_as_it(self):
        self.add("reader", "read", "--sends")
        self.platform.casella("alias", "create", self.company.address("contact"), "--to", self.info)
        other = self.company.address("other")

        def send(user, sender):
            with clients.submission(self.company, user) as client:
                client.sendmail(sender, [other], messages.message(other, sender))

        for sender in (self.info, self.company.address("contact")):
            send("reader", sender)
            for user in ("keeper", "other"):
                with self.assertRaises(smtplib.SMTPSenderRefused):
                    send(user, sender)
        with clients.imap(self.company, "other") as client:
            self.arrives(client, "INBOX", 2)
        with clients.submission(self.company, "writer") as client, self.assertRaises(smtplib.SMTPDataError):
            client.sendmail(self.company.address("writer"), [other], messages.message(other, self.info))
