"""Names that the Tab key offers because of what stands before: keys of a domain, devices of a user, domains of an address, applies."""

from support.administrators import Administrator
from support.companies import Company
from support.company_tests import OneCompany
from support.desired import Applying


class OfSomething(OneCompany):
    def completed(self, line):
        return self.platform.casella("complete", "--", f"casella {line}").stdout.splitlines()

    def test_selectors_of_a_domain(self):
        self.platform.casella("dkim", "create", self.company.domain)
        selectors = sorted(key["selector"] for key in self.platform.ask("dkim", "show", self.company.domain))
        self.assertTrue(selectors)
        self.assertEqual(selectors, self.completed(f"dkim delete {self.company.domain} "))
        self.assertEqual([selectors[0]], self.completed(f"dkim delete {self.company.domain} {selectors[0]}"))
        self.assertNotIn(selectors[0], self.completed("dkim delete nosuch.example "))

    def test_devices_of_a_user(self):
        ann = self.company.address("ann")
        for name in ("Phone", "laptop"):
            self.platform.casella("app-password", "create", ann, "--name", name)
        self.assertEqual({"Phone", "laptop"}, set(self.completed(f"app-password delete {ann} ")))
        self.assertEqual(["Phone"], self.completed(f"app-password delete {ann} ph"))
        self.assertEqual([], [name for name in self.completed(f"app-password delete {self.company.address('nobody')} ") if name])

    def test_domains_of_a_new_address(self):
        beginning = self.company.domain[:-3]
        for command in ("user create", "alias create", "group create", "mailbox create"):
            self.assertEqual([f"new@{self.company.domain}"], self.completed(f"{command} new@{beginning}"), command)

    def test_what_others_have_is_not_offered(self):
        """To administrators of one tenant, by the control plane itself."""
        other = Company(self.platform)
        self.platform.casella("dkim", "create", other.domain)
        self.platform.casella("app-password", "create", other.address("ann"), "--name", "phone")
        mine, others = (Administrator(self.platform, "tenant-administrator", tenant=tenant.name) for tenant in (self.company, other))
        for kind, of in (("selectors", other.domain), ("appPasswords", other.address("ann"))):
            path = f"/names?kind={kind}&of={of.replace('@', '%40')}"
            self.assertEqual((200, []), names(mine.request("GET", path)))
            self.assertEqual(200, names(others.request("GET", path))[0])
            self.assertTrue(names(others.request("GET", path))[1], kind)
            self.assertEqual((200, []), names(others.request("GET", f"/names?kind={kind}")), "of nobody in particular there are none")


class Applies(Applying):
    def test_numbers_that_can_be_undone(self):
        self.apply(self.tenant("ann"), "--yes")
        number = self.number()
        for typed in ("", number):
            self.assertIn(number, self.platform.casella("complete", "--", f"casella undo {typed}").stdout.split())
        other = Company(self.platform)
        mine, others = (
            Administrator(self.platform, "tenant-administrator", tenant=name) for name in (self.name, other.name)
        )
        self.assertIn(number, names(mine.request("GET", "/names?kind=applies"))[1])
        self.assertNotIn(number, names(others.request("GET", "/names?kind=applies"))[1])


def names(answer):
    return answer[0], answer[1]["names"]
