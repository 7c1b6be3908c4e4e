"""Logins: all ways of saying a password, no log that shows one, hashes that are raised, sessions that are listed and ended."""

import base64
import json
import os
import subprocess
import unittest

from support import clients, running
from support.administrators import Administrator
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
        company.passwords[ann] = new = "the-password-behind-it-9912"
        platform.casella("user", "password", ann, "--password-stdin", stdin=new + "\n")
        with clients.imap(company, "ann"):
            pass
        log = "\n".join(file.read_text(errors="replace") for file in platform.log_files())
        self.assertIn(ann, log, "the logins themselves are logged")
        for password in (right, wrong, new):
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


class LiveSessions(unittest.TestCase):
    """Who is logged in is seen, and ended, by those whose users they are."""

    def setUp(self):
        self.platform = running.shared()
        self.company, self.other = Company(self.platform), Company(self.platform)

    def listed(self, *target):
        return [(entry["address"], entry["service"]) for entry in self.platform.ask("session", "list", *target)]

    def test_they_are_listed_and_ended(self):
        ann, bob = self.company.address("ann"), self.company.address("bob")
        self.assertEqual([], self.listed(self.company.name))
        with imap_dialogue(self.company, "ann") as first, imap_dialogue(self.company, "bob") as second:
            with clients.submission(self.company, "ann"), imap_dialogue(self.other, "ann") as foreign:
                self.assertEqual([(ann, "imap"), (bob, "imap"), (ann, "submission")], self.listed(self.company.name))
                self.assertEqual(self.listed(self.company.name), self.listed(self.company.domain))
                self.assertEqual([(bob, "imap")], self.listed(bob))
                self.assertTrue(set(self.listed(self.company.name)) < set(self.listed()))
                entry = self.platform.ask("session", "list", bob)[0]
                self.assertEqual((self.company.name, True), (entry["tenant"], entry["isEncrypted"]))
                self.assertIn("127.0.0.1", entry["client"])
                self.assertEqual(1, self.platform.ask("session", "end", bob)["ended"])
                self.assertIn(b"* BYE", second.rest())
                self.assertTrue(first.command("n", "NOOP")[-1].startswith(b"n OK"))
                eventually(lambda: self.listed(bob) == [], within=5, what="the session is gone")
                self.assertEqual(2, self.platform.ask("session", "end", self.company.domain)["ended"])
                self.assertIn(b"* BYE", first.rest())
                self.assertTrue(foreign.command("n", "NOOP")[-1].startswith(b"n OK"))
        eventually(lambda: self.listed(self.company.name) == [], within=5, what="they are gone from the list")
        with clients.imap(self.company, "bob") as again:
            self.assertEqual("OK", again.noop()[0], "the password is still good")

    def test_an_administrator_of_a_company_sees_its_own(self):
        administrator = Administrator(self.platform, "help-desk", tenant=self.company.name)
        of_a_domain = Administrator(self.platform, "domain-administrator", domain=self.company.domain)
        with imap_dialogue(self.company, "ann"), imap_dialogue(self.other, "ann") as foreign:
            for who in (administrator, of_a_domain):
                status, sessions = who.request("GET", "/sessions")
                self.assertEqual((200, [self.company.address("ann")]), (status, [entry["address"] for entry in sessions]))
                for target in (self.other.name, self.other.domain, self.other.address("ann")):
                    self.assertEqual(403, who.request("GET", f"/sessions?target={target}")[0])
                    self.assertEqual(403, who.request("POST", f"/sessions/{target}/end")[0])
            self.assertTrue(foreign.command("n", "NOOP")[-1].startswith(b"n OK"))
            self.assertEqual(200, administrator.request("POST", f"/sessions/{self.company.name}/end")[0])
