"""What people who run other mail platforms ask for most, each by itself."""

import tempfile
import unittest

from support import clients, running
from support.administrators import Administrator
from support.companies import Company
from support.messages import message


class AskedFor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()

    def test_a_quota_of_a_domain_and_of_a_tenant_is_on_the_sum_of_what_their_users_hold(self):
        company = Company(self.platform, users=("ann",))
        other = f"other-{company.domain}"
        self.platform.casella("domain", "create", other, "--tenant", company.name)
        bob = company.add_user("bob", domain=other)
        for address, size in ((company.address("ann"), 10_000), (bob, 20_000)):
            clients.deliver(self.platform, message(address, size=size), address)
        ann_holds, bob_holds = company.usage(company.address("ann")), company.usage(bob)
        self.assertEqual(ann_holds, company.usage(company.domain))
        self.assertEqual(bob_holds, company.usage(other))
        self.assertEqual((ann_holds[0] + bob_holds[0], 2), company.usage(company.name))
        self.platform.casella("quota", "set", company.name, "--bytes", str(ann_holds[0] + bob_holds[0] + 5_000))
        with self.assertRaisesRegex(AssertionError, "552"):
            clients.deliver(self.platform, message(bob, size=8_000), bob)

    def test_an_administrators_key_is_good_for_one_domain(self):
        company = Company(self.platform)
        other = f"other-{company.domain}"
        self.platform.casella("domain", "create", other, "--tenant", company.name)
        eve = company.add_user("eve", domain=other)
        administrator = Administrator(self.platform, "domain-administrator", domain=company.domain)
        status, users = administrator.request("GET", "/users")
        self.assertEqual((200, {company.address("ann"), company.address("bob")}), (status, {user["address"] for user in users}))
        self.assertEqual(200, administrator.request("POST", f"/users/{company.address('ann')}/suspend")[0])
        out_of_reach = (("GET", f"/users/{eve}"), ("POST", f"/users/{eve}/suspend"), ("DELETE", f"/users/{eve}"), ("GET", f"/domains/{other}"))
        for request in out_of_reach:
            self.assertEqual(403, administrator.request(*request)[0], request)

    def test_four_thousand_users_of_one_domain(self):
        company = Company(self.platform, users=())
        addresses = [f"user{number:04}@{company.domain}" for number in range(4_000)]
        with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
            file.write("address\n" + "".join(f"{address}\n" for address in addresses))
            file.flush()
            self.platform.casella("user", "import", file.name)
        self.assertEqual(addresses, [user["address"] for user in self.platform.ask("user", "list", "--domain", company.domain)])
        for typed, expected in (("user123", addresses[1230:1240]), ("user3999", addresses[3999:]), ("user4", [])):
            completed = self.platform.casella("complete", "--", f"casella user show {typed}").stdout.split()
            self.assertEqual(expected, [address for address in completed if address.endswith(company.domain)])
        self.assertEqual(4_000, self.platform.ask("domain", "show", company.domain)["users"])

    def test_who_opened_and_changed_what_and_when(self):
        company = Company(self.platform)
        ann = company.address("ann")
        administrator = Administrator(self.platform, "tenant-administrator", tenant=company.name)
        self.assertEqual(200, administrator.request("POST", f"/users/{ann}/suspend", {"what": ["incoming"], "reason": "Moves house"})[0])
        with clients.imap(company, "ann"):
            session = next(entry for entry in self.platform.ask("session", "list", ann))
        self.assertEqual((ann, "imap", True), (session["address"], session["service"], session["isEncrypted"]))
        self.assertIn("127.0.0.1", session["client"])
        event = next(event for event in self.platform.ask("audit", "list", "--tenant", company.name) if event["command"] == "user suspend")
        self.assertEqual((administrator.name, ann, "done"), (event["caller"], event["target"], event["result"]))
        self.assertIn("127.0.0.1", event["origin"])
        self.assertIn("Moves house", event["changes"])
