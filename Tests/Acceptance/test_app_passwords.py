"""Passwords of single devices: good for what they were made for, each revocable by itself."""

import imaplib
import poplib
import smtplib

from support import clients, database
from support.company_tests import OneCompany
from support.waiting import eventually


class AppPasswords(OneCompany):
    def make(self, name, *services, address=None):
        options = [word for service in services for word in ("--service", service)]
        return self.platform.ask("app-password", "create", address or self.ann, "--name", name, *options)["password"]

    def opens(self, service, password, address=None):
        """Whether a login succeeds, over TLS."""
        address = address or self.ann
        try:
            if service == "imap":
                with imaplib.IMAP4_SSL("127.0.0.1", self.platform.port("imaps"), ssl_context=clients.tls()) as session:
                    session.login(address, password)
            elif service == "pop3":
                session = poplib.POP3_SSL("127.0.0.1", self.platform.port("pop3s"), context=clients.tls())
                session.user(address)
                session.pass_(password)
                session.quit()
            else:
                with smtplib.SMTP_SSL("127.0.0.1", self.platform.port("submissions"), context=clients.tls()) as session:
                    session.login(address, password)
            return True
        except (imaplib.IMAP4.error, poplib.error_proto, smtplib.SMTPAuthenticationError):
            return False

    def test_it_opens_what_it_was_made_for_and_nothing_else(self):
        everything, mail_only = self.make("laptop"), self.make("reader", "imap")
        for service in ("imap", "pop3", "submission"):
            self.assertTrue(self.opens(service, everything), service)
        # Also while the gateway still remembers the login that was right.
        self.assertTrue(self.opens("imap", mail_only))
        for service in ("pop3", "submission"):
            self.assertFalse(self.opens(service, mail_only), service)
        for password in (everything, mail_only):
            self.assertFalse(self.opens("imap", password, self.bob), "another user's")
        for near in (everything[:-1], everything.upper(), everything.replace("-", ""), everything[:-1] + "2", ""):
            if near != everything:
                self.assertFalse(self.opens("imap", near), near)
        self.assertTrue(self.opens("imap", self.company.password("ann")), "the user's own stays good")

    def test_revoking_one_ends_sessions_and_leaves_the_others(self):
        kept, lost = self.make("kept"), self.make("lost")
        with imaplib.IMAP4_SSL("127.0.0.1", self.platform.port("imaps"), ssl_context=clients.tls()) as session:
            session.login(self.ann, lost)
            self.platform.casella("app-password", "delete", self.ann, "lost")
            with self.assertRaises((imaplib.IMAP4.abort, OSError)):
                for _ in range(50):
                    session.noop()
            session.sock.close()
        self.assertFalse(self.opens("imap", lost))
        self.assertTrue(self.opens("imap", kept))
        self.assertEqual(66, self.platform.casella("app-password", "delete", self.ann, "lost", check=False).returncode)

    def test_the_last_use_is_shown(self):
        password = self.make("shown", "pop3")
        entry = self.entry("shown")
        self.assertIsNone(entry.get("usedAt"))
        self.assertEqual(["pop3"], entry["services"])
        self.assertFalse(self.opens("imap", password))
        self.assertIsNone(self.entry("shown").get("usedAt"), "a refused login is no use")
        self.assertTrue(self.opens("pop3", password))
        entry = self.entry("shown")
        self.assertIsNotNone(entry["usedAt"])
        self.assertIn("127.0.0.1", entry["usedFrom"])
        self.assertIn("shown", self.platform.casella("app-password", "list", self.ann).stdout)

    def entry(self, name):
        return next(entry for entry in self.platform.ask("app-password", "list", self.ann) if entry["name"] == name)

    def test_without_a_password_of_ones_own_and_while_suspended(self):
        carl = self.company.address("carl")
        self.platform.casella("user", "create", carl, "--no-password")
        password = self.make("device", address=carl)
        self.assertTrue(self.opens("imap", password, carl))
        self.platform.casella("user", "suspend", carl)
        self.assertFalse(self.opens("imap", password, carl))
        self.platform.casella("user", "resume", carl)
        eventually(lambda: self.opens("imap", password, carl), within=5, what="it is good again")
        self.platform.casella("user", "delete", "--yes", carl)
        self.assertFalse(self.opens("imap", password, carl))

    def test_refusals(self):
        self.make("twice")
        for words, status in (
            (["create", self.ann, "--name", "twice"], 73),
            (["create", "nobody@" + self.company.domain, "--name", "x"], 66),
            (["create", self.ann, "--name", "x" * 65], 64),
            (["create", self.ann, "--name", "x", "--service", "web"], 64),
            (["list", "nobody@" + self.company.domain], 66),
        ):
            self.assertEqual(status, self.platform.casella("app-password", *words, check=False).returncode, words)

    def test_what_is_kept_opens_nothing(self):
        password = self.make("kept in the table")
        rows = database.sql(self.platform, "postgres", "SELECT * FROM app_passwords", "SELECT * FROM audit_log")
        self.assertNotIn(password, rows)
