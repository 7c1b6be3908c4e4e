"""Guessing passwords: it is slowed down and then stopped, looks like any wrong password, and never locks out who logged in before."""

import concurrent.futures
import itertools
import os
import signal
import statistics
import time
import unittest

from support import clients, database, running
from support.companies import Company
from support.dialogue import Dialogue, plain
from support.waiting import eventually

# Low, so that few wrong logins reach them.
LIMITS = {"perPlace": 4, "perAddress": 8, "perAccount": 12, "forgottenAfter": 3600}
_networks = itertools.count(1)


def elsewhere():
    """A loopback address in a network (of 24 bits) where nobody has been."""
    number = next(_networks)
    return f"127.{10 + number // 256}.{number % 256}.9"


def rank_sum(left, right):
    """How many standard deviations the ranks of `left` among both lie from what chance makes of them (Mann and Whitney's test)."""
    ranked = sorted(left + right)
    ranks = {value: (ranked.index(value) + 1 + ranked.index(value) + ranked.count(value)) / 2 for value in set(left)}
    n, m = len(left), len(right)
    return (sum(ranks[value] for value in left) - n * (n + m + 1) / 2) / (n * m * (n + m + 1) / 12) ** 0.5


class Guessing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.Platform(wrongLogins=LIMITS, plaintextLoginFromLoopback=True).start()

    @classmethod
    def tearDownClass(cls):
        cls.platform.remove()

    # A login in each service: its reply, and the seconds that it took.

    def imap(self, user, password, source):
        with Dialogue(self.platform.port("imap"), source=source) as dialogue:
            dialogue.line()
            began = time.monotonic()
            return dialogue.command("t", f'LOGIN {user} "{password}"')[-1], time.monotonic() - began

    def pop3(self, user, password, source):
        with Dialogue(self.platform.port("pop3"), source=source) as dialogue:
            dialogue.line()
            dialogue.say(f"USER {user}")
            self.assertTrue(dialogue.line().startswith(b"+OK"))
            began = time.monotonic()
            dialogue.say(f"PASS {password}")
            return dialogue.line(), time.monotonic() - began

    def submission(self, user, password, source):
        with Dialogue(self.platform.port("submission"), source=source) as dialogue:
            dialogue.greet_smtp()
            began = time.monotonic()
            code, text = dialogue.ask(f"AUTH PLAIN {plain(user, password)}")
            return f"{code} {text}".encode(), time.monotonic() - began

    GOOD = {"imap": b"t OK", "pop3": b"+OK", "submission": b"235 "}
    REFUSED = {
        "imap": b"t NO [AUTHENTICATIONFAILED] Authentication failed.",
        "pop3": b"-ERR [AUTH] ",
        "submission": b"535 5.7.8 ",
    }

    def logs_in(self, user, password, source, service="imap"):
        reply, _ = getattr(self, service)(user, password, source)
        if reply.startswith(self.GOOD[service]):
            return True
        self.assertTrue(reply.startswith(self.REFUSED[service]), reply)
        return False

    def close_to_strangers(self, user):
        """Wrong logins from so many networks that the account is closed; each service has its share."""
        services = itertools.cycle(self.GOOD)
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            attempts = [
                pool.submit(self.logs_in, user, f"guess {number}", elsewhere(), next(services)) for number in range(LIMITS["perAccount"])
            ]
            self.assertFalse(any(attempt.result() for attempt in attempts))

    def locked(self):
        return {(entry.get("account"), entry.get("place")): entry for entry in self.platform.ask("login", "list")}

    # What a stranger sees

    def test_wording_and_time_do_not_tell_why(self):
        company, closed = Company(self.platform, users=("ann", "sue", "sam", "tim", "una")), Company(self.platform, users=("ann",))
        for user in ("sue", "sam"):
            self.platform.casella("user", "suspend", company.address(user), "--yes")
        self.platform.casella("user", "suspend", company.address("tim"), "--reason", "Left us", "--yes")
        self.platform.casella("tenant", "suspend", closed.name, "--yes")
        self.close_to_strangers(company.address("una"))
        self.close_to_strangers("nobody@nowhere.example")
        cases = {
            "a wrong password": (company.address("ann"), None),
            "an unknown user": (company.address("nobody"), None),
            "an unknown domain": ("ann@nowhere.example", None),
            "a suspended user": (company.address("sue"), company.password("sue")),
            "a suspended user, with a wrong password": (company.address("sam"), None),
            "one who is told why, with a wrong password": (company.address("tim"), None),
            "a user of a suspended tenant": (closed.address("ann"), closed.password("ann")),
            "a locked account": (company.address("una"), company.password("una")),
            "a locked account that does not exist": ("nobody@nowhere.example", None),
        }
        # The others would be locked too, were they tried so often.
        unlock = [user for name, (user, _) in cases.items() if "locked" not in name]
        for service, rounds in (("pop3", 15), ("submission", 15), ("imap", 30)):
            replies, times = set(), {name: [] for name in cases}
            for number in range(rounds):  # interleaved, so that whatever else the machine does weighs on all
                if number % (LIMITS["perAccount"] - 2) == 0:
                    for user in unlock:
                        self.platform.casella("login", "unlock", user, check=False)
                for name, (user, password) in cases.items():
                    reply, seconds = getattr(self, service)(user, password or f"not-this-{number}", elsewhere())
                    replies.add(reply)
                    times[name].append(seconds)
            self.assertEqual(1, len(replies), (service, replies))
            self.assertTrue(replies.pop().startswith(self.REFUSED[service]))
            wrong = times["a wrong password"]
            for name, seconds in times.items():
                with self.subTest(name, service=service):
                    self.assert_overlap(seconds, wrong)
        # Of IMAP, the longest row: fewer times that waver would not always show it.
        with self.assertRaises(AssertionError, msg="a hash left out would be seen"):
            self.assert_overlap([seconds - 0.6 * statistics.median(wrong) for seconds in wrong], wrong)

    def assert_overlap(self, times, others):
        """Neither takes longer than the other by more than a tenth: by chance this fails once in ten thousand times."""
        tolerance, limit = 0.001 + 0.1 * statistics.median(others), 3.7
        self.assertLess(rank_sum([seconds - tolerance for seconds in times], others), limit, (times, others))
        self.assertGreater(rank_sum([seconds + tolerance for seconds in times], others), -limit, (times, others))

    def test_a_name_that_is_no_address_is_refused_in_the_same_words(self):
        for service in self.GOOD:
            self.assertFalse(self.logs_in("ann", "not-this-one", elsewhere(), service))

    def test_what_is_refused_untried_costs_no_hash(self):
        company = Company(self.platform, users=("ann",))
        ann = company.address("ann")

        def cpu_seconds():
            fields = open(f"/proc/{self.platform.control_pid()}/stat").read().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

        def cost(count):
            before = cpu_seconds()
            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                for attempt in [pool.submit(self.logs_in, ann, f"guess {number}", elsewhere()) for number in range(count)]:
                    self.assertFalse(attempt.result())
            return (cpu_seconds() - before) / count

        tried = cost(LIMITS["perAccount"])
        self.assertIn((ann, None), self.locked())
        self.assertLess(cost(40), tried / 3)

    # What is counted together

    def test_one_place_at_one_account_in_all_services_together(self):
        company = Company(self.platform, users=("ann",))
        ann, password, source = company.address("ann"), company.password("ann"), elsewhere()
        spellings = (ann, ann.upper(), ann + ".", ann)
        for service, spelling, number in zip(("imap", "pop3", "submission", "imap"), spellings, range(4)):
            self.assertFalse(self.logs_in(spelling, f"guess {number}", source, service))
        for service in self.GOOD:
            self.assertFalse(self.logs_in(ann, password, source, service), service)
        self.assertTrue(self.logs_in(ann, password, elsewhere()), "from elsewhere nothing is locked")
        network = source.rsplit(".", 1)[0] + ".0/24"
        self.assertIn((ann, network), self.locked())
        self.platform.casella("login", "unlock", network)
        self.assertTrue(self.logs_in(ann, password, source))

    def test_many_places_close_an_account_to_strangers_only(self):
        company = Company(self.platform, users=("ann",))
        ann, password, home = company.address("ann"), company.password("ann"), elsewhere()
        self.assertTrue(self.logs_in(ann, password, home))
        self.close_to_strangers(ann)
        stranger = elsewhere()
        for service in self.GOOD:
            self.assertFalse(self.logs_in(ann, password, stranger, service), "not even with the right password")
            self.assertTrue(self.logs_in(ann, password, home, service), "the owner goes on")
        # The gateway remembers right logins for a minute; that is no way around.
        self.assertFalse(self.logs_in(ann, password, elsewhere()))
        self.assertTrue(self.logs_in(ann, password, home.rsplit(".", 1)[0] + ".77"), "the owner got another address of the network")
        self.assertEqual("account", self.locked()[(ann, None)]["kind"])
        eventually(
            lambda: any(f'"account":"{ann}"' in line and "locked" in line for line in self.platform.log_tail(lines=100_000).splitlines()),
            within=5,
            what="the lock is in the log",
        )
        self.platform.casella("login", "unlock", ann)
        self.assertNotIn((ann, None), self.locked())
        self.assertTrue(self.logs_in(ann, password, elsewhere()))

    def test_many_accounts_from_one_address(self):
        company = Company(self.platform, users=("ann", "bob"))
        source = elsewhere()
        self.assertTrue(self.logs_in(company.address("ann"), company.password("ann"), source))
        services = itertools.cycle(self.GOOD)
        for number in range(LIMITS["perAddress"]):
            self.assertFalse(self.logs_in(f"user{number}@{company.domain}", "password1", source, next(services)))
        for service in self.GOOD:
            self.assertFalse(self.logs_in(company.address("bob"), company.password("bob"), source, service))
        self.assertTrue(self.logs_in(company.address("ann"), company.password("ann"), source), "who was here before is not concerned")
        self.assertTrue(self.logs_in(company.address("bob"), company.password("bob"), elsewhere()))
        self.assertIn((None, source), self.locked())

    def test_a_changed_password_opens_the_account(self):
        company = Company(self.platform, users=("ann",))
        ann = company.address("ann")
        self.close_to_strangers(ann)
        self.platform.casella("user", "password", ann, "--password-stdin", stdin="an entirely new one\n")
        self.assertTrue(self.logs_in(ann, "an entirely new one", elsewhere()))

    def test_a_wrong_login_ends_what_the_gateway_remembers_of_its_place(self):
        """Else a place that is locked could go on guessing against the gateway's memory of the owner's login."""
        company = Company(self.platform, users=("ann",))
        ann, password, home = company.address("ann"), company.password("ann"), elsewhere()
        self.assertTrue(self.logs_in(ann, password, home))
        for number in range(LIMITS["perPlace"]):
            self.assertFalse(self.logs_in(ann.upper(), f"guess {number}", home))
        self.assertFalse(self.logs_in(ann, password, home))
        self.assertIn((ann, home), self.locked())

    def test_a_gateway_that_dies_forgets_nothing(self):
        company = Company(self.platform, users=("ann",))
        ann, password, source = company.address("ann"), company.password("ann"), elsewhere()
        for number in range(LIMITS["perPlace"]):
            self.assertFalse(self.logs_in(ann, f"guess {number}", source))
        os.kill(self.platform.worker_pid("gateway"), signal.SIGKILL)
        self.platform.wait_until_it_answers()
        self.assertFalse(self.logs_in(ann, password, source))
        self.assertTrue(self.logs_in(ann, password, elsewhere()))

    def test_who_was_there_before_a_restart_is_no_stranger_after_it(self):
        company = Company(self.platform, users=("ann",))
        ann, password, home = company.address("ann"), company.password("ann"), elsewhere()
        self.assertTrue(self.logs_in(ann, password, home))
        network = home.rsplit(".", 1)[0] + ".0/24"
        kept = f"""SELECT n.network FROM familiar_networks n JOIN users u USING (tenant_id, user_id)
            JOIN domains d USING (tenant_id, domain_id) WHERE d.name = '{company.domain}'"""
        eventually(lambda: database.sql(self.platform, "postgres", kept) == network, what="the network is kept, and no address")
        self.platform.stop()
        self.platform.start()

        def is_familiar():
            return "logged in to from there before" in self.platform.casella("explain", "login", ann, "--from", home, check=False).stdout

        eventually(is_familiar, what="what is kept is read")
        self.close_to_strangers(ann)
        for service in self.GOOD:
            self.assertFalse(self.logs_in(ann, password, elsewhere(), service))
            self.assertTrue(self.logs_in(ann, password, home, service), "the owner goes on")

    def test_a_forgotten_device_with_an_old_password_locks_nobody_out(self):
        company = Company(self.platform, users=("ann",))
        ann, password, home = company.address("ann"), company.password("ann"), elsewhere()
        self.assertTrue(self.logs_in(ann, password, home))
        for _ in range(8):
            self.assertFalse(self.logs_in(ann, "the old one", home))
        self.assertTrue(self.logs_in(ann, password, home))

    def test_guesses_at_the_same_time_are_no_more_guesses(self):
        company = Company(self.platform, users=("ann",))
        ann, source = company.address("ann"), elsewhere()
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            attempts = [pool.submit(self.logs_in, ann, f"guess {number}", source) for number in range(19)]
            attempts.append(pool.submit(self.logs_in, ann, company.password("ann"), elsewhere()))
            outcomes = [attempt.result() for attempt in attempts]
        self.assertEqual([False] * 19 + [True], outcomes)
        entry = self.locked()[(ann, source.rsplit(".", 1)[0] + ".0/24")]
        self.assertEqual(LIMITS["perPlace"], entry["count"])

    def test_unlocking_what_is_not_locked_says_so(self):
        done = self.platform.casella("login", "unlock", "nobody-ever@tried.example", check=False)
        self.assertEqual(66, done.returncode)
        self.assertIn("No wrong logins are counted", done.stderr)

    def test_user_and_starttls_do_not_mix(self):
        """What a client said in the clear, where that is allowed, is forgotten under TLS."""
        company = Company(self.platform, users=("ann",))
        with Dialogue(self.platform.port("pop3")) as pop3:
            pop3.line()
            for line in (f"USER {company.address('ann')}", "STLS"):
                pop3.say(line)
                self.assertTrue(pop3.line().startswith(b"+OK"))
            pop3.start_tls()
            pop3.say(f"PASS {company.password('ann')}")
            self.assertTrue(pop3.line().startswith(b"-ERR"))
        with clients.imap(company, "ann") as imap:
            self.assertEqual("OK", imap.noop()[0])
