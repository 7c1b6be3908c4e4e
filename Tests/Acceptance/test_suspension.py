"""A suspension, whole or in part, ends what runs within a second."""

import time
import unittest

from support import clients, messages, running
from support.companies import Company
from support.dialogue import Dialogue, imap_dialogue
from support.waiting import eventually


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
        done = self.platform.casella("user", "suspend", self.ann, "--outgoing")
        self.assertIn("no incoming, outgoing (second). The reason is the earlier one", done.stdout)
        user = self.platform.ask("user", "suspend", self.ann, "--login", "--no-reason")
        self.assertEqual((["incoming", "outgoing", "login"], None), (user["suspended"], user.get("suspensionReason")))
        user = self.platform.ask("user", "resume", self.ann)
        self.assertEqual(([], None, "active"), (user["suspended"], user.get("suspensionReason"), user["state"]))
        for reason in ("", "two\nlines", "x" * 201, "grün"):
            refused = self.platform.casella("user", "suspend", self.ann, "--reason", reason, check=False)
            self.assertEqual(64, refused.returncode, reason)
        self.assertEqual("active", self.platform.ask("user", "show", self.ann)["state"])
