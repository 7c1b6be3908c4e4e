"""One message stays one message, whatever stands where another server might see its end (CVE-2023-51764 and its kin)."""

import itertools

from support import clients, messages
from support.company_tests import OneCompany
from support.dialogue import Dialogue, plain
from support.outside import ScriptedHost
from support.waiting import eventually

BARE, NUL, TAKEN = (550, "5.6.11"), (550, "5.6.0"), 250

# Between two pieces of text in DATA: not one of them ends the message. Only what has whole lines is taken.
LINE_ENDS = (b"\n", b"\r", b"\r\n", b"\r\r\n", b"\n\r", b"\n\n", b"\r\n\n")
ENDS = (
    *((end, BARE) for before, after in itertools.product(LINE_ENDS, LINE_ENDS) if b"\r\n.\r\n" not in (end := before + b"." + after)),
    (b"\r\n\0.\r\n", NUL),
    (b"\r\n.\0\r\n", NUL),
    (b"\r\0\n.\r\n", BARE),
    (b"\0\r\n..\r\n", NUL),
    (b"\r\n..\r\n", TAKEN),
    (b"\r\n. \r\n", TAKEN),
    (b"\r\n.\t\r\n", TAKEN),
    (b"\r\n ." + b"\r\n", TAKEN),
    (b"\r\n.\x85\r\n", TAKEN),
    (b"\r\n\x0b.\r\n", TAKEN),
    (b"a" * 998 + b".\r\n", TAKEN),
    (b"a" * 70_000 + b".\r\nb\r\n", TAKEN),
    (b"\r\n." + b"a" * 70_000 + b"\r\n", TAKEN),
)


class Smuggling(OneCompany):
    def inbox(self, user="ann"):
        with clients.imap(self.company, user) as imap:
            return list(clients.all_messages(imap).values())

    def smuggled(self, sender, recipient):
        return f"MAIL FROM:<{sender}>\r\nRCPT TO:<{recipient}>\r\nDATA\r\nSubject: smuggled\r\n\r\nsmuggled".encode()

    def strangers(self):
        smtp = Dialogue(self.platform.port("smtp"))
        smtp.greet_smtp()
        return smtp

    def users(self):
        smtp = Dialogue(self.platform.port("submissions"), implicit_tls=True)
        smtp.greet_smtp()
        self.assertEqual(235, smtp.ask(f"AUTH PLAIN {plain(self.ann, self.company.password('ann'))}")[0])
        return smtp

    def assert_one_message(self, before, taken, user="ann"):
        after = self.inbox(user)
        self.assertEqual(taken, len(after) - before)
        for stored in after:
            self.assertNotIn(b"Subject: smuggled", stored.split(b"\r\n\r\n", 1)[0])

    def try_all_ends(self, connect, sender, recipient, user, send):
        before = len(self.inbox(user))
        with connect() as smtp:
            for end, expected in ENDS:
                with self.subTest(end[:20]):
                    self.assertEqual(250, smtp.ask(f"MAIL FROM:<{sender}>")[0])
                    self.assertEqual(250, smtp.ask(f"RCPT TO:<{recipient}>")[0])
                    self.assertEqual(354, smtp.ask("DATA")[0])
                    text = f"From: <{sender}>\r\nSubject: outer\r\n\r\ntext".encode() + end + self.smuggled(sender, recipient)
                    send(smtp, text + b"\r\n.\r\n", end)
                    code, reply = smtp.reply()
                    self.assertEqual(expected, code if code == TAKEN else (code, reply.split()[0]), reply)
                    self.assertEqual(252, smtp.ask("VRFY x")[0], "one message, one reply")
        return before, sum(expected == TAKEN for _, expected in ENDS)

    def at_once(self, smtp, text, end):
        smtp.send(text)

    def in_pieces(self, smtp, text, end):
        """Each octet of the end in a packet of its own."""
        start = text.index(end)
        smtp.send(text[:start])
        for octet in end[:16]:
            smtp.send(bytes([octet]))
        smtp.send(text[start + 16 :] if len(end) > 16 else text[start + len(end) :])

    def test_nothing_but_crlf_dot_crlf_ends_a_message_from_outside(self):
        sender = "x@elsewhere.example"
        for send in (self.at_once, self.in_pieces):
            before, taken = self.try_all_ends(self.strangers, sender, self.ann, "ann", send)
            self.assert_one_message(before, taken)

    def test_nor_one_of_a_user(self):
        bob = self.company.address("bob")
        before, taken = self.try_all_ends(self.users, self.ann, bob, "bob", self.at_once)
        eventually(lambda: len(self.inbox("bob")) == before + taken, what="the messages arrive")
        self.assert_one_message(before, taken, "bob")

    def test_in_chunks_line_ends_are_looked_at_too_and_a_dot_is_a_dot(self):
        """A bare line end inside a header, with BDAT: what follows it would be a field of its own to some reader."""
        contents = (
            (b"Subject: a\rFrom: <boss@elsewhere.example>\r\n\r\nx\r\n", BARE),
            (b"Subject: a\nFrom: <boss@elsewhere.example>\r\n\r\nx\r\n", BARE),
            (b"Subject: a\r\r\nFrom: <boss@elsewhere.example>\r\n\r\nx\r\n", BARE),
            (b"Subject: a\r\n\r\nx\r", BARE),
            (b"Subject: a\r\n\r\nx\n.\n", BARE),
            (b"Subject: a\0\r\n\r\nx\r\n", NUL),
            (b"Subject: a\r\n\r\n.\r\n" + self.smuggled("x@y.example", self.ann) + b"\r\n.\r\n", TAKEN),
            (b"Subject: a\r\n\r\n" + b"a" * 70_000 + b"\r\n.\r\n..\r\n", TAKEN),
        )
        for connect, sender, user in ((self.strangers, "x@y.example", "ann"), (self.users, self.ann, "bob")):
            before, wanted, smtp = len(self.inbox(user)), [], connect()
            self.addCleanup(smtp.close)
            for content, expected in contents:
                for cut in (len(content), content.index(b"a") + 2, len(content) - 1):
                    with self.subTest(content[:40], cut=cut):
                        smtp.ask(f"MAIL FROM:<{sender}>")
                        smtp.ask(f"RCPT TO:<{self.company.address(user)}>")
                        chunks = [content[:cut], content[cut:]]
                        smtp.send(b"BDAT %d\r\n%bBDAT %d LAST\r\n%b" % (len(chunks[0]), chunks[0], len(chunks[1]), chunks[1]))
                        replies = [smtp.reply() for _ in range(2)]
                        if expected == TAKEN:
                            self.assertEqual([250, 250], [code for code, _ in replies])
                            wanted.append(content)
                        else:
                            # The chunk with the fault is refused, or the end of the message is.
                            refusal = next(reply for reply in replies if reply[0] != 250)
                            self.assertEqual(expected, (refusal[0], refusal[1].split()[0]))
                        self.assertEqual(252, smtp.ask("VRFY x")[0])
            eventually(lambda: len(self.inbox(user)) >= before + len(wanted), what="the messages arrive")
            self.assert_one_message(before, len(wanted), user)
            stored = self.inbox(user)[before:]
            for content in set(wanted):
                body = content.split(b"\r\n\r\n", 1)[1]
                self.assertEqual(wanted.count(content), sum(message.endswith(b"\r\n\r\n" + body) for message in stored))

    def test_bare_line_feeds_do_not_end_commands_unseen(self):
        with Dialogue(self.platform.port("smtp")) as smtp:
            smtp.greet_smtp()
            smtp.send(f"MAIL FROM:<x@y.example>\nRCPT TO:<{self.ann}>\nDATA\nSubject: bare\n\nx\n.\n")
            smtp.say("QUIT")
            smtp.rest()
        self.assertFalse([m for m in self.inbox() if b"Subject: bare" in m])

    def test_a_command_that_is_too_long_is_one_command(self):
        for length in (4_096, 12_288, 12_289, 65_536, 200_000):
            with self.subTest(length), self.strangers() as smtp:
                smtp.send(b"NOOP " + b"x" * length + b" MAIL FROM:<x@y.example>\r\n")
                self.assertEqual(500, smtp.reply()[0])
                self.assertEqual(503, smtp.ask(f"RCPT TO:<{self.ann}>")[0], "no MAIL was seen")

    def test_what_leaves_the_platform_ends_where_it_should(self):
        body = b".\r\n..\r\n.hidden\r\nMAIL FROM:<x@y.example>\r\n . \r\n" + b"a" * 5_000 + b"\r\n.\r\n.\r\nQUIT\r\n"
        content = messages.message("them@scripted.example", sender=self.ann, body=body.decode())
        with ScriptedHost() as host, clients.submission(self.company, "ann") as client:
            for send in (lambda: clients.bdat(client, content), lambda: clients.end_of_data(client, content)):
                client.mail(self.ann)
                client.rcpt("them@scripted.example")
                self.assertEqual(250, send()[0])
            eventually(lambda: len(host.messages) >= 2, what="the messages arrive")
            self.assertEqual(2, len(host.messages))
            for sender, recipients, received in host.messages:
                self.assertTrue(sender.startswith(f"FROM:<{self.ann}>"), sender)
                self.assertEqual(1, len(recipients))
                self.assertTrue(received.endswith(b"\r\n\r\n" + body), received[-200:])
                self.assertNotIn(b"\n", received.replace(b"\r\n", b""))
                self.assertNotIn(b"\r", received.replace(b"\r\n", b""))
