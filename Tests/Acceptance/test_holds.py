"""What is held is never destroyed; what is overdue and not held is."""

import unittest

from support import clients, database, running
from support.administrators import Administrator
from support.companies import Company
from support.life_cycle import LifeCycle
from support.waiting import eventually


class Holds(LifeCycle):
    def test_nothing_destroys_what_is_held(self):
        for target in (self.ann, self.company.domain, self.company.name):
            self.platform.casella("hold", "set", target, "--reason", "case 7")
            for words in (("user", self.ann), ("domain", self.company.domain), ("tenant", self.company.name)):
                said = self.refused(words[0], "delete", words[1], "--now", "--yes")
                self.assertIn(f"legal hold on {target}", said)
            self.assertEqual(73, self.status("hold", "set", target, "--reason", "again"))
            self.assertEqual([target], [h["target"] for h in self.platform.ask("hold", "list") if h["tenant"] == self.company.name])
            self.platform.casella("plan", "override", self.company.name, "--kept-days", "0")
            self.platform.casella("user", "delete", self.ann, "--yes")
            self.assertTrue(self.kept()[0]["held"])
            self.assertIn("legal hold", self.refused("user", "delete", self.ann, "--now", "--yes"))
            self.platform.casella("user", "undelete", self.ann)
            self.platform.casella("hold", "release", target, "--yes")
        self.assertEqual(64, self.status("hold", "set", self.ann))
        self.assertEqual(66, self.status("hold", "release", self.ann, "--yes"))

    def test_who_has_the_address_next_can_be_held_too(self):
        self.platform.casella("hold", "set", self.ann, "--reason", "case 7")
        self.platform.casella("user", "delete", self.ann, "--yes")
        self.platform.casella("user", "create", self.ann, "--no-password")
        self.platform.casella("hold", "set", self.ann, "--reason", "case 8")
        self.assertEqual("2", self.sql(f"SELECT count(*) FROM holds WHERE tenant_id = {self.company.tenant_id()}"))
        self.assertEqual(["case 7", "case 8"], [h["reason"] for h in self.platform.ask("hold", "list") if h["target"] == self.ann])
        self.assertEqual(73, self.status("hold", "set", self.ann, "--reason", "again"))
        self.assertIn("legal hold", self.refused("user", "delete", self.ann, "--now", "--yes"))

    def test_what_its_users_remove_is_found(self):
        self.deliver(self.ann)
        self.deliver(self.bob)
        self.platform.casella("hold", "set", self.ann, "--reason", "case 7")
        for user in ("ann", "bob"):
            with clients.imap(self.company, user) as imap:
                imap.select()
                imap.store("1", "+FLAGS", r"(\Deleted)")
                imap.expunge()
            self.assertEqual({}, self.contents(user)[0])
        found = self.sql(
            f"""SELECT d.local_part, m.mailbox, m.uid, m.blob_length > 0 FROM held_messages m JOIN users d USING (tenant_id, user_id)
                WHERE tenant_id = {self.company.tenant_id()}"""
        )
        self.assertEqual("ann|INBOX|1|t", found)
        self.assertEqual([1], [h["keptMessages"] for h in self.platform.ask("hold", "list") if h["target"] == self.ann])

    def test_nobody_leaves_a_held_domain(self):
        elsewhere = f"more-{self.company.domain}"
        self.platform.casella("domain", "create", elsewhere, "--tenant", self.company.name)
        self.platform.casella("hold", "set", self.company.domain, "--reason", "case 7")
        self.assertIn("legal hold", self.refused("user", "rename", self.ann, f"ann@{elsewhere}"))
        self.platform.casella("user", "rename", self.ann, self.company.address("anna"))

    def test_who_may(self):
        administrator = Administrator(self.platform, "tenant-administrator", tenant=self.company.name)
        auditor = Administrator(self.platform, "auditor")
        for one, listing in ((administrator, 403), (auditor, 200)):
            self.assertEqual(listing, one.request("GET", "/holds")[0])
            self.assertEqual(403, one.request("POST", f"/holds/{self.ann}", {"reason": "x"})[0])
        self.platform.casella("hold", "set", self.company.name, "--reason", "a secret of the court")
        status, answer = administrator.request("DELETE", f"/users/{self.ann}?now=true")
        self.assertEqual(409, status)
        self.assertNotIn("secret", str(answer))
        # Nor does the audit log say why, but to those who look at the platform as a whole.
        events = administrator.request("GET", "/audit")[1]
        self.assertIn(("hold set", self.company.name), [(event["command"], event["target"]) for event in events])
        self.assertNotIn("secret", str(events))
        self.assertIn("a secret of the court", str(self.platform.ask("audit", "list", "--tenant", self.company.name)))


class Sweep(unittest.TestCase):
    def test_it_destroys_what_is_overdue_and_not_held_and_tells_so(self):
        platform = running.Platform(deletedKeptDays=30)
        self.addCleanup(platform.remove)
        platform.start()
        one, two = Company(platform, users=("ann", "bob", "carl")), Company(platform)
        platform.casella("hold", "set", one.address("bob"), "--reason", "case 7")
        for name in ("ann", "bob", "carl"):
            platform.casella("user", "delete", one.address(name), "--yes")
        platform.casella("domain", "create", "gone.example", "--tenant", one.name)
        platform.casella("domain", "delete", "gone.example", "--yes")
        tenant = two.tenant_id()
        platform.casella("tenant", "delete", two.name, "--yes")
        kept = [entry["name"] for entry in platform.ask("deleted", "list")]
        self.assertCountEqual([one.address("ann"), one.address("bob"), one.address("carl"), "gone.example", two.name], kept)
        past = "SET kept_until = now() - interval '1 second' WHERE deleted_at IS NOT NULL"
        database.sql(
            platform, "postgres", f"UPDATE users {past} AND local_part <> 'carl'", f"UPDATE domains {past}", f"UPDATE tenants {past}"
        )
        platform.stop()
        platform.start()

        def left():
            return sorted(entry["name"] for entry in platform.ask("deleted", "list"))

        eventually(lambda: left() == [one.address("bob"), one.address("carl")], within=20, what="what is overdue is destroyed")
        self.assertFalse((platform.data / "tenants" / str(tenant)).exists())

        def recorded():
            events = platform.ask("audit", "list", "--count", "20", "--changes")
            return {(e["command"], e["target"].split()[0]) for e in events if e["caller"] == "system"}

        expected = {("user delete", one.address("ann")), ("domain delete", "gone.example"), ("tenant delete", two.name)}
        eventually(lambda: recorded() == expected, within=10, what="the audit log tells it")
        platform.casella("domain", "create", "gone.example", "--tenant", one.name)
        platform.casella("user", "undelete", one.address("carl"))
