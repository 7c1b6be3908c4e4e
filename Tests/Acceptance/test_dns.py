"""What the platform asks the DNS for: where mail to other hosts goes, and whether a domain is set up for it."""

import unittest

from support import clients, messages, outside, running
from support.companies import Company
from support.dns import DNSServer
from support.waiting import eventually


# Not below .test, which resolvers answer themselves.
HOSTNAME = "mx.host.example"


class WithDNS(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.port = running.free_port()
        cls.records = {
            ("partner.example", "MX"): [(20, "backup.partner.example"), (10, "dead.partner.example")],
            ("dead.partner.example", "A"): ["127.0.0.9"],
            ("backup.partner.example", "A"): ["127.0.0.1"],
            ("old.example", "A"): ["127.0.0.1"],
            ("nomail.example", "MX"): [(0, "")],
            (HOSTNAME, "A"): ["192.0.2.25"],
        }
        cls.dns = DNSServer(cls.records).__enter__()
        cls.platform = running.Platform(hostname=HOSTNAME, dnsServer=cls.dns.address, smtpPort=cls.port, retrySchedule=[1], lifetime=30).start()
        cls.company = Company(cls.platform)
        cls.ann = cls.company.address("ann")

    @classmethod
    def tearDownClass(cls):
        cls.platform.remove()
        cls.dns.__exit__()

    def send(self, recipient):
        content = messages.message(recipient, sender=self.ann)
        with clients.submission(self.company, "ann") as client:
            client.sendmail(self.ann, [recipient], content)
        return content

    def inbox(self):
        with clients.imap(self.company, "ann") as imap:
            return list(clients.all_messages(imap).values())

    def test_mail_goes_to_the_next_mx_host_when_the_first_is_dead(self):
        with outside.SMTPSink(port=self.port) as sink:
            content = self.send("them@partner.example")
            eventually(lambda: any(messages.identifier(content).encode() in found for found in sink.messages()), what="the message arrives")

    def test_a_domain_without_mx_is_its_own_host(self):
        with outside.SMTPSink(port=self.port) as sink:
            content = self.send("them@old.example")
            eventually(lambda: any(messages.identifier(content).encode() in found for found in sink.messages()), what="the message arrives")

    def test_mail_to_domains_that_cannot_take_it_comes_back_at_once(self):
        for recipient, status in (("them@nomail.example", b"5.1.10"), ("them@nowhere.example", b"5.1.2")):
            with self.subTest(recipient):
                self.send(recipient)
                eventually(lambda: any(recipient.encode() in found and status in found for found in self.inbox()), what="it is returned")

    def test_a_domain_is_checked(self):
        domain = self.company.domain
        check = self.platform.ask("domain", "check", domain)
        self.assertEqual({"MX": "wrong", "TXT": "wrong", "A/AAAA": "right"}, {f["type"]: f["verdict"] for f in check["findings"]})
        self.records[domain, "MX"] = [(10, HOSTNAME)]
        self.records[domain, "TXT"] = ["v=spf1 mx -all"]
        # A fresh platform has asked nobody yet, so it remembers no denial.
        self.platform.stop()
        self.platform.start()
        check = self.platform.ask("domain", "check", domain)
        self.assertEqual({"MX": "right", "TXT": "right", "A/AAAA": "right"}, {f["type"]: f["verdict"] for f in check["findings"]})
        self.assertIn("Mail comes to this host", self.platform.casella("domain", "check", domain).stdout)
        self.assertNotEqual(0, self.platform.casella("domain", "check", "not-here.example", check=False).returncode)
