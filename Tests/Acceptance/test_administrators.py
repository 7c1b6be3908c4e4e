"""Administrators of the platform, of companies and of domains: who may do what, from other machines too, and to whose mail."""

import contextlib
import os
import pwd
import re
import socket
import time
import unittest

from support import clients, database, running
from support.administrators import Administrator, fingerprint, one_time_password
from support.companies import Company
from support.running import run

ROLES = ("owner", "operator", "auditor", "tenant-administrator", "help-desk", "domain-administrator")
NEW = {"password": {"given": "a password of some length"}}


def requests(tenant, domain, user, alias, administrator, queued="999999999", new="nobody"):
    """A request for every command, about these; what is made is not there yet."""
    return {
        "tenant create": ("POST", "/tenants", {"name": f"{new}-tenant!"}),
        "tenant list": ("GET", "/tenants", None),
        "tenant show": ("GET", f"/tenants/{tenant}", None),
        "tenant suspend": ("POST", f"/tenants/{tenant}/suspend", None),
        "tenant resume": ("POST", f"/tenants/{tenant}/resume", None),
        "tenant delete": ("DELETE", f"/tenants/{tenant}", None),
        "plan create": ("POST", "/plans", {"name": "bad name", "limits": {}}),
        "plan list": ("GET", "/plans", None),
        "plan show": ("GET", "/plans/default", None),
        "plan set": ("PUT", "/plans/no-plan", {"users": 1}),
        "tenant undelete": ("POST", "/tenants/no-tenant-of-this-name/undelete", None),
        "tenant compact": ("POST", "/tenants/no-tenant-of-this-name/compact", None),
        "plan delete": ("DELETE", "/plans/no-plan", None),
        "plan assign": ("PUT", f"/tenants/{tenant}/plan", {"plan": "no-plan"}),
        "plan limits": ("GET", f"/limits/{user}", None),
        "plan override": ("PUT", f"/limits/{user}", {"users": 1}),
        "apply --dry-run": ("POST", "/applies/preview", {"desired": {"tenant": {"name": tenant}}}),
        "apply": ("POST", "/applies", {"desired": {"tenant": {"name": tenant}}, "fingerprint": "x"}),
        "applies": ("GET", f"/applies?tenant={tenant}", None),
        "undo --dry-run": ("GET", "/applies/999999999/undo", None),
        "undo": ("POST", "/applies/999999999/undo", {"fingerprint": "x"}),
        "export": ("GET", f"/tenants/{tenant}/state", None),
        "domain create": ("POST", "/domains", {"name": "bad name", "tenant": tenant}),
        "domain list": ("GET", f"/domains?tenant={tenant}", None),
        "domain show": ("GET", f"/domains/{domain}", None),
        "domain rename": ("POST", f"/domains/{domain}/rename", {"name": "bad name", "keepAlias": False}),
        "domain delete": ("DELETE", f"/domains/{domain}", None),
        "domain undelete": ("POST", "/domains/gone.example/undelete", None),
        "domain check": ("GET", f"/domains/{domain}/check", None),
        "domain claim": ("POST", "/claims", {"name": domain, "tenant": tenant}),
        "domain verify": ("POST", f"/claims/{domain}/verify?tenant={tenant}", None),
        "domain claims": ("GET", f"/claims?tenant={tenant}", None),
        "domain unclaim": ("DELETE", f"/claims/{domain}?tenant={tenant}", None),
        "domain dns": ("GET", f"/domains/{domain}/dns", None),
        "domain mta-sts": ("PUT", f"/domains/{domain}/mta-sts", {"mode": "sometimes"}),
        "domain alias": ("POST", "/domain-aliases", {"name": "bad name", "domain": domain}),
        "domain unalias": ("DELETE", "/domain-aliases/gone.example", None),
        "user create": ("POST", "/users", {"address": f"{new}@{domain}", "password": {"given": "x"}}),
        "user import": ("POST", "/users/import", {"users": [{"address": f"{new}@{domain}", "password": {"given": "x"}}]}),
        "dkim create": ("POST", f"/domains/{domain}/dkim", {"selector": "x" * 63}),
        "dkim activate": ("POST", f"/domains/{domain}/dkim/activate", None),
        "dkim list": ("GET", f"/dkim?domain={domain}", None),
        "dkim show": ("GET", f"/domains/{domain}/dkim", None),
        "dkim delete": ("DELETE", f"/domains/{domain}/dkim/gone", None),
        "user list": ("GET", f"/users?domain={domain}", None),
        "user show": ("GET", f"/users/{user}", None),
        "user suspend": ("POST", f"/users/{user}/suspend", None),
        "user resume": ("POST", f"/users/{user}/resume", None),
        "user password": ("POST", f"/users/{user}/password", NEW),
        "user must-change": ("POST", f"/users/{user}/must-change", {"within": -1}),
        "user totp": ("POST", f"/users/{user}/totp", None),
        "user totp --off": ("DELETE", f"/users/{user}/totp", None),
        "user change-password": None,
        "user rename": ("POST", f"/users/{user}/rename", {"address": f"{new}@{domain}", "keepAlias": False}),
        "user delete": ("DELETE", f"/users/{user}", None),
        "user undelete": ("POST", f"/users/{user}/undelete", {"address": f"{new}@{domain}"}),
        "deleted list": ("GET", f"/deleted?tenant={tenant}", None),
        "hold set": ("POST", f"/holds/{user}", {"reason": ""}),
        "hold release": ("DELETE", f"/holds/{user}", None),
        "hold copy": ("POST", f"/holds/{user}/copy", {"to": f"gone@{domain}", "all": False}),
        "hold list": ("GET", "/holds", None),
        "app-password create": ("POST", f"/users/{user}/app-passwords", {"name": "phone"}),
        "app-password list": ("GET", f"/users/{user}/app-passwords", None),
        "app-password delete": ("DELETE", f"/users/{user}/app-passwords/phone", None),
        "self app-password": None,
        "self app-passwords": None,
        "self revoke": None,
        "alias create": ("POST", "/aliases", {"address": f"{new}@{domain}", "targets": []}),
        "alias list": ("GET", f"/aliases?domain={domain}", None),
        "alias show": ("GET", f"/aliases/{alias}", None),
        "alias delete": ("DELETE", f"/aliases/{alias}", None),
        "group create": (
            "POST",
            "/groups",
            {"address": f"{new}@{domain}", "posting": "anyone", "owners": ["x@far.example"], "members": []},
        ),
        "group list": ("GET", f"/groups?domain={domain}", None),
        "group show": ("GET", f"/groups/gone@{domain}", None),
        "group set": ("PUT", f"/groups/gone@{domain}", {"posting": "owners"}),
        "group add": ("POST", f"/groups/gone@{domain}/add", {"members": []}),
        "group remove": ("POST", f"/groups/gone@{domain}/remove", {"members": []}),
        "group delete": ("DELETE", f"/groups/gone@{domain}", None),
        "mailbox create": ("POST", "/mailboxes", {"address": f"{new}@{domain}", "quota": {"bytes": -1}}),
        "mailbox list": ("GET", f"/mailboxes?domain={domain}", None),
        "mailbox show": ("GET", f"/mailboxes/gone@{domain}", None),
        "mailbox add": ("POST", f"/mailboxes/gone@{domain}/add", {"members": [user], "rights": "read", "sends": False}),
        "mailbox remove": ("POST", f"/mailboxes/gone@{domain}/remove", {"members": [user]}),
        "mailbox delete": ("DELETE", f"/mailboxes/gone@{domain}", None),
        "vacation set": ("PUT", f"/users/{user}/vacation", {"subject": "Away", "text": ""}),
        "vacation show": ("GET", f"/users/{user}/vacation", None),
        "vacation clear": ("DELETE", f"/users/{user}/vacation", None),
        "vacation list": ("GET", f"/vacations?domain={domain}", None),
        "quota show": ("GET", f"/quotas/{user}", None),
        "quota set": ("PUT", f"/quotas/{user}", {"bytes": -1}),
        "quota check": ("GET", f"/quota-checks?target={user}", None),
        "quota check --repair": ("POST", "/quota-checks", {"target": user}),
        "queue list": ("GET", f"/queue?tenant={tenant}", None),
        "queue show": ("GET", f"/queue/{queued}", None),
        "queue retry": ("POST", f"/queue/{queued}/retry", None),
        "queue hold": ("POST", f"/queue/{queued}/hold", None),
        "queue release": ("POST", f"/queue/{queued}/release", None),
        "queue delete": ("DELETE", f"/queue/{queued}", None),
        "login list": ("GET", "/logins", None),
        "login unlock": ("POST", f"/logins/{user}/unlock", None),
        "session list": ("GET", f"/sessions?target={user}", None),
        "session end": ("POST", f"/sessions/{user}/end", None),
        "worker list": ("GET", "/workers", None),
        "top": ("GET", "/load", None),
        "worker restart": ("POST", "/workers/tenant:nobody-there/restart", None),
        "certificate import": ("POST", "/certificates", {"certificateFile": "nowhere", "keyFile": "nowhere"}),
        "certificate list": ("GET", "/certificates", None),
        "certificate show": ("GET", "/certificates/gone.example", None),
        "certificate delete": ("DELETE", "/certificates/gone.example", None),
        "administrator create": (
            "POST",
            "/administrators",
            {"name": f"{new}.one", "role": "help-desk", "tenant": tenant, "password": {"given": "x"}},
        ),
        "administrator list": ("GET", "/administrators", None),
        "administrator show": ("GET", f"/administrators/{administrator}", None),
        "administrator suspend": ("POST", f"/administrators/{administrator}/suspend", None),
        "administrator resume": ("POST", f"/administrators/{administrator}/resume", None),
        "administrator password": ("POST", f"/administrators/{administrator}/password", NEW),
        "administrator totp": ("POST", f"/administrators/{administrator}/totp", None),
        "administrator delete": ("DELETE", f"/administrators/{administrator}", None),
        "explain delivery": ("POST", f"/explanations/delivery?address={user}", {}),
        "explain login": ("GET", f"/explanations/login?address={user}", None),
        "explain send": ("POST", f"/explanations/sending?address={user}", {}),
        "session show": ("GET", "/session", None),
        "session password": ("POST", "/session/password", {"old": "wrong", "new": {"given": "a password of some length"}}),
        "session logout": None,
        "session login": None,
        "audit list": ("GET", f"/audit?tenant={tenant}", None),
        "audit verify": ("GET", "/audit-verification", None),
        "names": ("GET", "/names?kind=addresses", None),
        "usage": ("GET", f"/usage?tenant={tenant}", None),
        "status": ("GET", "/status", None),
    }


class Administrators(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()
        cls.mine, cls.others = Company(cls.platform), Company(cls.platform)
        for company in (cls.mine, cls.others):
            cls.platform.casella("alias", "create", f"info@{company.domain}", "--to", company.address("ann"))

    def part(self, role, company=None):
        company = company or self.mine
        if role in ("tenant-administrator", "help-desk"):
            return {"tenant": company.name}
        return {"domain": company.domain} if role == "domain-administrator" else {}

    def make(self, role, **options):
        return Administrator(self.platform, role, **self.part(role), **options)


class RolesAndCommands(Administrators):
    def test_every_cell_of_the_table(self):
        table = {row["command"]: row["roles"] for row in self.platform.ask("role", "list")}
        # Of the own part, but not there: what is allowed changes nothing, and is refused for another reason.
        asked = requests(self.mine.name, self.mine.domain, f"gone@{self.mine.domain}", f"gone@{self.mine.domain}", "gone.one")
        self.assertEqual(set(table), set(asked), "a request for every command")
        for role in ROLES:
            administrator = self.make(role)
            for command, request in asked.items():
                if request is None or (self.would_do_it(command) and role in ("owner", "operator")):
                    continue
                with self.subTest(role=role, command=command):
                    status, answer = administrator.request(*request)
                    refused = status == 403 and "does not include" in answer["error"]["message"]
                    self.assertEqual(role not in table[command], refused, (status, answer))
            if role in ("owner", "operator"):
                for command, request in requests("gone-tenant", "d.example", "u@d.example", "a@d.example", "gone.one").items():
                    if self.would_do_it(command):
                        with self.subTest(role=role, command=command):
                            status, answer = administrator.request(*request)
                            self.assertNotIn(status, (401, 403), answer)
            self.assertEqual(200, administrator.request("DELETE", "/session")[0])
            self.assertEqual(401, administrator.request("GET", "/session")[0])

    @staticmethod
    def would_do_it(command):
        """What whoever may do it anywhere must not be asked for about what is there."""
        return command.startswith("tenant ") or command == "domain delete"

    def test_another_company_is_out_of_reach_and_every_try_is_recorded(self):
        theirs = Administrator(self.platform, "help-desk", tenant=self.others.name, log_in=False)
        other = self.others
        asked = requests(other.name, other.domain, other.address("ann"), f"info@{other.domain}", theirs.name)
        for role in ("tenant-administrator", "help-desk", "domain-administrator"):
            administrator = self.make(role)
            tries = 0
            for command, request in asked.items():
                if request is None or command in ("tenant list", "administrator list", "names", "session show", "session password"):
                    continue
                with self.subTest(role=role, command=command):
                    status, answer = administrator.request(*request)
                    self.assertIn((status, answer["error"]["code"]), ((403, "forbidden"), (400, "invalid")), (command, answer))
                    tries += status == 403
            self.assertEqual(tries, self.refusals_recorded(administrator))
            # Lists show one's own only.
            for path in ("/tenants", "/domains", "/users", "/aliases", "/queue", "/names?kind=quotaTargets", "/names?kind=tenants"):
                self.assertNotIn(other.name, str(administrator.request("GET", path)), path)
        for what in (("tenant", "show", other.name), ("user", "show", other.address("ann")), ("alias", "show", f"info@{other.domain}")):
            self.platform.casella(*what)
        self.assertEqual("active", self.platform.ask("user", "show", other.address("ann"))["state"])

    def refusals_recorded(self, administrator):
        events = self.platform.ask("audit", "list", "--count", "2000")
        return sum((event["caller"], event["result"]) == (administrator.name, "forbidden") for event in events)

    def test_who_has_the_name_of_an_earlier_company_sees_nothing_of_it(self):
        former = Company(self.platform)
        self.platform.casella("tenant", "delete", "--now", "--yes", former.name)
        database.sql(
            self.platform, "casella_control", f"INSERT INTO usage_by_day VALUES ('{former.name}', '2020-02-29', 1, 5, 10, 1000, 2000)"
        )
        self.platform.casella("tenant", "create", former.name)
        administrator = Administrator(self.platform, "tenant-administrator", tenant=former.name)
        events = administrator.request("GET", "/audit")[1]
        self.assertEqual(["session login", "administrator create", "tenant create"], [event["command"] for event in events])
        self.assertNotIn("2020", str(administrator.request("GET", "/usage")))

    def test_what_is_theirs_they_do(self):
        administrator = self.make("tenant-administrator")
        status, made = administrator.request("POST", "/users", {"address": f"new@{self.mine.domain}", "password": {"generate": True}})
        self.assertEqual(200, status, made)
        self.assertEqual(200, administrator.request("PUT", f"/quotas/new@{self.mine.domain}", {"bytes": 1000})[0])
        status, answer = administrator.request("PUT", f"/quotas/{self.mine.name}", {"bytes": 1})
        self.assertEqual((403, "forbidden"), (status, answer["error"]["code"]), "one's own limit is set by those above")
        desk = self.make("help-desk")
        self.assertEqual(200, desk.request("POST", f"/users/new@{self.mine.domain}/password", NEW)[0])
        self.assertEqual(403, desk.request("DELETE", f"/users/new@{self.mine.domain}")[0])
        # An administrator of one domain does not see the company's other one.
        self.platform.casella("domain", "create", f"second.{self.mine.domain}", "--tenant", self.mine.name)
        self.platform.casella("user", "create", f"zoe@second.{self.mine.domain}", "--generate")
        one = self.make("domain-administrator")
        self.assertEqual(200, one.request("GET", f"/users/{self.mine.address('ann')}")[0])
        self.assertEqual(403, one.request("GET", f"/users/zoe@second.{self.mine.domain}")[0])
        self.assertNotIn("zoe@", str(one.request("GET", "/users")))
        self.assertEqual(200, one.request("DELETE", f"/users/new@{self.mine.domain}")[0])

    def test_nobody_makes_a_greater_one_than_themselves(self):
        administrator = self.make("tenant-administrator")
        for role in ROLES:
            body = {"name": f"made.by.{role}", "role": role, "tenant": self.mine.name, **NEW}
            if role == "domain-administrator":
                body["domain"] = self.mine.domain
            status, answer = administrator.request("POST", "/administrators", body)
            self.assertEqual(200 if role in ("help-desk", "domain-administrator") else 403, status, (role, answer))
        operator = self.make("operator")
        self.assertEqual(403, operator.request("POST", "/administrators", {"name": "other.owner", "role": "owner", **NEW})[0])


class Sessions(Administrators):
    def test_a_login_takes_the_password_and_a_fresh_code(self):
        administrator = self.make("auditor", log_in=False)
        code = one_time_password(administrator.secret)
        for password, given in (("wrong password", code), (administrator.password, "000000"), (administrator.password, ""), ("", code)):
            status, answer = administrator.log_in(password, given)
            self.assertEqual((401, "unauthenticated"), (status, answer["error"]["code"]))
        self.assertEqual(200, administrator.log_in(code=code)[0])
        self.assertEqual(401, administrator.log_in(code=code)[0], "a code is good once")
        self.assertEqual(200, administrator.log_in(code=one_time_password(administrator.secret, 1))[0])

    def test_who_is_not_logged_in_gets_nothing(self):
        stranger = self.make("auditor", log_in=False)
        for token in (None, "0" * 64, "x", "'; DROP TABLE administrators; --"):
            stranger.token = token
            for method, path in (("GET", "/users"), ("POST", "/tenants"), ("GET", "/session"), ("DELETE", "/session")):
                self.assertEqual(401, stranger.request(method, path)[0], (token, path))

    def test_a_request_has_its_time(self):
        context = clients.tls()
        with socket.create_connection(("127.0.0.1", self.platform.port("admin")), timeout=60) as plain:
            with context.wrap_socket(plain) as slow:
                began = time.monotonic()
                slow.sendall(b"POST /session HTTP/1.1\r\nContent-Length: 100000\r\n\r\n")
                with contextlib.suppress(OSError):
                    while time.monotonic() - began < 40:
                        slow.sendall(b"{")
                        slow.settimeout(1)
                        with contextlib.suppress(TimeoutError):
                            if not slow.recv(100):
                                break
                self.assertTrue(10 < time.monotonic() - began < 30, "who sends on, slowly, is cut off")

    def test_guessing_is_slowed(self):
        administrator = self.make("help-desk", log_in=False)
        took = []
        for number in range(8):
            began = time.monotonic()
            self.assertEqual(401, administrator.log_in(password=f"guess number {number}", code="123456")[0])
            took.append(time.monotonic() - began)
        self.assertGreater(took[-1], 2 * took[0], took)
        counted = [entry["account"] for entry in self.platform.ask("login", "list", "--all") if entry.get("account")]
        self.assertIn(f"administrator:{administrator.name}", counted)
        self.platform.casella("login", "unlock", f"administrator:{administrator.name}")
        self.assertEqual(200, administrator.log_in()[0])

    def test_sessions_end_with_what_they_rest_on(self):
        for end in (
            lambda a: self.platform.casella("administrator", "suspend", a.name),
            lambda a: self.platform.casella("administrator", "password", a.name, "--generate"),
            lambda a: self.platform.casella("administrator", "totp", a.name),
            lambda a: self.platform.casella("administrator", "delete", a.name, "--yes"),
        ):
            administrator = self.make("help-desk")
            self.assertEqual(200, administrator.request("GET", "/users")[0])
            end(administrator)
            self.assertEqual(401, administrator.request("GET", "/users")[0])
        company = Company(self.platform)
        administrator = Administrator(self.platform, "tenant-administrator", tenant=company.name)
        self.platform.casella("tenant", "suspend", company.name)
        self.assertEqual(401, administrator.request("GET", "/users")[0])

    def test_ones_own_password(self):
        administrator = self.make("help-desk")
        change = {"old": "wrong", "new": {"given": "an entirely new password"}}
        self.assertEqual(403, administrator.request("POST", "/session/password", change)[0])
        change["old"] = administrator.password
        self.assertEqual(200, administrator.request("POST", "/session/password", change)[0])
        self.assertEqual(401, administrator.request("GET", "/session")[0])
        self.assertEqual(401, administrator.log_in(code=one_time_password(administrator.secret, 1))[0])
        self.assertEqual(200, administrator.log_in("an entirely new password", one_time_password(administrator.secret, 1))[0])

    def test_the_shell_from_another_machine(self):
        administrator = self.make("tenant-administrator", log_in=False)
        environment = {**os.environ, "CASELLA_SESSIONS": str(self.platform.data / "sessions-of-the-test")}

        def casella(*words, stdin=""):
            program = [self.platform.data / "bin/casella", "--server", f"127.0.0.1:{self.platform.port('admin')}"]
            return run([*program, *words], stdin=stdin, env=environment)

        secrets = f"{administrator.password}\n{one_time_password(administrator.secret)}\n"
        refused = casella("session", "login", administrator.name, "--password-stdin", stdin=secrets)
        self.assertEqual(77, refused.returncode)
        self.assertIn("not trusted", refused.stderr)
        wrong = casella("session", "login", administrator.name, "--password-stdin", "--fingerprint", "ab" * 32, stdin=secrets)
        self.assertEqual(77, wrong.returncode)
        done = casella(
            "session", "login", administrator.name, "--password-stdin", "--fingerprint", fingerprint(self.platform), stdin=secrets
        )
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn(self.mine.address("ann"), casella("user", "list").stdout)
        self.assertEqual(77, casella("user", "show", self.others.address("ann")).returncode)
        self.assertIn(self.mine.name, casella("session", "show").stdout)
        self.assertEqual(0, casella("session", "logout").returncode)
        after = casella("user", "list")
        self.assertEqual(77, after.returncode)
        self.assertIn("not logged in", after.stderr)


class SecondFence(Administrators):
    """What the database itself gives to an administrator of a part, should the control plane forget to ask."""

    def setUp(self):
        self.tenant = self.mine.tenant_id()

    def within(self, statement, domain=""):
        settings = (
            f"SELECT set_config('casella.administered_tenant', '{self.tenant}', true),"
            f" set_config('casella.administered_domain', '{domain}', true)"
        )
        statements = ("BEGIN", settings, "SET LOCAL ROLE casella_administrator", statement, "ROLLBACK")
        return database.sql(self.platform, "casella_control", *statements).splitlines()[1:]

    def test_rows_of_others_are_not_there(self):
        tables = database.rows(
            self.platform,
            "postgres",
            """SELECT table_name, string_agg(privilege_type, ',') FROM information_schema.table_privileges
            WHERE grantee = 'casella_administrator' AND table_name NOT IN ('audit_log', 'usage_by_day') GROUP BY 1""",
        )
        self.assertGreater(len(tables), 10)
        for table, rights in tables:
            others = {"administrators": "administered_tenant", "applies": "administered_tenant", "administrator_sessions": None}
            column = others.get(table, "tenant_id")
            if column is None:
                continue
            with self.subTest(table):
                foreign = f"{column} IS DISTINCT FROM {self.tenant}"
                self.assertEqual(["0"], self.within(f"SELECT count(*) FROM {table} WHERE {foreign}"))
                if "DELETE" in rights:
                    self.assertEqual([], self.within(f"DELETE FROM {table} WHERE {foreign} RETURNING 1"))
                if "INSERT" in rights and column == "tenant_id":
                    row = f"""jsonb_populate_record(NULL::{table}, '{{"tenant_id": {self.others.tenant_id()}}}')"""
                    with self.assertRaises(database.Refused):
                        self.within(f"INSERT INTO {table} SELECT ({row}).*")
        self.assertEqual([self.mine.name], self.within("SELECT DISTINCT tenant FROM audit_log"))

    def test_nobody_logs_in_as_that_role_and_no_company_reads_administrators(self):
        role = f"casella_t{self.mine.tenant_id()}"
        for table in ("administrators", "administrator_sessions", "audit_log"):
            with self.assertRaises(database.Refused):
                database.sql(self.platform, role, f"SELECT * FROM {table}")
        with self.assertRaises(database.Refused):
            database.sql(self.platform, role, "SET ROLE casella_administrator")


class AuditLog(Administrators):
    def test_who_did_what_from_where_and_what_it_changed(self):
        address = self.mine.add_user("audited")
        self.platform.casella("quota", "set", address, "--bytes", "5MB")
        self.platform.casella("user", "suspend", address)
        self.platform.casella("user", "delete", "--yes", address)
        self.platform.casella("user", "suspend", f"never@{self.mine.domain}", check=False)
        events = [e for e in self.platform.ask("audit", "list", "--tenant", self.mine.name, "--count", "50") if "audited" in e["target"]]
        self.assertEqual(["user delete", "user suspend", "quota set", "user create"], [event["command"] for event in events])
        self.assertEqual({(pwd.getpwuid(os.geteuid()).pw_name, "owner", "local")}, {(e["caller"], e["role"], e["origin"]) for e in events})
        self.assertIn('"quota_bytes": [null, 5000000]', events[2]["changes"])
        self.assertIn('"suspended": [[], ["incoming", "outgoing", "login"]]', events[1]["changes"])
        self.assertIn('"suspended": [["incoming", "outgoing", "login"], null]', events[0]["changes"])
        self.assertEqual("notFound", self.platform.ask("audit", "list", "--count", "1")[0]["result"])
        # Neither passwords nor what proves them.
        administrator = self.make("help-desk")
        everything = str(self.platform.ask("audit", "list", "--all"))
        for secret in (self.mine.password(address), administrator.password, administrator.secret, administrator.token, "$argon2"):
            self.assertNotIn(secret, everything)

    def test_it_is_only_added_to(self):
        for statement in ("UPDATE audit_log SET caller = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"):
            with self.assertRaises(database.Refused):
                database.sql(self.platform, "casella_control", statement)
            with self.assertRaises(database.Refused):
                database.sql(self.platform, "postgres", statement)


class TamperedAuditLog(unittest.TestCase):
    def test_every_change_and_gap_is_found(self):
        platform = running.Platform().start()
        try:
            for number in range(8):
                platform.casella("tenant", "create", f"t{number}")
            self.assertEqual(0, platform.casella("audit", "verify").returncode)
            platform.stop()
            platform.start()
            platform.casella("tenant", "create", "t8")
            self.assertEqual(0, platform.casella("audit", "verify").returncode, "also after a restart")
            saved = "CREATE TABLE kept AS SELECT * FROM audit_log"
            database.sql(platform, "postgres", saved, "ALTER TABLE audit_log DISABLE TRIGGER ALL")
            for change, found in (
                ("UPDATE audit_log SET result = 'forbidden' WHERE sequence = 3", "Event 3 is not"),
                ("UPDATE audit_log SET at = at + interval '1 s' WHERE sequence = 4", "Event 4 is not"),
                ("DELETE FROM audit_log WHERE sequence = 5", "Event 5 is missing"),
                ("DELETE FROM audit_log WHERE sequence IN (2, 3)", "Events 2 to 3 are missing"),
                ("DELETE FROM audit_log WHERE sequence = 9", "Event 9 is missing"),
                ("DELETE FROM audit_log WHERE sequence > 5", "Events 6 to 9 are missing"),
                ("DELETE FROM audit_log", "Events 1 to 9 are missing"),
                ("UPDATE audit_log SET target = 't9' WHERE sequence = 9", "Event 9 is not"),
                ("UPDATE audit_log a SET target = b.target FROM audit_log b WHERE a.sequence + b.sequence = 9", "is not as"),
            ):
                with self.subTest(change):
                    database.sql(platform, "postgres", change)
                    done = platform.casella("audit", "verify", check=False)
                    self.assertEqual(2, done.returncode)
                    self.assertRegex(done.stdout, re.escape(found))
                    database.sql(platform, "postgres", "DELETE FROM audit_log", "INSERT INTO audit_log SELECT * FROM kept")
                    self.assertEqual(0, platform.casella("audit", "verify").returncode)
            # What was cut off while nobody looked is missed at the next start, and goes on being missed.
            platform.stop()
            platform.start()
            database.sql(platform, "postgres", "DELETE FROM audit_log WHERE sequence = 9")
            platform.stop()
            platform.start()
            platform.casella("tenant", "create", "t10")
            done = platform.casella("audit", "verify", check=False)
            self.assertEqual(2, done.returncode)
            self.assertIn("Event 9 is missing", done.stdout)
        finally:
            platform.remove()
