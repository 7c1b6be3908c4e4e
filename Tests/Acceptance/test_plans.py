"""Plans: what they limit holds at every door, at once, and it is shown where each limit comes from."""

import contextlib
import imaplib
import itertools
import poplib
import smtplib
import unittest

from support import clients, running
from support.companies import Company
from support.messages import message
from support.waiting import eventually

numbers = itertools.count(1)


def letter(sender, to, size=None):
    return message(to, sender=sender, size=size)


class Plans(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()

    def planned(self, *limits, users=("ann", "bob")):
        """A company of its own on a plan of its own, without limits until it has its users."""
        plan = f"plan{next(numbers)}"
        company = Company(self.platform, users=users)
        self.platform.casella("plan", "create", plan, *limits)
        self.platform.casella("plan", "assign", plan, "--tenant", company.name)
        return plan, company

    def refused(self, *words, status=76):
        done = self.platform.casella(*words, check=False)
        self.assertEqual(status, done.returncode, (words, done.stdout, done.stderr))
        return done.stderr

    def sources(self, target):
        return {limit["name"]: (limit["value"], limit["source"]) for limit in self.platform.ask("plan", "limits", target)["limits"]}

    def test_how_many_of_each_there_may_be(self):
        plan, company = self.planned("--users", "3", "--domains", "1", "--aliases", "1")
        self.platform.casella("user", "create", company.address("carl"), "--no-password")
        said = self.refused("user", "create", company.address("dora"), "--no-password")
        self.assertIn("allows 3 users, and there are 3", said)
        self.refused("domain", "create", f"more-{company.domain}", "--tenant", company.name)
        self.platform.casella("alias", "create", company.address("info"), "--to", company.address("ann"))
        self.refused("alias", "create", company.address("sales"), "--to", company.address("ann"))
        self.refused("user", "rename", company.address("ann"), company.address("anna"), "--keep-alias")
        self.platform.casella("plan", "override", company.name, "--users", "4")
        self.platform.casella("user", "create", company.address("dora"), "--no-password")
        self.refused("user", "create", company.address("eve"), "--no-password")
        self.platform.casella("plan", "override", company.name, "--users", "none")
        self.platform.casella("plan", "set", plan, "--users", "unlimited", "--domains", "2")
        self.platform.casella("user", "create", company.address("eve"), "--no-password")
        self.platform.casella("domain", "create", f"more-{company.domain}", "--tenant", company.name)
        self.platform.casella("domain", "delete", company.domain, "--yes")
        self.platform.casella("alias", "create", f"info@more-{company.domain}", "--to", f"ann@{company.domain}")
        self.assertIn("aliases", self.refused("domain", "undelete", company.domain))

    def test_quotas_and_where_they_come_from(self):
        plan, company = self.planned("--storage", "1GB", "--user-quota", "20KB", "--largest-user-quota", "50KB")
        ann, bob = company.address("ann"), company.address("bob")
        self.assertEqual((20_000, f"plan {plan}"), self.sources(ann)["userQuota"])
        self.assertEqual((1_000_000_000, f"plan {plan}"), self.sources(company.name)["storage"])
        with clients.submission(company, "bob") as client:
            client.sendmail(bob, [ann], letter(bob, ann, size=15_000))
        with clients.imap(company, "ann") as session:
            eventually(lambda: session.select("INBOX")[1] == [b"1"], what="the first letter")
        with clients.smtp(self.platform) as client:
            with self.assertRaises(smtplib.SMTPRecipientsRefused):
                client.ehlo("elsewhere.example")
                client.sendmail("s@elsewhere.example", [ann], letter("s@elsewhere.example", ann, size=15_000))
        self.assertIn("at most", self.refused("quota", "set", ann, "--bytes", "60KB"))
        self.platform.casella("quota", "set", ann, "--bytes", "45KB")
        levels = self.platform.ask("quota", "show", ann)["levels"]
        self.assertEqual(
            [(45_000, f"user {ann}"), (None, "not limited"), (1_000_000_000, f"plan {plan}")],
            [(level["limits"]["bytes"], level["source"]) for level in levels],
        )
        with clients.smtp(self.platform) as client:
            client.sendmail("s@elsewhere.example", [ann], letter("s@elsewhere.example", ann, size=15_000))
        # No session needs to begin anew, and none is larger than the largest.
        with clients.imap(company, "ann") as session:
            self.platform.casella("plan", "set", plan, "--largest-user-quota", "10KB")
            self.assertEqual((10_000, f"plan {plan}"), self.sources(ann)["userQuota"])
            status, answer = session.append("INBOX", None, None, letter(ann, ann))
            self.assertEqual(("NO", True), (status, b"OVERQUOTA" in answer[0]), answer)
            self.platform.casella("plan", "override", company.name, "--largest-user-quota", "unlimited")
            self.assertEqual("OK", session.append("INBOX", None, None, letter(ann, ann))[0])
        self.platform.casella("quota", "set", ann, "--bytes", "plan")
        self.assertEqual((20_000, f"plan {plan}"), self.sources(ann)["userQuota"])
        self.platform.casella("quota", "set", company.name, "--bytes", "unlimited")
        self.assertEqual(("unlimited", f"tenant {company.name}"), self.sources(company.name)["storage"])
        self.platform.casella("quota", "set", company.domain, "--messages", "500")
        self.platform.casella("quota", "set", ann, "--messages", "90")
        levels = self.platform.ask("quota", "show", ann)["levels"]
        self.assertEqual(
            [f"user {ann}", f"domain {company.domain}", "not limited"], [level["messagesSource"] for level in levels])
        self.assertIn(f"plan {plan}, messages: user {ann}", self.platform.casella("quota", "show", ann).stdout)
        self.assertEqual(self.platform.ask("plan", "limits", ann), self.platform.ask("plan", "show", "--for", ann))
        self.assertIn(f"The plan of {ann} is {plan}.", self.platform.casella("plan", "show", "--for", ann).stdout)
        self.refused("plan", "show", plan, "--for", ann, status=64)
        self.refused("plan", "show", status=64)
        self.refused("plan", "override", ann, "--user-quota", "5GB", status=65)
        self.refused("plan", "limits", company.domain, status=65)

    def test_the_size_of_messages(self):
        plan, company = self.planned("--message-size", "20KB")
        ann, bob = company.address("ann"), company.address("bob")
        stranger = "s@elsewhere.example"
        self.platform.casella("plan", "override", bob, "--message-size", "unlimited")
        with clients.smtp(self.platform) as client:
            with self.assertRaises(smtplib.SMTPRecipientsRefused) as refusal:
                client.sendmail(stranger, [ann], letter(stranger, ann, size=30_000))  # with SIZE
            ((code, text),) = refusal.exception.recipients.values()
            self.assertEqual((552, b"5.3.4"), (code, text[:5]))
            client.mail(stranger)
            self.assertEqual(250, client.rcpt(ann)[0])
            code, text = client.data(letter(stranger, ann, size=30_000))
            self.assertEqual((552, b"5.3.4"), (code, text[:5]))
            client.sendmail(stranger, [bob], letter(stranger, bob, size=30_000))
            client.sendmail(stranger, [ann], letter(stranger, ann, size=10_000))
        with clients.submission(company, "ann") as client:
            with self.assertRaises(smtplib.SMTPSenderRefused) as refusal:
                client.sendmail(ann, [bob], letter(ann, bob, size=30_000))  # with SIZE
            self.assertEqual(552, refusal.exception.smtp_code)
            client.mail(ann)
            client.rcpt(bob)
            self.assertEqual(552, client.data(letter(ann, bob, size=30_000))[0])
            self.platform.casella("plan", "set", plan, "--message-size", "none")
            client.sendmail(ann, [bob], letter(ann, bob, size=30_000))

    def test_a_group_counts_as_all_whom_it_leads_to_outside(self):
        plan, company = self.planned("--recipients-per-hour", "4")
        ann, bob, team = company.address("ann"), company.address("bob"), company.address("team")
        outside = [argument for number in range(3) for argument in ("--member", f"them{number}@closed.example")]
        self.platform.casella("group", "create", team, "--member", bob, *outside)
        with clients.submission(company, "ann") as client:
            client.sendmail(ann, [team], letter(ann, team))
            with self.assertRaises(smtplib.SMTPDataError) as refusal:
                client.sendmail(ann, [team], letter(ann, team))
            self.assertEqual(450, refusal.exception.smtp_code)
            client.sendmail(ann, [bob], letter(ann, bob))
            with self.assertRaises(smtplib.SMTPDataError):
                client.sendmail(ann, [bob], letter(ann, bob))
        self.platform.casella("plan", "set", plan, "--recipients-per-hour", "6")
        for recipient, decides in ((team, True), (bob, False)):
            explained = self.platform.ask("explain", "send", ann, "--as", ann, "--to", recipient, check=False)
            deciding = explained.get("deciding")
            self.assertEqual(decides, deciding is not None and "hour" in explained["steps"][deciding]["rule"], explained)

    def test_how_much_people_send(self):
        plan, company = self.planned("--recipients-per-hour", "3", "--recipients-per-day", "10")
        ann, bob = company.address("ann"), company.address("bob")
        with clients.submission(company, "ann") as client:
            many = [company.address(name) for name in ("ann", "bob", "ann+1", "ann+2")]
            with self.assertRaises(smtplib.SMTPDataError) as refusal:
                client.sendmail(ann, many, letter(ann, bob))
            self.assertEqual(550, refusal.exception.smtp_code)
            client.sendmail(ann, many[:2], letter(ann, bob))
            with self.assertRaises(smtplib.SMTPDataError) as refusal:
                client.sendmail(ann, many[:2], letter(ann, bob))
            self.assertEqual(450, refusal.exception.smtp_code)
            self.assertIn(b"3 recipients an hour", refusal.exception.smtp_error)
            client.sendmail(ann, [bob], letter(ann, bob))
            self.platform.casella("plan", "override", ann, "--recipients-per-hour", "unlimited")
            client.sendmail(ann, many[:2], letter(ann, bob))
            client.sendmail(ann, many, letter(ann, bob))
            # Nine were sent, those of the first hour too.
            for count, status in ((11, 550), (2, 450), (1, None), (1, 450)):
                with self.subTest(count=count, status=status):
                    recipients = [company.address(f"bob+{number}") for number in range(count)]
                    if status is None:
                        client.sendmail(ann, recipients, letter(ann, bob))
                        continue
                    with self.assertRaises(smtplib.SMTPDataError) as refusal:
                        client.sendmail(ann, recipients, letter(ann, bob))
                    self.assertEqual(status, refusal.exception.smtp_code)
                    self.assertIn(b"10 recipients a day", refusal.exception.smtp_error)
        with clients.submission(company, "bob") as client:
            client.sendmail(bob, [ann], letter(bob, ann))  # each counts for themselves

    def test_what_people_log_in_to(self):
        plan, company = self.planned("--protocols", "imap,submission", users=("ann", "bob", "carl"))
        ann, password = company.address("ann"), company.password("ann")
        with self.assertRaises(poplib.error_proto) as refusal:
            self.pop3(company)
        self.assertIn(b"POP3 is not part of your plan", refusal.exception.args[0])
        with contextlib.ExitStack() as open_ones:
            session = open_ones.enter_context(clients.imap(company, "ann"))
            other = open_ones.enter_context(clients.imap(company, "bob"))
            sending = open_ones.enter_context(clients.submission(company, "ann"))
            self.sessions_that_may_no_longer(plan, company, session, other, sending)
        for given, told in ((password, True), ("wrong", False)):
            with imaplib.IMAP4_SSL("127.0.0.1", self.platform.port("imaps"), ssl_context=clients.tls()) as client:
                with self.assertRaises(imaplib.IMAP4.error) as refusal:
                    client.login(ann, given)
            self.assertEqual(told, "IMAP is not part of your plan" in str(refusal.exception), "told to nobody else")
        self.pop3(company)
        self.platform.casella("plan", "set", plan, "--protocols", "submission")
        device = self.platform.ask("app-password", "create", ann, "--name", "phone")["password"]
        with contextlib.closing(poplib.POP3_SSL("127.0.0.1", self.platform.port("pop3s"), context=clients.tls())) as session:
            session.user(ann)
            with self.assertRaises(poplib.error_proto) as refusal:
                session.pass_(device)
        self.assertIn(b"POP3 is not part of your plan", refusal.exception.args[0])
        self.platform.casella("plan", "set", plan, "--protocols", "none")
        self.pop3(company)

    @staticmethod
    def pop3(company):
        with clients.pop3(company, "ann") as session:
            return session.stat()

    def sessions_that_may_no_longer(self, plan, company, session, other, sending):
        self.platform.casella("plan", "override", company.address("bob"), "--protocols", "unlimited")
        self.platform.casella("plan", "set", plan, "--protocols", "pop3,submission")
        with self.assertRaises((imaplib.IMAP4.abort, OSError)):
            for _ in range(100):
                session.noop()
        self.assertEqual("OK", other.noop()[0], "whose own limit lets him")
        self.assertEqual(250, sending.noop()[0])

    def test_plans_themselves(self):
        plan, company = self.planned("--users", "5")
        self.refused("plan", "create", plan, status=73)
        self.assertIn("Tenants have the plan", self.refused("plan", "delete", plan))
        self.refused("plan", "delete", "default")
        self.refused("plan", "assign", "nowhere", "--tenant", company.name, status=66)
        self.refused("tenant", "create", f"{company.name}-x", "--plan", "nowhere", status=66)
        self.refused("plan", "set", plan, status=64)
        self.refused("plan", "set", plan, "--protocols", "webmail", status=64)
        self.platform.casella("plan", "set", plan, "--protocols", "imap,web")
        self.assertEqual(["imap", "web"], self.sources(company.name)["protocols"][0])
        self.platform.casella("plan", "set", plan, "--protocols", "none")
        shown = next(entry for entry in self.platform.ask("plan", "list") if entry["name"] == plan)
        self.assertEqual(({"users": 5}, 1), (shown["limits"], shown["tenants"]))
        self.platform.casella("plan", "assign", "default", "--tenant", company.name)
        self.platform.casella("plan", "delete", plan)
        self.assertEqual("default", self.platform.ask("tenant", "show", company.name)["plan"])
