"""What the doors to the internet offer and refuse, and that nothing sent before TLS acts after it."""

import ssl

from support import clients, messages, running
from support.company_tests import OneCompany
from support.dialogue import Dialogue, plain


class SMTPTest(OneCompany):
    def connect(self):
        return Dialogue(self.platform.port("smtp"))

    def inbox(self):
        with clients.imap(self.company, "ann") as imap:
            return list(clients.all_messages(imap).values())


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


class Injection(SMTPTest):
    """What was sent in plain before the TLS handshake must not count after it (CVE-2011-0411 and its kin)."""

    def handshake(self, dialogue):
        """False when the server gave the connection up, which is as good; a plain answer to an injected command fails."""
        if dialogue.unread.startswith(b"\x15\x03"):
            return False  # an alert of TLS: the injected command was taken for a handshake, and is none
        try:
            dialogue.start_tls()
            return True
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionError):
            return False
        except ssl.SSLError as error:
            if "ALERT" in (error.reason or ""):
                return False
            raise

    def test_smtp(self):
        injected = (
            "MAIL FROM:<injected@elsewhere.example>\r\nRSET\r\n",
            "EHLO injected.example\r\nMAIL FROM:<injected@elsewhere.example>\r\n",
            "QUIT\r\n",
            "AUTH PLAIN " + plain(self.ann, self.company.password("ann")) + "\r\n",
            "AUTH PLAIN\r\n" + plain(self.ann, self.company.password("ann")) + "\r\n",
            "NOOP half a line",
            "STARTTLS\r\n",
            "BDAT 100 LAST\r\nx",
        )
        for service in ("smtp", "submission"):
            for commands in injected:
                for pieces in (["STARTTLS\r\n" + commands], ["STARTTLS\r\n", commands]):
                    with self.subTest(commands, service=service), Dialogue(self.platform.port(service)) as smtp:
                        smtp.greet_smtp()
                        for piece in pieces:
                            smtp.send(piece)
                        self.assertEqual(220, smtp.reply()[0])
                        if not self.handshake(smtp):
                            continue
                        # 252 is the reply to VRFY and to nothing else: no reply to an injected command stands before it.
                        self.assertEqual(252, smtp.ask("VRFY x")[0])
                        self.assertEqual(503, smtp.ask("MAIL FROM:<x@y.example>")[0], "EHLO is forgotten, and nobody is logged in")
                        self.assertEqual(221, smtp.ask("QUIT")[0])

    def test_imap(self):
        password = self.company.password("ann")
        for commands in (
            "x CAPABILITY\r\nx NOOP\r\n",
            f'x LOGIN {self.ann} "{password}"\r\n',
            f"x LOGIN {{{len(self.ann)}+}}\r\n{self.ann} {{{len(password)}+}}\r\n{password}\r\n",
            "x LOGIN {5+}\r\nab",
            f"x AUTHENTICATE PLAIN {plain(self.ann, password)}\r\n",
            "x LOGOUT\r\n",
            "x NO",
        ):
            for pieces in (["a STARTTLS\r\n" + commands], ["a STARTTLS\r\n", commands]):
                with self.subTest(commands), Dialogue(self.platform.port("imap")) as imap:
                    imap.line()
                    for piece in pieces:
                        imap.send(piece)
                    self.assertTrue(imap.line().startswith(b"a OK"))
                    if not self.handshake(imap):
                        continue
                    imap.say("b NOOP")
                    self.assertTrue(imap.line().startswith(b"b OK"))
                    self.assertRegex(imap.command("c", "SELECT INBOX")[-1], b"^c (BAD|NO)", "nobody is logged in")

    def test_pop3(self):
        password = self.company.password("ann")
        for commands in (
            "CAPA\r\n",
            f"USER {self.ann}\r\nPASS {password}\r\n",
            f"AUTH PLAIN {plain(self.ann, password)}\r\n",
            "AUTH PLAIN\r\n",
            "QUIT\r\n",
            "US",
        ):
            for pieces in (["STLS\r\n" + commands], ["STLS\r\n", commands]):
                with self.subTest(commands), Dialogue(self.platform.port("pop3")) as pop3:
                    pop3.line()
                    for piece in pieces:
                        pop3.send(piece)
                    self.assertTrue(pop3.line().startswith(b"+OK"))
                    if not self.handshake(pop3):
                        continue
                    for line in ("NOOP", "STAT", f"PASS {password}"):
                        pop3.say(line)
                        self.assertTrue(pop3.line().startswith(b"-ERR"), line)
                    pop3.say("QUIT")
                    self.assertTrue(pop3.line().startswith(b"+OK"))

    def test_a_transaction_and_a_greeting_end_with_starttls(self):
        with Dialogue(self.platform.port("smtp")) as smtp:
            smtp.greet_smtp()
            self.assertEqual(250, smtp.ask("MAIL FROM:<x@y.example>")[0])
            self.assertEqual(250, smtp.ask(f"RCPT TO:<{self.ann}>")[0])
            self.assertEqual(220, smtp.ask("STARTTLS")[0])
            smtp.start_tls()
            self.assertEqual(503, smtp.ask("DATA")[0])
            smtp.send("BDAT 5 LAST\r\nx\r\n\r\n")
            self.assertEqual(503, smtp.reply()[0])
            self.assertEqual(250, smtp.ask("EHLO client.example")[0])
            self.assertEqual(503, smtp.ask("DATA")[0])

    def test_starttls_works_on_every_plain_door_and_only_once(self):
        for service in ("smtp", "submission"):
            with Dialogue(self.platform.port(service)) as smtp:
                self.assertIn("STARTTLS", smtp.greet_smtp())
                self.assertEqual(220, smtp.ask("STARTTLS")[0])
                smtp.start_tls()
                self.assertIn(smtp.ask("MAIL FROM:<x@y.example>")[0], (503, 530), "EHLO is forgotten")
                self.assertNotIn("STARTTLS", smtp.ask("EHLO client.example")[1])
                self.assertEqual(5, smtp.ask("STARTTLS")[0] // 100)
        with Dialogue(self.platform.port("imap")) as imap:
            imap.line()
            self.assertTrue(imap.command("a", "STARTTLS")[-1].startswith(b"a OK"))
            imap.start_tls()
            self.assertNotIn(b"STARTTLS", b"".join(imap.command("b", "CAPABILITY")))
            self.assertTrue(imap.command("c", "STARTTLS")[-1].startswith(b"c BAD"))
        with Dialogue(self.platform.port("pop3")) as pop3:
            pop3.line()
            pop3.say("STLS")
            self.assertTrue(pop3.line().startswith(b"+OK"))
            pop3.start_tls()
            pop3.say("STLS")
            self.assertTrue(pop3.line().startswith(b"-ERR"))
            pop3.say(f"USER {self.ann}")
            self.assertTrue(pop3.line().startswith(b"+OK"))
