"""Two companies with the same user names never meet, over no protocol. (With their SQL roles: test_sql_fence. From inside: test_cage.)"""

import os
import unittest

from support import clients, messages, running
from support.companies import Company
from support.database import tenant_secret
from support.dialogue import imap_dialogue
from support.waiting import eventually


class Companies(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()
        cls.left, cls.right = Company(cls.platform), Company(cls.platform)
        cls.sent = {}
        for company in (cls.left, cls.right):
            for user in ("ann", "bob"):
                content = messages.message(company.address(user))
                clients.deliver(cls.platform, content, company.address(user))
                cls.sent[company.address(user)] = messages.identifier(content)

    def test_over_imap_and_pop3_each_sees_its_own_mail_alone(self):
        for company in (self.left, self.right):
            for user in ("ann", "bob"):
                with clients.imap(company, user) as imap:
                    seen = [messages.identifier(content) for content in clients.all_messages(imap).values()]
                    self.assertEqual([self.sent[company.address(user)]], seen)
                    for line in imap.list()[1] + imap.lsub()[1]:
                        self.assertNotIn(b"company", line)
                with clients.pop3(company, user) as pop3:
                    seen = [messages.identifier(clients.popped(pop3, n + 1)) for n in range(pop3.stat()[0])]
                    self.assertEqual([self.sent[company.address(user)]], seen)

    def test_a_password_of_one_company_opens_nothing_in_the_other(self):
        for user in ("ann", "bob"):
            with self.assertRaises(clients.imaplib.IMAP4.error):
                client = clients.imaplib.IMAP4_SSL("127.0.0.1", self.platform.port("imaps"), ssl_context=clients.tls())
                client.login(self.right.address(user), self.left.password(user))
            with self.assertRaises(clients.poplib.error_proto):
                client = clients.poplib.POP3_SSL("127.0.0.1", self.platform.port("pop3s"), context=clients.tls())
                client.user(self.right.address(user))
                client.pass_(self.left.password(user))
            with self.assertRaises(clients.smtplib.SMTPAuthenticationError):
                client = clients.smtplib.SMTP_SSL("127.0.0.1", self.platform.port("submissions"), context=clients.tls())
                client.login(self.right.address(user), self.left.password(user))

    def test_no_mailbox_name_leads_into_the_other_company_or_to_a_colleague(self):
        names = [
            "#user/bob",
            "user/bob",
            "../bob/INBOX",
            "~bob/INBOX",
            f"#shared/{self.right.address('ann')}/INBOX",
            self.right.address("ann"),
            f"/{self.right.tenant_id()}/INBOX",
            "INBOX/../../bob",
        ]
        with imap_dialogue(self.left, "ann") as imap:
            for number, name in enumerate(names):
                self.assertIn(b" NO ", imap.command(f"s{number}", f'SELECT "{name}"')[-1], name)
            for number, pattern in enumerate(("*", "%", "#*", "~*", "user/*", "../*")):
                for reference in ("", "#", "/", "..", "~bob"):
                    lines = imap.command(f"l{number}", f'LIST "{reference}" "{pattern}"')
                    self.assertNotIn(b"bob", b"".join(lines[:-1]))

    def test_mail_within_one_company_leaves_no_trace_in_the_other(self):
        before = self.right.usage(self.right.name)
        company = Company(self.platform)
        content = messages.message(company.address("bob"), sender=company.address("ann"))
        with clients.submission(company, "ann") as client:
            client.sendmail(company.address("ann"), [company.address("bob")], content)
        eventually(lambda: company.usage(company.address("bob"))[1] == 1, what="the message arrives")
        self.assertEqual(before, self.right.usage(self.right.name))


class Processes(unittest.TestCase):
    """What the operating system keeps apart when root started the platform."""

    @unittest.skipUnless(os.getuid() == 0, "needs root")
    def test_each_company_is_a_user_and_a_folder_of_its_own(self):
        platform = running.shared()
        left, right = Company(platform), Company(platform)
        seen = {}
        for company in (left, right):
            with clients.imap(company, "ann"):
                pid = platform.worker_pid(f"tenant:{company.name}")
                status = dict(line.split(":", 1) for line in open(f"/proc/{pid}/status").read().splitlines())
            self.assertEqual("1", status["NoNewPrivs"].strip())
            self.assertEqual("2", status["Seccomp"].strip())
            self.assertEqual("0000000000000000", status["CapEff"].strip())
            self.assertNotIn("0", status["Uid"].split())
            seen[company.name] = int(status["Uid"].split()[0])
            folder = platform.data / "tenants" / str(company.tenant_id())
            self.assertEqual(seen[company.name], folder.stat().st_uid)
            self.assertEqual(0, folder.stat().st_mode & 0o007, "others may not enter")
        self.assertEqual(2, len(set(seen.values())))

    def test_no_secret_stands_in_arguments_or_environment(self):
        platform = running.shared()
        company = Company(platform, users=("ann",))
        with clients.imap(company, "ann"):
            secrets = [company.password("ann"), tenant_secret(platform, f"casella_t{company.tenant_id()}")]
            processes = [platform.control_pid(), *platform.descendants()]
            self.assertGreater(len(processes), 3)
            for pid in processes:
                for file in ("cmdline", "environ"):
                    try:
                        content = open(f"/proc/{pid}/{file}", "rb").read()
                    except (FileNotFoundError, ProcessLookupError, PermissionError):
                        continue
                    for secret in secrets:
                        self.assertNotIn(secret.encode(), content)
