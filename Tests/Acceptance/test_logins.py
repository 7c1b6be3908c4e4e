"""Logins: all ways of saying a password, no log that shows one, and a suspension that ends what runs."""

import base64
import json
import os
import subprocess
import time
import unittest

from support import clients, messages, running
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


class PartialSuspension(unittest.TestCase):
    """Mail in, mail out and logins are suspended each by itself, and people hear why."""

    WHY = "Invoice 4711 is not paid, call +39 02 1234"

    def setUp(self):
        self.platform = running.shared()
        self.company = Company(self.platform)
        self.ann, self.bob = self.company.address("ann"), self.company.address("bob")

    def receives(self):
        """The reply to a stranger's RCPT."""
        with clients.smtp(self.platform) as client:
            client.ehlo()
            client.mail("stranger@elsewhere.example")
            return client.rcpt(self.ann)

    def sends(self, client):
        answer = client.mail(self.ann)
        client.rset()
        return answer

    def logs_in(self):
        """The replies of IMAP, POP3 and submission to the right password."""
        replies = []
        with Dialogue(self.platform.port("imaps"), implicit_tls=True) as imap:
            imap.line()
            replies.append(imap.command("a", f'LOGIN {self.ann} "{self.company.password("ann")}"')[-1])
        with Dialogue(self.platform.port("pop3s"), implicit_tls=True) as pop3:
            pop3.line()
            pop3.say(f"USER {self.ann}")
            pop3.line()
            pop3.say(f"PASS {self.company.password('ann')}")
            replies.append(pop3.line())
        with clients.smtplib.SMTP_SSL("127.0.0.1", self.platform.port("submissions"), context=clients.tls()) as smtp:
            try:
                replies.append(b"%d %s" % smtp.login(self.ann, self.company.password("ann")))
            except clients.smtplib.SMTPAuthenticationError as refusal:
                replies.append(b"%d %s" % (refusal.smtp_code, refusal.smtp_error))
        return replies

    def each(self):
        """Suspending and resuming the user, and the company."""
        for noun, name in (("user", self.ann), ("tenant", self.company.name)):
            yield (
                lambda *what, noun=noun, name=name: self.platform.casella(noun, "suspend", name, *what, "--reason", self.WHY),
                lambda *what, noun=noun, name=name: self.platform.casella(noun, "resume", name, *what),
            )

    def test_incoming(self):
        for suspend, resume in self.each():
            suspend("--incoming")
            code, text = eventually(lambda: (r := self.receives())[0] != 250 and r, within=2, what="mail is deferred")
            self.assertEqual((450, True), (code, text.startswith(b"4.2.1") and self.WHY.encode() in text), text)
            with clients.submission(self.company, "ann") as client:
                self.assertEqual(250, self.sends(client)[0], "what is suspended is incoming mail alone")
            resume()
            eventually(lambda: self.receives()[0] == 250, within=2, what="mail is taken again")

    def test_outgoing(self):
        for suspend, resume in self.each():
            with clients.submission(self.company, "ann") as client:
                self.assertEqual(250, self.sends(client)[0])
                suspend("--outgoing")
                code, text = eventually(lambda: (r := self.sends(client))[0] != 250 and r, within=2, what="sending is refused")
                self.assertEqual((550, True), (code, text.startswith(b"5.7.1") and self.WHY.encode() in text), text)
                self.assertEqual(250, self.receives()[0])
                resume("--outgoing")
                eventually(lambda: self.sends(client)[0] == 250, within=2, what="sending goes on in the same session")

    def test_logins(self):
        for suspend, resume in self.each():
            with clients.imap(self.company, "ann") as session:
                suspend("--login")
                with self.assertRaises((clients.imaplib.IMAP4.abort, OSError)):
                    for _ in range(20):
                        session.noop()
            why = self.WHY.encode()
            imap, pop3, smtp = self.logs_in()
            self.assertTrue(imap.startswith(b"a NO [CONTACTADMIN] ") and why in imap, imap)
            self.assertTrue(pop3.startswith(b"-ERR [SYS/PERM] ") and why in pop3, pop3)
            self.assertTrue(smtp.startswith(b"535 5.7.13 ") and why in smtp, smtp)
            with self.assertRaises(clients.imaplib.IMAP4.error) as wrong:
                imap_client = clients.imaplib.IMAP4_SSL("127.0.0.1", self.platform.port("imaps"), ssl_context=clients.tls())
                imap_client.login(self.ann, "a wrong password")
            self.assertNotIn(self.WHY, str(wrong.exception), "who has not the password is not told")
            imap_client.shutdown()
            self.assertEqual(250, self.receives()[0])
            resume()
            self.assertIn(b"OK", self.logs_in()[0])

    def test_parts_add_up_and_are_shown(self):
        self.platform.casella("user", "suspend", self.ann, "--incoming", "--reason", "first")
        user = self.platform.ask("user", "suspend", self.ann, "--login", "--reason", "second")
        self.assertEqual((["incoming", "login"], "second", "suspended"), (user["suspended"], user["suspensionReason"], user["state"]))
        self.assertIn("no incoming, login (second)", self.platform.casella("user", "show", self.ann).stdout)
        user = self.platform.ask("user", "resume", self.ann, "--login")
        self.assertEqual((["incoming"], "second"), (user["suspended"], user.get("suspensionReason")))
        user = self.platform.ask("user", "resume", self.ann)
        self.assertEqual(([], None, "active"), (user["suspended"], user.get("suspensionReason"), user["state"]))
        for reason in ("", "two\nlines", "x" * 201, "grün"):
            refused = self.platform.casella("user", "suspend", self.ann, "--reason", reason, check=False)
            self.assertEqual(64, refused.returncode, reason)
        self.assertEqual("active", self.platform.ask("user", "show", self.ann)["state"])


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
