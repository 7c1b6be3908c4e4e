"""Mail of deleted users takes disk for as long as it is kept: it is shown, and bounded for who administers a part of the platform."""

import unittest

from support import clients, messages
from support.administrators import Administrator
from support.life_cycle import LifeCycle


class KeptMail(LifeCycle):
    def fill(self, *addresses):
        for address in addresses:
            clients.deliver(self.platform, messages.message(address, size=20_000), address)

    def figures(self):
        """Used and kept, of the tenant as each command tells it, and of the domain."""
        name = self.company.name
        shown = self.platform.ask("tenant", "show", name)
        (listed,) = [one for one in self.platform.ask("tenant", "list") if one["name"] == name]
        (day,) = self.platform.ask("usage", "--tenant", name)
        domain, tenant = self.platform.ask("quota", "show", self.company.domain)["levels"]
        self.assertEqual((shown["usage"], shown["kept"]), (tenant["usage"], tenant["kept"]))
        self.assertEqual((shown["usage"], shown["kept"]), (listed["usage"], listed["kept"]))
        self.assertEqual((shown["usage"]["bytes"], shown["kept"]["bytes"]), (day["bytes"], day["keptBytes"]))
        self.assertEqual((tenant["usage"], tenant["kept"]), (domain["usage"], domain["kept"]), "it has no other domain")
        return shown["usage"], shown["kept"]

    def test_it_is_shown_until_it_comes_back_or_is_destroyed(self):
        nothing = {"bytes": 0, "messages": 0}
        self.fill(self.ann, self.ann, self.bob)
        used, of_ann = self.company.usage(self.company.name), self.company.usage(self.ann)
        all_of_it, anns = ({"bytes": size, "messages": count} for size, count in (used, of_ann))
        bobs = {key: all_of_it[key] - anns[key] for key in anns}
        self.assertEqual((all_of_it, nothing), self.figures())
        self.platform.casella("user", "delete", self.ann, "--yes")
        self.assertEqual((bobs, anns), self.figures())
        self.fill(self.bob)
        table = self.platform.casella("tenant", "show", self.company.name).stdout
        self.assertRegex(table, r"(?m)^kept: +\d+(\.\d+)? K")
        self.assertIn("kept", self.platform.casella("--format", "csv", "quota", "show", self.bob).stdout.splitlines()[0])
        self.platform.casella("user", "undelete", self.ann)
        self.assertEqual(nothing, self.figures()[1])
        self.platform.casella("user", "delete", self.ann, "--yes")
        self.platform.casella("user", "delete", self.ann, "--now", "--yes")
        self.assertEqual(nothing, self.figures()[1])

    def test_administrators_of_a_part_have_no_more_kept_than_could_be_stored(self):
        for role, place, limited in (
            ("tenant-administrator", "tenant", "tenant"),
            ("domain-administrator", "domain", "tenant"),
            ("domain-administrator", "domain", "domain"),
        ):
            with self.subTest(role, limited=limited):
                self.setUp()
                names = {"tenant": self.company.name, "domain": self.company.domain}
                self.fill(self.ann, self.bob)
                self.figures()  # has the rows committed
                self.platform.casella("quota", "set", names[limited], "--bytes", "30KB")
                administrator = Administrator(self.platform, role, **{place: names[place]})
                self.assertEqual(200, administrator.request("DELETE", f"/users/{self.ann}")[0])
                status, refusal = administrator.request("DELETE", f"/users/{self.bob}")
                self.assertEqual(409, status)
                self.assertIn(f"the storage of the {limited} {names[limited]} is limited to 30 KB", str(refusal))
                self.assertIn("--now", str(refusal))
                self.assertTrue(self.logs_in("bob"))
                # Again and again is no way round it.
                self.assertEqual(200, administrator.request("POST", f"/users/{self.ann}/undelete", {})[0])
                self.assertEqual(200, administrator.request("DELETE", f"/users/{self.ann}")[0])
                self.assertEqual(409, administrator.request("DELETE", f"/users/{self.bob}")[0])
                self.platform.casella("user", "delete", self.bob, "--dry-run", "--yes")
                self.assertEqual(200, administrator.request("DELETE", f"/users/{self.bob}?now=true")[0])
                self.assertEqual(200, administrator.request("POST", f"/users/{self.ann}/undelete", {})[0])
                self.assertTrue(self.logs_in("ann"))


if __name__ == "__main__":
    unittest.main()
