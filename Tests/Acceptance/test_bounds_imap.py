"""As test_bounds.py says, of IMAP, and of messages that are hard to read."""

import contextlib
import time

from support import messages
from support.attacked import at_scale, send_unread, send_until_refused
from support.bounds import Bounds, imap_has_answer, tearDownModule  # noqa: F401  (unittest looks for it here)


class OverIMAP(Bounds):
    def test_ten_thousand_tiny_literals(self):
        with self.attacked.others_are_served(rounds=1), self.imap() as imap:
            imap.send(b"a SEARCH" + b" FROM {1+}\r\nx" * 10_000 + b"\r\n")
            self.assertRegex(imap.line(), rb"^a BAD \[(TOOBIG|LIMIT)\]")
            self.assertTrue(imap.command("b", "NOOP")[-1].startswith(b"b OK"))

    def test_huge_literals_and_lines_without_end(self):
        with self.imap() as imap:
            imap.say("a APPEND INBOX {60000000}")
            self.assertRegex(imap.line(), rb"^a NO \[TOOBIG\]")
            imap.say("b SELECT {70000}")
            self.assertRegex(imap.line(), rb"^b NO \[TOOBIG\]")
            imap.say(b"c SELECT " + b"x" * 5_000_000)
            self.assertRegex(imap.line(), rb"^c BAD \[TOOBIG\]")
            self.assertTrue(imap.command("d", "NOOP")[-1].startswith(b"d OK"))

    def test_appends_that_are_never_finished(self):
        """49 MB each: beyond the memory for all together the session ends, and the others wait for the rest."""
        byes = 0
        with self.attacked.others_are_served() as bystander, contextlib.ExitStack() as stack:
            for _ in range(8):
                imap = stack.enter_context(self.imap(select=False))
                imap.say("a APPEND INBOX {50000000}")
                self.assertTrue(imap.line().startswith(b"+"))
                if send_until_refused(imap, b"x" * 1_000_000, 49) < 49 or imap_has_answer(imap):
                    with contextlib.suppress(ConnectionError):
                        self.assertRegex(imap.rest(), rb"^\* BYE \[UNAVAILABLE\] Too much mail")
                    byes += 1
            bystander.wait_for(2)
        self.assertIn(byes, (2, 3, 4))

    def test_a_client_that_asks_for_much_and_never_reads(self):
        with self.imap(select=False) as imap:
            content = messages.message(self.ann, size=1_000_000)
            for _ in range(20):
                imap.send(b"a APPEND INBOX {%d+}\r\n" % len(content) + content + b"\r\n")
                self.assertTrue(imap.tagged("a")[-1].startswith(b"a OK"))
        with self.attacked.others_are_served() as bystander, contextlib.ExitStack() as stack:
            for _ in range(20):
                imap = stack.enter_context(self.imap())
                send_unread(imap, b"f FETCH 1:* BODY.PEEK[]\r\n" * 200, 1)
            for _ in range(20):
                imap = stack.enter_context(self.imap())
                send_unread(imap, b"f FETCH * BODY.PEEK[]<0.1000>\r\n", 1)
            pop3 = stack.enter_context(self.pop3())
            send_unread(pop3, b"LIST\r\nUIDL\r\nRETR 1\r\nTOP 2 9999\r\n" * 5000, 20)
            bystander.wait_for(3)

    def test_commands_without_end(self):
        with self.attacked.others_are_served() as bystander, contextlib.ExitStack() as stack:
            busy = [stack.enter_context(self.imap()) for _ in range(3)]
            end = time.monotonic() + at_scale(3, 30)
            for imap in busy:
                imap.socket.setblocking(False)
            while time.monotonic() < end:
                for imap in busy:
                    with contextlib.suppress(BlockingIOError):
                        imap.socket.send(b"n NOOP\r\n" * 2000)
                    with contextlib.suppress(BlockingIOError):
                        imap.socket.recv(1 << 20)
            bystander.wait_for(1)

    def test_nested_and_endless_searches(self):
        with self.attacked.others_are_served(rounds=1), self.imap() as imap:
            for search in (
                "(" * 5000,
                "NOT " * 5000 + "ALL",
                "OR ALL " * 5000 + "ALL",
                "NOT TEXT x " * 51 + "ALL",
                "NOT SEEN " * 1001 + "ALL",
            ):
                self.assertRegex(imap.command("a", "SEARCH " + search.strip())[-1], rb"^a BAD \[LIMIT\]", search[:20])
            huge = ",".join(f"{1 + n % 7}:{n % 9 + 10}" for n in range(10_000))
            self.assertRegex(imap.command("b", f"SEARCH UID {huge[:60_000].rpartition(',')[0]}")[-1], rb"^b OK")
            self.assertRegex(imap.command("c", f"UID FETCH {huge[:60_000].rpartition(',')[0]} UID")[-1], rb"^c OK")

    def test_searches_through_a_huge_message(self):
        words = b"Subject:" + b"\r\n =?utf-8?q?=41?=" * 1_000_000 + b"\r\n\r\nhi\r\n"
        with self.imap() as imap:
            imap.send(b"a APPEND INBOX {%d+}\r\n" % len(words) + words + b"\r\n")
            self.assertTrue(imap.tagged("a")[-1].startswith(b"a OK"))
            with self.attacked.others_are_served():
                imap.say("b SEARCH * " + "NOT TEXT zzz " * at_scale(2, 50))
                imap.timeout = 200
                self.assertRegex(imap.tagged("b")[-1], rb"^b OK")

    def test_thousands_of_mailboxes_and_patterns_that_match_in_many_ways(self):
        count = at_scale(300, 3000)
        with self.imap("dan", select=False) as imap:
            imap.send(b"".join(b"x CREATE %s%d\r\n" % (b"a" * 180, number) for number in range(count)))
            for _ in range(count):
                self.assertTrue(imap.line().startswith(b"x OK"))
            with self.attacked.others_are_served() as bystander, contextlib.ExitStack() as stack:
                for pattern in ("*a" * 450 + "*b", "%a*" * 300, "%*" * 450 + "b", "*" * 900):
                    began = time.monotonic()
                    self.assertRegex(imap.command("l", f'LIST "" "{pattern}"')[-1], rb"^l OK")
                    self.assertLess(time.monotonic() - began, 5, pattern[:6])
                for _ in range(3):
                    busy = stack.enter_context(self.imap("dan", select=False))
                    send_unread(busy, b'm LIST "" *\r\n' * 5000, 1)
                bystander.wait_for(3)
            self.assertRegex(imap.command("n", f'CREATE "{"b" * 1100}"')[-1], rb"^n NO \[CANNOT\]")

    def test_floods_of_keywords(self):
        with self.imap("dan") as imap:
            imap.send(b"".join(b"a APPEND INBOX {4+}\r\nx\r\n\r\n\r\n" for _ in range(20)))
            for _ in range(20):
                imap.tagged("a")
            imap.command("n", "NOOP")
            answers = []
            for number in range(1, 16):
                keywords = " ".join(f"k{number}x{n}" for n in range(100))
                answers.append(imap.command("s", f"STORE {number} FLAGS.SILENT ({keywords})")[-1])
            self.assertTrue(all(answer.startswith(b"s OK") for answer in answers[:9]), answers)
            self.assertRegex(answers[-1], rb"^s NO \[LIMIT\] ")
            keywords = " ".join(f"z{n}" for n in range(101))
            self.assertRegex(imap.command("t", f"STORE 1 FLAGS.SILENT ({keywords})")[-1], rb"^t BAD \[LIMIT\]")
            self.assertRegex(imap.command("u", f"STORE 1 FLAGS.SILENT ({'y' * 300})")[-1], rb"^u BAD \[LIMIT\]")

    def test_rapid_changes_under_many_idling_sessions(self):
        with self.attacked.others_are_served() as bystander, contextlib.ExitStack() as stack:
            idling = [stack.enter_context(self.imap()) for _ in range(60)]
            for imap in idling:
                imap.say("i IDLE")
            busy = stack.enter_context(self.imap())
            for number in range(at_scale(100, 2000)):
                busy.say(f"s STORE 1 {'+-'[number % 2]}FLAGS.SILENT (\\Flagged)")
            for _ in range(at_scale(100, 2000)):
                busy.tagged("s")
            bystander.wait_for(2)
            # Each of them hears how it ended, whatever it missed between.
            for imap in idling[::10]:
                imap.say("DONE")
                self.assertRegex(b"\n".join(imap.tagged("i")), rb"FETCH \(FLAGS ")


class Structures(Bounds):
    """Messages that are built to be hard to read."""

    def check(self, head, *expected):
        content = b"From: a@b.example\r\nSubject: hard\r\n" + head
        with self.attacked.others_are_served(rounds=1), self.imap() as imap:
            imap.send(b"a APPEND INBOX {%d+}\r\n" % len(content) + content + b"\r\n")
            self.assertTrue(imap.tagged("a")[-1].startswith(b"a OK"))
            imap.command("n", "NOOP")
            began = time.monotonic()
            answer = b"".join(imap.command("f", "FETCH * (ENVELOPE BODYSTRUCTURE BODY.PEEK[1.1.1.MIME])"))
            self.assertLess(time.monotonic() - began, 5)
            self.assertTrue(answer.endswith(b"f OK FETCH completed"), answer[-80:])
            for number, least, most, what in expected:
                self.assertTrue(least <= answer.count(number) <= most, f"{answer.count(number)} times {what}")

    def test_multiparts_inside_each_other(self):
        levels = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(10_000))
        self.check(levels + b"\r\nhi\r\n", (b'"mixed"', 1, 101, "a multipart"))

    def test_messages_inside_each_other(self):
        self.check(b"Content-Type: message/rfc822\r\n\r\n" * 10_000 + b"\r\nhi\r\n", (b'"rfc822"', 1, 101, "a message"))

    def test_parts_beside_each_other(self):
        parts = b"--b\r\n\r\nx\r\n" * 100_000
        self.check(
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + parts + b"--b--\r\n", (b'"plain"', 1, 10_001, "a part")
        )

    def test_many_large_structures_that_nobody_reads(self):
        content = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 10_000 + b"--b--\r\n"
        with self.imap("dan", select=False) as imap:
            imap.command("c", "CREATE structures")
            for _ in range(40):
                imap.send(b"a APPEND structures {%d+}\r\n" % len(content) + content + b"\r\n")
                self.assertTrue(imap.tagged("a")[-1].startswith(b"a OK"))
        with self.attacked.others_are_served() as bystander, contextlib.ExitStack() as stack:
            for _ in range(5):
                imap = stack.enter_context(self.imap("dan", select=False))
                imap.command("s", "SELECT structures")
                send_unread(imap, b"f FETCH 1:* (ENVELOPE BODYSTRUCTURE)\r\n" * 10, 1)
            bystander.wait_for(3)

    def test_addresses(self):
        to = b",\r\n ".join(b"u%d@x.example" % n for n in range(1_000_000))
        self.check(b"To: " + to + b"\r\n\r\nhi\r\n", (b'"x.example"', 1, 10_001, "an address"))

    def test_parameters_in_pieces_and_encoded_words(self):
        pieces = b"".join(b"\r\n p*%d*=%%41" % n for n in range(300_000))
        self.check(b"Content-Disposition: attachment;" + pieces + b"\r\nSubject:" + b"\r\n =?utf-8?q?=41?=" * 300_000 + b"\r\n\r\nhi\r\n")

    def test_comments_and_brackets_without_end(self):
        self.check(b"To: " + b"(" * 1_000_000 + b"\r\nCc: " + b"<" * 1_000_000 + b"\r\nDate: " + b"(" * 100_000 + b"\r\n\r\nhi\r\n")

    def test_boundaries_that_are_almost_there(self):
        levels = b"".join(
            b"Content-Type: multipart/mixed; boundary=%s%d\r\n\r\n--%s%d\r\n" % (b"-" * 990, n, b"-" * 990, n) for n in range(100, 200)
        )
        self.check(levels + b"\r\n" + (b"-" * 995 + b"\r\n") * 40_000)
