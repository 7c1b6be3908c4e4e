"""Quotas to the octet and to the message: under load, at all levels, recipient by recipient; and the counters are what is stored."""

import collections
import contextlib
import random
import re
import smtplib
import threading
import time

from support import clients, database, messages, outside
from support.companies import Company
from support.exactness import Bound, Exactness, KIB, appended, offered, parallel
from support.waiting import eventually


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
    """50 clients deliver and 20 append, copy, move and expunge, while user, domain and tenant all have a limit in the middle of it."""

    SECONDS, DELIVERERS, READERS = 6, 50, 20

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
        targets = [target for target, _, _ in self.levels]
        self.above = dict(zip(self.users, (targets, targets[1:], targets[1:], targets[2:])))
        # The octets that are put above a message; the day of the month may get a digit more.
        self.trace = {}
        for user in self.users:
            content = messages.message(user)
            self.assertTrue(offered(self.platform, user, content))
            self.trace[user] = self.company.usage(user)[0] - len(content) + 1
        self.bound = Bound(
            {target: (octets, number) for target, octets, number in self.levels},
            {target: self.company.usage(target) for target in targets},
        )
        for target, octets, number in self.levels:
            self.limit(target, octets, number)
        self.tally = collections.Counter()

    def judge(self, attempt, taken, what):
        """What is refused did not fit, as far as that can be known beside all others who are at it."""
        fits = self.bound.end(attempt, taken)
        self.assertTrue(taken or not fits, (what, attempt.amount, attempt.peak))
        self.tally["sure to fit"] += fits
        self.tally[what if taken else "refused"] += 1

    def deliver(self, random, end):
        while time.monotonic() < end:
            user = random.choice(self.users)
            content = messages.message(user, size=random.randrange(400, 12 * KIB))
            attempt = self.bound.begin(self.above[user], len(content) + self.trace[user])
            self.judge(attempt, offered(self.platform, user, content), "delivered")

    def sizes(self, client, first, last):
        """UIDs and octets of these messages; None if one of them is gone."""
        status, lines = client.fetch(f"{first}:{last}", "(UID RFC822.SIZE)")
        found = {}
        for line in lines:
            uid, octets = (re.search(rb"\b%s (\d+)" % name, line or b"") for name in (b"UID", rb"RFC822\.SIZE"))
            if uid and octets:
                found[int(uid[1])] = int(octets[1])
        return found if status == "OK" and len(found) == last - first + 1 else None

    def work(self, user, random, end):
        """A user at the mail program, who files, copies and deletes."""
        levels = self.above[user]
        with clients.imap(self.company, user) as client:
            while time.monotonic() < end:
                mailbox = random.choice(("INBOX", "Archive"))
                number = int(client.select(mailbox)[1][0])
                action = random.choice(("append", "copy", "move", "expunge", "expunge"))
                if action == "append":
                    content = messages.message(user, size=random.randrange(400, 12 * KIB))
                    attempt = self.bound.begin(levels, len(content))
                    self.judge(attempt, appended(client, mailbox, content), "appended")
                elif number > 3:
                    first = random.randrange(1, number + 1)
                    last = min(first + 2, number) if action == "copy" else first
                    sizes = self.sizes(client, first, last)
                    if sizes is None:
                        continue
                    if action == "copy":
                        attempt = self.bound.begin(levels, sum(sizes.values()), len(sizes))
                        status, answer = client.copy(f"{first}:{last}", "Archive")
                        refused = status != "OK" and b"[OVERQUOTA]" in answer[0]
                        self.assertTrue(status == "OK" or refused or b"[EXPUNGEISSUED]" in answer[0], answer)
                        self.judge(attempt, not refused, "copied")
                    elif action == "move":
                        # In the meantime it may take room at both places.
                        attempt = self.bound.begin(levels, *sizes.values())
                        status, answer = client._simple_command("MOVE", str(first), "Archive")
                        self.assertTrue(status == "OK" or b"[EXPUNGEISSUED]" in answer[0], answer)
                        self.bound.end(attempt, True)
                    else:
                        marked, _ = client.store(str(first), "+FLAGS.SILENT", r"(\Deleted)")
                        status, answer = client.expunge()
                        self.assertEqual("OK", status, answer)
                        status = marked
                    if action != "copy" and status == "OK":
                        for uid, octets in sizes.items():
                            self.bound.removed(levels, (user, mailbox, uid), octets)
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
            if number < self.DELIVERERS:
                self.deliver(choices, end)
            else:
                self.work(self.users[number % 4], choices, end)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            parallel([lambda number=number: client(number) for number in range(self.DELIVERERS + self.READERS)])
        finally:
            stop.set()
            watcher.join()
        self.assertIn("checks", watched, "a check while the clients worked failed")
        for deed in ("delivered", "appended", "refused", "copy", "move", "expunge", "sure to fit"):
            self.assertGreater(self.tally[deed], 0, f"{deed}: {self.tally}, seed {seed}")
        for level in ("user", "domain", "tenant"):
            self.assertGreater(watched["fullest"][level], 0.8, f"{level}: {watched}, seed {seed}")
        eventually(lambda: self.check(self.company.name)["levels"] == [], what="the counters agree")
        for target, *limits in self.levels:
            used = self.company.usage(target)
            for amount, limit, bound in zip(used, limits, self.bound.most[target]):
                self.assertLessEqual(amount, limit, f"{target}, with all that was acknowledged; seed {seed}")
                self.assertLessEqual(amount, bound, f"{target}: what was judged by is no bound; seed {seed}")
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
        self.assertEqual({b"5.2.2 The mailbox is full"}, {text for code, text in replies if code == 552}, "neither whose limit nor figures")
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
