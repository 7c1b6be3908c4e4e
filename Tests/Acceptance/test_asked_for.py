"""What people who run other mail platforms ask for most, each by itself."""

import datetime
import imaplib
import tempfile
import unittest

from support import clients, running
from support.administrators import Administrator
from support.browsers import Browser
from support.companies import Company
from support.messages import message
from support.waiting import eventually


class AskedFor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()

    def test_a_quota_of_a_domain_and_of_a_tenant_is_on_the_sum_of_what_their_users_hold(self):
        company = Company(self.platform, users=("ann", "carl"))
        ann, carl = company.address("ann"), company.address("carl")
        other = f"other-{company.domain}"
        self.platform.casella("domain", "create", other, "--tenant", company.name)
        bob = company.add_user("bob", domain=other)

        def deliver(address, size):
            clients.deliver(self.platform, message(address, size=size), address)

        for address, size in ((ann, 10_000), (carl, 15_000), (bob, 20_000)):
            deliver(address, size)
        held = {address: company.usage(address)[0] for address in (ann, carl, bob)}
        self.assertEqual((held[ann] + held[carl], 2), company.usage(company.domain))
        self.assertEqual((held[bob], 1), company.usage(other))
        self.assertEqual((sum(held.values()), 3), company.usage(company.name))
        # Neither of the two has a limit, and what each would hold is less than their domain may; the sum is more.
        self.platform.casella("quota", "set", company.domain, "--bytes", str(held[ann] + held[carl] + 5_000))
        for address in (ann, carl):
            with self.assertRaisesRegex(AssertionError, r": 552 b['\"]5\.2\.2"):
                deliver(address, 8_000)
        deliver(bob, 8_000)
        self.platform.casella("quota", "set", company.domain, "--bytes", "unlimited")
        self.platform.casella("quota", "set", company.name, "--bytes", str(company.usage(company.name)[0] + 5_000))
        for address in (ann, carl, bob):
            with self.assertRaisesRegex(AssertionError, r": 552 b['\"]5\.2\.2"):
                deliver(address, 8_000)
        deliver(ann, 3_000)
        self.assertEqual((3, 2, 5), tuple(company.usage(one)[1] for one in (company.domain, other, company.name)))

    def test_an_administrators_key_is_good_for_one_domain(self):
        company = Company(self.platform)
        other = f"other-{company.domain}"
        self.platform.casella("domain", "create", other, "--tenant", company.name)
        eve = company.add_user("eve", domain=other)
        administrator = Administrator(self.platform, "domain-administrator", domain=company.domain)
        status, users = administrator.request("GET", "/users")
        self.assertEqual((200, {company.address("ann"), company.address("bob")}), (status, {user["address"] for user in users}))
        self.assertEqual(200, administrator.request("POST", f"/users/{company.address('ann')}/suspend")[0])
        out_of_reach = (
            ("GET", f"/users/{eve}"), ("POST", f"/users/{eve}/suspend"), ("DELETE", f"/users/{eve}"), ("GET", f"/domains/{other}"))
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
        began = self.now()
        self.assertEqual(200, administrator.request("POST", f"/users/{ann}/suspend", {"what": ["incoming"], "reason": "Moves house"})[0])
        changed = self.now()
        with clients.imap(company, "ann"):
            session = next(entry for entry in self.platform.ask("session", "list", ann))
        opened = self.now()
        self.assertEqual((ann, "imap", True), (session["address"], session["service"], session["isEncrypted"]))
        self.assertIn("127.0.0.1", session["client"])
        event = next(event for event in self.platform.ask("audit", "list", "--tenant", company.name) if event["command"] == "user suspend")
        self.assertEqual((administrator.name, ann, "done"), (event["caller"], event["target"], event["result"]))
        self.assertIn("127.0.0.1", event["origin"])
        self.assertIn("Moves house", event["changes"])
        self.assertTrue(began <= self.moment(event["at"]) <= changed, (began, event, changed))
        self.assertTrue(changed <= self.moment(session["since"]) <= opened, (changed, session, opened))
        self.who_was_in_afterwards(company, administrator, changed)

    def who_was_in_afterwards(self, company, administrator, began):
        """Ann was logged in to over IMAP once already, since the moment `began`."""
        ann, path = company.address("ann"), f"/session-history?target={company.address('ann')}"
        device = self.platform.ask("app-password", "create", ann, "--name", "phone")["password"]
        with clients.imap(company, "ann"), clients.pop3(company, "ann"):  # which the gateway may let in unasked
            pass
        own, company.passwords[ann] = company.passwords[ann], device
        with clients.submission(company, "ann"):
            pass
        company.passwords[ann] = "not this one"
        with self.assertRaises(imaplib.IMAP4.error), clients.imap(company, "ann"):
            pass
        browser = Browser(self.platform)
        self.addCleanup(browser.close)
        self.assertEqual(303, browser.sign_in(ann, own))
        expected = {("imap", None, 2), ("pop3", None, 1), ("submission", "phone", 1), ("web", None, 1)}

        def told():
            logins = self.platform.ask("session", "history", ann)
            self.assertEqual(expected, {(login["service"], login.get("appPassword"), login["logins"]) for login in logins})
            return logins

        logins, ended = eventually(told, what="what the gateway tells"), self.now()
        for login in logins:
            self.assertEqual((ann, company.name, "127.0.0.1"), (login["address"], login["tenant"], login["client"]))
            self.assertTrue(began <= self.moment(login["firstAt"]) <= self.moment(login["lastAt"]) <= ended, login)
            self.assertEqual(login["lastAt"][:10], login["day"])
        last = self.platform.ask("user", "show", ann)["lastLogin"]
        self.assertEqual((max(login["lastAt"] for login in logins), "127.0.0.1"), (last["at"], last["client"]))
        for words in ("Latest logins", "App password phone", "Account pages"):
            self.assertIn(words, browser.told("/account"))
        table = self.platform.casella("--format", "csv", "session", "history", ann, "--since", logins[-1]["day"]).stdout.splitlines()
        self.assertEqual((5, "address,tenant,day,service,from,password,first,last,logins"), (len(table), table[0]))
        for target in (company.name, company.domain):
            self.assertEqual(logins, self.platform.ask("session", "history", target, "--all"))
        self.assertEqual([], self.platform.ask("session", "history", ann, "--until", "2020-01-01"))
        # Administrators see their own part of it, and that they looked is recorded.
        other = Company(self.platform)
        def seen(by, path):
            # Under numbers of their own, which tell nothing of how often others log in.
            status, told = by.request("GET", path)
            self.assertFalse({login["number"] for login in told} & {login["number"] for login in logins})
            unnumbered = [{**login, "number": None} for login in logins]
            self.assertEqual((200, unnumbered), (status, [{**login, "number": None} for login in told]))

        seen(administrator, path)
        for role in ("help-desk", "domain-administrator"):
            place = {"domain": company.domain} if role == "domain-administrator" else {"tenant": company.name}
            seen(Administrator(self.platform, role, **place), "/session-history")
            stranger = {"domain": other.domain} if role == "domain-administrator" else {"tenant": other.name}
            self.assertEqual(403, Administrator(self.platform, role, **stranger).request("GET", path)[0])
        events = self.platform.ask("audit", "list", "--tenant", company.name)
        seen = [(event["command"], event["target"], event["caller"]) for event in events]
        self.assertIn(("session history", ann, administrator.name), seen)
        # It is the user's under any name, and ends with the user.
        anna = company.address("anna")
        self.platform.casella("user", "rename", ann, anna)
        self.assertEqual([{**login, "address": anna} for login in logins], self.platform.ask("session", "history", company.name))
        self.platform.casella("user", "delete", anna, "--now", "--yes")
        self.assertEqual([], self.platform.ask("session", "history", company.name))

    @staticmethod
    def now():
        """To the second, as the platform tells times."""
        return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)

    @staticmethod
    def moment(text):
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
