"""Mail in trash and junk goes when the plan says that its time is up, also where nobody logs in."""

import unittest

from support import clients, database, running
from support.companies import Company
from support.messages import message
from support.waiting import eventually


class Retention(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()

    def company(self):
        """With two messages in the trash and two in the junk of its user, of which each first has been there for ten days."""
        company = Company(self.platform, users=("ann",))
        with clients.imap(company, "ann") as session:
            for mailbox in ("Trash", "Junk"):
                for _ in range(2):
                    self.assertEqual("OK", session.append(mailbox, None, None, message(company.address("ann")))[0])
        self.platform.ask("user", "show", company.address("ann"))  # has the rows committed
        self.sql(f"UPDATE messages SET saved_at = now() - interval '10 days' WHERE uid = 1 AND {self.of(company)}")
        self.assertEqual(4, self.count(company))
        return company

    def of(self, company):
        return f"tenant_id = (SELECT tenant_id FROM tenants WHERE name = '{company.name}')"

    def sql(self, statement):
        return database.sql(self.platform, "postgres", statement)

    def count(self, company):
        return int(self.sql(f"SELECT count(*) FROM messages WHERE {self.of(company)}"))

    def test_what_is_old_goes_once_the_plan_says_so(self):
        asleep, awake = self.company(), self.company()
        self.platform.casella("worker", "restart", f"tenant:{asleep.name}")
        with clients.imap(awake, "ann") as session:
            session.select("Trash")
            self.platform.casella("plan", "override", awake.name, "--trash-days", "9")
            self.platform.casella("plan", "override", asleep.name, "--trash-days", "11", "--junk-days", "9")
            eventually(lambda: session.noop()[0] == "OK" and session.response("EXPUNGE")[1] == [b"1"], within=30, what="EXPUNGE")
            self.assertEqual([b"2"], session.uid("SEARCH", "ALL")[1])
            self.assertEqual([b"1 2"], session.select("Junk") and session.uid("SEARCH", "ALL")[1])
        eventually(lambda: self.count(asleep) == 3, within=30, what="the old message in the junk to be gone")
        with clients.imap(asleep, "ann") as session:
            session.select("Junk")
            self.assertEqual([b"2"], session.uid("SEARCH", "ALL")[1])
            session.select("Trash")
            self.assertEqual([b"1 2"], session.uid("SEARCH", "ALL")[1])
        for company in (asleep, awake):
            self.assertEqual(3, company.usage(company.address("ann"))[1])
            self.assertEqual(3, company.usage(company.name)[1])

    def test_a_user_has_days_of_their_own(self):
        company = self.company()
        self.platform.casella("plan", "override", company.address("ann"), "--trash-days", "9")
        eventually(lambda: self.count(company) == 3, within=30, what="the old message in the trash to be gone")
        self.platform.casella("plan", "override", company.name, "--junk-days", "9")
        self.platform.casella("plan", "override", company.address("ann"), "--junk-days", "unlimited", "--trash-days", "8")
        other = self.company()
        self.platform.casella("plan", "override", other.name, "--junk-days", "9", "--trash-days", "unlimited")
        eventually(lambda: self.count(other) == 3, within=30, what="the old message of the other company to be gone")
        self.assertEqual(3, self.count(company), "what is said of the user goes before what is said of the tenant")

    def test_where_the_days_come_from(self):
        company = Company(self.platform, users=("ann",))
        self.platform.casella("plan", "override", company.name, "--trash-days", "30", "--junk-days", "unlimited")
        limits = {limit["name"]: limit for limit in self.platform.ask("plan", "limits", company.name)["limits"]}
        self.assertEqual(30, limits["trashDays"]["value"])
        self.assertIn(company.name, str(limits["trashDays"]["source"]))
        ann = company.address("ann")
        self.platform.casella("plan", "override", ann, "--trash-days", "3")
        limits = {limit["name"]: limit for limit in self.platform.ask("plan", "limits", ann)["limits"]}
        self.assertEqual((3, f"user {ann}"), (limits["trashDays"]["value"], limits["trashDays"]["source"]))
        self.assertEqual(("unlimited", f"tenant {company.name}"), (limits["junkDays"]["value"], limits["junkDays"]["source"]))
        done = self.platform.casella("plan", "override", ann, "--kept-days", "3", check=False)
        self.assertIn("cannot be overridden for a user", done.stderr)
        self.assertIn("`hold set` keeps one for longer", done.stderr)
        self.assertNotEqual(0, self.platform.casella("plan", "override", company.name, "--trash-days", "soon", check=False).returncode)
