"""The audit log: who did what and what it changed, and every change of the log itself is found."""

import os
import pwd
import re
import unittest

from support import database, running
from support.administered import Administrators


class AuditLog(Administrators):
    def test_who_did_what_from_where_and_what_it_changed(self):
        address = self.mine.add_user("audited")
        self.platform.casella("quota", "set", address, "--bytes", "5MB")
        self.platform.casella("user", "suspend", address)
        self.platform.casella("user", "delete", "--yes", address)
        self.platform.casella("user", "suspend", f"never@{self.mine.domain}", check=False)
        events = [e for e in self.platform.ask("audit", "list", "--tenant", self.mine.name, "--count", "50") if "audited" in e["target"]]
        self.assertEqual(["user delete", "user suspend", "quota set", "user create"], [event["command"] for event in events])
        self.assertEqual({(pwd.getpwuid(os.geteuid()).pw_name, "owner", "local")}, {(e["caller"], e["role"], e["origin"]) for e in events})
        self.assertIn('"quota_bytes": [null, 5000000]', events[2]["changes"])
        self.assertIn('"suspended": [[], ["incoming", "outgoing", "login"]]', events[1]["changes"])
        self.assertIn('"suspended": [["incoming", "outgoing", "login"], null]', events[0]["changes"])
        self.assertEqual("notFound", self.platform.ask("audit", "list", "--count", "1")[0]["result"])
        # Neither passwords nor what proves them.
        administrator = self.make("help-desk")
        everything = str(self.platform.ask("audit", "list", "--all"))
        for secret in (self.mine.password(address), administrator.password, administrator.secret, administrator.token, "$argon2"):
            self.assertNotIn(secret, everything)

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
                ("DELETE FROM audit_log WHERE sequence = 9", "Event 9 is missing"),
                ("DELETE FROM audit_log WHERE sequence > 5", "Events 6 to 9 are missing"),
                ("DELETE FROM audit_log", "Events 1 to 9 are missing"),
                ("UPDATE audit_log SET target = 't9' WHERE sequence = 9", "Event 9 is not"),
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
            database.sql(platform, "postgres", "DELETE FROM audit_log WHERE sequence = 9")
            platform.stop()
            platform.start()
            platform.casella("tenant", "create", "t10")
            done = platform.casella("audit", "verify", check=False)
            self.assertEqual(2, done.returncode)
            self.assertIn("Event 9 is missing", done.stdout)
        finally:
            platform.remove()
