"""Logins: all ways of saying a password, no log that shows one, and a suspension that ends what runs."""

import base64
import json
import os
import subprocess
import time
import unittest

from support import clients, messages, running
from support.companies import Company
from support.dialogue import Dialogue, imap_dialogue, plain
from support.waiting import eventually


class Logins(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()
        cls.company = Company(cls.platform, users=("ann",))

    def test_all_ways_of_saying_a_password_are_understood(self):
        ann, password = self.company.address("ann"), self.company.password("ann")
        with Dialogue(self.platform.port("imaps"), implicit_tls=True) as imap:
            imap.line()
            self.assertTrue(imap.command("a", f"AUTHENTICATE PLAIN {plain(ann, password)}")[-1].startswith(b"a OK"))
        with Dialogue(self.platform.port("imaps"), implicit_tls=True) as imap:
            imap.line()
            imap.say("a AUTHENTICATE PLAIN")
            self.assertTrue(imap.line().startswith(b"+"))
            imap.say(plain(ann, password))
            self.assertTrue(imap.tagged("a")[-1].startswith(b"a OK"))
        with Dialogue(self.platform.port("imaps"), implicit_tls=True) as imap:
            imap.line()
            imap.send(f"a LOGIN {{{len(ann)}+}}\r\n{ann} {{{len(password)}+}}\r\n{password}\r\n")
            self.assertTrue(imap.tagged("a")[-1].startswith(b"a OK"))
        with Dialogue(self.platform.port("pop3s"), implicit_tls=True) as pop3:
            pop3.line()
            pop3.say(f"AUTH PLAIN {plain(ann, password)}")
            self.assertTrue(pop3.line().startswith(b"+OK"))
        with Dialogue(self.platform.port("submissions"), implicit_tls=True) as smtp:
            smtp.greet_smtp()
            self.assertEqual(334, smtp.ask("AUTH LOGIN")[0])
            self.assertEqual(334, smtp.ask(base64.b64encode(ann.encode()))[0])
            self.assertEqual(235, smtp.ask(base64.b64encode(password.encode()))[0])

    def test_no_password_is_taken_before_tls(self):
        ann, password = self.company.address("ann"), self.company.password("ann")
        with Dialogue(self.platform.port("imap")) as imap:
            imap.line()
            self.assertRegex(imap.command("a", f'LOGIN {ann} "{password}"')[-1], rb"^a NO")
            capabilities = b"".join(imap.command("b", "CAPABILITY"))
            self.assertIn(b"LOGINDISABLED", capabilities)
            self.assertNotIn(b"AUTH=PLAIN", capabilities)
        with Dialogue(self.platform.port("pop3")) as pop3:
            pop3.line()
            pop3.say(f"USER {ann}")
            self.assertTrue(pop3.line().startswith(b"-ERR"))
        with Dialogue(self.platform.port("submission")) as smtp:
            self.assertNotIn("AUTH", smtp.greet_smtp())
            self.assertEqual(5, smtp.ask(f"AUTH PLAIN {plain(ann, password)}")[0] // 100)

    def test_a_changed_password_is_the_only_one_that_works(self):
        company = Company(self.platform, users=("ann",))
        old = company.password("ann")
        with clients.imap(company, "ann"):
            pass
        company.passwords[company.address("ann")] = "an entirely new one"
        self.platform.casella("user", "password", company.address("ann"), "--password-stdin", stdin="an entirely new one\n")
        with clients.imap(company, "ann"):
            pass
        with Dialogue(self.platform.port("imaps"), implicit_tls=True) as imap:
            imap.line()
            self.assertIn(b"NO [AUTHENTICATIONFAILED]", imap.command("a", f'LOGIN {company.address("ann")} "{old}"')[-1])


class Secrecy(unittest.TestCase):
    def test_no_log_shows_a_password(self):
        platform = running.shared()
        company = Company(platform, users=("ann",))
        ann, right, wrong = company.address("ann"), company.password("ann"), "a-wrong-password-7341"
        for password in (right, wrong):
            with Dialogue(platform.port("imaps"), implicit_tls=True) as imap:
                imap.line()
                imap.command("a", f'LOGIN {ann} "{password}"')
            with Dialogue(platform.port("imaps"), implicit_tls=True) as imap:
                imap.line()
                imap.command("a", f'LOGON {ann} "{password}"')  # a mistyped command is an error that a log may quote
                imap.command("b", f"AUTHENTICATE PLAIN {plain(ann, password)}")
            with Dialogue(platform.port("pop3s"), implicit_tls=True) as pop3:
                pop3.line()
                for line in (f"USER {ann}", f"PASS {password}"):
                    pop3.say(line)
                    pop3.line()
            with Dialogue(platform.port("submissions"), implicit_tls=True) as smtp:
                smtp.greet_smtp()
                smtp.ask(f"AUTH PLAIN {plain(ann, password)}")
        platform.casella("user", "password", ann, "--password-stdin", stdin=right + "\n")
        with clients.imap(company, "ann"):
            pass
        log = "\n".join(file.read_text(errors="replace") for file in platform.log_files())
        self.assertIn(ann, log, "the logins themselves are logged")
        for password in (right, wrong):
            for form in (password, plain(ann, password), base64.b64encode(password.encode()).decode()):
                self.assertNotIn(form, log)
        self.assertNotIn("$argon2", log)


class Hashes(unittest.TestCase):
    def test_a_login_raises_the_hash_to_the_parameters_of_now(self):
        platform = running.Platform(argon2={"memory": 7168, "passes": 1})
        try:
            platform.start()
            company = Company(platform)
            self.assertTrue(self.hash(platform, "ann").startswith("$argon2id$v=19$m=7168,t=1,p=1$"))
            platform.stop()
            raised = {**platform.settings, "argon2": {"memory": 9216, "passes": 2}}
            (platform.data / "casella.json").write_text(json.dumps(raised))
            platform.start()
            for _ in range(2):
                with clients.imap(company, "ann") as imap:
                    self.assertEqual("OK", imap.noop()[0])
            self.assertTrue(self.hash(platform, "ann").startswith("$argon2id$v=19$m=9216,t=2,p=1$"))
            self.assertTrue(self.hash(platform, "bob").startswith("$argon2id$v=19$m=7168,t=1,p=1$"), "bob has not logged in")
        finally:
            platform.remove()

    def hash(self, platform, user):
        """Read as the control plane's own role: no other may."""
        statement = f"SELECT hash FROM credentials JOIN users USING (tenant_id, user_id) WHERE local_part = '{user}'"
        secret = (platform.data / "secrets/control").read_text().strip()
        where = ["-h", str(platform.data / "run/postgres"), "-U", "casella_control", "-d", "casella"]
        environment = {**os.environ, "PGPASSWORD": secret}
        done = subprocess.run(["psql", "-X", "-q", "-At", *where, "-c", statement], env=environment, capture_output=True, text=True)
        self.assertEqual("", done.stderr)
        return done.stdout.strip()


class Suspension(unittest.TestCase):
    def setUp(self):
        self.platform = running.shared()
        self.company = Company(self.platform)

    def ends_within_a_second(self, suspend, user="ann"):
        with imap_dialogue(self.company, user) as idling, imap_dialogue(self.company, user) as waiting:
            with Dialogue(self.platform.port("pop3s"), implicit_tls=True) as pop3:
                self.assertTrue(waiting.command("a", "SELECT INBOX")[-1].startswith(b"a OK"))
                idling.command("a", "SELECT INBOX")
                idling.say("b IDLE")
                self.assertTrue(idling.line().startswith(b"+"))
                pop3.line()
                for line in (f"USER {self.company.address(user)}", f"PASS {self.company.password(user)}"):
                    pop3.say(line)
                    self.assertTrue(pop3.line().startswith(b"+OK"))
                suspend()
                began = time.monotonic()
                ends = [idling.rest(), waiting.rest(), pop3.rest()]
                self.assertLess(time.monotonic() - began, 1.0)
        for end in ends[:2]:
            self.assertIn(b"* BYE", end)

    def test_of_a_user_ends_its_sessions_within_a_second_and_no_others(self):
        with imap_dialogue(self.company, "bob") as colleague:
            self.ends_within_a_second(lambda: self.platform.casella("user", "suspend", self.company.address("ann"), "--yes"))
            self.assertTrue(colleague.command("n", "NOOP")[-1].startswith(b"n OK"))
        with self.assertRaises(clients.imaplib.IMAP4.error):
            with clients.imap(self.company, "ann"):
                pass
        self.platform.casella("user", "resume", self.company.address("ann"))
        with clients.imap(self.company, "ann") as imap:
            self.assertEqual("OK", imap.noop()[0])

    def test_of_a_tenant_ends_all_its_sessions_within_a_second(self):
        other = Company(self.platform, users=("ann",))
        with imap_dialogue(other, "ann") as elsewhere:
            self.ends_within_a_second(lambda: self.platform.casella("tenant", "suspend", self.company.name, "--yes"))
            self.assertTrue(elsewhere.command("n", "NOOP")[-1].startswith(b"n OK"))

    def test_of_a_user_ends_its_submission_before_the_message_is_taken(self):
        ann, bob = self.company.address("ann"), self.company.address("bob")
        with clients.submission(self.company, "ann") as client:
            self.assertEqual(250, client.mail(ann)[0])
            self.assertEqual(250, client.rcpt(bob)[0])
            self.platform.casella("user", "suspend", ann, "--yes")
            client.sock.settimeout(1.0)
            self.assertTrue(client.sock.recv(200).startswith(b"421 "))
            self.assertEqual(b"", client.sock.recv(200))
        self.assertEqual(0, self.company.usage(bob)[1])

    def test_mail_for_a_suspended_tenant_is_deferred_and_not_lost(self):
        self.platform.casella("tenant", "suspend", self.company.name, "--yes")

        def deferred():
            with clients.smtp(self.platform) as client:
                client.ehlo()
                client.mail("stranger@elsewhere.example")
                return client.rcpt(self.company.address("ann"))[0]

        self.assertEqual(450, eventually(lambda: (code := deferred()) != 250 and code, within=2, what="mail is deferred"))
        self.platform.casella("tenant", "resume", self.company.name)
        content = messages.message(self.company.address("ann"))
        eventually(lambda: deferred() == 250, within=2, what="mail is taken again")
        clients.deliver(self.platform, content, self.company.address("ann"))
