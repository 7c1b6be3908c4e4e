"""The platform that tests of bounds attack, and ways to it."""

import socket
import unittest

from .attacked import AttackedPlatform
from .dialogue import Dialogue
from .waiting import eventually

_attacked = None


def attacked():
    global _attacked
    if _attacked is None:
        _attacked = AttackedPlatform()
    return _attacked


def tearDownModule():
    """For each module whose tests attack it."""
    global _attacked
    if _attacked is not None:
        try:
            _attacked.comes_to_rest()
        finally:
            _attacked.platform.remove()
            _attacked = None


class Bounds(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.attacked = attacked()
        cls.platform, cls.victim = cls.attacked.platform, cls.attacked.victim
        cls.ann = cls.victim.address("ann")

    def smtp(self):
        smtp = Dialogue(self.platform.port("smtp"), timeout=30)
        smtp.greet_smtp()
        return smtp

    def in_transaction(self, recipient=None):
        smtp = self.smtp()
        self.assertEqual(250, smtp.ask("MAIL FROM:<x@elsewhere.example>")[0])
        self.assertEqual(250, smtp.ask(f"RCPT TO:<{recipient or self.ann}>")[0])
        return smtp

    def imap(self, user="ann", select=True):
        """A session in the clear, which costs the test less than TLS does."""
        imap = Dialogue(self.platform.port("imap"), timeout=30)
        imap.line()
        answer = imap.command("in", f'LOGIN {self.victim.address(user)} "{self.victim.password(user)}"')[-1]
        self.assertTrue(answer.startswith(b"in OK"), answer)
        if select:
            imap.command("in", "SELECT INBOX")
        return imap

    def pop3(self, user="ann"):
        def unlocked():
            pop3 = Dialogue(self.platform.port("pop3"), timeout=30)
            pop3.line()
            for line in (f"USER {self.victim.address(user)}", f"PASS {self.victim.password(user)}"):
                pop3.say(line)
                if not pop3.line().startswith(b"+OK"):
                    pop3.close()
                    return None
            return pop3

        return eventually(unlocked, within=10, what="the maildrop is free")


def imap_has_answer(imap):
    """Whether something came that nobody asked for yet."""
    imap.socket.settimeout(0.3)
    try:
        return bool(imap.socket.recv(1, socket.MSG_PEEK))
    except TimeoutError:
        return False
    except ConnectionError:
        return True
