"""What broken input must leave as it was."""

import unittest

from . import clients, messages, running
from .companies import Company
from .dialogue import Dialogue

SEED = 20260303


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()
        cls.company = Company(cls.platform)
        cls.ann = cls.company.address("ann")
        cls.deaths = cls.crashes()

    @classmethod
    def crashes(cls):
        """How often each process has died, and whether the gateway and relay are still the same ones."""
        workers = cls.platform.workers()
        return {name: worker["crashes"] for name, worker in workers.items()} | {
            name + " pid": workers[name].get("pid") for name in ("gateway", "relay", "database")
        }

    def tearDown(self):
        """After each test: nobody died, and mail flows."""
        before, now = self.deaths, self.crashes()
        type(self).deaths = now  # so that the next test is not blamed
        for name, count in before.items():
            if name in now:
                self.assertEqual(count, now[name], f"{name} died")
        content = messages.message(self.ann)
        clients.deliver(self.platform, content, self.ann)
        with clients.imap(self.company, "ann") as imap:
            imap.select("INBOX")
            self.assertTrue(imap.search(None, f'HEADER Message-ID "{messages.identifier(content)}"')[1][0])

    def pop3(self):
        pop3 = Dialogue(self.platform.port("pop3s"), implicit_tls=True)
        self.assertTrue(pop3.line().startswith(b"+OK"))
        return pop3
