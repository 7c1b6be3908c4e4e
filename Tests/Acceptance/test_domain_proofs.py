"""What the database itself holds to: no domain comes without a proof."""

from support import database
from support.claims import WithClaims


class SecondFence(WithClaims):
    """What the database itself gives to a tenant's administrator, should the control plane forget to ask."""

    def within(self, *statements, domain=""):
        settings = (
            f"SELECT set_config('casella.administered_tenant', '{self.mine.tenant_id()}', true),"
            f" set_config('casella.administered_domain', '{domain}', true)"
        )
        whole = ("BEGIN", settings, "SET LOCAL ROLE casella_administrator", *statements, "ROLLBACK")
        return database.sql(self.platform, "casella_control", *whole).splitlines()[1:]

    def assert_refused(self, *statements, saying, domain=""):
        with self.assertRaises(database.Refused, msg=statements) as raised:
            self.within(*statements, domain=domain)
        self.assertIn(saying, str(raised.exception), statements)

    def test_no_domain_comes_without_proof(self):
        mine, others, name = self.mine.tenant_id(), self.others.tenant_id(), self.new_name()
        domain = "INSERT INTO domains (tenant_id, name, proof, proved_at) VALUES ({}, '{}', 'dns', {})"
        claimed = f"INSERT INTO domain_claims (tenant_id, name) VALUES ({mine}, '{name}')"
        fence, denied = "row-level security", "permission denied"
        self.within(claimed)
        self.assert_refused(f"INSERT INTO domains (tenant_id, name) VALUES ({mine}, '{name}')", saying=fence)
        self.assert_refused(domain.format(mine, name, "now()"), saying=fence)
        self.assert_refused(claimed, domain.format(mine, name, "now()"), saying=fence)
        self.assert_refused(claimed.replace(str(mine), str(others)), saying=fence)
        for column, value in (("token", f"'{'0' * 32}'"), ("proved_at", "now()"), ("checked_at", "now()"), ("claimed_at", "now()")):
            insertion = f"INSERT INTO domain_claims (tenant_id, name, {column}) VALUES ({mine}, '{name}', {value})"
            self.assert_refused(insertion, saying=denied)
            self.assert_refused(f"UPDATE domain_claims SET {column} = {value}", saying=denied)
        for column, value in (("name", f"'{name}'"), ("tenant_id", others), ("proof", "'vouched'"), ("vouched_by", "'x'")):
            self.assert_refused(f"UPDATE domains SET {column} = {value}", saying=denied)
        self.assert_refused("DELETE FROM domains", saying=denied)

    def test_what_the_control_plane_found_proved_opens_that_one_domain(self):
        mine, others, name, theirs = self.mine.tenant_id(), self.others.tenant_id(), self.new_name(), self.new_name()
        self.claim(name)
        self.claim(theirs, by=self.rival)
        domain = f"INSERT INTO domains (tenant_id, name, proof, proved_at) SELECT {mine}, '{{}}', '{{}}', {{}}"
        proved = f"UPDATE domain_claims SET checked_at = now() - {{0}}, proved_at = now() - {{0}} WHERE name IN ('{name}', '{theirs}')"
        moment = f"(SELECT proved_at FROM domain_claims WHERE name = '{name}')"
        database.sql(self.platform, "casella_control", proved.format("interval '1 minute'"))
        self.assertEqual(["1"], self.within(domain.format(name, "dns", moment), f"SELECT count(*) FROM domains WHERE name = '{name}'"))
        fence = "row-level security"
        own = database.sql(self.platform, "postgres", f"SELECT domain_id FROM domains WHERE name = '{self.mine.domain}'")
        self.assert_refused(domain.format(name, "dns", moment), saying=fence, domain=own)
        self.assert_refused(domain.format(theirs, "dns", moment), saying=fence)
        self.assert_refused(domain.format(f"sub.{name}", "dns", moment), saying=fence)
        self.assert_refused(domain.format(name, "dns", "now()"), saying=fence)
        self.assert_refused(domain.format(name, "vouched", "NULL"), saying=fence)
        self.assert_refused(domain.format(name, "dns", moment).replace(str(mine), str(others), 1), saying=fence)
        database.sql(self.platform, "casella_control", proved.format("interval '11 minutes'"))
        self.assert_refused(domain.format(name, "dns", moment), saying=fence)
        # Claims themselves: of one's own tenant, and not for who administers one domain.
        self.assertEqual(["0"], self.within(f"SELECT count(*) FROM domain_claims WHERE tenant_id <> {mine}"))
        self.assertEqual(["0"], self.within("SELECT count(*) FROM domain_claims", domain=own))
        self.assertEqual([], self.within(f"DELETE FROM domain_claims WHERE name = '{theirs}' RETURNING 1"))

    def test_workers_and_relay_know_no_claims(self):
        for role in (f"casella_t{self.mine.tenant_id()}", "casella_relay"):
            with self.assertRaises(database.Refused):
                database.sql(self.platform, role, "SELECT * FROM domain_claims")
