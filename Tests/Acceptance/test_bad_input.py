"""Hostile and broken input at every door: the protocol's own clear error or a clean close, and everybody else is served on."""

import random
import unittest

from support import clients, messages, running
from support.companies import Company
from support.dialogue import Dialogue, imap_dialogue
from support.waiting import eventually

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


class OverSMTP(BadInput):
    def smtp(self):
        smtp = Dialogue(self.platform.port("smtp"))
        smtp.greet_smtp()
        return smtp

    def test_over_long_command_lines_are_refused(self):
        for size in (100_000, 3_000_000):
            with self.smtp() as smtp:
                try:
                    smtp.say(b"NOOP " + b"x" * size)
                    code, text = smtp.reply()
                except (EOFError, ConnectionError):
                    continue  # so long a line may end the connection
                self.assertEqual(5, code // 100, text)

    def test_a_line_without_end_does_not_fill_the_memory(self):
        with self.smtp() as smtp:
            try:
                for _ in range(400):
                    smtp.send(b"x" * 65_536)
            except OSError:
                pass
            gateway = self.platform.worker_pid("gateway")
            with open(f"/proc/{gateway}/status") as status:
                anonymous = next(int(line.split()[1]) for line in status if line.startswith("RssAnon"))
            self.assertLess(anonymous, 200 * 1024, "kB")

    def test_text_lines_over_the_limit_are_taken_or_refused_but_never_changed(self):
        for size in (999, 1_001, 5_000, 100_000):
            content = messages.message(self.ann, body="x" * size + "\r\n")
            with clients.smtp(self.platform) as client:
                client.ehlo()
                client.mail("x@elsewhere.example")
                client.rcpt(self.ann)
                code, reply = clients.end_of_data(client, content)
            if code == 250:
                with clients.imap(self.company, "ann") as imap:
                    stored = list(clients.all_messages(imap).values())[-1]
                messages.trace_above(stored, content)
            else:
                self.assertEqual(5, code // 100, reply)

    def test_nul_bytes_and_broken_utf_8_in_commands(self):
        for line in (
            b"MAIL FROM:<a\0b@c.example>",
            b"MAIL FROM:<\xff\xfe@c.example> SMTPUTF8",
            b"EHLO \0",
            b"\0",
            b"\xc3",
            b"RCPT TO:<\xf0\x9f@x>",
        ):
            with self.smtp() as smtp:
                code, text = smtp.ask(line)
                self.assertEqual(5, code // 100, (line, text))
                self.assertEqual(250, smtp.ask("NOOP")[0])

    def test_nul_bytes_in_a_message_are_kept_or_refused(self):
        content = messages.message(self.ann, body="a\0b\r\n")
        with clients.smtp(self.platform) as client:
            client.ehlo()
            client.mail("x@elsewhere.example")
            client.rcpt(self.ann)
            code, _ = clients.end_of_data(client, content)
        if code == 250:
            with clients.imap(self.company, "ann") as imap:
                messages.trace_above(list(clients.all_messages(imap).values())[-1], content)
        else:
            self.assertEqual(5, code // 100)

    def test_too_many_recipients_are_refused_one_by_one(self):
        with self.smtp() as smtp:
            smtp.ask("MAIL FROM:<x@elsewhere.example>")
            smtp.send(b"".join(b"RCPT TO:<%s>\r\n" % self.ann.replace("@", f"+{n}@").encode() for n in range(1100)))
            codes = [smtp.reply()[0] for _ in range(1100)]
        self.assertEqual({250, 452}, set(codes))
        self.assertGreaterEqual(codes.count(250), 100)

    def test_a_disconnect_at_any_byte_leaves_nothing_behind(self):
        dialogue = f"EHLO x\r\nMAIL FROM:<x@y.example>\r\nRCPT TO:<{self.ann}>\r\nDATA\r\nSubject: cut off\r\n\r\nbody\r\n.\r\n".encode()
        for cut in range(0, len(dialogue) - 1, 3):
            with Dialogue(self.platform.port("smtp")) as smtp:
                smtp.send(dialogue[:cut])
        with clients.imap(self.company, "ann") as imap:
            imap.select("INBOX")
            self.assertEqual([b""], imap.search(None, 'SUBJECT "cut off"')[1])

    def test_one_byte_at_a_time_is_understood(self):
        with Dialogue(self.platform.port("smtp")) as smtp:
            smtp.reply()
            for byte in b"EHLO client.example\r\n":
                smtp.send(bytes([byte]))
            self.assertEqual(250, smtp.reply()[0])

    def test_bdat_with_absurd_sizes(self):
        for size in ("99999999999999999999", "18446744073709551615", "9223372036854775807", "-1", "0x10", "1 FIRST"):
            with self.smtp() as smtp:
                smtp.ask("MAIL FROM:<x@elsewhere.example>")
                smtp.ask(f"RCPT TO:<{self.ann}>")
                try:
                    self.assertEqual(5, smtp.ask(f"BDAT {size}")[0] // 100, size)
                except EOFError:
                    pass

    def test_random_bytes(self):
        source = random.Random(SEED)
        for service in ("smtp", "submission", "imap", "pop3", "imaps"):
            for _ in range(20):
                with Dialogue(self.platform.port(service), timeout=5) as door:
                    try:
                        door.send(source.randbytes(source.randrange(1, 5000)) + b"\r\n")
                        door.socket.shutdown(1)
                        door.rest()
                    except (OSError, TimeoutError):
                        pass


class OverIMAP(BadInput):
    def test_half_and_wrong_commands_get_bad_and_the_session_goes_on(self):
        wrong = (
            b"",
            b"a",
            b"a ",
            b"a FROB",
            b"a LOGIN",
            b"a SELECT",
            b"a FETCH",
            b"a FETCH 1",
            b"a FETCH x FLAGS",
            b"a FETCH 1 (FLAGS",
            b"a FETCH 0 FLAGS",
            b"a FETCH 99999999999 FLAGS",
            b"a STORE 1 FLAGS",
            b'a SELECT "INBOX',
            b"a SELECT \xff\xfe",
            b"a SELECT IN\0BOX",
            b"* NOOP",
            b"+ NOOP",
            b"a UID",
            b"a UID NOOP",
            b"a SEARCH (((",
            b"a SEARCH " + b"(" * 5000,
            b"a SEARCH " + b"NOT " * 3000 + b"ALL",
            b"a FETCH 1 BODY[1.2.3.4.99999999999]",
            b"a FETCH 1 BODY[" + b"1." * 5000 + b"1]",
            b"a LIST",
            b'a LIST "" ' + b"%*" * 3000,
            b"a STATUS INBOX ()",
            b"a APPEND INBOX {x}",
            b'a ID ("x")',
            b"a STORE 1 FLAGS (\\",
            b"a COPY 1:* ",
            b"a FETCH 1:2:3 UID",
            b"a FETCH 1,,2 UID",
            b"\0\0\0",
        )
        for begin in range(0, len(wrong), 5):  # few enough for one session to bear
            with imap_dialogue(self.company, "ann") as imap:
                imap.command("s", "SELECT INBOX")
                for line in wrong[begin : begin + 5]:
                    imap.say(line)
                    answer = imap.line()
                    while answer.startswith(b"* ") and not answer.startswith(b"* BAD"):
                        answer = imap.line()
                    self.assertRegex(answer, rb"^(\*|\S+) (BAD|NO|OK)", line[:60])
                    if not line.startswith((b'a LIST ""', b"a SEARCH N")):
                        self.assertNotRegex(answer, rb"^a OK", line[:60])
                self.assertTrue(imap.command("z", "NOOP")[-1].startswith(b"z OK"))

    def test_nothing_but_nonsense_ends_the_session_with_bye(self):
        with imap_dialogue(self.company, "ann") as imap:
            imap.send(b"a NONSENSE\r\n" * 1000)
            self.assertRegex(imap.rest(), rb"\* BYE [^\r\n]*\r\n$")

    def test_huge_literals_are_refused_before_they_are_sent(self):
        for size in (2**31, 2**32, 2**63 - 1, 2**64, 10**30):
            with imap_dialogue(self.company, "ann") as imap:
                imap.say(f"a APPEND INBOX {{{size}}}")
                answer = imap.line()
                self.assertRegex(answer, rb"^(a (NO|BAD)|\* (BAD|BYE))", size)
            with imap_dialogue(self.company, "ann") as imap:
                imap.say(f"a LOGIN {{{size}}}")
                self.assertRegex(imap.line(), rb"^(a (NO|BAD)|\* (BAD|BYE))", size)

    def test_a_huge_literal_before_login_is_refused(self):
        with Dialogue(self.platform.port("imaps"), implicit_tls=True) as imap:
            imap.line()
            imap.say("a LOGIN {1000000}")
            self.assertRegex(imap.line(), rb"^(a (NO|BAD)|\* (BAD|BYE))")

    def test_over_long_lines_are_refused(self):
        for size in (70_000, 5_000_000):
            with imap_dialogue(self.company, "ann") as imap:
                try:
                    imap.say(b"a SELECT " + b"x" * size)
                    self.assertRegex(imap.line(), rb"^(a (NO|BAD)|\* (BAD|BYE))")
                except (EOFError, ConnectionError):
                    self.assertGreater(size, 1_000_000)

    def test_nul_in_a_literal_is_refused(self):
        content = b"Subject: nul\r\n\r\na\0b\r\n"
        with imap_dialogue(self.company, "ann") as imap:
            imap.send(b"a APPEND INBOX {%d+}\r\n" % len(content) + content + b"\r\n")
            self.assertRegex(imap.tagged("a")[-1], rb"^a (NO|BAD)")

    def test_a_disconnect_in_the_middle_of_append_stores_nothing(self):
        content = messages.message(self.ann, subject="half appended")
        for cut in range(1, len(content), 40):
            with imap_dialogue(self.company, "ann") as imap:
                imap.send(b"a APPEND INBOX {%d+}\r\n" % len(content) + content[:cut])
        with clients.imap(self.company, "ann") as imap:
            imap.select("INBOX")
            self.assertEqual([b""], imap.search(None, 'SUBJECT "half appended"')[1])

    def test_mailbox_names_that_cannot_be_are_refused(self):
        names = [
            "",
            "/",
            "a//b",
            "/a",
            "a/",
            "a" * 2000,
            "/".join("abcdefghij" * 20),
            "..",
            "\x01",
            "&AGE-",
            "&",
            "&Jjo",
            "&Jjo!",
            "*",
            "%",
            "a*b",
        ]
        with imap_dialogue(self.company, "ann") as imap:
            for name in names:
                answer = imap.command("a", f'CREATE "{name}"')[-1]
                self.assertRegex(answer, rb"^a (NO|BAD|OK)", name)
                if name in ("", "/", "a//b", "/a", "a" * 2000, "\x01", "&", "&Jjo", "&Jjo!"):
                    self.assertNotRegex(answer, rb"^a OK", name)
            self.assertTrue(imap.command("b", 'LIST "" *')[-1].startswith(b"b OK"))

    def test_malformed_mime_is_described_without_failing(self):
        source = random.Random(SEED)
        sample = (
            b"From: x@y\r\nSubject: m\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
            b"Content-Type: message/rfc822\r\n\r\n"
            b'Subject: i\r\nContent-Type: multipart/alternative; boundary="c"\r\n\r\n--c\r\n\r\none\r\n--c--\r\n--b\r\n'
            b'Content-Type: text/html; charset="utf-8\r\n\r\n--b--\r\n'
        )
        with clients.imap(self.company, "bob") as imap:
            for _ in range(60):
                mutated = bytearray(sample)
                for _ in range(source.randrange(1, 12)):
                    at = source.randrange(len(mutated))
                    mutated[at : at + source.randrange(3)] = bytes([source.choice(b'\r\n-;="()<>:bc\x80\xff /,')])
                content = bytes(mutated).replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
                self.assertEqual("OK", imap.append("INBOX", None, None, content)[0])
            imap.select("INBOX")
            status, answer = imap.fetch(
                "1:*", "(ENVELOPE BODYSTRUCTURE BODY.PEEK[1] BODY.PEEK[1.1.MIME] BODY.PEEK[2.TEXT] BODY.PEEK[HEADER.FIELDS (FROM)])"
            )
            self.assertEqual("OK", status)
            self.assertEqual("OK", imap.search(None, "TEXT one")[0])


class OverPOP3(BadInput):
    def unlocked(self):
        """A session with the maildrop's lock, which the session before may not have given back yet."""
        pop3 = self.pop3()
        for line in (f"USER {self.ann}", f"PASS {self.company.password('ann')}"):
            pop3.say(line)
            if not pop3.line().startswith(b"+OK"):
                pop3.close()
                return None
        return pop3

    def test_wrong_commands_get_err_and_the_session_goes_on(self):
        with eventually(self.unlocked, within=5, what="the lock is free") as pop3:
            for line in (
                b"",
                b"FROB",
                b"RETR",
                b"RETR 0",
                b"RETR -1",
                b"RETR 99999999999999999999",
                b"RETR x",
                b"TOP 1",
                b"TOP 1 -1",
                b"TOP 1 x",
                b"DELE",
                b"LIST 1 2",
                b"UIDL 0",
                b"USER x",
                b"\0",
                b"\xff\xfe",
                b"NOOP\0",
                b"RETR 1 2",
                b"x" * 200,
            ):
                pop3.say(line)
                self.assertTrue(pop3.line().startswith(b"-ERR"), line)
            pop3.say("NOOP")
            self.assertTrue(pop3.line().startswith(b"+OK"))

    def test_over_long_lines_are_refused(self):
        with self.pop3() as pop3:
            try:
                pop3.say(b"USER " + b"x" * 1_000_000)
                self.assertTrue(pop3.line().startswith(b"-ERR"))
            except (EOFError, ConnectionError):
                pass

    def test_a_disconnect_without_quit_deletes_nothing_and_frees_the_lock(self):
        clients.deliver(self.platform, messages.message(self.ann), self.ann)
        for _ in range(5):
            with eventually(self.unlocked, within=5, what="the lock is free") as pop3:
                pop3.say("STAT")
                before = pop3.line()
                self.assertTrue(before.startswith(b"+OK"))
                pop3.say("DELE 1")
                pop3.line()
        pop3 = eventually(self.unlocked, within=5, what="the lock is free")
        with pop3:
            pop3.say("STAT")
            self.assertEqual(before, pop3.line())
