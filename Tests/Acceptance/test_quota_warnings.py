"""Quota warnings by mail: at each threshold once, to whom it concerns, counted like any mail, also across a crash."""

import os
import re
import signal
import unittest

from support import clients, database, messages, running
from support.companies import Company
from support.waiting import eventually

KIB = 1024


class Warnings(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.Platform(quotaWarnings=[80, 95, 100]).start()

    @classmethod
    def tearDownClass(cls):
        cls.platform.remove()

    def limit(self, target, bytes="unlimited", messages="unlimited"):
        self.platform.casella("quota", "set", target, "--bytes", str(bytes), "--messages", str(messages))

    def append(self, company, user, size):
        with clients.imap(company, user) as imap:
            status, answer = imap.append("Archive", None, None, messages.message(company.address(user), size=size))
        return status == "OK"

    def told(self, company, user):
        """The subjects of the warnings in the user's INBOX."""
        with clients.imap(company, user) as imap:
            content = clients.all_messages(imap).values()
        warnings = [text for text in content if b"\r\nFrom: Mail System" in text]
        subjects = [re.search(rb"^Subject: (.*?)\r\n(?! )", text, re.S | re.M).group(1) for text in warnings]
        return [re.sub(r"\s+", " ", subject.decode()) for subject in subjects]

    def standing(self, company):
        """What the platform has written down: {(level, resource): (percent, state)}."""
        rows = database.rows(
            self.platform,
            "casella_control",
            f"SELECT level, resource, percent, state FROM quota_warnings WHERE tenant_id = {company.tenant_id()}",
        )
        return {(level, resource): (int(percent), state) for level, resource, percent, state in rows}

    def settles(self, company, key, value):
        eventually(lambda: self.standing(company).get(key) == value, what=f"{key} is at {value}")

    def test_a_user_is_told_at_each_threshold_once_and_again_after_usage_fell(self):
        company = Company(self.platform)
        ann = company.address("ann")
        self.limit(ann, bytes=1000 * KIB)
        self.assertTrue(self.append(company, "ann", 790 * KIB))
        self.assertTrue(self.append(company, "ann", 20 * KIB))
        self.settles(company, ("user", "bytes"), (80, "mailed"))
        self.assertTrue(self.append(company, "ann", 141 * KIB))
        self.settles(company, ("user", "bytes"), (95, "mailed"))
        self.assertFalse(self.append(company, "ann", 60 * KIB), "no room, so the mailbox is full")
        self.settles(company, ("user", "bytes"), (100, "mailed"))
        self.assertFalse(self.append(company, "ann", 60 * KIB))
        expected = [f"Your mailbox has reached {percent} % of its quota" for percent in (80, 95)] + ["Your mailbox is full"]
        self.assertEqual(expected, self.told(company, "ann"))
        with clients.imap(company, "ann") as imap:
            last = list(clients.all_messages(imap).values())[-1]
            for line in ("Return-Path: <>", "Auto-Submitted: auto-generated", f"From: Mail System <postmaster@{company.domain}>"):
                self.assertIn(f"{line}\r\n".encode(), last)
            self.assertIn(b"of 1000 KiB (ann@", last)
            notices = self.platform.ask("quota", "show", ann)["notices"]
            self.assertRegex(notices[0], r"reached 100 % of its storage at .*; its user was told by mail")
            imap.select("Archive")
            imap.store("1:*", "+FLAGS.SILENT", r"(\Deleted)")
            imap.expunge()
        self.settles(company, ("user", "bytes"), (0, "mailed"))
        self.assertTrue(self.append(company, "ann", 850 * KIB))
        self.settles(company, ("user", "bytes"), (80, "mailed"))
        self.assertEqual(expected + expected[:1], self.told(company, "ann"))
        self.assertEqual([], self.platform.ask("quota", "check", company.name)["levels"], "warnings are counted too")
        self.assertLessEqual(company.usage(ann)[0], 1000 * KIB)

    def test_a_domain_and_a_tenant_are_told_through_their_postmaster(self):
        company = Company(self.platform)
        self.limit(company.domain, messages=25)
        for _ in range(20):
            clients.deliver(self.platform, messages.message(company.address("ann")), company.address("ann"))
        self.settles(company, ("domain", "messages"), (80, "no address"))
        notices = self.platform.ask("quota", "show", company.address("ann"))["notices"]
        self.assertRegex(notices[0], "domain .* reached 80 % of its messages .* there is no postmaster address")
        self.platform.casella("alias", "create", f"postmaster@{company.domain}", "--to", company.address("bob"))
        self.limit(company.name, messages=24)
        self.settles(company, ("tenant", "messages"), (80, "mailed"))
        self.assertEqual([f"The mail of {company.name} in all its domains has reached 80 % of its quota"], self.told(company, "bob"))

    def test_a_warning_passes_no_limit(self):
        company = Company(self.platform)
        ann = company.address("ann")
        self.assertTrue(self.append(company, "ann", 50 * KIB))
        self.limit(ann, bytes=50 * KIB)
        self.settles(company, ("user", "bytes"), (100, "no room"))
        self.assertEqual((50 * KIB, 1), company.usage(ann))
        self.assertIn("there was no room", self.platform.ask("quota", "show", ann)["notices"][0])

    def test_a_crash_at_the_threshold_gives_neither_none_nor_two(self):
        company = Company(self.platform)
        ann = company.address("ann")
        for round in range(1, 4):
            self.limit(ann, bytes=500 * KIB)
            with clients.imap(company, "ann") as imap:
                worker = self.platform.worker_pid(f"tenant:{company.name}")
                self.assertEqual("OK", imap.append("Archive", None, None, messages.message(ann, size=405 * KIB))[0])
                os.kill(worker, signal.SIGKILL)
            eventually(lambda: self.told(company, "ann"), what="the warning is there", within=20)
            self.settles(company, ("user", "bytes"), (80, "mailed"))
            self.assertEqual(round, len(self.told(company, "ann")))
            with clients.imap(company, "ann") as imap:
                imap.select("Archive")
                imap.store("1:*", "+FLAGS.SILENT", r"(\Deleted)")
                imap.expunge()
            self.settles(company, ("user", "bytes"), (0, "mailed"))
        self.assertEqual([], self.platform.ask("quota", "check", company.name)["levels"])
