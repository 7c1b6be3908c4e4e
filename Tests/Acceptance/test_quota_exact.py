"""Quotas to the octet and to the message: under load, at all levels, recipient by recipient; and the counters are what is stored."""

import collections
import contextlib
import json
import random
import smtplib
import threading
import time
import unittest

from support import clients, database, messages, outside, running
from support.companies import Company
from support.waiting import eventually

KIB = 1024


class Exactness(unittest.TestCase):
    def setUp(self):
        self.platform = running.shared()

    def limit(self, target, bytes="unlimited", messages="unlimited"):
        return self.platform.casella("quota", "set", target, "--bytes", str(bytes), "--messages", str(messages)).stdout

    def check(self, target, status=0, *options):
        """The answer of `quota check`, which must end with this status."""
        done = self.platform.casella("--format", "json", "quota", "check", target, *options, check=False)
        self.assertEqual(status, done.returncode, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def assertCountersAgree(self, target):
        self.assertEqual([], self.check(target)["levels"])


def parallel(jobs):
    """Runs all at once; the results in the order of the jobs. What one raises is raised."""
    results, problems = [None] * len(jobs), []
    gate = threading.Barrier(len(jobs))

    def run(number, job):
        try:
            gate.wait(timeout=60)
            results[number] = job()
        except Exception as problem:  # it is raised below, in the test's own thread
            problems.append(problem)

    threads = [threading.Thread(target=run, args=(number, job)) for number, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]
    return results


def appended(client, mailbox, content):
    """True if an APPEND was taken, False if it was refused for the quota."""
    status, answer = client.append(mailbox, None, None, content)
    assert status == "OK" or b"[OVERQUOTA]" in answer[0], answer
    return status == "OK"


def offered(platform, recipient, content):
    """True if port 25 took a message, False if it was refused for the quota."""
    with clients.smtp(platform) as client:
        client.ehlo()
        client.mail("stranger@elsewhere.example")
        code, reply = client.rcpt(recipient)
        if code == 250:
            code, reply = clients.end_of_data(client, content)
    assert code == 250 or reply[:5] == b"5.2.2", (code, reply)
    return code == 250


class EqualMessages(Exactness):
    """Against room for so many messages of one size, exactly so many are taken."""

    def test_each_level_takes_exactly_as_many_messages_as_it_has_room_for(self):
        company = Company(self.platform)
        ann, bob = company.address("ann"), company.address("bob")
        for target in (ann, company.domain, company.name):
            before = company.usage(target)[1]
            self.limit(target, messages=before + 20)
            to = [ann] * 50 if target == ann else [ann, bob] * 25
            taken = parallel([lambda user=user: offered(self.platform, user, messages.message(user)) for user in to])
            self.assertEqual(20, sum(taken), target)
            eventually(lambda: company.usage(target)[1] == before + 20, what="the counter follows")
            self.limit(target)
        self.assertCountersAgree(company.name)

    def test_each_level_takes_exactly_as_many_octets_as_it_has_room_for(self):
        company = Company(self.platform)
        ann, bob = company.address("ann"), company.address("bob")
        size = 3 * KIB
        with contextlib.ExitStack() as stack:
            sessions = {user: [stack.enter_context(clients.imap(company, user)) for _ in range(10)] for user in ("ann", "bob")}

            def append(client):
                return sum(appended(client, "INBOX", messages.message(ann, size=size)) for _ in range(4))

            def copy(client):
                client.select("Drafts")
                done = 0
                for _ in range(4):
                    status, answer = client.copy("1", "Archive")
                    self.assertTrue(status == "OK" or b"[OVERQUOTA]" in answer[0], answer)
                    done += status == "OK"
                return done

            for user in ("ann", "bob"):
                self.assertTrue(appended(sessions[user][0], "Drafts", messages.message(ann, size=size)))
            for target in (ann, company.domain, company.name):
                eventually(lambda: company.usage(target)[0] % size == 0, what="the counter follows")
                before = company.usage(target)[0]
                self.limit(target, bytes=before + 21 * size + size - 1)
                clients_of = sessions["ann"] if target == ann else sessions["ann"][:5] + sessions["bob"][:5]
                jobs = [lambda job=(append, copy)[number % 2], client=client: job(client) for number, client in enumerate(clients_of)]
                self.assertEqual(21, sum(parallel(jobs)), target)
                eventually(lambda: company.usage(target)[0] == before + 21 * size, what="the counter follows")
                self.limit(target)
        self.assertCountersAgree(company.name)


class Storm(Exactness):
    """50 clients deliver, append, copy, move and expunge, while user, domain and tenant all have a limit in the middle of it."""

    SECONDS = 6

    def setUp(self):
        super().setUp()
        self.company = Company(self.platform, users=("ann", "bob", "cid"))
        self.second = f"second.{self.company.domain}"
        self.platform.casella("domain", "create", self.second, "--tenant", self.company.name)
        self.company.add_user("dan", domain=self.second)
        self.users = [self.company.address(name) for name in ("ann", "bob", "cid")] + [f"dan@{self.second}"]
        self.levels = [
            (self.users[0], 150 * KIB, 26), (self.company.domain, 600 * KIB, 100), (self.company.name, 700 * KIB, 116),
        ]  # fmt: skip
        for target, octets, number in self.levels:
            self.limit(target, octets, number)
        self.tally = collections.Counter()

    def deliver(self, random, end):
        while time.monotonic() < end:
            user = random.choice(self.users)
            taken = offered(self.platform, user, messages.message(user, size=random.randrange(400, 12 * KIB)))
            self.tally["delivered" if taken else "refused"] += 1

    def work(self, user, random, end):
        """A user at the mail program, who files, copies and deletes."""
        with clients.imap(self.company, user) as client:
            while time.monotonic() < end:
                mailbox = random.choice(("INBOX", "Archive"))
                number = int(client.select(mailbox)[1][0])
                action = random.choice(("append", "copy", "move", "expunge", "expunge"))
                if action == "append":
                    taken = appended(client, mailbox, messages.message(user, size=random.randrange(400, 12 * KIB)))
                    self.tally["appended" if taken else "refused"] += 1
                elif number > 3:
                    some = str(random.randrange(1, number + 1))
                    if action == "copy":
                        status, answer = client.copy(f"{some}:{min(int(some) + 2, number)}", "Archive")
                        self.assertTrue(status == "OK" or b"[OVERQUOTA]" in answer[0] or b"[EXPUNGEISSUED]" in answer[0], answer)
                    elif action == "move":
                        status, answer = client._simple_command("MOVE", some, "Archive")
                        self.assertTrue(status == "OK" or b"[EXPUNGEISSUED]" in answer[0], answer)
                    else:
                        client.store(some, "+FLAGS.SILENT", r"(\Deleted)")
                        status, answer = client.expunge()
                        self.assertEqual("OK", status, answer)
                    self.tally[action] += status == "OK"

    def watch(self, stop):
        """Recounts and compares, in one snapshot each time, as fast as it can."""
        statement = f"""
            SELECT 'user', u.bytes, u.messages, l.quota_bytes, l.quota_messages FROM user_usage u JOIN users l USING (tenant_id, user_id)
            WHERE tenant_id = {self.tenant} AND l.quota_bytes IS NOT NULL
            UNION ALL SELECT 'domain', u.bytes, u.messages, l.quota_bytes, l.quota_messages
            FROM domain_usage u JOIN domains l USING (tenant_id, domain_id) WHERE tenant_id = {self.tenant} AND l.quota_bytes IS NOT NULL
            UNION ALL SELECT 'tenant', u.bytes, u.messages, l.quota_bytes, l.quota_messages
            FROM tenant_usage u JOIN tenants l USING (tenant_id) WHERE tenant_id = {self.tenant}"""
        fullest = collections.Counter()
        checks = 0
        while not stop.is_set():
            self.assertCountersAgree(self.company.name)
            checks += 1
            for level, *figures in database.rows(self.platform, "casella_control", statement):
                octets, number, most_octets, most = map(int, figures)
                self.assertLessEqual(octets, most_octets, level)
                self.assertLessEqual(number, most, level)
                fullest[level] = max(fullest[level], octets / most_octets, number / most)
        return checks, fullest

    def test_no_level_is_passed_none_refuses_what_fits_and_the_counters_always_agree(self):
        self.tenant = self.company.tenant_id()
        seed = 4
        end, stop = time.monotonic() + self.SECONDS + 2, threading.Event()
        watched = {}

        def watch():
            watched["checks"], watched["fullest"] = self.watch(stop)

        def client(number):
            choices = random.Random(seed + number)
            if number % 5 < 3:
                self.deliver(choices, end)
            else:
                self.work(self.users[number % 4], choices, end)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            parallel([lambda number=number: client(number) for number in range(50)])
        finally:
            stop.set()
            watcher.join()
        self.assertIn("checks", watched, "a check while the clients worked failed")
        for deed in ("delivered", "appended", "refused", "copy", "move", "expunge"):
            self.assertGreater(self.tally[deed], 0, f"{deed}: {self.tally}, seed {seed}")
        for level in ("user", "domain", "tenant"):
            self.assertGreater(watched["fullest"][level], 0.8, f"{level}: {watched}, seed {seed}")
        eventually(lambda: self.check(self.company.name)["levels"] == [], what="the counters agree")
        for target, octets, number in self.levels:
            with self.subTest(target):
                self.assertFillsUpExactly(target)

    def assertFillsUpExactly(self, target):
        """With this level's limit alone: one octet more than its room is refused, exactly its room is taken, then nothing is."""
        for other, _, _ in self.levels:
            self.limit(other)
        user = self.users[0]
        room = 777
        self.limit(target, bytes=self.company.usage(target)[0] + room, messages=self.company.usage(target)[1] + 1)
        with clients.imap(self.company, user) as client:
            self.assertFalse(appended(client, "Sent", messages.message(user, size=room + 1)))
            self.assertTrue(appended(client, "Sent", messages.message(user, size=room)))
            self.assertFalse(appended(client, "Sent", b"x\r\n"))
        self.assertCountersAgree(self.company.name)


class Recipients(Exactness):
    COUNT = 1000

    def company_of_many(self, count):
        """A company whose users were made in one statement: they have no password."""
        company = Company(self.platform, users=())
        tenant = company.tenant_id()
        database.sql(
            self.platform,
            "casella_control",
            f"""INSERT INTO users (tenant_id, domain_id, local_part, quota_messages)
            SELECT {tenant}, domain_id, 'u' || n, CASE WHEN n % 5 = 0 THEN 0 END
            FROM domains, generate_series(1, {count}) n WHERE tenant_id = {tenant}""",
        )
        return company

    def test_a_thousand_recipients_are_decided_one_by_one(self):
        company = self.company_of_many(self.COUNT)
        self.limit(company.name, messages=500)
        door = self.platform.data / f"run/tenants/{company.tenant_id()}/lmtp"
        content = messages.message("all@elsewhere.example")
        client = smtplib.LMTP(str(door), timeout=200)
        client.ehlo("tester.example")
        lines = [b"MAIL FROM:<stranger@elsewhere.example>"]
        lines += [f"RCPT TO:<{company.address(f'u{number}')}>".encode() for number in range(1, self.COUNT + 1)]
        sender = threading.Thread(target=client.send, args=(b"\r\n".join(lines) + b"\r\n",))  # pipelined (RFC 2920)
        sender.start()
        self.assertEqual(250, client.getreply()[0])
        admitted = [client.getreply() for _ in range(self.COUNT)]
        sender.join()
        # Those who are full themselves hear it at once; the others' room is the tenant's, which the delivery decides.
        for number, (code, reply) in enumerate(admitted, 1):
            self.assertEqual((552, b"5.2.2") if number % 5 == 0 else (250, b"2.1.5"), (code, reply[:5]), number)
        self.assertEqual(354, client.docmd("DATA")[0])
        client.send(content + b".\r\n")
        replies = [client.getreply() for code, _ in admitted if code == 250]
        self.assertEqual({(250, b"2.1.5"): 500, (552, b"5.2.2"): 300}, collections.Counter((code, text[:5]) for code, text in replies))
        self.assertTrue(all(b"tenant" in text for code, text in replies if code == 552))
        client.quit()
        eventually(lambda: company.usage(company.name)[1] == 500, what="the counter follows")
        self.assertCountersAgree(company.name)
        took = [number for number, (code, _) in zip((n for n in range(1, self.COUNT + 1) if n % 5), replies) if code == 250]
        for number in (took[0], took[-1]):
            self.assertEqual(1, company.usage(company.address(f"u{number}"))[1])

    def test_over_smtp_the_message_is_taken_for_those_who_have_room_and_the_sender_told_of_the_others(self):
        company = self.company_of_many(24)
        self.limit(company.name, messages=12)
        with outside.ScriptedHost() as host:
            with clients.smtp(self.platform) as client:
                client.ehlo()
                client.mail("sender@scripted.example")
                codes = [client.rcpt(company.address(f"u{number}"))[0] for number in range(1, 25)]
                self.assertEqual(20, codes.count(250))
                self.assertEqual(250, clients.end_of_data(client, messages.message("all@elsewhere.example"))[0])
            eventually(lambda: host.messages, within=30, what="the sender is told")
            text = b"".join(content for _, _, content in host.messages)
        self.assertEqual(8, text.count(b"Final-Recipient:"))
        self.assertEqual(12, company.usage(company.name)[1])
        self.assertCountersAgree(company.name)


class BelowUsage(Exactness):
    def test_a_limit_below_the_use_keeps_the_mail_refuses_new_and_says_so(self):
        company = Company(self.platform)
        ann = company.address("ann")
        with clients.imap(company, "ann") as imap:
            for _ in range(3):
                self.assertTrue(appended(imap, "INBOX", messages.message(ann, size=10 * KIB)))
            eventually(lambda: company.usage(ann)[1] == 3, what="the counter follows")
            said = self.limit(ann, bytes=20 * KIB, messages=2)
            self.assertIn(f"The user {ann} uses 30.72 KB of 20.48 KB and holds 3 messages of 2: it is over its quota.", " ".join(said.split()))
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
