"""A company and sessions of its users."""

import unittest

from . import clients, messages, running
from .companies import Company


class IMAPTest(unittest.TestCase):
    def setUp(self):
        self.platform = running.shared()
        self.company = Company(self.platform, users=("ann",))
        self.ann = self.company.address("ann")

    def deliver(self, count=1):
        sent = [messages.message(self.ann) for _ in range(count)]
        for content in sent:
            clients.deliver(self.platform, content, self.ann)
        return sent

    def ok(self, lines):
        self.assertRegex(lines[-1], rb"^\S+ OK", lines)
        return lines
