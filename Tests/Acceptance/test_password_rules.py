"""Passwords that are chosen, and that must be changed; and people who change their own from another machine."""

import json
import smtplib

from support import clients, database, running
from support.administrators import fingerprint
from support.companies import Company
from support.passwords import Passwords

MUST_CHANGE = "Your password must be changed; ask your administrator"


class Rules(Passwords):
    def test_each_rule_refuses_with_its_sentence(self):
        address = self.user("margaret")
        label = self.company.domain.split(".")[0]
        wrong = [
            ("nine-char", "at least 10 characters"),
            ("short", "at least 10 characters"),
            ("password1234", "a common word"),
            ("1234567890", "all too regular"),
            ("aaaaaaaaaaaa", "too few different characters"),
            ("passwordpassword", "a common word"),
            ("ilovejesus1", "a common word"),
            ("blink182blink", "a common word"),
            ("tigersunshine12", "two or three common words"),
            ("1qaz2wsx3edc", "its keys lie side by side"),
            ("!QAZ2wsx#EDC", "its keys lie side by side"),
            ("qwer1234asdf", "its keys lie side by side"),
            ("xk9!vxk9!vxk9!v", "it says the same again"),
            ("I am Margaret!", "the part of the address before the @"),
        ]
        if len(label) >= 4:
            wrong.append((f"at {label} we work", "the domain's name"))
        for password, words in wrong:
            done = self.set(address, password)
            self.assertEqual(65, done.returncode, password)
            self.assertIn(words, done.stderr)
        for password in ("correcthorsebatterystaple", "Velvet-Anchor-Pickle-Thunder", "k7Gq2xTz9b"):
            self.assertEqual(0, self.set(address, password).returncode, password)
        self.assertEqual(0, self.set(address, "a good new password").returncode)
        create = ("user", "create", self.company.address("other"), "--password-stdin")
        done = self.platform.casella(*create, stdin="password1234\n", check=False)
        self.assertEqual(65, done.returncode)
        self.assertIsNone(self.imap(address, "a good new password"), "nothing was changed")
        done = self.platform.casella(
            "administrator", "create", "margaret.boss", "--role", "auditor", "--password-stdin", stdin="password1234\n", check=False)
        self.assertEqual(65, done.returncode)
        self.assertIn("a common word", done.stderr)

    def test_an_import_is_checked_line_by_line(self):
        rows = [("fine", "a good old password"), ("weak", "password1234"), ("known", "password1234")]
        self.user("known")
        file = self.platform.data / "users.csv"
        file.write_text("address,password\n" + "".join(f"{self.company.address(name)},{password}\n" for name, password in rows))
        for options in (["--dry-run"], []):
            done = self.platform.casella("user", "import", str(file), *options, check=False)
            self.assertNotEqual(0, done.returncode)
            self.assertIn("users.csv:3: The password is easily guessed: it is a common word", done.stderr)
            self.assertNotIn("users.csv:2", done.stderr)
            self.assertNotIn("users.csv:4", done.stderr, "who exists stays")
        self.assertIsNone(self.imap(self.company.address("fine"), "a good old password"))

    def test_passwords_that_were_used_are_refused_for_a_while(self):
        address = self.user("reuse", "password number zero")
        for number in range(1, 7):
            self.assertEqual(0, self.set(address, f"the {number}. of my secrets").returncode)
        for used in (6, 5, 1):
            done = self.set(address, f"the {used}. of my secrets")
            self.assertEqual(65, done.returncode, used)
            self.assertIn("was used before", done.stderr)
        self.assertEqual(0, self.set(address, "password number zero").returncode, "six are between")
        kept = f"""SELECT count(*) FROM old_credentials JOIN users USING (tenant_id, user_id)
            WHERE tenant_id = {self.company.tenant_id()} AND local_part = 'reuse'"""
        self.assertEqual("5", database.sql(self.platform, "postgres", kept))

    def test_the_present_password_is_refused_where_none_is_remembered(self):
        platform = running.Platform(passwords={"remembered": 0})
        self.addCleanup(platform.remove)
        company = Company(platform.start(), users=())
        first, second = "the 1. of my secrets", "the 2. of my secrets"
        address = company.add_user("reuse", password=first)
        for password, status in ((first, 65), (second, 0), (second, 65), (first, 0)):
            words = ("user", "password", address, "--password-stdin")
            done = platform.casella(*words, stdin=password + "\n", check=False)
            self.assertEqual(status, done.returncode, (password, done.stderr))
        self.assertEqual("0", database.sql(platform, "postgres", "SELECT count(*) FROM old_credentials"))


class Change(Passwords):
    def test_a_password_that_must_be_changed(self):
        address = self.user("late")
        device = self.platform.ask("app-password", "create", address, "--name", "phone")["password"]
        self.platform.casella("user", "must-change", address, "--within", "7d")
        self.assertIsNone(self.imap(address, "a good old password"), "seven days are left")
        self.assertIsNotNone(self.platform.ask("user", "show", address)["passwordChangeDue"])
        self.platform.casella("user", "must-change", address)
        self.assertIn(MUST_CHANGE, self.imap(address, "a good old password"))
        self.assertIn("CONTACTADMIN", self.imap(address, "a good old password"))
        self.assertNotIn(MUST_CHANGE, self.imap(address, "a wrong old password"))
        with smtplib.SMTP_SSL("127.0.0.1", self.platform.port("submissions"), context=clients.tls()) as session:
            with self.assertRaises(smtplib.SMTPAuthenticationError) as refusal:
                session.login(address, "a good old password")
        self.assertEqual(535, refusal.exception.smtp_code)
        self.assertIsNone(self.imap(address, device), "app passwords go on")
        explained = self.platform.casella("explain", "login", address, "--protocol", "imap", check=False).stdout
        self.assertIn("must be changed since", explained)
        self.assertEqual(200, self.change(address, "a good old password", "an entirely new one")[0])
        self.assertIsNone(self.imap(address, "an entirely new one"))
        self.assertIsNotNone(self.imap(address, "a good old password"))
        self.assertIsNone(self.platform.ask("user", "show", address).get("passwordChangeDue"))
        event = next(
            event
            for event in self.platform.ask("audit", "list")
            if event["command"] == "user change-password" and event["target"] == address
        )
        self.assertEqual((address, address, "done"), (event["caller"], event["target"], event["result"]))
        self.assertNotIn("entirely", json.dumps(event))

    def test_it_is_said_when_the_password_is_given(self):
        address = self.company.address("given")
        self.platform.casella("user", "create", address, "--password-stdin", "--must-change", stdin="a good old password\n")
        self.assertIn(MUST_CHANGE, self.imap(address, "a good old password"))
        self.platform.casella("user", "must-change", address, "--off")
        self.assertIsNone(self.imap(address, "a good old password"))
        self.assertEqual(0, self.set(address, "a good new password", "--must-change").returncode)
        self.assertIn(MUST_CHANGE, self.imap(address, "a good new password"))
        self.assertEqual(64, self.set(address, "some other password", "--within", "7d").returncode)

    def test_what_is_wrong_is_not_told(self):
        address = self.user("guess")
        suspended = self.user("gone")
        self.platform.casella("user", "suspend", suspended, "--reason", "Left us")
        answers = [
            self.change(address, "a wrong old password", "an entirely new one"),
            self.change(self.company.address("nobody"), "a good old password", "an entirely new one"),
            self.change("nobody@nowhere.example", "a good old password", "an entirely new one"),
            self.change(suspended, "a good old password", "an entirely new one"),
        ]
        self.assertEqual([401] * 4, [status for status, _ in answers])
        self.assertEqual(1, len({json.dumps(answer, sort_keys=True) for _, answer in answers}))
        events = [event["command"] for event in self.platform.ask("audit", "list") if event["target"] in (address, suspended)]
        self.assertNotIn("user change-password", events)
        for new, words in (("password1234", "common word"), ("short", "too short"), ("a good old password", "old one")):
            status, answer = self.change(address, "a good old password", new)
            self.assertEqual(400, status)
            self.assertIn(words, answer["error"]["message"])
        self.assertIsNone(self.imap(address, "a good old password"))

    def test_wrong_ones_count_with_those_of_mail_programs(self):
        address = self.user("counted")
        for number in range(3):
            self.assertEqual(401, self.change(address, f"try number {number}", "an entirely new one")[0])
        self.assertEqual(3, self.counted(address))
        self.assertIsNotNone(self.imap(address, "try number 4"))
        self.assertEqual(4, self.counted(address))
        self.assertEqual(200, self.change(address, "a good old password", "an entirely new one")[0])

    def test_with_the_shell_from_another_machine(self):
        address = self.user("shell")
        words = ["user", "change-password", address, "--password-stdin"]
        lines = "a good old password\nan entirely new one\n"
        here = self.platform.casella(*words, stdin=lines, check=False)
        self.assertEqual(76, here.returncode, here.stderr)
        server = ["--server", f"127.0.0.1:{self.platform.port('admin')}", "--fingerprint", fingerprint(self.platform)]
        done = running.run([self.platform.data / "bin/casella", *words, *server], stdin=lines)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIsNone(self.imap(address, "an entirely new one"))
