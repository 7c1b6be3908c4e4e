"""What the database itself keeps from those who only look, and from those who ask for explanations."""

import json

from support import database
from support.administered import Administrators


class Fences(Administrators):
    def test_an_auditor_reads_what_there_is_and_the_database_lets_nothing_be_written(self):
        auditor = self.make("auditor")
        ann, domain, tenant = self.mine.address("ann"), self.mine.domain, self.mine.name
        for path in (
            *("/tenants", "/plans", "/domains", "/users", "/aliases", "/groups", "/mailboxes", "/vacations", "/forwards", "/dkim"),
            *("/deleted", "/holds", "/queue", "/logins", "/sessions", "/workers", "/certificates", "/audit", "/usage", "/quota-checks"),
            *("/status", "/load", "/session", "/audit-verification", "/names?kind=addresses", "/names?kind=administrators"),
            *(f"/tenants/{tenant}", f"/limits/{ann}", f"/domains/{domain}", f"/domains/{domain}/dns", f"/users/{ann}"),
            *(f"/users/{ann}/app-passwords", f"/quotas/{ann}", f"/explanations/login?address={ann}"),
        ):  # fmt: skip
            with self.subTest(path):
                status, answer = auditor.request("GET", path)
                self.assertEqual(200, status, answer)
        for kind in ("delivery", "sending"):
            status, answer = auditor.request("POST", f"/explanations/{kind}?address={ann}", {})
            self.assertEqual(200, status, answer)
        for statement in (
            "UPDATE users SET suspended = '{}'", "DELETE FROM aliases", "INSERT INTO plans (name) VALUES ('more')",
            "TRUNCATE audit_log", "SELECT hash FROM credentials", "SELECT totp_secret FROM administrators", "SELECT * FROM messages",
        ):  # fmt: skip
            with self.subTest(statement), self.assertRaisesRegex(database.Refused, "permission denied"):
                database.sql(self.platform, "casella_control", "SET ROLE casella_auditor", statement)
        self.assertEqual(200, auditor.request("DELETE", "/session")[0], "one's own session is one's own")

    def test_of_another_company_explanations_tell_what_they_tell_of_any_address(self):
        ann, other = self.mine.address("ann"), self.others.address("ann")
        self.platform.casella("plan", "override", other, "--message-size", "5KB")
        self.platform.casella("user", "suspend", other, "--incoming", "--reason", "case 7")
        self.platform.casella("domain", "alias", f"also-{self.others.domain}", "--of", self.others.domain)
        there, nowhere = (other, f"ann@also-{self.others.domain}"), "ann@far.example"
        for role in ("tenant-administrator", "help-desk", "domain-administrator"):
            administrator = self.make(role)
            for question in (
                f"delivery?address={ann}&from=WHO&size=20KB", f"sending?address={ann}&as=WHO&to=WHO&size=20KB", "delivery?address=WHO",
                "sending?address=WHO",
            ):  # fmt: skip
                answers = set()
                for address in (*there, nowhere):
                    status, answer = administrator.request("POST", "/explanations/" + question.replace("WHO", address), {})
                    told = json.dumps([status, answer], sort_keys=True).replace(address, "WHO").replace(address.partition("@")[2], "DOMAIN")
                    answers.add(told)
                self.assertEqual(1, len(answers), (role, question, answers))
