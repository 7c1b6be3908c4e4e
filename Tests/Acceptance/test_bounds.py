"""Everything has a bound: whatever one client does, others are served, memory stays within the README's bounds, and the client hears so
in its protocol's words. CASELLA_BOUNDS=full attacks with the full counts.
"""

import contextlib
import re
import socket
import time
import unittest

from support import clients, messages
from support.attacked import AttackedPlatform, at_scale, connections, send_unread, send_until_refused
from support.companies import Company
from support.dialogue import Dialogue, imap_dialogue, plain
from support.processes import anonymous_kilobytes, descriptors, kernel_kilobytes, limit_descriptors, processor_seconds
from support.waiting import eventually

_attacked = None


def attacked():
    global _attacked
    if _attacked is None:
        _attacked = AttackedPlatform()
    return _attacked


def tearDownModule():
    if _attacked is not None:
        try:
            _attacked.comes_to_rest()
        finally:
            _attacked.platform.remove()


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


class Connections(Bounds):
    def test_five_thousand_idle_connections(self):
        """Some log in over TLS, select and idle; most say nothing at all, at every door."""
        idling, plain_ones = at_scale((1000, 4000), (5000, 1000))
        crowd = Company(self.platform, users=(), name="crowd")
        generated = "".join(f"user create u{n}@{crowd.domain} --generate\n" for n in range(idling // 100))
        batch = self.platform.data / "crowd"
        batch.write_text(generated)
        passwords = re.findall(r"Password: (\S+)", self.platform.casella("run", batch).stdout)
        processes = self.attacked.processes()
        with self.attacked.others_are_served() as bystander, contextlib.ExitStack() as stack:
            context, before, session = clients.tls(), self.figures(crowd), None
            clients.deliver(self.platform, messages.message("u0"), f"u0@{crowd.domain}")  # wakes the worker
            before = self.figures(crowd)
            for number in range(idling):
                client = context.wrap_socket(connections(self.platform.port("imaps"), 1)[0], session=session)
                stack.callback(client.close)
                session = session or client.session
                user = number // 100
                client.sendall(f"a LOGIN u{user}@{crowd.domain} {passwords[user]}\r\nb SELECT INBOX\r\nc IDLE\r\n".encode())
                answer = b""
                while b"+ idling" not in answer:
                    more = client.recv(4096)
                    self.assertTrue(more, answer)
                    answer += more
            after = self.figures(crowd)
            cost = {name: (after[name] - before[name]) / idling for name in after}
            print("     each idling IMAPS session: " + ", ".join(f"{name} {kilobytes:.1f} kB" for name, kilobytes in cost.items()))
            self.assertLess(cost["gateway"] + cost["worker"], 60)
            for service in ("smtp", "submission", "imap", "pop3"):
                for client in connections(self.platform.port(service), plain_ones // 4):
                    stack.callback(client.close)
            bystander.wait_for(4)
            self.assertGreaterEqual(descriptors(processes["gateway"]), idling * 2 + plain_ones)

    def figures(self, crowd):
        workers = self.platform.workers()
        gateway, worker = workers["gateway"]["pid"], workers.get(f"tenant:{crowd.name}", {}).get("pid")
        return {
            "gateway": anonymous_kilobytes(gateway),
            "worker": anonymous_kilobytes(worker) if worker else 0,
            "kernel (both ends)": kernel_kilobytes(),
        }

    def test_a_user_has_so_many_sessions_and_no_more(self):
        dan = f'{self.victim.address("dan")} "{self.victim.password("dan")}"'
        with contextlib.ExitStack() as stack:
            sessions = [stack.enter_context(self.imap("dan", select=False)) for _ in range(100)]
            imap = stack.enter_context(Dialogue(self.platform.port("imap")))
            imap.line()
            self.assertRegex(imap.command("a", f"LOGIN {dan}")[-1], rb"^a NO \[LIMIT\] Too many sessions")
            pop3 = stack.enter_context(Dialogue(self.platform.port("pop3")))
            pop3.line()
            pop3.say(f"USER {self.victim.address('dan')}")
            pop3.line()
            pop3.say(f"PASS {self.victim.password('dan')}")
            self.assertRegex(pop3.line(), rb"^-ERR \[SYS/TEMP\] Too many sessions")
            smtp = stack.enter_context(Dialogue(self.platform.port("submission")))
            smtp.greet_smtp()
            secret = plain(self.victim.address("dan"), self.victim.password("dan"))
            self.assertEqual(454, smtp.ask(f"AUTH PLAIN {secret}")[0])
            with self.imap("bob"):
                pass  # others of the company are not concerned
            sessions[0].close()
            eventually(lambda: imap.command("b", f"LOGIN {dan}")[-1].startswith(b"b OK"), what="a place is free")

    def test_slow_senders_at_every_door(self):
        beginnings = {
            "smtp": b"MAIL FROM:<slow@elsewhere.example",
            "submission": b"EHLO slow.",
            "imap": b"a LOGIN slow",
            "pop3": b"USER slow",
            "imaps": bytes.fromhex("160301010001"),  # the beginning of a TLS handshake
        }
        with self.attacked.others_are_served() as bystander, contextlib.ExitStack() as stack:
            slow = []
            for service, beginning in beginnings.items():
                for client in connections(self.platform.port(service), at_scale(100, 1000)):
                    stack.callback(client.close)
                    slow.append((client, beginning))
            data = self.in_transaction()
            stack.callback(data.close)
            data.ask("DATA")
            literal = stack.enter_context(self.imap())
            literal.say("a APPEND INBOX {1000}")
            slow += [(data.socket, b"Subject: s"), (literal.socket, b"Subject: s")]
            for position in range(9):
                for client, beginning in slow:
                    client.sendall(beginning[position % len(beginning) :][:1])
                bystander.wait_for(1)

    def test_a_gateway_without_descriptors_goes_on_when_it_has_some_again(self):
        gateway = self.attacked.processes()["gateway"]
        spent = processor_seconds(gateway)
        usual = limit_descriptors(gateway, descriptors(gateway) + 10)
        try:
            waiting = connections(self.platform.port("smtp"), 60)
            time.sleep(1)
        finally:
            limit_descriptors(gateway, usual)
        # It has not asked in a circle meanwhile, and those who waited are served.
        self.assertLess(processor_seconds(gateway) - spent, 0.5)
        for client in waiting:
            client.settimeout(10)
            self.assertEqual(b"220", client.recv(3))
            client.close()


class OverSMTP(Bounds):
    def test_recipients_without_end(self):
        count = at_scale(20_000, 1_000_000)
        with self.attacked.others_are_served(), self.smtp() as smtp:
            smtp.ask("MAIL FROM:<x@elsewhere.example>")
            sent = codes = 0
            codes = {}
            while sent < count:
                if not send_until_refused(smtp, f"RCPT TO:<{self.ann}>\r\n".encode() * 500, 1):
                    break
                sent += 500
                with contextlib.suppress(EOFError, ConnectionError):
                    for _ in range(500):
                        code, _ = smtp.reply()
                        codes[code] = codes.get(code, 0) + 1
                if 421 in codes:
                    break
            self.assertEqual({250: 1000, 452: 1020, 421: 1}, codes)

    def test_unknown_recipients_without_end(self):
        with self.smtp() as smtp:
            smtp.ask("MAIL FROM:<x@elsewhere.example>")
            send_until_refused(smtp, b"".join(b"RCPT TO:<nobody%d@victim.example>\r\n" % n for n in range(500)), 1)
            replies = re.findall(rb"^(\d{3}) (\S+)", smtp.rest(), re.M)
        self.assertEqual([(b"550", b"5.1.1")] * 100 + [(b"421", b"4.7.0")], replies)

    def test_commands_without_end(self):
        with self.attacked.others_are_served(), self.smtp() as smtp:
            send_until_refused(smtp, b"NOOP\r\n" * 1000, 1)
            replies = re.findall(rb"^(\d{3})", smtp.rest(), re.M)
        self.assertEqual([b"250"] * 99 + [b"250", b"421"], replies)

    def test_a_chunk_without_end(self):
        for command in ("BDAT 2000000000", "DATA"):
            with self.attacked.others_are_served(rounds=1), self.in_transaction() as smtp:
                smtp.say(command)
                if command == "DATA":
                    self.assertEqual(354, smtp.reply()[0])
                pieces = send_until_refused(smtp, (b"x" * 998 + b"\r\n") * 1000, 400)
                self.assertLess(pieces, 120, "MB were taken")
                with contextlib.suppress(ConnectionError):
                    self.assertRegex(smtp.rest(), rb"^552[ -]5\.3\.4 ")

    def test_replies_that_nobody_reads(self):
        with self.attacked.others_are_served() as bystander, contextlib.ExitStack() as stack:
            for _ in range(20):
                smtp = stack.enter_context(self.smtp())
                send_unread(smtp, b"EHLO x\r\nHELP\r\n" * 5000, 20, seconds=0.2)
            bystander.wait_for(2)

    def test_many_huge_messages_at_once(self):
        """45 MB each: what is beyond the memory for all together is put off, and the others are taken."""
        with self.attacked.others_are_served() as bystander, contextlib.ExitStack() as stack:
            answers, open_now = [], []
            for _ in range(8):
                smtp = stack.enter_context(self.in_transaction())
                smtp.ask("DATA")
                taken = send_until_refused(smtp, (b"x" * 998 + b"\r\n") * 1000, 45)
                open_now.append(smtp) if taken == 45 else answers.append(smtp.rest()[:9])
            bystander.wait_for(1)
            for smtp in open_now:
                with contextlib.suppress(OSError):
                    smtp.send(b".\r\n")
                with contextlib.suppress(OSError, EOFError):
                    code, text = smtp.reply()
                    answers.append(f"{code} {text}"[:9].encode())
        self.assertLessEqual(4, answers.count(b"250 2.6.0"), answers)
        self.assertIn(b"421 4.3.1", answers)

    def test_a_header_of_fifty_megabytes_and_a_million_fields(self):
        field = b"X-Long: " + b"\r\n ".join([b"y" * 900] * 1000) + b"\r\n"
        head = b"From: a@b.example\r\nSubject: head\r\n"
        for content, answer in (
            (head + field * 60 + b"\r\nhi\r\n", (552, "5.3.4")),
            (head + field * 50 + b"\r\nhi\r\n", (250, "2.6.0")),
            (head + b"".join(b"X-%d: v\r\n" % n for n in range(1_000_000)) + b"\r\nhi\r\n", (250, "2.6.0")),
        ):
            with self.attacked.others_are_served(rounds=1):
                with self.in_transaction() as smtp:
                    smtp.ask("DATA")
                    smtp.send(content + b".\r\n")
                    code, text = smtp.reply()
                    self.assertEqual(answer, (code, text[:5]))
                if code == 250:
                    with self.imap() as imap:
                        self.assertIn(b'"head"', b"".join(imap.command("f", "FETCH * (ENVELOPE BODYSTRUCTURE)")))


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


class Storms(Bounds):
    def test_many_tenants_are_woken_at_once(self):
        count = at_scale(20, 500)
        batch = self.platform.data / "storm"
        batch.write_text(
            "".join(
                f"tenant create storm{n}\ndomain create storm{n}.example --tenant storm{n}\nuser create a@storm{n}.example --generate\n"
                for n in range(count)
            )
        )
        self.platform.casella("run", batch, timeout=600)
        with self.attacked.others_are_served(), contextlib.ExitStack() as stack:
            asking = [stack.enter_context(self.smtp()) for _ in range(count)]
            for number, smtp in enumerate(asking):
                smtp.send(f"MAIL FROM:<x@y.example>\r\nRCPT TO:<a@storm{number}.example>\r\n")
            for smtp in asking:
                smtp.timeout = 60
                self.assertEqual([250, 250], [smtp.reply()[0], smtp.reply()[0]])


def imap_has_answer(imap):
    """Whether something came that nobody asked for yet."""
    imap.socket.settimeout(0.3)
    try:
        return bool(imap.socket.recv(1, socket.MSG_PEEK))
    except TimeoutError:
        return False
    except ConnectionError:
        return True
