"""`kill -9` of each process while mail flows: it comes back by itself, and no acknowledged message is missing or doubled."""

import contextlib
import imaplib
import os
import signal
import unittest

from support import clients
from support.companies import Company
from support.running import Platform
from support.traffic import assert_account, identifiers, inbound, submitted
from support.waiting import eventually


class Kills(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = Platform(retrySchedule=[1]).start()

    @classmethod
    def tearDownClass(cls):
        cls.platform.remove()

    def setUp(self):
        self.platform.wait_until_it_answers()
        self.company = Company(self.platform)
        self.recipients = [self.company.address("ann"), self.company.address("bob")]

    def kill(self, find):
        """Kills the process that `find` names, and returns its number."""
        pid = eventually(find, within=20, what="there is a process to kill")
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        return pid

    def flows_on(self, traffic, more=50):
        """Waits until that many further messages were acknowledged: the platform works again."""
        wanted = traffic.count() + more
        eventually(lambda: traffic.count() >= wanted, within=60, what=f"{more} further messages are acknowledged")

    def kill_while_mail_flows(self, find, times=3):
        with inbound(self.platform, self.recipients) as traffic:
            self.flows_on(traffic)
            for _ in range(times):
                killed = self.kill(find)
                self.flows_on(traffic)
                eventually(lambda: find() not in (None, killed), within=30, what="the process is back")
        self.assertGreaterEqual(len(traffic.acknowledged), 50 * (times + 1))
        self.settle(traffic)

    def settle(self, traffic):
        """What was taken for a retry arrives too; then the account is drawn for both recipients."""
        self.platform.wait_until_it_answers()
        for user in ("ann", "bob"):
            eventually(
                lambda: self.has_all(traffic, user),
                within=60,
                every=0.5,
                what=f"every acknowledged message is in {user}'s INBOX",
            )
            eventually(lambda: self.platform.ask("queue", "list") == [], within=60, what="the queue is empty", every=0.2)
            assert_account(traffic, identifiers(self.company, user))

    def has_all(self, traffic, user):
        try:
            return traffic.acknowledged <= set(identifiers(self.company, user))
        except imaplib.IMAP4.error as refusal:
            if "[UNAVAILABLE]" not in str(refusal):  # what was killed is still starting
                raise
            return False

    def test_the_tenants_worker(self):
        self.kill_while_mail_flows(lambda: self.pid(f"tenant:{self.company.name}"), times=5)
        self.assertGreaterEqual(self.platform.workers()[f"tenant:{self.company.name}"]["crashes"], 1)

    def test_the_gateway(self):
        self.kill_while_mail_flows(lambda: self.pid("gateway"))

    def test_the_control_plane(self):
        def control():
            with contextlib.suppress(OSError, ValueError, IndexError):
                return self.platform.control_pid()

        self.kill_while_mail_flows(control)

    def test_the_database(self):
        self.kill_while_mail_flows(lambda: self.pid("database"), times=2)

    def test_the_relay_with_mail_from_one_company_to_another(self):
        receiver = Company(self.platform)
        with submitted(self.company, "ann", receiver.address("ann")) as traffic:
            self.flows_on(traffic, 20)
            for _ in range(3):
                killed = self.kill(lambda: self.pid("relay"))
                eventually(lambda: self.pid("relay") not in (None, killed), within=30, what="the relay is back")
                self.flows_on(traffic, 20)
        eventually(
            lambda: traffic.acknowledged <= set(identifiers(receiver, "ann")),
            within=90,
            every=0.5,
            what="every acknowledged message arrives",
        )
        eventually(lambda: self.platform.ask("queue", "list") == [], within=60, what="the queue is empty", every=0.2)
        assert_account(traffic, identifiers(receiver, "ann"))

    def test_everything_at_once(self):
        with inbound(self.platform, self.recipients) as traffic:
            self.flows_on(traffic)
            control = self.platform.control_pid()
            for pid in [control, *self.platform.descendants(control)]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.flows_on(traffic)
        self.settle(traffic)

    def test_ops_down_in_the_middle_of_traffic_and_up_again(self):
        with inbound(self.platform, self.recipients) as traffic:
            for _ in range(2):
                self.flows_on(traffic)
                done = self.platform.stop()
                self.assertNotIn("by force", done.stdout)
                self.platform.start()
            self.flows_on(traffic)
        self.settle(traffic)

    def test_usage_is_exact_after_kills(self):
        with inbound(self.platform, self.recipients) as traffic:
            self.flows_on(traffic)
            for _ in range(3):
                self.kill(lambda: self.pid(f"tenant:{self.company.name}"))
                self.flows_on(traffic)
        self.settle(traffic)
        total = [0, 0]
        for user in ("ann", "bob"):
            with clients.imap(self.company, user) as imap:
                imap.select("INBOX", readonly=True)
                sizes = [int(line.split(b"RFC822.SIZE ")[1].split(b")")[0]) for line in imap.fetch("1:*", "(RFC822.SIZE)")[1]]
            self.assertEqual((sum(sizes), len(sizes)), self.company.usage(self.company.address(user)))
            total = [total[0] + sum(sizes), total[1] + len(sizes)]
        self.assertEqual(tuple(total), self.company.usage(self.company.name))

    def pid(self, worker):
        """The number of a worker's process; None while the platform cannot say."""
        with contextlib.suppress(AssertionError):
            return self.platform.worker_pid(worker)
