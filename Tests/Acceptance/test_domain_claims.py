"""A domain serves a company after its zone proved whose it is, or after an operator vouched for it; and one company alone."""

import concurrent.futures

from support import clients, database, messages
from support.administrators import Administrator
from support.claims import WithClaims
from support.companies import Company
from support.waiting import eventually


class Proof(WithClaims):
    def test_a_claim_serves_nothing_until_it_is_proved(self):
        name = self.new_name()
        claim = self.claim(name)
        self.assertRegex(claim["token"], "^[0-9a-f]{32}$")
        self.assertEqual(f"_casella-challenge.{name}.", claim["record"]["name"])
        self.assertEqual(f'"casella-domain-verification={claim["token"]}"', claim["record"]["value"])
        self.assertEqual(claim["token"], self.claim(name)["token"], "the same again")
        self.assert_serves_nothing(name)
        self.refused(name, self.admin, "conflict", "There is no TXT record")
        self.publish(name, "0" * 32)
        eventually(lambda: self.refused(name, self.admin, "conflict", "another token") or True, what="the record is seen", every=0.2)
        self.records[f"_casella-challenge.{name}", "TXT"] = ["v=spf1 -all"]
        eventually(lambda: self.refused(name, self.admin, "conflict", "v=spf1") or True, what="the record is seen", every=0.2)
        # The record of the domain itself is none, and neither is that of its parent.
        self.records[name, "TXT"] = [f"casella-domain-verification={claim['token']}"]
        self.refused(name, self.admin, "conflict", "v=spf1")
        self.assert_serves_nothing(name)

        self.publish(name, "0" * 32, claim["token"])
        domain = eventually(lambda: self.proved(name), what="the record is seen", every=0.2)
        self.assertEqual((name, self.mine.name, "dns"), (domain["name"], domain["tenant"], domain["proof"]))
        self.assertIsNone(domain["quota"]["bytes"])
        self.assertEqual([], [claim for claim in self.admin.request("GET", "/claims")[1] if claim["name"] == name])
        address = self.mine.add_user("ann", domain=name)
        sent = messages.message(address)
        clients.deliver(self.platform, sent, address)
        with clients.imap(self.mine, address) as imap:
            self.assertEqual(1, len(clients.all_messages(imap)))
        with clients.submission(self.mine, address) as client:
            client.sendmail(address, [address], messages.message(address, sender=address))
        events = [event for event in self.admin.request("GET", "/audit")[1] if event["target"] == name]
        self.assertEqual(("domain verify", "done"), (events[0]["command"], events[0]["result"]))
        self.assertIn('"proof": [null, "dns"]', events[0]["changes"])
        self.assertEqual({"conflict"}, {event["result"] for event in events[1:] if event["command"] == "domain verify"})
        self.assertEqual(("domain claim", self.admin.name), (events[-1]["command"], events[-1]["caller"]))

    def proved(self, name):
        status, answer = self.verify(name, self.admin)
        return answer if status == 200 else None

    def test_a_proof_that_is_only_tried_makes_no_domain(self):
        name = self.new_name()
        token = self.claim(name)["token"]

        def tried():
            return self.verify(name, self.admin, "?dryRun=true")

        def claims():
            return [claim for claim in self.admin.request("GET", "/claims")[1] if claim["name"] == name]

        before = claims()
        self.assertEqual("conflict", tried()[1]["error"]["code"])
        self.assertEqual(before, claims(), "not even that it was looked for")
        self.publish(name, token)
        eventually(lambda: tried()[0] == 200, what="the record is seen", every=0.2)
        domain = tried()[1]
        self.assertEqual((name, self.mine.name, "dns"), (domain["name"], domain["tenant"], domain["proof"]))
        shown = self.platform.casella("domain", "verify", name, "--tenant", self.mine.name, "--dry-run").stdout
        self.assertIn(f"{name} would be a domain of tenant {self.mine.name}", shown)
        self.assertEqual(before, claims())
        self.assert_serves_nothing(name)
        commands = [event["command"] for event in self.admin.request("GET", "/audit?changes=true")[1] if event["target"] == name]
        self.assertEqual(["domain claim"], commands)
        self.assertEqual(200, self.verify(name, self.admin)[0])

    def test_servers_that_fail_prove_nothing(self):
        name = self.new_name()
        self.publish(name, self.claim(name)["token"])
        self.dns.failing = (name.split(".")[0],)
        try:
            self.refused(name, self.admin, "unavailable", "could not be asked")
        finally:
            self.dns.failing = ()

    def test_a_subdomain_of_anothers_domain_takes_its_own_proof(self):
        name = f"mail.{self.mine.domain}"
        token = self.claim(name, by=self.rival)["token"]
        self.publish(self.mine.domain, token)
        self.refused(name, self.rival, "conflict", "There is no TXT record")
        self.publish(name, token)
        eventually(lambda: self.verify(name, self.rival)[0] == 200, what="the record is seen", every=0.2)

    def test_an_expired_claim_is_of_no_use(self):
        name = self.new_name()
        token = self.claim(name)["token"]
        self.publish(name, token)
        age = f"UPDATE domain_claims SET claimed_at = claimed_at - interval '31 days' WHERE name = '{name}'"
        database.sql(self.platform, "postgres", age)
        self.refused(name, self.admin, "conflict", "expired")
        self.assertEqual(["expired"], [claim["state"] for claim in self.admin.request("GET", "/claims")[1] if claim["name"] == name])
        self.assertNotEqual(token, self.claim(name)["token"])


class OneOwner(WithClaims):
    def test_the_first_that_proves_it_gets_it(self):
        name = self.new_name()
        lost, won = self.claim(name), self.claim(name, by=self.rival)
        self.assertNotEqual(lost["token"], won["token"])
        self.publish(name, won["token"])
        self.refused(name, self.admin, "conflict", "another token")
        self.assertEqual(200, self.verify(name, self.rival)[0])
        self.publish(name, won["token"], lost["token"])
        for _ in range(2):
            status, answer = self.verify(name, self.admin)
            self.assertEqual("alreadyExists", answer["error"]["code"])
            self.assertNotIn(self.others.name, str(answer))
        self.assertEqual(["taken"], [claim["state"] for claim in self.admin.request("GET", "/claims")[1] if claim["name"] == name])
        self.assertEqual("alreadyExists", self.admin.request("POST", "/claims", {"name": name})[1]["error"]["code"])
        self.assertEqual(200, self.admin.request("DELETE", f"/claims/{name}")[0])
        self.assertEqual(404, self.admin.request("DELETE", f"/claims/{name}")[0])
        self.assertEqual(self.others.name, self.platform.ask("domain", "show", name)["tenant"])
        self.assertEqual(403, self.admin.request("GET", f"/domains/{name}")[0])

    def test_of_two_at_the_same_moment_one_wins(self):
        for _ in range(5):
            name = self.new_name()
            self.publish(name, self.claim(name)["token"], self.claim(name, by=self.rival)["token"])
            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                answers = list(pool.map(lambda by: self.verify(name, by)[0], (self.admin, self.rival, self.admin, self.rival)))
            self.assertEqual(1, answers.count(200), answers)
            self.assertLessEqual(set(answers), {200, 404, 409})
            self.assertEqual("dns", self.platform.ask("domain", "show", name)["proof"])

    def test_anothers_claim_is_out_of_reach(self):
        name = self.new_name()
        token = self.claim(name, by=self.rival)["token"]
        self.publish(name, token)
        self.assertEqual(404, self.verify(name, self.admin)[0])
        self.assertEqual(404, self.admin.request("DELETE", f"/claims/{name}")[0])
        for method, path, body in (
            ("GET", f"/claims?tenant={self.others.name}", None),
            ("POST", f"/claims/{name}/verify?tenant={self.others.name}", None),
            ("DELETE", f"/claims/{name}?tenant={self.others.name}", None),
            ("POST", "/claims", {"name": name, "tenant": self.others.name}),
        ):
            self.assertEqual(403, self.admin.request(method, path, body)[0], path)
        for path in ("/claims", "/names?kind=claims", "/audit"):
            self.assertNotIn(token, str(self.admin.request("GET", path)))
            self.assertNotIn(self.others.name, str(self.admin.request("GET", path)[1]) if path != "/audit" else "")
        self.assertNotIn(name, str(self.admin.request("GET", "/names?kind=claims")))
        self.assertIn(name, str(self.rival.request("GET", "/names?kind=claims")))
        # Nor do an operator's calls about it show in the others' log.
        self.platform.casella("domain", "claim", name, "--tenant", self.others.name)
        self.claim(name)
        self.platform.casella("domain", "unclaim", name, "--tenant", self.others.name)
        events = [event for event in self.admin.request("GET", "/audit")[1] if event["target"] == name]
        self.assertEqual({self.admin.name}, {event["caller"] for event in events})
        self.assertEqual({"domain claim", "domain unclaim", "domain verify"}, {event["command"] for event in events})
        self.assertNotIn(name, str(self.rival.request("GET", "/claims")))

    def test_a_companys_other_roles_claim_nothing(self):
        for role, part in (("help-desk", {"tenant": self.mine.name}), ("domain-administrator", {"domain": self.mine.domain})):
            administrator = Administrator(self.platform, role, **part)
            for method, path, body in (("POST", "/claims", {"name": self.new_name()}), ("GET", "/claims", None)):
                self.assertEqual(403, administrator.request(method, path, body)[0], role)
            self.assertEqual([], administrator.request("GET", "/names?kind=claims")[1]["names"])

    def test_a_company_has_a_hundred_open_claims(self):
        company = Company(self.platform, users=())
        administrator = Administrator(self.platform, "tenant-administrator", tenant=company.name)
        for _ in range(98):
            self.claim(self.new_name(), by=administrator)
        bodies = [{"name": self.new_name()} for _ in range(6)]
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda body: administrator.request("POST", "/claims", body)[0], bodies))
        self.assertEqual([200, 200, 409, 409, 409, 409], sorted(answers))
        self.platform.casella("tenant", "delete", company.name, "--now", "--yes")
        self.assertEqual("0", database.sql(self.platform, "postgres", "SELECT count(*) FROM domain_claims WHERE tenant_id NOT IN "
                                                                       "(SELECT tenant_id FROM tenants)"))


class Operators(WithClaims):
    def test_a_domain_is_vouched_for_by_whoever_makes_it(self):
        name = self.new_name()
        self.claim(name)
        self.claim(name, by=self.rival)
        self.platform.casella("domain", "create", name, "--tenant", self.mine.name)
        domain = self.platform.ask("domain", "show", name)
        self.assertEqual("vouched", domain["proof"])
        self.assertIn(f"vouched by {domain['vouchedBy']}", self.platform.casella("domain", "list").stdout)
        self.assertEqual([self.others.name], [claim["tenant"] for claim in self.platform.ask("domain", "claims") if claim["name"] == name])
        self.refused(name, self.rival, "alreadyExists", "exists already")

    def test_the_shell(self):
        name = self.new_name()
        casella = self.platform.casella
        self.assertEqual(65, casella("domain", "claim", name, check=False).returncode, "whose claim is to be said")
        printed = casella("domain", "claim", name, "--tenant", self.mine.name).stdout
        token = self.platform.ask("domain", "claim", name, "--tenant", self.mine.name)["token"]
        self.assertIn(f'_casella-challenge.{name}. TXT "casella-domain-verification={token}"', printed)
        self.claim(name, by=self.rival)
        unclear = casella("domain", "verify", name, check=False)
        self.assertEqual(76, unclear.returncode)
        self.assertIn("--tenant", unclear.stderr)
        self.assertEqual(76, casella("domain", "verify", name, "--tenant", self.mine.name, check=False).returncode)
        self.assertIn(token, casella("domain", "claims", "--tenant", self.mine.name).stdout)
        casella("domain", "unclaim", name, "--tenant", self.others.name)
        self.publish(name, token)
        eventually(lambda: casella("domain", "verify", name, check=False).returncode == 0, what="the record is seen", every=0.2)
        self.assertIn("DNS", casella("domain", "show", name).stdout)
        self.assertEqual(66, casella("domain", "verify", name, check=False).returncode)

    def test_names_that_nobody_can_claim(self):
        for name, status in (
            ("example", 64),
            ("no_such..domain", 64),
            (self.others.domain, 73),
            (".".join(["a" * 60] * 4), 65),  # the record's name would be too long
        ):
            done = self.platform.casella("domain", "claim", name, "--tenant", self.mine.name, check=False)
            self.assertEqual(status, done.returncode, (name, done.stderr))
