"""Companies that claim domains, and name servers that tell whose these are."""

import itertools
import struct
import unittest

from . import clients, messages, running
from .administrators import Administrator
from .companies import Company
from .dns import DNSServer

_numbers = itertools.count(1)


class FailingDNSServer(DNSServer):
    """For some names it has nothing but a server failure."""

    failing = ()

    def answer(self, question):
        answer = super().answer(question)
        if any(word.encode() in question for word in self.failing):
            return question[:2] + struct.pack(">HHHHH", 0x8182, 1, 0, 0, 0) + question[12:]
        return answer


class WithClaims(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.records = {}
        cls.dns = FailingDNSServer(cls.records).__enter__()
        cls.platform = running.Platform(dnsServer=cls.dns.address).start()
        cls.mine, cls.others = Company(cls.platform), Company(cls.platform, users=())
        cls.admin = Administrator(cls.platform, "tenant-administrator", tenant=cls.mine.name)
        cls.rival = Administrator(cls.platform, "tenant-administrator", tenant=cls.others.name)

    @classmethod
    def tearDownClass(cls):
        cls.platform.remove()
        cls.dns.__exit__()

    @staticmethod
    def new_name():
        return f"claimed{next(_numbers)}.example"

    def claim(self, name, by=None):
        status, claim = (by or self.admin).request("POST", "/claims", {"name": name})
        self.assertEqual(200, status, claim)
        return claim

    @staticmethod
    def verify(name, by, query=""):
        return by.request("POST", f"/claims/{name}/verify{query}")

    def publish(self, name, *tokens):
        self.records[f"_casella-challenge.{name}", "TXT"] = [f"casella-domain-verification={token}" for token in tokens]

    def refused(self, name, by, code, words):
        status, answer = self.verify(name, by)
        self.assertEqual(code, answer.get("error", {}).get("code"), (status, answer))
        self.assertIn(words, answer["error"]["message"])

    def assert_serves_nothing(self, name):
        with clients.smtp(self.platform) as client:
            client.ehlo()
            client.mail("stranger@elsewhere.example")
            code, reply = client.rcpt(f"x@{name}")
            self.assertEqual((550, True), (code, reply.startswith(b"5.7.1")), reply)
        with clients.submission(self.mine, "ann") as client:
            self.assertEqual(550, client.mail(f"ann@{name}")[0])
            client.rset()
            client.mail(self.mine.address("ann"))
            client.rcpt(self.mine.address("bob"))
            content = messages.message(self.mine.address("bob"), sender=f"ann@{name}")
            self.assertEqual(550, clients.end_of_data(client, content)[0])
        status, answer = self.admin.request("POST", "/users", {"address": f"ann@{name}", "password": {"generate": True}})
        self.assertEqual(403, status, answer)
        self.assertNotIn(name, str(self.platform.ask("domain", "list")))
