"""Administrators from other machines: logins, sessions, and the fence in the database behind them."""

import contextlib
import os
import socket
import time

from support import clients, database
from support.administered import Administrators
from support.administrators import Administrator, fingerprint, one_time_password
from support.companies import Company
from support.running import run


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

    def test_a_token_that_ended_does_not_live_again(self):
        company = Company(self.platform, users=())

        def make(role, **place):
            return Administrator(self.platform, role, **place)

        for ending, returning, ends_all in (
            (("tenant", "suspend", company.name), ("tenant", "resume", company.name), True),
            (("tenant", "delete", company.name, "--yes"), ("tenant", "undelete", company.name), True),
            (("domain", "delete", company.domain, "--yes"), ("domain", "undelete", company.domain), False),
        ):
            of_tenant, of_domain = make("tenant-administrator", tenant=company.name), make("domain-administrator", domain=company.domain)
            self.platform.casella(*ending)
            self.platform.casella(*returning)
            self.assertEqual(401, of_domain.request("GET", "/session")[0], ending)
            self.assertEqual(401 if ends_all else 200, of_tenant.request("GET", "/session")[0], ending)
            self.assertEqual(200, of_domain.log_in(code=one_time_password(of_domain.secret, 1))[0])
            self.assertEqual(200, of_domain.request("GET", "/session")[0])
        suspended = self.make("help-desk")
        self.platform.casella("administrator", "suspend", suspended.name)
        self.platform.casella("administrator", "resume", suspended.name)
        self.assertEqual(401, suspended.request("GET", "/session")[0])

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
