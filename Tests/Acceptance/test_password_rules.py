"""Passwords that are chosen, that must be changed, that are not enough alone; and people who change their own from another machine."""

import http.client
import imaplib
import json
import re
import smtplib
import ssl
import unittest

from support import clients, database, running
from support.administrators import Administrator, fingerprint, one_time_password
from support.companies import Company

MUST_CHANGE = "Your password must be changed; ask your administrator"
NOT_ENOUGH = "Use an app password"


class Passwords(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()
        cls.company = Company(cls.platform)

    def user(self, name, password="a good old password"):
        address = self.company.address(name)
        self.platform.casella("user", "create", address, "--password-stdin", stdin=password + "\n")
        return address

    def set(self, address, password, *options):
        return self.platform.casella("user", "password", address, "--password-stdin", *options, stdin=password + "\n", check=False)

    def imap(self, address, password):
        """None when the login succeeds, else the server's words."""
        with imaplib.IMAP4_SSL("127.0.0.1", self.platform.port("imaps"), ssl_context=clients.tls()) as session:
            try:
                session.login(address, password)
                return None
            except imaplib.IMAP4.error as error:
                return str(error)

    def request(self, path, body):
        """(status, value) of a call without a session."""
        context = ssl.create_default_context(cafile=self.platform.data / "tls/certificate.pem")
        context.check_hostname = False
        connection = http.client.HTTPSConnection("127.0.0.1", self.platform.port("admin"), context=context, timeout=60)
        connection.request("POST", path, json.dumps(body))
        response = connection.getresponse()
        answer = response.status, json.loads(response.read())
        connection.close()
        return answer

    def change(self, address, old, new, code=None):
        proof = {"address": address, "password": old, **({"oneTimePassword": code} if code else {})}
        return self.request("/self/password", {"proof": proof, "new": {"given": new}})

    def counted(self, account):
        """Wrong logins of the place where it has most."""
        return max((count["count"] for count in self.platform.ask("login", "list", "--all") if count.get("account") == account), default=0)

    def totp(self, address):
        made = self.platform.ask("user", "totp", address)["oneTimePassword"]
        self.assertTrue(made.startswith("otpauth://totp/"), made)
        return re.search("secret=([A-Z2-7]+)", made)[1]


class Rules(Passwords):
    def test_each_rule_refuses_with_its_sentence(self):
        address = self.user("margaret")
        label = self.company.domain.split(".")[0]
        wrong = [
            ("nine-char", "too short"),
            ("password1234", "a common word"),
            ("1234567890", "all too regular"),
            ("aaaaaaaaaaaa", "too few different characters"),
            ("I am Margaret!", "the part of the address before the @"),
        ]
        if len(label) >= 4:
            wrong.append((f"at {label} we work", "the domain's name"))
        for password, words in wrong:
            done = self.set(address, password)
            self.assertEqual(65, done.returncode, password)
            self.assertIn(words, done.stderr)
        create = ("user", "create", self.company.address("other"), "--password-stdin")
        done = self.platform.casella(*create, stdin="password1234\n", check=False)
        self.assertEqual(65, done.returncode)
        self.assertIsNone(self.imap(address, "a good old password"), "nothing was changed")
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


class OneTimePasswords(Passwords):
    def test_the_password_alone_opens_nothing(self):
        address = self.user("careful")
        secret = self.totp(address)
        self.assertIn(NOT_ENOUGH, self.imap(address, "a good old password"))
        self.assertNotIn(NOT_ENOUGH, self.imap(address, "a wrong old password"))
        self.assertTrue(self.platform.ask("user", "show", address)["hasOneTimePasswords"])
        self.assertIn("one-time passwords", self.platform.casella("explain", "login", address, check=False).stdout)

        def make(code, name="phone"):
            proof = {"address": address, "password": "a good old password", "oneTimePassword": code}
            return self.request("/self/app-passwords", {"proof": proof, "appPassword": {"name": name}})

        self.assertEqual(401, make("000000")[0])
        self.assertEqual(401, make("")[0])
        code = one_time_password(secret)
        status, answer = make(code)
        self.assertEqual(200, status, answer)
        self.assertIsNone(self.imap(address, answer["password"]))
        self.assertEqual(401, make(code, "laptop")[0], "a one-time password is good once")
        # Without the code, and with the next one.
        self.assertEqual(401, self.change(address, "a good old password", "an entirely new one")[0])
        next_code = one_time_password(secret, 1)
        self.assertEqual(200, self.change(address, "a good old password", "an entirely new one", next_code)[0])
        self.assertIn(NOT_ENOUGH, self.imap(address, "an entirely new one"))
        self.platform.casella("user", "totp", address, "--off")
        self.assertIsNone(self.imap(address, "an entirely new one"))
        rows = database.sql(self.platform, "postgres", "SELECT * FROM audit_log")
        for kept_secret in (secret, answer["password"], "entirely new"):
            self.assertNotIn(kept_secret, rows)

    def test_people_list_and_revoke_their_own_app_passwords(self):
        address, other = self.user("devices"), self.user("neighbour")
        proof = {"address": address, "password": "a good old password"}
        device = self.platform.ask("app-password", "create", address, "--name", "phone")["password"]
        self.platform.casella("app-password", "create", other, "--name", "laptop")
        status, listed = self.request("/self/app-passwords/list", proof)
        self.assertEqual((200, ["phone"]), (status, [entry["name"] for entry in listed]))
        self.assertNotIn(device, json.dumps(listed))
        for what, body in (("list", wrong := {**proof, "password": "wrong"}), ("revoke", {"proof": wrong, "name": "phone"})):
            self.assertEqual(401, self.request(f"/self/app-passwords/{what}", body)[0])
        self.assertEqual(2, self.counted(address))
        self.assertEqual(401, self.request("/self/app-passwords/list", {"address": address, "password": device})[0])
        self.assertEqual(404, self.request("/self/app-passwords/revoke", {"proof": proof, "name": "laptop"})[0])
        self.assertIsNone(self.imap(address, device))
        self.assertEqual(200, self.request("/self/app-passwords/revoke", {"proof": proof, "name": "phone"})[0])
        self.assertIsNotNone(self.imap(address, device))
        self.assertEqual((200, []), self.request("/self/app-passwords/list", proof))
        event = next(event for event in self.platform.ask("audit", "list") if event["command"] == "self revoke")
        self.assertEqual((address, address), (event["caller"], event["target"]))
        # With one-time passwords, one of them is needed; a password that must be changed does nothing else.
        secret = self.totp(address)
        self.assertEqual(401, self.request("/self/app-passwords/list", proof)[0])
        code = one_time_password(secret)
        self.assertEqual(200, self.request("/self/app-passwords/list", {**proof, "oneTimePassword": code})[0])
        self.platform.casella("user", "must-change", other)
        theirs = {"address": other, "password": "a good old password"}
        self.assertEqual(409, self.request("/self/app-passwords/list", theirs)[0])
        self.assertEqual(409, self.request("/self/app-passwords/revoke", {"proof": theirs, "name": "laptop"})[0])

    def test_what_people_only_try_changes_nothing_of_theirs(self):
        address = self.user("trying")
        proof = {"address": address, "password": "a good old password"}
        device = self.platform.ask("app-password", "create", address, "--name", "phone")["password"]

        def tried(path, **body):
            return self.request(f"/self/{path}?dryRun=true", {"proof": proof, **body})

        with imaplib.IMAP4_SSL("127.0.0.1", self.platform.port("imaps"), ssl_context=clients.tls()) as session:
            session.login(address, device)
            self.assertEqual(200, tried("password", new={"given": "an entirely new one"})[0])
            self.assertEqual(400, tried("password", new={"given": "password1234"})[0])
            self.assertEqual(200, tried("app-passwords/revoke", name="phone")[0])
            self.assertEqual(404, tried("app-passwords/revoke", name="laptop")[0])
            self.assertEqual(200, tried("app-passwords", appPassword={"name": "laptop"})[0], "without one-time passwords")
            self.assertEqual("OK", session.noop()[0], "no session ends")
        self.assertIsNone(self.imap(address, "a good old password"))
        self.assertIsNone(self.imap(address, device))
        wrong = {**proof, "password": "a wrong old password"}
        self.assertEqual(401, self.request("/self/password?dryRun=true", {"proof": wrong, "new": {"given": "an entirely new one"}})[0])
        self.assertEqual(1, self.counted(address), "a trial is no way to guess")
        proof["oneTimePassword"] = one_time_password(self.totp(address))
        status, answer = tried("app-passwords", appPassword={"name": "laptop"})
        self.assertEqual(200, status, answer)
        self.assertIsNotNone(self.imap(address, answer["password"]))
        self.assertEqual(401, tried("app-passwords", appPassword={"name": "laptop"})[0], "a one-time password is good once")
        self.assertEqual(["phone"], [entry["name"] for entry in self.platform.ask("app-password", "list", address)])
        commands = {event["command"] for event in self.platform.ask("audit", "list") if event["caller"] == address}
        self.assertEqual(set(), commands)

    def make(self, address, password, name="phone", **more):
        proof = {"address": address, "password": password}
        return self.request("/self/app-passwords", {"proof": proof, "appPassword": {"name": name, **more}})

    def test_who_has_none_makes_app_passwords_with_the_own_password_alone(self):
        address = self.user("plain")
        status, answer = self.make(address, "a good old password", services=["imap", "submission"])
        self.assertEqual(200, status, answer)
        device = answer["password"]
        self.assertEqual(["imap", "submission"], answer["appPassword"]["services"])
        self.assertIsNone(self.imap(address, device))
        event = next(event for event in self.platform.ask("audit", "list") if event["command"] == "self app-password")
        self.assertEqual((address, address), (event["caller"], event["target"]))
        self.assertEqual(409, self.make(address, "a good old password")[0], "the name is taken")
        # What it is good for is mail alone.
        self.assertEqual(401, self.make(address, device, "laptop")[0])
        self.assertEqual(401, self.make(address, "a wrong old password", "laptop")[0])
        self.assertEqual(2, self.counted(address))
        # And what the plan allows.
        self.platform.casella("plan", "override", address, "--protocols", "submission")
        self.assertIn("not part of your plan", self.imap(address, device))
        self.assertEqual(["phone"], [entry["name"] for entry in self.platform.ask("app-password", "list", address)])
        rows = database.sql(self.platform, "postgres", "SELECT * FROM audit_log")
        self.assertNotIn(device, rows)

    def test_who_may_make_none(self):
        due, gone, careful = self.user("due"), self.user("barred"), self.user("later")
        self.platform.casella("user", "must-change", due)
        self.platform.casella("user", "suspend", gone, "--login", "--reason", "Left us")
        self.totp(careful)
        for address, status in ((due, 409), (gone, 401), (careful, 401), (self.company.address("nobody"), 401)):
            with self.subTest(address):
                self.assertEqual(status, self.make(address, "a good old password")[0])
        for address in (due, gone, careful):
            self.assertEqual([], self.platform.ask("app-password", "list", address))

    def test_guesses_at_it_are_counted_and_no_mail_program_forgives_them(self):
        address = self.user("tried")
        device = self.platform.ask("app-password", "create", address, "--name", "phone")["password"]
        secret = self.totp(address)
        for number in range(2):
            self.assertEqual(401, self.change(address, "a good old password", "an entirely new one", f"00000{number}")[0])
            self.assertIsNone(self.imap(address, device))
        self.assertEqual(2, self.counted(f"one-time-password:{address}"))
        self.assertGreater(self.platform.ask("login", "unlock", address)["forgotten"], 0)
        self.assertEqual(0, self.counted(f"one-time-password:{address}"))
        code = one_time_password(secret)
        self.assertEqual(200, self.change(address, "a good old password", "an entirely new one", code)[0])

    def test_who_may_set_it_up(self):
        address = self.user("help")
        auditor = Administrator(self.platform, "auditor")
        self.assertEqual(403, auditor.request("POST", f"/users/{address}/totp")[0])
        desk = Administrator(self.platform, "help-desk", tenant=self.company.name)
        self.assertEqual(200, desk.request("POST", f"/users/{address}/totp")[0])
        self.assertEqual(200, desk.request("DELETE", f"/users/{address}/totp")[0])
        self.assertEqual(409, desk.request("DELETE", f"/users/{address}/totp")[0])
