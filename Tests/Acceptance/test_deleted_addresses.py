"""Aliases and groups that are deleted take no mail, leave their address free, and come back as they were."""

import unittest

from support import clients
from support.administrators import Administrator
from support.life_cycle import LifeCycle
from support.waiting import eventually


class Addresses(LifeCycle):
    def setUp(self):
        super().setUp()
        self.info, self.team = self.company.address("info"), self.company.address("team")

    def arrives(self, address, user):
        before = self.count(user)
        eventually(lambda: self.rcpt(address).startswith("250"), within=5, what=f"{address} takes mail")
        self.deliver(address)
        self.assertEqual(before + 1, self.count(user))

    def count(self, user):
        with clients.imap(self.company, user) as imap:
            return len(clients.all_messages(imap))

    def names(self):
        return [(one["level"], one["name"]) for one in self.kept()]

    def test_an_alias_takes_no_mail_and_comes_back(self):
        for alias, address in ((self.info, self.info), (f"@{self.company.domain}", self.company.address("whoever"))):
            with self.subTest(alias):
                self.platform.casella("alias", "create", alias, "--to", f"{self.ann},x@elsewhere.example")
                before = self.platform.ask("alias", "show", alias)
                said = self.platform.casella("alias", "delete", alias).stdout
                self.assertIn(f"`alias undelete {alias}` brings it back until", said)
                self.is_refused(address)
                self.assertEqual(66, self.status("alias", "show", alias))
                self.assertEqual([("alias", alias)], self.names())
                if alias == self.info:
                    explained = self.platform.casella("explain", "delivery", "--to", alias, check=False).stdout
                    self.assertIn("It was deleted at", explained)
                    self.assertIn(f"alias undelete {alias}", explained)
                self.assertIn("is back", self.platform.casella("alias", "undelete", alias, "--dry-run").stdout)
                self.assertEqual([("alias", alias)], self.names())
                self.assertIn("is back", self.platform.casella("alias", "undelete", alias).stdout)
                self.assertEqual(before, self.platform.ask("alias", "show", alias))
                self.assertEqual([], self.names())
                self.assertEqual(66, self.status("alias", "undelete", alias))
                self.platform.casella("alias", "delete", alias, "--now", "--yes")
                self.platform.casella("alias", "create", alias, "--to", self.bob)
                self.arrives(address, "bob")
                self.platform.casella("alias", "delete", alias, "--now", "--yes")
        events = [event for event in self.platform.ask("audit", "list", "--count", "40") if event["command"] == "alias undelete"]
        self.assertTrue(any('"targets":[null,[' in event["changes"].replace(" ", "") for event in events), events)

    def test_the_address_is_free_and_what_took_it_is_named(self):
        self.platform.casella("alias", "create", self.info, "--to", self.ann)
        self.platform.casella("alias", "delete", self.info)
        self.company.add_user("info")
        self.assertIn(f"{self.info} is a user.", self.refused("alias", "undelete", self.info))
        self.platform.casella("user", "delete", self.info, "--now", "--yes")
        self.platform.casella("group", "create", self.info, "--member", self.ann)
        self.assertIn(f"{self.info} is a group.", self.refused("alias", "undelete", self.info))
        self.platform.casella("group", "delete", self.info)
        self.assertEqual([("alias", self.info), ("group", self.info)], self.names())
        self.platform.casella("group", "undelete", self.info)
        self.assertEqual([("alias", self.info)], self.names())

    def test_a_group_comes_back_without_who_is_gone(self):
        inner = self.company.address("inner")
        self.platform.casella("group", "create", inner, "--member", self.bob)
        members = f"{self.ann},{inner},x@elsewhere.example"
        self.platform.casella("group", "create", self.team, "--member", members, "--owner", self.ann, "--posting", "tenant")
        before = self.platform.ask("group", "show", self.team)
        self.platform.casella("group", "delete", self.team)
        self.is_refused(self.team)
        self.platform.casella("group", "undelete", self.team)
        self.assertEqual(before, self.platform.ask("group", "show", self.team))
        self.platform.casella("group", "delete", self.team)
        self.platform.casella("group", "delete", inner)
        self.platform.casella("user", "delete", self.ann, "--yes")
        back = self.platform.ask("group", "undelete", self.team)
        self.assertEqual(["x@elsewhere.example"], back["group"]["members"])
        self.assertEqual(([], "tenant"), (back["group"]["owners"], back["group"]["posting"]))
        self.assertEqual([self.ann, inner], back["leftOut"])
        self.assertEqual([("user", self.ann), ("group", inner)], self.names())

    def test_without_a_grace_period_it_is_destroyed_unless_a_hold_is_above_it(self):
        self.platform.casella("plan", "override", self.company.name, "--kept-days", "0")
        for held in (False, True):
            self.platform.casella("alias", "create", self.info, "--to", self.ann)
            if held:
                self.platform.casella("hold", "set", self.company.domain, "--reason", "a case")
                refused = self.refused("alias", "delete", self.info, "--now", "--yes")
                self.assertIn(f"there is a legal hold on {self.company.domain}", refused)
            self.assertEqual(not held, "for ever" in self.platform.casella("alias", "delete", self.info).stdout)
        self.assertEqual([True], [one["held"] for one in self.kept()])
        self.platform.casella("hold", "release", self.company.domain, "--yes")
        self.platform.casella("alias", "delete", self.info, "--now", "--yes")
        self.assertEqual([], self.kept())

    def test_administrators_of_a_domain_bring_back_their_own(self):
        second = f"second.{self.company.domain}"
        self.platform.casella("domain", "create", second, "--tenant", self.company.name)
        for address in (self.info, f"info@{second}"):
            self.platform.casella("alias", "create", address, "--to", self.ann)
            self.platform.casella("alias", "delete", address)
        one = Administrator(self.platform, "domain-administrator", domain=self.company.domain)
        status, kept = one.request("GET", "/deleted")
        self.assertEqual((200, [self.info]), (status, [entry["name"] for entry in kept]))
        self.assertEqual(403, one.request("POST", f"/aliases/info@{second}/undelete")[0])
        self.assertEqual(200, one.request("POST", f"/aliases/{self.info}/undelete")[0])
        self.assertEqual(200, one.request("DELETE", f"/aliases/{self.info}")[0])
        desk = Administrator(self.platform, "help-desk", tenant=self.company.name)
        self.assertEqual(403, desk.request("POST", f"/aliases/{self.info}/undelete")[0])
        whole = Administrator(self.platform, "tenant-administrator", tenant=self.company.name)
        for address in (self.info, f"info@{second}"):
            self.assertEqual(200, whole.request("POST", f"/aliases/{address}/undelete")[0])

    def test_it_goes_with_its_domain(self):
        second = f"second.{self.company.domain}"
        self.platform.casella("domain", "create", second, "--tenant", self.company.name)
        self.platform.casella("alias", "create", f"info@{second}", "--to", self.ann)
        self.platform.casella("alias", "delete", f"info@{second}")
        self.platform.casella("domain", "delete", second, "--yes")
        self.assertEqual(66, self.status("alias", "undelete", f"info@{second}"))
        self.platform.casella("domain", "undelete", second)
        self.assertEqual([("alias", f"info@{second}")], self.names())
        self.platform.casella("domain", "delete", second, "--now", "--yes")
        self.assertEqual("0", self.sql(f"SELECT count(*) FROM kept_addresses WHERE tenant_id = {self.company.tenant_id()}"))


if __name__ == "__main__":
    unittest.main()
