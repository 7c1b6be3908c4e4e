"""Passwords that are not enough alone; and app passwords that people make, list and revoke themselves."""

import imaplib
import json

from support import clients, database
from support.administrators import Administrator, one_time_password
from support.passwords import Passwords

NOT_ENOUGH = "Use an app password"


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
