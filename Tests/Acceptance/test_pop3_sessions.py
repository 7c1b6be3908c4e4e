"""POP3 as programs use it."""

import contextlib

from support import clients, messages
from support.imap_sessions import IMAPTest
from support.waiting import eventually


class POP3Sessions(IMAPTest):
    def test_the_maildrop_is_locked_and_deletions_count_at_quit_alone(self):
        sent = self.deliver(3)
        with clients.pop3(self.company, "ann") as pop3:
            self.assertEqual(3, pop3.stat()[0])
            with self.assertRaisesRegex(clients.poplib.error_proto, r"\[IN-USE\]"):
                with clients.pop3(self.company, "ann"):
                    pass
            unique = pop3.uidl()[1]
            self.assertEqual(3, len({line.split()[1] for line in unique}))
            self.assertIn(b"Subject", b"\n".join(pop3.top(1, 0)[1]))
            pop3.dele(2)
            with self.assertRaises(clients.poplib.error_proto):
                pop3.retr(2)
            pop3.rset()
            pop3.dele(1)
            pop3.close()  # without QUIT
        self.assertEqual(unique, eventually(self.unique_identifiers, what="the lock is free"), "nothing was deleted, identifiers stay")
        with clients.pop3(self.company, "ann") as pop3:
            pop3.dele(1)
        with clients.pop3(self.company, "ann") as pop3:
            self.assertEqual(unique[1].split()[1], pop3.uidl()[1][0].split()[1])
            self.assertEqual(messages.identifier(sent[1]), messages.identifier(clients.popped(pop3, 1)))

    def unique_identifiers(self):
        with contextlib.suppress(clients.poplib.error_proto), clients.pop3(self.company, "ann") as pop3:
            return pop3.uidl()[1]

    def test_capabilities(self):
        pop3 = clients.poplib.POP3("127.0.0.1", self.platform.port("pop3"), timeout=20)
        self.assertLessEqual({"TOP", "UIDL", "RESP-CODES", "STLS"}, set(pop3.capa()))
        pop3.stls(clients.tls())
        capabilities = pop3.capa()
        self.assertIn("PLAIN", capabilities["SASL"])
        self.assertIn("USER", capabilities)
        self.assertNotIn("STLS", capabilities)
        pop3.quit()
