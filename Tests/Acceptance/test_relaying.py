"""Nobody relays: every form in which a stranger can name an outside host is refused, or is an address of our own and nothing else."""

import itertools
import unittest

from support import clients, messages, running
from support.companies import Company
from support.dialogue import Dialogue
from support.outside import SMTPSink
from support.waiting import eventually

# In a row, OURS is a hosted domain with the user ann and no catch-all, ALL one whose catch-all leads to ann.
DENIED, NO_USER, BAD_ADDRESS, BAD_SYNTAX = (550, "5.7.1"), (550, "5.1.1"), (501, "5.1.3"), (501, "5.5.4")
ACCEPTED = (250, "2.1.5")

# (what is sent behind RCPT TO:, the reply)
RECIPIENTS = (
    # Plainly
    ("<them@sink.example>", DENIED),
    ("<THEM@SINK.EXAMPLE>", DENIED),
    ("<them@unrouted.example>", DENIED),
    (" <them@sink.example>", DENIED),
    ("<postmaster@sink.example>", DENIED),
    # Percent hack and bang path
    ("<them%sink.example@elsewhere.example>", DENIED),
    ("<them%sink.example@OURS>", NO_USER),
    ("<them%sink.example%OURS@OURS>", NO_USER),
    ("<%@OURS>", NO_USER),
    ("<them%OURS@sink.example>", DENIED),
    ("<sink.example!them@OURS>", NO_USER),
    ("<OURS!sink.example!them@OURS>", NO_USER),
    ("<OURS!them@sink.example>", DENIED),
    ("<sink.example!them>", BAD_ADDRESS),
    # Source routes: read and ignored (RFC 5321 appendix C), so the last address counts
    ("<@OURS:them@sink.example>", DENIED),
    ("<@OURS,@elsewhere.example:them@sink.example>", DENIED),
    ("<@sink.example:nobody@OURS>", NO_USER),
    ("<@sink.example:ann@OURS>", ACCEPTED),
    ("<@sink.example>", BAD_ADDRESS),
    ("<@OURS:@sink.example:them@sink.example>", BAD_ADDRESS),
    ("<@sink.example:" + "@a.example," * 40 + "ann@OURS>", BAD_ADDRESS),
    # More than one @
    ("<them@@sink.example>", BAD_ADDRESS),
    ("<them@sink.example@OURS>", BAD_ADDRESS),
    ("<them@OURS@sink.example>", BAD_ADDRESS),
    # Quoted local parts are a name like any other
    ('<"them@sink.example"@OURS>', NO_USER),
    ('<"them@sink.example"@elsewhere.example>', DENIED),
    ('<"them%sink.example"@OURS>', NO_USER),
    ('<"sink.example!them"@OURS>', NO_USER),
    ('<"@sink.example:them"@OURS>', NO_USER),
    ('<"them"@sink.example>', DENIED),
    ('<"them@sink.example">', BAD_ADDRESS),
    ('<""@sink.example>', BAD_ADDRESS),
    ('<"them\\"@sink.example>', BAD_ADDRESS),
    ('<"ann@OURS>,<them"@sink.example>', DENIED),
    # Address literals, also of this host
    ("<them@[127.0.0.1]>", DENIED),
    ("<ann@[127.0.0.1]>", DENIED),
    ("<them@[IPv6:::1]>", DENIED),
    ("<them@[IPv6:2001:db8::25]>", DENIED),
    ("<them@[::1]>", BAD_ADDRESS),
    ("<them@127.0.0.1>", DENIED),
    ("<them@2130706433>", DENIED),
    ("<ann@[OURS]>", BAD_ADDRESS),
    # Domains that look like ours
    ("<ann@OURS.sink.example>", DENIED),
    ("<ann@sub.OURS>", DENIED),
    ("<ann@notOURS>", DENIED),
    ("<ann@.OURS>", BAD_ADDRESS),
    ("<ann@OURS.>", BAD_ADDRESS),
    ("<them@sink.example.>", BAD_ADDRESS),
    ("<them@sink..example>", BAD_ADDRESS),
    ("<them@localhost>", DENIED),
    ("<them@>", BAD_ADDRESS),
    ("<them>", BAD_ADDRESS),
    ("<>", BAD_ADDRESS),
    ("<ann@OURS\u3002sink.example>", (553, "5.6.7")),
    ("<them@xn--snk-qla.example>", DENIED),
    # The server's own postmaster is nobody's here
    ("<Postmaster>", DENIED),
    # What is no address at all
    ("them@sink.example", BAD_ADDRESS),
    ("<them@sink.example", BAD_ADDRESS),
    ("<them @sink.example>", BAD_ADDRESS),
    ("< them@sink.example>", BAD_ADDRESS),
    ("<them(ann@OURS)@sink.example>", BAD_ADDRESS),
    ("<them@sink.example(@OURS)>", BAD_ADDRESS),
    ("<them@sink.example>,<ann@OURS>", BAD_SYNTAX),
    ("<ann@OURS>,<them@sink.example>", BAD_SYNTAX),
    ("<ann@OURS> <them@sink.example>", None),
    ("<ann@OURS;them@sink.example>", BAD_ADDRESS),
    ("<ann@OURS\0them@sink.example>", BAD_SYNTAX),
    ("<them\0@sink.example>", BAD_SYNTAX),
    ("<ann@OURS>\rRCPT TO:<them@sink.example>", (500, "5.5.2")),
    ("<|/bin/mail them@sink.example>", BAD_ADDRESS),
    ("</var/mail/them@sink.example>", DENIED),
    # Parameters name nobody
    ("<them@sink.example> ORCPT=rfc822;ann@OURS", DENIED),
    ("<ann@OURS> NOTIFY=NEVER ORCPT=rfc822;them@sink.example", ACCEPTED),
    ("<ann@OURS> ORCPT=them@sink.example", BAD_SYNTAX),
    ("<nobody@OURS> NOTIFY=SUCCESS ORCPT=rfc822;them@sink.example", NO_USER),
    ("<ann@OURS> XRCPTFORWARD=them@sink.example", (555, "5.5.4")),
    # A catch-all catches for its own target only
    ("<them%sink.example@ALL>", ACCEPTED),
    ('<"them@sink.example"@ALL>', ACCEPTED),
    ("<sink.example!them@ALL>", ACCEPTED),
)

# (what is sent behind MAIL FROM:, the reply to it): with each, the plain outside recipient is refused.
SENDERS = (
    ("<ann@OURS>", 250),
    ("<>", 250),
    ("<> AUTH=ann@OURS", 250),
    ("<ann@OURS> AUTH=ann@OURS", 250),
    ("<them@sink.example> AUTH=<>", 250),
    ("<@OURS:ann@OURS>", 250),
    ("<ann@[127.0.0.1]>", 250),
    ("<root@localhost>", 250),
    ("<postmaster@mx.casella.test>", 250),
    ("<ann@OURS> SMTPUTF8", 250),
    ("<ann@OURS> XDELIVERYID=00112233445566778899aabbccddeeff", 555),
)


class Relaying(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()
        cls.company, cls.catching = Company(cls.platform), Company(cls.platform, users=("ann",))
        cls.platform.casella("alias", "create", f"@{cls.catching.domain}", "--to", cls.catching.address("ann"))
        cls.platform.casella("alias", "create", f"away@{cls.company.domain}", "--to", "them@sink.example")

    def text(self, row):
        return row.replace("OURS", self.company.domain).replace("ALL", self.catching.domain)

    def connect(self):
        return Dialogue(self.platform.port("smtp"))

    def nothing_left(self, sink, sent):
        """Proof that only what was meant to leave has left: mail to the alias that leads outside goes the same way, behind all else."""
        content = messages.message(f"away@{self.company.domain}")
        clients.deliver(self.platform, content, f"away@{self.company.domain}")
        arrived = eventually(lambda: sink.messages(), what="the forwarded message arrives")
        eventually(lambda: not self.queued(), what="the queue is empty of it")
        self.assertEqual([messages.identifier(content)], [messages.identifier(message) for message in sink.messages()])
        self.assertEqual(1, len(arrived))
        for company in (self.company, self.catching):
            with clients.imap(company, "ann") as imap:
                found = {messages.identifier(message) for message in clients.all_messages(imap).values()}
            self.assertLessEqual(sent[company], found)

    def queued(self):
        return [
            entry
            for entry in self.platform.ask("queue", "list")
            if any("sink.example" in recipient["address"] or "unrouted" in recipient["address"] for recipient in entry["recipients"])
        ]

    def test_every_form_of_a_recipient(self):
        self.assertGreaterEqual(len(RECIPIENTS), 40)
        sent = {self.company: set(), self.catching: set()}
        with SMTPSink() as sink:
            for row, expected in RECIPIENTS:
                with self.subTest(row), self.connect() as smtp:
                    smtp.greet_smtp()
                    self.assertEqual(250, smtp.ask("MAIL FROM:<stranger@elsewhere.example>")[0])
                    code, text = smtp.ask(f"RCPT TO:{self.text(row)}")
                    if expected is None:
                        self.assertIn(code, (501, 555), text)
                    else:
                        self.assertEqual(expected, (code, text.split()[0]), text)
                    if code != 250:
                        self.assertIn(smtp.ask("DATA")[0], (503, 554), "no message without a recipient")
                        continue
                    content = messages.message("ann")
                    sent[self.catching if "ALL" in row else self.company].add(messages.identifier(content))
                    self.assertEqual(354, smtp.ask("DATA")[0])
                    smtp.send(content + b".\r\n")
                    self.assertEqual(250, smtp.reply()[0])
            self.assertEqual([], self.queued())
            self.nothing_left(sink, sent)

    def test_with_smtputf8_too(self):
        with self.connect() as smtp:
            smtp.greet_smtp()
            smtp.ask("MAIL FROM:<stranger@elsewhere.example> SMTPUTF8")
            for recipient, expected in (
                (f"ann@{self.company.domain}\u3002sink.example", DENIED),
                (f"ann\uff20{self.company.domain}", BAD_ADDRESS),
                ("them@s\u00efnk.example", DENIED),
                (f"th\u00e9m@{self.company.domain}", NO_USER),
                ("them\u0130@sink.example", DENIED),
            ):
                code, text = smtp.ask(f"RCPT TO:<{recipient}>")
                self.assertEqual(expected, (code, text.split()[0]), recipient)

    def test_every_form_of_a_sender(self):
        with SMTPSink() as sink:
            for (row, expected), name in itertools.product(SENDERS, ("client.example", "localhost", "OURS")):
                with self.subTest(row, name=name), self.connect() as smtp:
                    smtp.greet_smtp(self.text(name))
                    code, text = smtp.ask(f"MAIL FROM:{self.text(row)}")
                    self.assertEqual(expected, code, text)
                    code, text = smtp.ask("RCPT TO:<them@sink.example>")
                    self.assertEqual(DENIED if expected == 250 else (503, "5.5.1"), (code, text.split()[0]))
            self.nothing_left(sink, {self.company: set(), self.catching: set()})

    def test_no_command_makes_a_stranger_a_friend(self):
        commands = (
            ("AUTH PLAIN AGFubgBwdw==", 502),
            ("AUTH LOGIN", 502),
            ("XCLIENT ADDR=127.0.0.1 LOGIN=ann", 500),
            ("XFORWARD ADDR=127.0.0.1", 500),
            ("LHLO client.example", 502),
            ("ETRN sink.example", 500),
            ("ATRN sink.example", 500),
            ("TURN", 500),
            ("SEND FROM:<ann@OURS>", 500),
            ("SAML FROM:<ann@OURS>", 500),
            ("VRFY them@sink.example", 252),
            ("EXPN away@OURS", 502),
        )
        for command, expected in commands:
            with self.subTest(command), self.connect() as smtp:
                smtp.greet_smtp()
                self.assertEqual(expected, smtp.ask(self.text(command))[0])
                smtp.ask(f"MAIL FROM:<ann@{self.company.domain}>")
                self.assertEqual(550, smtp.ask("RCPT TO:<them@sink.example>")[0])

    def test_submission_takes_nothing_before_the_login(self):
        for service, implicit in (("submission", False), ("submissions", True)):
            with Dialogue(self.platform.port(service), implicit_tls=implicit) as smtp:
                smtp.greet_smtp()
                for line in (f"MAIL FROM:<ann@{self.company.domain}>", "MAIL FROM:<> AUTH=<>"):
                    self.assertEqual(530, smtp.ask(line)[0])
                self.assertEqual(503, smtp.ask("RCPT TO:<them@sink.example>")[0])
                self.assertEqual(503, smtp.ask("DATA")[0])
                smtp.send("BDAT 5 LAST\r\nx\r\n\r\n")
                self.assertEqual(503, smtp.reply()[0])

    def test_an_alias_that_leads_outside_is_no_open_door(self):
        with SMTPSink() as sink, self.connect() as smtp:
            smtp.greet_smtp()
            smtp.ask("MAIL FROM:<stranger@elsewhere.example>")
            for local_part in ("away%sink.example", "away!them", '"away@sink.example"', "away=sink.example", "away/them"):
                self.assertEqual(550, smtp.ask(f"RCPT TO:<{local_part}@{self.company.domain}>")[0], local_part)
            self.nothing_left(sink, {self.company: set(), self.catching: set()})
