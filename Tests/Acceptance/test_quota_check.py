"""Limits below what is used, and counters that are found wrong and set right."""

import threading

from support import clients, database, messages
from support.companies import Company
from support.exactness import Exactness, KIB, appended, offered
from support.waiting import eventually


class BelowUsage(Exactness):
    def test_a_limit_below_the_use_keeps_the_mail_refuses_new_and_says_so(self):
        company = Company(self.platform)
        ann = company.address("ann")
        with clients.imap(company, "ann") as imap:
            for _ in range(3):
                self.assertTrue(appended(imap, "INBOX", messages.message(ann, size=10 * KIB)))
            eventually(lambda: company.usage(ann)[1] == 3, what="the counter follows")
            said = self.limit(ann, bytes=20 * KIB, messages=2)
            sentence = f"The user {ann} uses 30.72 KB of 20.48 KB and holds 3 messages of 2: it is over its quota."
            self.assertIn(sentence, " ".join(said.split()))
            self.assertIn("Existing mail stays; new mail is refused", said)
            report = self.platform.ask("quota", "show", ann)
            self.assertEqual(1, len(report["notices"]), report)
            self.assertFalse(offered(self.platform, ann, messages.message(ann)))
            self.assertFalse(appended(imap, "INBOX", messages.message(ann)))
            self.assertEqual(3, len(clients.all_messages(imap)))
            imap.select("INBOX")
            self.assertIn(b"[OVERQUOTA]", imap.copy("1", "Archive")[1][0])
            self.assertEqual("OK", imap._simple_command("MOVE", "1", "Archive")[0], "a move adds nothing")
            imap.store("1:2", "+FLAGS", r"(\Deleted)")
            imap.expunge()
        self.assertTrue(offered(self.platform, ann, messages.message(ann)))
        self.assertEqual([], self.platform.ask("quota", "show", ann)["notices"])

    def test_getquotaroot_shows_every_level_that_binds(self):
        company = Company(self.platform)
        ann = company.address("ann")
        with clients.imap(company, "ann") as imap:
            self.assertTrue(appended(imap, "INBOX", messages.message(ann, size=1500)))
            self.limit(ann, bytes=1500)
            self.limit(company.domain, messages=10)
            self.limit(company.name, bytes=64 * KIB, messages=20)

            def roots():
                status, (root, quotas) = imap.getquotaroot("INBOX")
                self.assertEqual("OK", status)
                return [part for part in root + quotas if part]

            expected = [
                b"INBOX user domain tenant", b"user (STORAGE 2 2)", b"domain (MESSAGE 1 10)", b"tenant (STORAGE 2 64 MESSAGE 1 20)",
            ]  # fmt: skip
            eventually(lambda: roots() == expected, within=5, what="the limits are shown")
            self.assertEqual((b"tenant (STORAGE 2 64 MESSAGE 1 20)",), tuple(imap.getquota("tenant")[1]))
            self.limit(ann)
            self.limit(company.domain)
            eventually(lambda: roots() == [b"INBOX tenant", expected[-1]], within=5, what="only what binds is shown")


class Check(Exactness):
    def test_wrong_counters_are_found_and_set_right_under_load(self):
        company = Company(self.platform)
        ann, bob = company.address("ann"), company.address("bob")
        for user in (ann, bob, bob, bob):
            clients.deliver(self.platform, messages.message(user, size=2 * KIB), user)
        eventually(lambda: company.usage(company.name)[1] == 4, what="the counter follows")
        self.assertCountersAgree(company.name)
        stored = company.usage(bob)[0]
        self.platform.casella("worker", "restart", f"tenant:{company.name}")
        for table in ("user_usage", "domain_usage", "tenant_usage"):
            where = "WHERE messages = 3" if table == "user_usage" else ""
            database.sql(
                self.platform,
                f"casella_t{company.tenant_id()}",
                f"UPDATE {table} SET bytes = bytes - 100, messages = messages - 2 {where}",
            )
        found = self.check(company.name, 2)
        self.assertEqual({"users": 2, "domains": 1, "tenants": 1}, found["compared"])
        self.assertEqual([company.name, company.domain, bob], [level["name"] for level in found["levels"]])
        for level in found["levels"]:
            self.assertEqual({"bytes": -100, "messages": -2}, level["difference"])
        self.assertEqual({"bytes": stored, "messages": 3}, found["levels"][2]["recounted"])
        self.assertEqual(2, self.platform.casella("quota", "check", check=False).returncode, "of all tenants")
        self.assertEqual([], self.check(ann)["levels"], "ann's own counter is right")
        self.assertIn("one differs from what is stored", self.platform.casella("quota", "check", bob, check=False).stdout)
        csv = self.platform.casella("--format", "csv", "quota", "check", bob, check=False).stdout.splitlines()
        self.assertEqual(f"user,{bob},{company.name},{stored - 100},{stored},-100,1,3,-2", csv[1])

        stop = threading.Event()

        def load():
            while not stop.is_set():
                clients.deliver(self.platform, messages.message(ann), ann)

        senders = [threading.Thread(target=load) for _ in range(4)]
        for sender in senders:
            sender.start()
        try:
            eventually(lambda: company.usage(ann)[1] > 5, what="mail comes in")
            self.assertTrue(self.check(company.name, 0, "--repair")["repaired"])
            self.assertCountersAgree(company.name)
        finally:
            stop.set()
            for sender in senders:
                sender.join()
        # The worker's memory follows: room is what the recount says.
        self.limit(bob, messages=5)
        self.assertEqual([True, True, False], [offered(self.platform, bob, messages.message(bob)) for _ in range(3)])
        eventually(lambda: company.usage(bob)[1] == 5, what="the counter follows")
        self.assertEqual(4, len(self.check(company.name, 0, "--all")["levels"]))
        self.assertEqual([], self.check(company.name, 0, "--repair")["levels"], "nothing to repair")

    def test_a_repair_starts_the_worker_that_is_away(self):
        company = Company(self.platform)
        clients.deliver(self.platform, messages.message(company.address("ann")), company.address("ann"))
        self.platform.casella("worker", "restart", f"tenant:{company.name}")
        database.sql(self.platform, f"casella_t{company.tenant_id()}", "UPDATE user_usage SET bytes = 0, messages = 0")
        tried = self.platform.casella("quota", "check", company.address("ann"), "--repair", "--dry-run").stdout
        self.assertIn("would be set right", tried)
        self.assertEqual(1, len(self.check(company.address("ann"), 2)["levels"]), "nothing was")
        self.assertIsNone(self.platform.worker_pid(f"tenant:{company.name}"), "a trial starts none")
        self.assertTrue(self.check(company.address("ann"), 0, "--repair")["repaired"])
        self.assertCountersAgree(company.name)

    def test_what_does_not_exist_is_not_checked(self):
        done = self.platform.casella("quota", "check", "nobody@nowhere.example", check=False)
        self.assertEqual(66, done.returncode)
