"""Hostile and broken input over IMAP: BAD, NO or BYE, and everybody else is served on."""

import random

from support import clients, messages
from support.bad_input import BadInput, SEED
from support.dialogue import Dialogue, imap_dialogue


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
