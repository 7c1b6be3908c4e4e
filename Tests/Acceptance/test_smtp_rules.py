"""What the doors to the internet must refuse: relaying, smuggling, commands before TLS that act after it."""

import ssl
import unittest

from support import clients, messages, running
from support.companies import Company
from support.dialogue import Dialogue
from support.outside import ScriptedHost
from support.waiting import eventually


class SMTPTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()
        cls.company = Company(cls.platform)
        cls.ann = cls.company.address("ann")

    def connect(self):
        return Dialogue(self.platform.port("smtp"))

    def inbox(self):
        with clients.imap(self.company, "ann") as imap:
            return list(clients.all_messages(imap).values())


class Relaying(SMTPTest):
    def test_strangers_are_refused(self):
        with self.connect() as smtp:
            smtp.greet_smtp()
            for sender in ("stranger@elsewhere.example", self.ann, ""):
                self.assertEqual(250, smtp.ask(f"MAIL FROM:<{sender}>")[0])
                for recipient in (
                    "them@sink.example",
                    "them@unrouted.example",
                    "them%sink.example@elsewhere.example",
                    f"<@{self.company.domain}:them@sink.example>",
                    f"{self.company.domain}!them@sink.example",
                    "them@[127.0.0.1]",
                    '"them@sink.example"@elsewhere.example',
                ):
                    code, text = smtp.ask(f"RCPT TO:{recipient if recipient.startswith('<') else f'<{recipient}>'}")
                    self.assertEqual(5, code // 100, (recipient, text))
                    self.assertRegex(text, r"^5\.", recipient)
                smtp.ask("RSET")

    def test_a_local_part_with_a_route_in_it_is_no_relay_but_an_unknown_user(self):
        with self.connect() as smtp:
            smtp.greet_smtp()
            smtp.ask("MAIL FROM:<x@elsewhere.example>")
            for recipient in (f"them%sink.example@{self.company.domain}", f'"them@sink.example"@{self.company.domain}'):
                self.assertEqual(550, smtp.ask(f"RCPT TO:<{recipient}>")[0])


class Commands(SMTPTest):
    def test_ehlo_names_what_is_offered(self):
        with self.connect() as smtp:
            offered = smtp.greet_smtp().split("\n")
            self.assertTrue(offered[0].startswith(running.HOSTNAME))
            words = {line.split()[0].upper() for line in offered[1:]}
        self.assertLessEqual({"PIPELINING", "SIZE", "8BITMIME", "SMTPUTF8", "CHUNKING", "ENHANCEDSTATUSCODES", "STARTTLS", "DSN"}, words)
        self.assertNotIn("AUTH", words, "port 25 takes no logins")
        self.assertNotIn("XDELIVERYID", words, "that is for inner doors")

    def test_helo_offers_nothing(self):
        with self.connect() as smtp:
            smtp.reply()
            code, text = smtp.ask("HELO client.example")
            self.assertEqual((250, 0), (code, text.count("\n")))

    def test_small_commands_answer_as_they_should(self):
        with self.connect() as smtp:
            smtp.greet_smtp()
            self.assertEqual(250, smtp.ask("NOOP")[0])
            self.assertEqual(250, smtp.ask("NOOP with words")[0])
            self.assertIn(smtp.ask("HELP")[0], (211, 214))
            self.assertEqual(252, smtp.ask(f"VRFY {self.ann}")[0])
            self.assertEqual(252, smtp.ask("VRFY nobody-at-all")[0], "who exists is not told")
            self.assertIn(smtp.ask("EXPN staff")[0], (502, 550, 252))
            self.assertEqual(500, smtp.ask("FROBNICATE")[0])
            self.assertEqual(503, smtp.ask(f"RCPT TO:<{self.ann}>")[0])
            self.assertEqual(503, smtp.ask("DATA")[0])
            self.assertEqual(250, smtp.ask("MAIL FROM:<x@elsewhere.example>")[0])
            self.assertEqual(503, smtp.ask("MAIL FROM:<x@elsewhere.example>")[0])
            self.assertEqual(250, smtp.ask("RSET")[0])
            self.assertEqual(503, smtp.ask(f"RCPT TO:<{self.ann}>")[0])
            self.assertEqual(221, smtp.ask("QUIT")[0])
            self.assertEqual(b"", smtp.rest())

    def test_syntax_errors_are_named_and_the_session_goes_on(self):
        wrong = (
            "MAIL FROM",
            "MAIL FROM:x",
            "MAIL FROM:<x@>",
            "MAIL FROM:<@x>",
            "MAIL FROM:<x@y.example",
            "MAIL FROM:<x@y.example> SIZE=abc",
            "MAIL FROM:<x@y.example> BODY=9BIT",
            "MAIL TO:<x@y.example>",
            "MAIL FROM:<a b@y.example>",
            "NONSENSE",
            "EHLO",
            "BDAT x",
            "BDAT -1",
        )
        for line in wrong:
            with self.connect() as smtp:
                smtp.greet_smtp()
                code, text = smtp.ask(line)
                self.assertIn(code, (500, 501, 502, 503, 504, 555, 553), (line, text))
                self.assertEqual(250, smtp.ask("NOOP")[0])
        with self.connect() as smtp:
            smtp.greet_smtp()
            self.assertEqual(555, smtp.ask("MAIL FROM:<x@y.example> FROB=1")[0])
            self.assertEqual(250, smtp.ask("MAIL FROM:<x@y.example>")[0])

    def test_a_pipelined_group_is_answered_in_order(self):
        content = messages.message(self.ann)
        with self.connect() as smtp:
            smtp.greet_smtp()
            smtp.send(f"MAIL FROM:<x@y.example>\r\nRCPT TO:<nobody@{self.company.domain}>\r\nRCPT TO:<{self.ann}>\r\nDATA\r\n")
            self.assertEqual([250, 550, 250, 354], [smtp.reply()[0] for _ in range(4)])
            smtp.send(content + b".\r\nMAIL FROM:<>\r\nQUIT\r\n")
            self.assertEqual([250, 250, 221], [smtp.reply()[0] for _ in range(3)])
        self.assertIn(messages.identifier(content), map(messages.identifier, self.inbox()))

    def test_mail_over_starttls_says_so_in_received(self):
        content = messages.message(self.ann)
        with clients.smtp(self.platform) as client:
            client.starttls(context=clients.tls())
            client.sendmail("x@y.example", [self.ann], content)
        stored = next(m for m in self.inbox() if messages.identifier(m) == messages.identifier(content))
        self.assertRegex(dict(messages.trace_above(stored, content))["received"], r"with ESMTPS")


class Smuggling(SMTPTest):
    """One message must stay one message, whatever stands where the end of data could be seen (CVE-2023-51764 and its kin)."""

    ENDS = (
        b"\n.\n",
        b"\n.\r\n",
        b"\r\n.\n",
        b"\r.\r",
        b"\r\n.\r",
        b"\r.\r\n",
        b"\n.\r",
        b"\r.\n",
        b"\r\n\0.\r\n",
        b"\r\n.\0\r\n",
        b"\r\r\n.\r\r\n",
    )

    def test_nothing_but_crlf_dot_crlf_ends_a_message(self):
        for end in self.ENDS:
            with self.subTest(end):
                before = len(self.inbox())
                inner = f"MAIL FROM:<admin@elsewhere.example>\r\nRCPT TO:<{self.ann}>\r\nDATA\r\nSubject: smuggled\r\n\r\nsmuggled".encode()
                with self.connect() as smtp:
                    smtp.greet_smtp()
                    smtp.ask("MAIL FROM:<x@y.example>")
                    smtp.ask(f"RCPT TO:<{self.ann}>")
                    self.assertEqual(354, smtp.ask("DATA")[0])
                    smtp.send(b"Subject: outer\r\n\r\ntext" + end + inner + b"\r\n.\r\n")
                    code, text = smtp.reply()
                    if code // 100 == 2:
                        self.assertEqual(221, smtp.ask("QUIT")[0], "one message, one reply")
                    else:
                        self.assertEqual(5, code // 100, text)
                        # Refused: what follows must not be taken for commands either.
                        smtp.say("QUIT")
                        replies = smtp.rest()
                        self.assertNotIn(b"354", replies)
                        self.assertNotIn(b"\r\n250", b"\r\n" + replies)
                after = self.inbox()
                self.assertIn(len(after) - before, (0, 1))
                for stored in after:
                    self.assertNotIn(b"Subject: smuggled", stored.split(b"\r\n\r\n", 1)[0])

    def test_bare_line_feeds_do_not_end_commands_unseen(self):
        with self.connect() as smtp:
            smtp.greet_smtp()
            smtp.send(f"MAIL FROM:<x@y.example>\nRCPT TO:<{self.ann}>\nDATA\nSubject: bare\n\nx\n.\n")
            smtp.say("QUIT")
            smtp.rest()
        self.assertFalse([m for m in self.inbox() if b"Subject: bare" in m])

    def test_what_leaves_the_platform_has_no_bare_line_ends(self):
        with ScriptedHost() as host, clients.submission(self.company, "ann") as client:
            client.mail(self.ann)
            client.rcpt("them@scripted.example")
            content = messages.message("them@scripted.example", sender=self.ann)
            code, reply = clients.bdat(client, content + b"a\n.\nMAIL FROM:<>\r.\rb\r\n")
            if code == 250:
                eventually(lambda: host.messages, what="the message arrives")
                self.assertEqual(1, len(host.messages))
                outgoing = host.messages[0][2].replace(b"\r\n", b"")
                self.assertNotIn(b"\n", outgoing)
                self.assertNotIn(b"\r", outgoing)
            else:
                self.assertEqual(5, code // 100, reply)


class Injection(SMTPTest):
    """What was sent in plain before the TLS handshake must not count after it (CVE-2011-0411 and its kin)."""

    def handshake(self, dialogue):
        """False when the server gave the connection up, which is as good; a plain answer to an injected command fails."""
        try:
            dialogue.start_tls()
            return True
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionError):
            return False

    def test_smtp(self):
        for service in ("smtp", "submission"):
            with Dialogue(self.platform.port(service)) as smtp:
                smtp.greet_smtp()
                smtp.send("STARTTLS\r\nMAIL FROM:<injected@elsewhere.example>\r\nRSET\r\n")
                self.assertEqual(220, smtp.reply()[0])
                if not self.handshake(smtp):
                    continue
                smtp.say("NOOP")
                code, _ = smtp.reply()
                self.assertIn(code, (250, 503))
                smtp.say("QUIT")
                self.assertEqual(221, smtp.reply()[0], "no reply to an injected command stands before it")

    def test_imap(self):
        with Dialogue(self.platform.port("imap")) as imap:
            imap.line()
            imap.send("a STARTTLS\r\nx CAPABILITY\r\nx NOOP\r\n")
            self.assertTrue(imap.line().startswith(b"a OK"))
            if not self.handshake(imap):
                return
            imap.say("b NOOP")
            self.assertTrue(imap.line().startswith(b"b OK"))

    def test_pop3(self):
        with Dialogue(self.platform.port("pop3")) as pop3:
            pop3.line()
            pop3.send("STLS\r\nCAPA\r\n")
            self.assertTrue(pop3.line().startswith(b"+OK"))
            if not self.handshake(pop3):
                return
            pop3.say("NOOP")
            self.assertTrue(pop3.line().startswith(b"-ERR"))
            pop3.say("QUIT")
            self.assertTrue(pop3.line().startswith(b"+OK"))

    def test_starttls_works_on_every_plain_door_and_only_once(self):
        for service in ("smtp", "submission"):
            with Dialogue(self.platform.port(service)) as smtp:
                self.assertIn("STARTTLS", smtp.greet_smtp())
                self.assertEqual(220, smtp.ask("STARTTLS")[0])
                smtp.start_tls()
                self.assertIn(smtp.ask("MAIL FROM:<x@y.example>")[0], (503, 530), "EHLO is forgotten")
                self.assertNotIn("STARTTLS", smtp.ask("EHLO client.example")[1])
                self.assertEqual(5, smtp.ask("STARTTLS")[0] // 100)
        with Dialogue(self.platform.port("pop3")) as pop3:
            pop3.line()
            pop3.say("STLS")
            self.assertTrue(pop3.line().startswith(b"+OK"))
            pop3.start_tls()
            pop3.say(f"USER {self.ann}")
            self.assertTrue(pop3.line().startswith(b"+OK"))
