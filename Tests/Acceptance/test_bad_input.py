"""Hostile and broken input at every door: the protocol's own clear error or a clean close, and everybody else is served on."""

import random

from support import clients, messages
from support.bad_input import BadInput, SEED
from support.dialogue import Dialogue
from support.waiting import eventually


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
