"""What the operator does to waiting mail reaches the relay, and what a worker died of can be read in the shell."""

import os
import re
import signal
import socket
import unittest

from support import clients, messages, running
from support.administrators import Administrator
from support.companies import Company
from support.outside import PORT, ScriptedHost, settings
from support.waiting import eventually


class Queue(unittest.TestCase):
    """Attempts lie ten minutes apart here, so whatever happens within seconds happened by command."""

    @classmethod
    def setUpClass(cls):
        cls.platform = running.Platform(**{**settings(), "retrySchedule": [600], "lifetime": 86_400}).start()
        cls.company = Company(cls.platform)
        cls.ann = cls.company.address("ann")

    @classmethod
    def tearDownClass(cls):
        cls.platform.remove()

    def setUp(self):
        """A message that was tried once, when nobody answered at scripted.example."""
        with clients.submission(self.company, "ann") as client:
            client.mail(self.ann)
            client.rcpt("them@scripted.example")
            self.assertEqual(250, clients.end_of_data(client, messages.message("them@scripted.example", sender=self.ann))[0])
        eventually(lambda: self.entry() and self.entry()["recipients"][0]["attempts"] == 1, what="it was tried once")
        self.number = str(self.entry()["id"])

    def tearDown(self):
        for entry in self.platform.ask("queue", "list"):
            self.platform.casella("queue", "delete", str(entry["id"]), "--yes")

    def entry(self):
        queued = self.platform.ask("queue", "list")
        return queued[0] if queued else None

    def test_what_is_only_tried_reaches_no_relay(self):
        self.is_only_tried(("retry", "is tried now"), ("hold", "held"), ("delete", "Deleted message"))
        self.platform.casella("queue", "hold", self.number)
        self.is_only_tried(("release", self.number))
        self.platform.casella("queue", "release", self.number)
        self.assertEqual(66, self.platform.casella("queue", "hold", "999999", "--dry-run", check=False).returncode)

    def is_only_tried(self, *verbs):
        before = self.entry()
        for verb, said in verbs:
            done = self.platform.casella("queue", verb, self.number, "--dry-run").stdout
            self.assertIn(said, done)
            self.assertIn("Dry run", done)
            self.assertEqual(before, self.entry())

    def test_a_companys_administrator_sees_its_queue_and_no_others(self):
        other = Company(self.platform)
        with clients.submission(other, "ann") as client:
            content = messages.message("them@scripted.example", other.address("ann"))
            client.sendmail(other.address("ann"), ["them@scripted.example"], content)
        queued = {entry["tenant"]: entry["id"] for entry in self.platform.ask("queue", "list")}
        self.assertEqual({self.company.name, other.name}, set(queued))
        administrator = Administrator(self.platform, "tenant-administrator", tenant=other.name)
        status, entries = administrator.request("GET", "/queue")
        self.assertEqual((200, [queued[other.name]]), (status, [entry["id"] for entry in entries]))
        self.assertEqual(200, administrator.request("POST", f"/queue/{queued[other.name]}/hold")[0])
        for method in ("GET", "DELETE"):
            self.assertEqual(403, administrator.request(method, f"/queue/{queued[self.company.name]}")[0])

    def test_a_retry_comes_before_its_turn(self):
        with ScriptedHost() as host:
            self.platform.casella("queue", "retry", self.number)
            eventually(lambda: host.messages, what="the host has it")
            eventually(lambda: self.entry() is None, what="the queue is empty")
        self.assertEqual(1, len(host.messages))

    def test_a_retry_that_fails_says_why_and_waits_again(self):
        self.platform.casella("queue", "retry", self.number)
        eventually(lambda: self.entry()["recipients"][0]["attempts"] == 2, what="it was tried again")
        shown = self.platform.casella("queue", "show", self.number).stdout
        self.assertIn("them@scripted.example", shown)
        self.assertIn(self.ann, shown)

    def test_hold_and_release_are_shown(self):
        self.platform.casella("queue", "hold", self.number)
        self.assertTrue(self.entry()["held"])
        self.platform.casella("queue", "release", self.number)
        self.assertFalse(self.entry()["held"])

    def test_a_held_message_is_not_tried_when_it_is_due(self):
        self.platform.casella("queue", "hold", self.number)
        with ScriptedHost() as host:
            self.platform.casella("queue", "retry", self.number)  # makes it due, and lets it be held
            later = messages.message("them@scripted.example", sender=self.ann)
            with clients.submission(self.company, "ann") as client:
                client.sendmail(self.ann, ["them@scripted.example"], later)
            eventually(lambda: host.messages, what="a message that came later has passed it")
            eventually(lambda: len(self.platform.ask("queue", "list")) == 1, what="only the held one is left")
            self.assertEqual(1, len(host.messages))
            self.assertEqual(1, self.entry()["recipients"][0]["attempts"])
            self.platform.casella("queue", "release", self.number)
            eventually(lambda: len(host.messages) == 2, what="the released one goes out")
            eventually(lambda: self.entry() is None, what="the queue is empty")

    def test_a_deleted_message_is_not_sent_and_nobody_is_told(self):
        self.platform.casella("queue", "delete", self.number, "--yes")
        self.assertIsNone(self.entry())
        refused = self.platform.casella("queue", "retry", self.number, check=False)
        self.assertNotEqual(0, refused.returncode)
        self.assertIn(f"There is no queued message {self.number}", refused.stderr)
        with clients.imap(self.company, "ann") as imap:
            self.assertEqual({}, clients.all_messages(imap))

    def test_many_are_changed_at_once(self):
        other = Company(self.platform)
        for recipient in ("them@scripted.example", "us@closed.example"):
            with clients.submission(other, "ann") as client:
                client.sendmail(other.address("ann"), [recipient], messages.message(recipient, other.address("ann")))
        eventually(lambda: len(self.platform.ask("queue", "list")) == 3, what="all of them wait")
        refused = self.platform.casella("queue", "hold", "--all", check=False)
        self.assertNotEqual(0, refused.returncode)
        self.assertIn("This holds 3 messages", refused.stderr)
        self.assertEqual(2, self.platform.ask("queue", "hold", "--all", "--recipient-domain", "scripted.example", "--yes")["messages"])
        self.assertEqual(1, self.platform.ask("queue", "hold", "--all", "--yes")["messages"])
        listed = self.platform.ask("queue", "list", "--recipient-domain", "scripted.example")
        self.assertEqual(["them@scripted.example"] * 2, [entry["recipients"][0]["address"] for entry in listed])
        listed = self.platform.ask("queue", "list", "--recipient-domain", "closed.example", "--tenant", self.company.name)
        self.assertEqual([], listed)
        administrator = Administrator(self.platform, "tenant-administrator", tenant=other.name)
        self.assertEqual(1, len(administrator.request("GET", "/queue?recipientDomain=scripted.example")[1]))
        self.assertEqual(403, administrator.request("POST", "/queue/hold", {"tenant": self.company.name})[0])
        self.assertEqual(403, administrator.request("POST", "/queue/release", {"tenant": self.company.name})[0])
        self.assertIn("3 messages", self.platform.casella("queue", "release", "--all", "--dry-run").stdout)
        refused = self.platform.casella("queue", "delete", "--all", check=False)
        self.assertNotEqual(0, refused.returncode)
        self.assertIn("This deletes 3 messages", refused.stderr)
        self.assertEqual({True}, {entry["held"] for entry in self.platform.ask("queue", "list")})

        words = ("--all", "--tenant", other.name, "--recipient-domain", "scripted.example", "--yes")
        self.assertEqual(1, self.platform.ask("queue", "release", *words)["messages"])
        held = {(e["tenant"], e["recipients"][0]["address"]): e["held"] for e in self.platform.ask("queue", "list")}
        self.assertFalse(held[(other.name, "them@scripted.example")])
        self.assertEqual(2, sum(held.values()))
        # All of what an administrator sees.
        status, answer = administrator.request("POST", "/queue/delete", {})
        self.assertEqual((200, 2), (status, answer["messages"]))
        self.assertEqual([self.number], [str(entry["id"]) for entry in self.platform.ask("queue", "list")])
        event = next(event for event in self.platform.ask("audit", "list") if event["command"] == "queue delete --all")
        self.assertEqual(("--all", other.name), (event["target"], event["tenant"]))
        with ScriptedHost() as host:
            self.platform.casella("queue", "release", "--all", "--yes")
            self.platform.casella("queue", "retry", "--all", "--yes")
            eventually(lambda: host.messages, what="the host has it")
            eventually(lambda: self.entry() is None, what="the queue is empty")
        self.assertIn("No such message", self.platform.casella("queue", "delete", "--all", "--yes").stdout)

    def test_waiting_mail_of_a_held_user_is_not_deleted(self):
        administrator = Administrator(self.platform, "tenant-administrator", tenant=self.company.name)
        for target in (self.ann, self.company.domain, self.company.name):
            self.platform.casella("hold", "set", target, "--reason", "a secret of the court")
            for options in ((), ("--dry-run",)):
                refused = self.platform.casella("queue", "delete", self.number, "--yes", *options, check=False)
                self.assertEqual(76, refused.returncode)
                self.assertIn(f"there is a legal hold on {target}", refused.stderr)
            status, answer = administrator.request("DELETE", f"/queue/{self.number}")
            self.assertEqual((409, "conflict"), (status, answer["error"]["code"]))
            self.assertNotIn("secret", str(answer))
            self.assertIsNotNone(self.entry())
            self.platform.casella("hold", "release", target, "--yes")
        self.platform.casella("hold", "set", self.company.address("bob"), "--reason", "another's")
        self.platform.casella("queue", "delete", self.number, "--yes")
        self.assertIsNone(self.entry())
        self.platform.casella("hold", "release", self.company.address("bob"), "--yes")

    def test_deleting_asks_first(self):
        refused = self.platform.casella("queue", "delete", self.number, check=False)
        self.assertNotEqual(0, refused.returncode)
        self.assertIn("--yes", refused.stderr)
        self.assertIsNotNone(self.entry())


class SmartHost(unittest.TestCase):
    def test_a_route_for_everything_takes_all_mail_that_leaves(self):
        settings()
        route = {"domain": "*", "host": "127.0.0.1", "port": PORT["scripted.example"]}
        platform = running.Platform(routes=[route]).start()
        try:
            company = Company(platform)
            ann, bob = company.address("ann"), company.address("bob")
            with ScriptedHost() as host, clients.submission(company, "ann") as client:
                client.mail(ann)
                for recipient in ("them@anywhere.example", "others@elsewhere.test", bob):
                    self.assertEqual(250, client.rcpt(recipient)[0])
                self.assertEqual(250, clients.end_of_data(client, messages.message(bob, sender=ann))[0])
                eventually(lambda: sum(len(recipients) for _, recipients, _ in host.messages) == 2, what="the smarthost has both")
                eventually(lambda: company.usage(bob)[1] == 1, what="the colleague has it too")
                outside = " ".join(recipient for _, recipients, _ in host.messages for recipient in recipients)
            for recipient in ("them@anywhere.example", "others@elsewhere.test"):
                self.assertIn(recipient, outside)
            self.assertNotIn(bob, outside)
        finally:
            platform.remove()


class Workers(unittest.TestCase):
    def test_the_list_tells_what_a_worker_died_of(self):
        platform = running.shared()
        company = Company(platform)
        name = f"tenant:{company.name}"
        with clients.imap(company, "ann"):
            os.kill(platform.worker_pid(name), signal.SIGSEGV)
            eventually(lambda: platform.workers()[name]["crashes"] == 1, what="the crash is counted")
        self.assertRegex(platform.workers()[name]["lastExit"], r"(?i)signal 11.*segmentation fault")
        (row,) = [line for line in platform.casella("worker", "list").stdout.splitlines() if line.startswith(name)]
        self.assertIn("signal 11", row)

    def test_a_process_that_never_gets_ready_is_replaced(self):
        platform = running.Platform(hangSeconds=3).start()
        self.addCleanup(platform.remove)
        company = Company(platform)
        name, program = f"tenant:{company.name}", platform.data / "bin/casella-tenant"
        kept = program.with_suffix(".kept")
        program.rename(kept)
        program.write_text("#!/bin/sh\nexec sleep 600\n")
        program.chmod(0o755)
        with socket.socket(socket.AF_UNIX) as door:
            door.connect(str(platform.data / f"run/tenants/{company.tenant_id()}/lmtp"))
            eventually(lambda: platform.workers()[name]["crashes"], within=20, what="the process is given up")
            self.assertIn("it was not ready within 9.0 seconds", platform.workers()[name]["lastExit"])
            os.kill(eventually(lambda: platform.worker_pid(name), what="another is started"), signal.SIGKILL)
            kept.replace(program)
        with clients.imap(company, "ann") as client:
            self.assertEqual("OK", client.select("INBOX")[0])

    def test_a_restart_gives_a_new_process_and_is_no_crash(self):
        platform = running.shared()
        before = platform.workers()["relay"]
        platform.casella("worker", "restart", "relay")

        def restarted():
            now = platform.workers()["relay"]
            return now if now.get("pid") not in (None, before["pid"]) else None

        after = eventually(restarted, what="the relay runs again")
        self.assertEqual(before["crashes"], after["crashes"])

    def test_an_unknown_worker_is_named_with_those_that_there_are(self):
        refused = running.shared().casella("worker", "restart", "postman", check=False)
        self.assertNotEqual(0, refused.returncode)
        self.assertTrue(re.search("gateway, relay, database", refused.stderr), refused.stderr)
