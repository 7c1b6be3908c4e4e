"""Everything has a bound: whatever one client does, others are served, memory stays within the README's bounds, and the client hears so
in its protocol's words. CASELLA_BOUNDS=full attacks with the full counts.
"""

import contextlib
import re
import time

from support import clients, messages
from support.attacked import at_scale, connections, send_unread, send_until_refused
from support.bounds import Bounds, tearDownModule  # noqa: F401  (unittest looks for it here)
from support.companies import Company
from support.dialogue import Dialogue, plain
from support.processes import anonymous_kilobytes, descriptors, kernel_kilobytes, limit_descriptors, processor_seconds
from support.waiting import eventually


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
            # The last ones may still wait to be accepted.
            eventually(lambda: descriptors(processes["gateway"]) >= idling * 2 + plain_ones, within=10, what="all are there")

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
