"""Clients without TLS are served by their company's worker itself: the gateway hands their sockets over, and still ends them."""

import contextlib
import os
import signal
import unittest

from support import cage, clients, messages, running
from support.companies import Company
from support.dialogue import Dialogue
from support.waiting import eventually


@contextlib.contextmanager
def standing_still(pid):
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@unittest.skipUnless(cage.landlock_abi() >= 4, "this kernel cannot hold a worker that has a socket of the internet, so it gets none")
class HandedSockets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.Platform(plaintextLoginFromLoopback=True).start()
        cls.addClassCleanup(cls.platform.remove)
        cls.company = Company(cls.platform, users=("ann",))
        cls.ann = cls.company.address("ann")

    @contextlib.contextmanager
    def imap(self):
        """A session without TLS, logged in."""
        with Dialogue(self.platform.port("imap")) as session:
            self.assertIn(b"* OK", session.line())
            self.assertIn(b"in OK", session.command("in", f'LOGIN {self.ann} "{self.company.password("ann")}"')[-1])
            yield session

    def sessions(self):
        return self.platform.ask("session", "list", self.ann)

    def test_the_gateway_has_no_part_in_the_session(self):
        clients.deliver(self.platform, messages.message(self.ann), self.ann)
        with self.imap() as session:
            self.assertIn(b"* 1 EXISTS", session.command("a", "SELECT INBOX"))
            with standing_still(self.platform.worker_pid("gateway")):
                self.assertIn(b"message", b"".join(session.command("b", "FETCH 1 BODY[]")).lower())
                self.assertTrue(session.command("c", "NOOP")[-1].startswith(b"c OK"))
            entry = self.sessions()[0]
            self.assertEqual(("imap", "127.0.0.1"), (entry["service"], entry["client"]))
            session.say("d LOGOUT")
            self.assertIn(b"d OK", session.rest())
        eventually(lambda: self.sessions() == [], what="the session is over for the gateway too")

    def test_what_was_sent_before_anybody_took_it_is_answered(self):
        words = f'a LOGIN {self.ann} "{self.company.password("ann")}"\r\nb NOOP\r\nc CREATE {{6}}\r\nfolder\r\nd LOGOUT\r\n'
        for ends in (False, True):
            with self.subTest(ends=ends), Dialogue(self.platform.port("imap")) as session:
                session.send(words)
                if ends:  # as `nc -N` does
                    session.socket.shutdown(1)
                answers = session.rest()
                for tag in (b"a OK", b"b OK", b"c ", b"d OK"):
                    self.assertIn(b"\r\n" + tag, answers)
        with Dialogue(self.platform.port("pop3")) as session:
            session.send(f"USER {self.ann}\r\nPASS {self.company.password('ann')}\r\nSTAT\r\nQUIT\r\n")
            session.socket.shutdown(1)
            self.assertEqual(5, session.rest().count(b"+OK"))

    def test_an_operator_ends_it_even_if_its_worker_hangs(self):
        with self.imap() as session:
            self.platform.casella("session", "end", self.ann)
            self.assertIn(b"* BYE", session.rest())
        with self.imap() as session:
            worker = self.platform.worker_pid(f"tenant:{self.company.name}")
            with standing_still(worker):
                self.platform.casella("session", "end", self.ann)
                self.assertEqual(b"", session.rest())

    def test_it_ends_with_its_worker_and_with_the_gateway(self):
        for process in (f"tenant:{self.company.name}", "gateway"):
            with self.subTest(process), self.imap() as session:
                os.kill(self.platform.worker_pid(process), signal.SIGKILL)
                self.assertEqual(b"", session.rest())
            self.platform.wait_until_it_answers()
        eventually(lambda: self.sessions() == [], what="no session is left")


if __name__ == "__main__":
    unittest.main()
