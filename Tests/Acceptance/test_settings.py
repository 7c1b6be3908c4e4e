"""What casella.json can change about the protocols' answers."""

import unittest

from support import clients, messages, running
from support.companies import Company
from support.dialogue import Dialogue


class Settings(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        settings = {"overQuota": "defer", "plaintextLoginFromLoopback": True, "messageSize": "100 KB", "recipients": 100}
        cls.platform = running.Platform(hostname="vm", **settings).start()
        cls.company = Company(cls.platform)
        cls.ann = cls.company.address("ann")

    @classmethod
    def tearDownClass(cls):
        cls.platform.remove()

    def test_a_machine_without_a_full_name_is_served_and_warned(self):
        self.assertIn("The name vm is no full one", self.platform.casella("status").stdout)
        self.assertEqual([["vm"]], [certificate["hostNames"] for certificate in self.platform.ask("certificate", "list")])
        with clients.smtp(self.platform) as client:
            self.assertIn(b"vm", client.ehlo()[1])

    def test_a_full_mailbox_can_defer_instead_of_refusing(self):
        self.platform.casella("quota", "set", self.ann, "--messages", "0")
        with clients.smtp(self.platform) as client:
            client.ehlo()
            client.mail("stranger@elsewhere.example")
            code, reply = client.rcpt(self.ann)
            self.assertEqual((452, b"4.2.2"), (code, reply[:5]))
        self.platform.casella("quota", "set", self.ann, "--messages", "unlimited")
        clients.deliver(self.platform, messages.message(self.ann), self.ann)

    def test_logins_without_tls_can_be_allowed_from_loopback(self):
        password = self.company.password("ann")
        imap = clients.imaplib.IMAP4("127.0.0.1", self.platform.port("imap"), timeout=20)
        self.assertNotIn("LOGINDISABLED", imap.capabilities)
        self.assertEqual("OK", imap.login(self.ann, password)[0])
        imap.logout()
        pop3 = clients.poplib.POP3("127.0.0.1", self.platform.port("pop3"), timeout=20)
        pop3.user(self.ann)
        self.assertTrue(pop3.pass_(password).startswith(b"+OK"))
        pop3.quit()
        smtp = clients.smtplib.SMTP("127.0.0.1", self.platform.port("submission"), timeout=20)
        self.assertEqual(235, smtp.login(self.ann, password)[0])
        smtp.quit()

    def test_the_size_is_announced_and_kept_to(self):
        with clients.smtp(self.platform) as client:
            client.ehlo()
            self.assertEqual("100000", client.esmtp_features["size"])
            self.assertEqual(552, client.mail("stranger@elsewhere.example", ["SIZE=100001"])[0])
            client.mail("stranger@elsewhere.example")
            client.rcpt(self.ann)
            self.assertEqual(552, clients.end_of_data(client, messages.message(self.ann, size=150_000))[0])

    def test_recipients_beyond_the_limit_are_put_off(self):
        with Dialogue(self.platform.port("smtp")) as smtp:
            smtp.line()
            smtp.say("HELO client.example")
            smtp.line()
            for line, code in [("MAIL FROM:<>", b"250"), *[(f"RCPT TO:<{self.ann}>", b"250")] * 100, (f"RCPT TO:<{self.ann}>", b"452")]:
                smtp.say(line)
                self.assertTrue(smtp.line().startswith(code), line)
