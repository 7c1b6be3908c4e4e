"""The audit log: who did what and what it changed, and every change of the log itself is found."""

import imaplib
import json
import os
import pwd
import re
import signal
import subprocess
import unittest

from support import clients, database, messages, running
from support.administered import Administrators
from support.companies import Company
from support.waiting import eventually


class AuditLog(Administrators):
    def test_who_did_what_from_where_and_what_it_changed(self):
        address = self.mine.add_user("audited")
        self.platform.casella("quota", "set", address, "--bytes", "5MB")
        self.platform.casella("user", "suspend", address)
        self.platform.casella("user", "delete", "--yes", address)
        self.platform.casella("user", "suspend", f"never@{self.mine.domain}", check=False)
        events = [e for e in self.platform.ask("audit", "list", "--tenant", self.mine.name, "--changes") if "audited" in e["target"]]
        self.assertEqual(["user delete", "user suspend", "quota set", "user create"], [event["command"] for event in events])
        self.assertEqual({(pwd.getpwuid(os.geteuid()).pw_name, "owner", "local")}, {(e["caller"], e["role"], e["origin"]) for e in events})
        self.assertIn('"quota_bytes": [null, 5000000]', events[2]["changes"])
        self.assertIn('"suspended": [[], ["incoming", "outgoing", "login"]]', events[1]["changes"])
        self.assertIn('"suspended": [["incoming", "outgoing", "login"], null]', events[0]["changes"])
        self.assertEqual("notFound", self.platform.ask("audit", "list", "--count", "1", "--changes")[0]["result"])
        # Neither passwords nor what proves them.
        administrator = self.make("help-desk")
        everything = str(self.platform.ask("audit", "list", "--all"))
        for secret in (self.mine.password(address), administrator.password, administrator.secret, administrator.token, "$argon2"):
            self.assertNotIn(secret, everything)

    def test_what_is_read_or_tried_is_recorded_and_what_is_polled_is_not(self):
        ann, last = self.mine.address("ann"), self.platform.ask("audit", "list", "--count", "1")[0]["sequence"]
        self.platform.casella("export", self.mine.name)
        self.platform.casella("user", "show", ann)
        self.platform.casella("session", "list", ann)
        self.platform.casella("explain", "login", ann)
        self.platform.casella("queue", "show", "999999999", check=False)
        self.platform.casella("user", "suspend", ann, "--dry-run")
        for polled in (("status",), ("top", "--once"), ("worker", "list"), ("audit", "verify")):
            self.platform.casella(*polled)
        desk = self.make("help-desk")
        self.assertEqual(200, desk.request("GET", f"/users/{ann}")[0])
        self.assertEqual(200, desk.request("GET", "/names?kind=addresses")[0])
        self.assertEqual(200, desk.request("GET", "/session")[0])
        self.assertEqual(403, desk.request("GET", "/audit-verification")[0])
        events = [e for e in self.platform.ask("audit", "list", "--count", "100") if e["sequence"] > last]
        told = [(e["command"], e["target"], e.get("tenant"), e["result"]) for e in reversed(events)]
        mine = self.mine.name
        for event in (
            ("export", mine, mine, "done"),
            ("user show", ann, mine, "done"),
            ("session list", ann, mine, "done"),
            ("explain login", ann, mine, "done"),
            ("queue show", "999999999", None, "notFound"),
            ("user suspend --dry-run", ann, mine, "done"),
            ("audit verify", "", mine, "forbidden"),
        ):
            self.assertIn(event, told)
        self.assertIn(("user show", desk.name), [(e["command"], e["caller"]) for e in events])
        polled = {"status", "top", "worker list", "names", "session show"}
        self.assertEqual(set(), polled & {e["command"] for e in events})
        self.assertEqual(["forbidden"], [e["result"] for e in events if e["command"] == "audit verify"])
        left = self.platform.ask("audit", "list", "--count", "100", "--changes")
        self.assertEqual(
            ["session login", "administrator create"], [e["command"] for e in left if e["sequence"] > last], "without reads and trials"
        )

    def test_what_other_processes_do_is_told_too(self):
        mine, ann = self.mine, self.mine.address("ann")

        def changes(command):
            event = self.platform.ask("audit", "list", "--count", "1", "--changes")[0]
            self.assertEqual((command, "done"), (event["command"], event["result"]))
            self.assertTrue(event["target"])
            return json.loads(event["changes"])

        with clients.imap(mine, "ann"):
            self.platform.casella("session", "end", ann)
            self.assertEqual({"ended": [None, 1]}, changes("session end"))
        with clients.submission(mine, "ann") as client:
            client.sendmail(ann, ["them@closed.example"], messages.message("them@closed.example", sender=ann))
        waits = eventually(lambda: self.platform.ask("queue", "list", "--tenant", mine.name), what="the message waits")
        number = str(waits[0]["id"])
        self.platform.casella("queue", "hold", number)
        self.assertEqual([False, True], changes("queue hold")["held"])
        self.platform.casella("queue", "retry", number)
        self.assertIn("next_attempt_at", changes("queue retry"))
        self.platform.casella("queue", "delete", number, "--yes")
        gone = changes("queue delete")
        self.assertEqual(([ann, None], [["them@closed.example"], None]), (gone["sender"], gone["recipients"]))
        self.platform.casella("tenant", "compact", mine.name)
        self.assertEqual({"freed", "packed"}, set(changes("tenant compact")))
        self.platform.casella("worker", "restart", f"tenant:{mine.name}")
        self.assertIn("state", changes("worker restart"))
        clients.deliver(self.platform, messages.message(ann), ann)
        self.platform.casella("worker", "restart", f"tenant:{mine.name}")
        database.sql(self.platform, f"casella_t{mine.tenant_id()}", "UPDATE user_usage SET bytes = 0, messages = 0")
        self.platform.casella("quota", "check", ann, "--repair")
        repaired = changes("quota check --repair")
        self.assertEqual((1, 0), (repaired["repaired"][1], repaired[f"user {ann}"][0]["messages"]))
        for number in range(3):  # one is forgotten within minutes
            with self.assertRaises(imaplib.IMAP4.error):
                with imaplib.IMAP4_SSL("127.0.0.1", self.platform.port("imaps"), ssl_context=clients.tls()) as session:
                    session.login(ann, f"wrong password {number}")
        self.platform.casella("login", "unlock", ann)
        self.assertEqual(0, changes("login unlock")["counts"][1])

    def test_it_is_only_added_to(self):
        for statement in ("UPDATE audit_log SET caller = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"):
            with self.assertRaises(database.Refused):
                database.sql(self.platform, "casella_control", statement)
            with self.assertRaises(database.Refused):
                database.sql(self.platform, "postgres", statement)


class TamperedAuditLog(unittest.TestCase):
    def test_every_change_and_gap_is_found(self):
        platform = running.Platform().start()
        try:
            for number in range(8):
                platform.casella("tenant", "create", f"t{number}")
            self.assertEqual(0, platform.casella("audit", "verify").returncode)
            platform.stop()
            platform.start()
            platform.casella("tenant", "create", "t8")
            self.assertEqual(0, platform.casella("audit", "verify").returncode, "also after a restart")
            saved = "CREATE TABLE kept AS SELECT * FROM audit_log"
            database.sql(platform, "postgres", saved, "ALTER TABLE audit_log DISABLE TRIGGER ALL")
            for change, found in (
                ("UPDATE audit_log SET result = 'forbidden' WHERE sequence = 3", "Event 3 is not"),
                ("UPDATE audit_log SET at = at + interval '1 s' WHERE sequence = 4", "Event 4 is not"),
                ("DELETE FROM audit_log WHERE sequence = 5", "Event 5 is missing"),
                ("DELETE FROM audit_log WHERE sequence IN (2, 3)", "Events 2 to 3 are missing"),
                ("DELETE FROM audit_log WHERE sequence = 18", "Event 18 is missing"),
                ("DELETE FROM audit_log WHERE sequence > 5", "Events 6 to 18 are missing"),
                ("DELETE FROM audit_log", "Events 1 to 18 are missing"),
                ("DELETE FROM audit_log WHERE sequence = 1", "Event 1 is missing"),
                ("INSERT INTO audit_log SELECT 19, at, caller, role, origin, command, target, tenant, changes, result, seal, begun"
                 " FROM audit_log WHERE sequence = 18", "There is an event 19"),
                ("UPDATE audit_log SET role = NULL WHERE sequence = 3", "Event 3 is not"),
                ("UPDATE audit_log SET target = 't9' WHERE sequence = 18", "Event 18 is not"),
                ("UPDATE audit_log SET begun = NULL WHERE sequence = 4", "Event 4 is not"),
                ("UPDATE audit_log a SET target = b.target FROM audit_log b WHERE a.sequence + b.sequence = 9", "is not as"),
            ):
                with self.subTest(change):
                    database.sql(platform, "postgres", change)
                    done = platform.casella("audit", "verify", check=False)
                    self.assertEqual(2, done.returncode)
                    self.assertRegex(done.stdout, re.escape(found))
                    database.sql(platform, "postgres", "DELETE FROM audit_log", "INSERT INTO audit_log SELECT * FROM kept")
                    self.assertEqual(0, platform.casella("audit", "verify").returncode)
            # What was cut off while nobody looked is missed at the next start, and goes on being missed.
            platform.stop()
            platform.start()
            database.sql(platform, "postgres", "DELETE FROM audit_log WHERE sequence = 18")
            platform.stop()
            platform.start()
            platform.casella("tenant", "create", "t10")
            done = platform.casella("audit", "verify", check=False)
            self.assertEqual(2, done.returncode)
            self.assertIn("Event 18 is missing", done.stdout)
        finally:
            platform.remove()


class KilledInTheMidst(unittest.TestCase):
    """No outcome reaches the table here, as if the process ended each time between a change and its record."""

    @classmethod
    def setUpClass(cls):
        cls.platform = running.Platform().start()
        cls.company = Company(cls.platform, users=())
        database.sql(
            cls.platform,
            "postgres",
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not now'; END $$",
            "CREATE TRIGGER fail BEFORE INSERT ON audit_log FOR EACH ROW WHEN (NEW.begun IS NOT NULL) EXECUTE FUNCTION fail()",
        )

    @classmethod
    def tearDownClass(cls):
        cls.platform.remove()

    def event(self, command):
        return next(e for e in self.platform.ask("audit", "list", "--all") if e["command"] == command)

    def test_a_change_that_was_made_is_in_the_log_with_an_unknown_outcome_and_told_as_interrupted_once_it_can_be(self):
        words = [self.platform.data / "bin/casella", "--data", self.platform.data, "tenant", "suspend", self.company.name]
        shell = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        suspended = f"SELECT count(*) FROM tenants WHERE name = '{self.company.name}' AND cardinality(suspended) > 0"
        eventually(lambda: database.sql(self.platform, "postgres", suspended) == "1", every=0.01, what="the change is made")
        os.kill(self.platform.control_pid(), signal.SIGKILL)
        shell.wait(timeout=90)
        self.platform.wait_until_it_answers()
        self.assertNotEqual([], self.platform.ask("tenant", "show", self.company.name)["suspended"])
        event = self.event("tenant suspend")
        self.assertEqual((self.company.name, self.company.name, "unknown"), (event["target"], event["tenant"], event["result"]))
        database.sql(self.platform, "postgres", "DROP TRIGGER fail ON audit_log")
        told = "interrupted: the control plane ended before the call's result was known"
        eventually(lambda: self.event("tenant suspend")["result"] == told, within=90, what="it is told what is known")
        self.assertEqual(0, self.platform.casella("audit", "verify").returncode)
        self.platform.stop()
        self.platform.start()
        self.assertEqual(event["sequence"], self.event("tenant suspend")["begun"])
        begun = f"SELECT count(*) FROM audit_log WHERE begun = {event['sequence']}"
        self.assertEqual("1", database.sql(self.platform, "postgres", begun), "no call has two results")
        self.platform.casella("tenant", "resume", self.company.name)
        event = self.event("tenant resume")
        self.assertEqual(("done", event["sequence"] - 1), (event["result"], event["begun"]))
        self.assertEqual(0, self.platform.casella("audit", "verify").returncode)
