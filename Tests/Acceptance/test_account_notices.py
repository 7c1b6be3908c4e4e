"""Users hear by mail of what concerns their account's safety: what, when, by whom; never what is only tried, refused or imported."""

import re

from support import clients, running
from support.companies import Company
from support.passwords import Passwords
from support.waiting import eventually

FOOTER = re.compile(rb"^By:      (.*)\r\n", re.M)


class AccountNotices(Passwords):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.Platform(accountNotices=True).start()
        cls.company = Company(cls.platform, users=())

    @classmethod
    def tearDownClass(cls):
        cls.platform.remove()

    def told(self, address):
        """(subject, by whom) of the notices in the user's INBOX, and their texts."""
        with clients.imap(self.company, address) as imap:
            texts = [text for _, text in sorted(clients.all_messages(imap).items())]
        texts = [text for text in texts if b"\r\nFrom: Mail System" in text]
        subjects = [re.search(rb"^Subject: (.*?)\r\n(?! )", text, re.S | re.M).group(1) for text in texts]
        heads = [(re.sub(r"\s+", " ", subject.decode()), FOOTER.search(text).group(1).decode()) for subject, text in zip(subjects, texts)]
        return heads, texts

    def hears(self, address, *expected):
        eventually(lambda: self.told(address)[0] == list(expected), what=f"{address} is told of {expected}, not of {self.told(address)[0]}")

    def known(self, name):
        """A user whom this test can log in."""
        address = self.user(name)
        self.company.passwords[address] = "a good old password"
        return address

    def test_administrators_changes(self):
        address = self.known("ann")
        device = self.platform.ask("app-password", "create", address, "--name", "phone")["password"]
        self.company.passwords[address] = device
        self.assertEqual(0, self.set(address, "an entirely new one").returncode)
        secret = self.totp(address)
        self.platform.casella("user", "totp", address, "--off")
        by = "an administrator"
        self.hears(
            address, ("A new app password for your mailbox", by), ("Your password was changed", by),
            ("One-time passwords were set up for your account", by), ("One-time passwords were switched off for your account", by),
        )  # fmt: skip
        for text in self.told(address)[1]:
            for line in ("Return-Path: <>", "Auto-Submitted: auto-generated", f"To: <{address}>", f"Account: {address}"):
                self.assertIn(f"{line}\r\n".encode(), text)
            for hidden in (device, secret, "an entirely new one", "a good old password", "127.0.0.1"):
                self.assertNotIn(hidden.encode(), text)
        self.assertEqual(4, self.company.usage(address)[1], "they are counted")
        self.assertEqual([], self.platform.ask("quota", "check", self.company.name)["levels"])

    def test_ones_own_changes(self):
        address = self.known("bob")
        proof = {"address": address, "password": "a good old password"}
        answer = self.request("/self/app-passwords", {"proof": proof, "appPassword": {"name": "Bob's phone"}})
        self.assertEqual(200, answer[0], answer)
        self.assertEqual(200, self.change(address, "a good old password", "an entirely new one")[0])
        self.company.passwords[address] = "an entirely new one"
        by = "you, with your password, from 127.0.0.1"
        self.hears(address, ("A new app password for your mailbox", by), ("Your password was changed", by))
        self.assertIn(b"It is called: Bob's phone\r\n", self.told(address)[1][0])

    def test_what_is_tried_refused_or_imported_is_not_told(self):
        address = self.known("carl")
        for words in (["app-password", "create", address, "--name", "x"], ["user", "password", address, "--generate"]):
            self.platform.casella("--dry-run", *words)
        self.platform.casella("--dry-run", "user", "totp", address)
        self.assertNotEqual(0, self.set(address, "short").returncode)
        self.assertNotEqual(0, self.platform.casella("user", "totp", address, "--off", check=False).returncode)
        self.assertEqual(401, self.change(address, "a wrong old password", "an entirely new one")[0])
        dora = self.company.address("dora")
        self.company.passwords[dora] = "a good old password"
        self.platform.casella("user", "import", "-", stdin=f"address,password\n{dora},a good old password\n")
        # The line of the company is in order: what came before is there when this one is.
        for who in (address, dora):
            device = self.platform.ask("app-password", "create", who, "--name", "phone")["password"]
            self.hears(who, ("A new app password for your mailbox", "an administrator"))
            self.platform.casella("app-password", "delete", who, "phone")
            self.assertIsNotNone(self.imap(who, device))

    def test_where_there_is_no_room_it_is_dropped_and_the_call_is_done(self):
        address = self.known("full")
        self.platform.casella("quota", "set", address, "--messages", "0")
        self.platform.casella("app-password", "create", address, "--name", "phone")
        log = self.platform.data / "log/casella.log"
        eventually(lambda: "not told of a changed account: there is no room" in log.read_text(), what="the log says so")
        self.assertEqual(([], []), self.told(address))
        self.assertEqual(0, self.company.usage(address)[1])
