"""What each company held on each day, for bills."""

import csv
import datetime
import unittest

from support import clients, database, messages, running
from support.administrators import Administrator
from support.companies import Company


class Usage(unittest.TestCase):
    def setUp(self):
        self.platform = running.shared()
        self.company, self.other = Company(self.platform), Company(self.platform, users=("ann",))
        self.today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()

    def test_today_is_as_of_now_and_earlier_days_stay(self):
        name = self.company.name
        clients.deliver(self.platform, messages.message(self.company.address("ann"), size=20_000), self.company.address("ann"))
        held, count = self.company.usage(name)  # has the rows committed
        (day,) = self.platform.ask("usage", "--tenant", name)
        self.assertEqual((name, self.today, 1, 2, count), tuple(day[key] for key in ("tenant", "day", "domains", "users", "messages")))
        self.assertEqual((held, held), (day["bytes"], day["peakBytes"]))
        for sql in ("'2020-02-29', 1, 5, 10, 1000, 2000", "'2020-03-01', 1, 6, 11, 1100, 1100"):
            database.sql(self.platform, "casella_control", f"INSERT INTO usage_by_day VALUES ('{name}', {sql})")
        self.platform.casella("user", "delete", "--yes", self.company.address("ann"))
        days = self.platform.ask("usage", "--tenant", name)
        self.assertEqual([1000, 1100, 0], [day["bytes"] for day in days])
        self.assertEqual((1, held), (days[-1]["users"], days[-1]["peakBytes"]), "the day's most stays")
        self.assertEqual(["2020-03-01"], [d["day"] for d in self.platform.ask("usage", "--from", "2020-03-01", "--to", "2020-03-31")])
        self.platform.casella("tenant", "delete", name, "--yes")
        table = list(csv.DictReader(self.platform.casella("--format", "csv", "usage", "--tenant", name).stdout.splitlines()))
        self.assertEqual(["2020-02-29", "2020-03-01", self.today], [row["day"] for row in table], "a deleted tenant's bill can be written")
        self.assertEqual("2000", table[0]["most_stored"])

    def test_a_company_sees_its_own(self):
        administrator = Administrator(self.platform, "tenant-administrator", tenant=self.company.name)
        self.platform.casella("usage")
        status, days = administrator.request("GET", "/usage")
        self.assertEqual((200, {self.company.name}), (status, {day["tenant"] for day in days}))
        self.assertEqual(403, administrator.request("GET", f"/usage?tenant={self.other.name}")[0])
        of_a_domain = Administrator(self.platform, "domain-administrator", domain=self.company.domain)
        self.assertEqual((200, []), of_a_domain.request("GET", "/usage"))

    def test_days_that_are_none_are_refused(self):
        for day in ("2020-02-30", "yesterday", "2020-1-1"):
            self.assertEqual(64, self.platform.casella("usage", "--from", day, check=False).returncode, day)
