"""Whoever has a company's SQL role can neither see nor change, count nor guess another company's rows.

What there is to try is asked from the catalogue, so that a table, a sequence, a function or an index that is added later is tried too.
"""

import re
import subprocess
import unittest

from support import clients, messages, running
from support.catalogue import RoleQuestions
from support.companies import Company
from support.database import Refused, rows, secret_of, sql, tenant_secret

# Indexes that a role's condition could reach before the row's owner is asked, and what EXPLAIN ANALYZE tells by them.
OTHER_INDEXES = {
    "domains_name_key": "whether a domain is here, which every SMTP client may ask",
    "deliveries_by_time": "how many deliveries all companies together had in a time",
}


class Roles(RoleQuestions, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()
        cls.left, cls.right = Company(cls.platform), Company(cls.platform)
        for company in (cls.left, cls.right):
            cls.platform.casella("alias", "create", company.address("info"), "--to", company.address("ann"))
            cls.platform.casella("alias", "create", company.address("old"), "--to", company.address("ann"))
            cls.platform.casella("alias", "delete", company.address("old"))
            cls.platform.casella("group", "create", company.address("team"), "--member", company.address("ann"))
            cls.platform.casella("mailbox", "create", company.address("desk"))
            cls.platform.casella("mailbox", "add", company.address("desk"), "--member", company.address("ann"), "--rights", "read")
            cls.platform.casella("vacation", "set", company.address("ann"), "--subject", "Away", "--text", "Back soon.")
            cls.platform.casella("forward", "set", company.address("ann"), "--to", company.address("nobody"))
            cls.platform.casella("domain", "alias", f"also-{company.domain}", "--of", company.domain)
            cls.platform.casella("dkim", "create", company.domain)
            cls.platform.casella("dkim", "create", f"also-{company.domain}")
            clients.deliver(cls.platform, messages.message(company.address("ann")), company.address("ann"))
            ann, bob = company.address("ann"), company.address("bob")
            cls.platform.casella("plan", "override", ann, "--recipients-per-day", "9")
            with clients.submission(company, "ann") as client:
                client.sendmail(ann, [bob], messages.message(bob, ann))
            role = f"casella_t{company.tenant_id()}"
            sql(cls.platform, role, "INSERT INTO vacation_replies SELECT tenant_id, user_id, sha256('somebody') FROM users LIMIT 1")
            bob_id = rows(cls.platform, "postgres", f"SELECT user_id FROM users WHERE tenant_id = {company.tenant_id()} LIMIT 1")[0][0]
            cls.platform.casella("hold", "set", company.name, "--reason", "a case")
            # As it does when a held user removes a message.
            sql(
                cls.platform,
                f"casella_t{company.tenant_id()}",
                f"INSERT INTO held_messages VALUES ({company.tenant_id()}, {bob_id}, 1, 1, 'INBOX', 0, '{{}}', now(), now(), 1, 0, 0, 1)",
            )
            # As its worker would, were warnings not turned off for all tests.
            sql(
                cls.platform,
                f"casella_t{company.tenant_id()}",
                f"INSERT INTO quota_warnings VALUES ({company.tenant_id()}, 'user', 1, 'bytes', 80, 0, 'mailed')",
            )
        cls.own, cls.other = cls.left.tenant_id(), cls.right.tenant_id()
        cls.role = f"casella_t{cls.own}"

    def ask(self, *statements, role=None):
        return sql(self.platform, role or self.role, *statements)

    def ask_without_module(self, *statements):
        """As the role, by its rights alone: the module goes by the name that logged in. An outside server may lack it."""
        return self.ask(f"SET SESSION AUTHORIZATION {self.role}", *statements, role="postgres")

    def assert_refused(self, *statements, saying="ERROR", role=None):
        with self.assertRaises(Refused, msg=statements) as raised:
            self.ask(*statements, role=role)
        self.assertRegex(str(raised.exception), saying, statements)

    # Rows

    def test_a_role_sees_the_rows_of_its_own_company_alone(self):
        for table, rights in self.tables().items():
            with self.subTest(table):
                if not rights:
                    self.assert_refused(f"SELECT count(*) FROM {table}", saying="permission denied")
                    continue
                self.assertEqual(str(self.own), self.ask(f"SELECT DISTINCT tenant_id FROM {table}"), "and there is one, to be seen")
                self.assertEqual("0", self.ask(f"SELECT count(*) FROM {table} WHERE tenant_id <> {self.own}"))
                sample = f"SELECT count(*) FROM {table} TABLESAMPLE SYSTEM (100) WHERE tenant_id = {self.other}"
                self.assertEqual("0", self.ask_without_module(sample))
                with self.assertRaisesRegex(Refused, "row-level security"):
                    self.ask_without_module("SET row_security = off", f"SELECT count(*) FROM {table}")

    def test_who_of_the_operators_did_something_is_not_told(self):
        for table, column in (("tenants", "deleted_by"), ("domains", "vouched_by"), ("domains", "deleted_by"), ("users", "deleted_by")):
            self.assert_refused(f"SELECT {column} FROM {table}", saying="permission denied")
        named = self.catalogue(
            f"""SELECT attrelid::regclass, attname FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
                WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped
                    AND attname ~ '_by$' AND has_column_privilege('{self.role}', attrelid, attnum, 'SELECT')"""
        )
        self.assertEqual([], named)

    def test_an_administrators_part_has_no_hashes_of_former_passwords(self):
        enter = f"SET casella.administered_tenant = '{self.own}'; SET ROLE casella_administrator"
        for column, table in (("inverse", "applies"), ("hash", "old_credentials"), ("*", "applies"), ("*", "old_credentials")):
            self.assert_refused(enter, f"SELECT {column} FROM {table}", saying="permission denied", role="casella_control")

    def test_a_role_writes_no_row_of_another_company(self):
        for table, rights in self.tables().items():
            columns = self.columns(table)
            # A copy of an own row, and the own rows themselves, as the other company's; then its rows.
            values = [str(self.other) if column == "tenant_id" else column for column in columns]
            tries = {
                "INSERT": f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table} LIMIT 1",
                "UPDATE": f"UPDATE {table} SET tenant_id = {self.other}",
                "DELETE": f"DELETE FROM {table} WHERE tenant_id = {self.other} RETURNING 1",
            }
            for right, statement in tries.items():
                with self.subTest(table, right=right):
                    if right not in rights:
                        self.assert_refused(self.plain(right, table, columns), saying="permission denied")
                    elif right == "DELETE":
                        self.assertEqual("", self.ask(statement))
                    elif "tenant_id" in self.permitted(right, table):
                        self.assert_refused(statement, saying="row-level security")
                    else:
                        self.assert_refused(statement, saying="permission denied")
            for column in self.permitted("UPDATE", table)[:1]:
                changed = self.ask(f"UPDATE {table} SET {column} = {column} WHERE tenant_id = {self.other} RETURNING 1")
                self.assertEqual("", changed, table)
            self.assertNotIn("TRUNCATE", rights, table)

    @staticmethod
    def plain(right, table, columns):
        """A statement that needs the right and no other."""
        last = columns[-1]
        return {"INSERT": f"INSERT INTO {table} ({last}) VALUES (NULL)", "UPDATE": f"UPDATE {table} SET {last} = NULL",
                "DELETE": f"DELETE FROM {table}"}[right]

    def test_no_setting_or_role_change_opens_another_company(self):
        for statement in (
            f"SET ROLE casella_t{self.other}",
            f"SET SESSION AUTHORIZATION casella_t{self.other}",
            "SET ROLE casella_control",
            "SET ROLE casella_relay",
            "ALTER TABLE messages DISABLE ROW LEVEL SECURITY",
            "DROP POLICY own_rows ON messages",
            "CREATE TABLE mine (x int)",
            "CREATE TEMPORARY TABLE mine (x int)",
            "CREATE SCHEMA mine",
            "CREATE FUNCTION mine() RETURNS int LANGUAGE sql RETURN 1",
            "CREATE ROLE intruder",
            "CREATE EXTENSION dblink",
            "SELECT pg_read_file('/etc/passwd')",
            "COPY messages TO PROGRAM 'cat'",
            "COPY messages TO '/tmp/messages'",
            "DO $$ BEGIN END $$",
            f"ALTER ROLE casella_t{self.other} PASSWORD 'x'",
            f"GRANT casella_t{self.other} TO {self.role}",
            f"GRANT {self.role} TO casella_t{self.other}",
            "SET session_replication_role = replica",
            "SET temp_file_limit = -1",
        ):
            self.assert_refused(statement)
            if "SESSION AUTHORIZATION" not in statement:  # which the superuser may, who has logged in here
                with self.assertRaises(Refused, msg=statement):
                    self.ask_without_module(statement)
        for setting in ("casella.tenant", "app.tenant_id", "session.tenant"):
            answer = self.ask_without_module(f"SET {setting} = '{self.other}'", "SELECT DISTINCT tenant_id FROM messages")
            self.assertEqual(str(self.own), answer)

    def test_a_wrong_secret_is_refused(self):
        with self.assertRaisesRegex(Refused, "password authentication failed"):
            sql(self.platform, f"casella_t{self.other}", "SELECT 1", secret=tenant_secret(self.platform, self.role))

    # Numbers that run across companies

    def test_no_sequence_is_shared(self):
        reached = self.catalogue(
            f"""SELECT oid::regclass FROM pg_class
                WHERE CASE relkind WHEN 'S' THEN has_sequence_privilege('{self.role}', oid, 'USAGE, SELECT, UPDATE') END"""
        )
        self.assertEqual([], reached)

    def test_own_numbers_tell_nothing_of_others(self):
        company = Company(self.platform, users=("ann", "bob"))
        role = f"casella_t{company.tenant_id()}"
        clients.deliver(self.platform, messages.message(company.address("ann")), company.address("ann"))
        last = int(self.ask("SELECT max(mailbox_id) FROM mailboxes", role=role))
        with clients.imap(self.right, "ann") as imap:
            imap.create("Elsewhere")
        with clients.imap(company, "ann") as imap:
            imap.create("Here")
        self.assertEqual(last + 1, int(self.ask("SELECT max(mailbox_id) FROM mailboxes", role=role)))
        for table, column in (("users", "user_id"), ("domains", "domain_id")):
            default = self.catalogue(
                f"""SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
                    WHERE adrelid = '{table}'::regclass AND attname = '{column}'"""
            )
            self.assertEqual([("random_id()",)], default)

    # Functions and views

    def test_nothing_runs_with_another_roles_rights(self):
        functions = self.catalogue(
            f"""SELECT oid::regprocedure FROM pg_proc WHERE prosecdef AND has_function_privilege('{self.role}', oid, 'EXECUTE')
                AND has_schema_privilege('{self.role}', pronamespace, 'USAGE')"""
        )
        views = self.catalogue(
            f"""SELECT oid::regclass FROM pg_class WHERE relkind IN ('v', 'm', 'f')
                AND has_table_privilege('{self.role}', oid, 'SELECT, INSERT, UPDATE, DELETE')"""
        )
        self.assertEqual(([], []), (functions, views))

    def test_the_catalogue_is_closed(self):
        for role in (self.role, "casella_relay"):
            readable = self.catalogue(
                f"""SELECT oid::regclass FROM pg_class WHERE relkind IN ('r', 'v', 'm') AND has_table_privilege('{role}', oid, 'SELECT')
                    AND relnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)"""
            )
            self.assertEqual([], readable)
        functions = self.catalogue(
            f"""SELECT DISTINCT proname FROM pg_proc WHERE proname ~ '^(pg_|lo_|txid_|to_reg|has_)|_to_xml'
                AND has_function_privilege('{self.role}', oid, 'EXECUTE')"""
        )
        self.assertEqual([], functions)
        for statement in (
            "SELECT * FROM pg_stat_activity",
            "SELECT * FROM pg_locks",
            "SELECT * FROM pg_roles",
            "SELECT * FROM pg_stats",
            "SELECT reltuples FROM pg_class",
            "SELECT n_live_tup FROM pg_stat_user_tables",
            "SELECT pg_relation_size('messages')",
            "SELECT pg_stat_get_live_tuples('messages'::regclass)",
            "SELECT currtid2('messages', '(0,1)')",
            "SELECT age('3'::xid)",
            "SELECT mxid_age('3'::xid)",
            "SELECT pg_current_xact_id()",
            "SELECT txid_current()",
            "SELECT pg_advisory_lock(1)",
            "SELECT lo_create(0)",
            "SELECT pg_sleep(1)",
            "SELECT query_to_xml('SELECT 1', true, true, '')",
        ):
            self.assert_refused(statement, saying="permission denied")
        self.assertEqual("casella_control", self.ask("SELECT rolname FROM pg_roles WHERE rolname = current_user", role="casella_control"))

    # What EXPLAIN tells

    def test_estimates_tell_nothing_of_other_companies(self):
        self.ask("ANALYZE", role="postgres")
        self.assertEqual(
            [],
            self.catalogue(
                """SELECT DISTINCT c.oid::regclass FROM pg_statistic s JOIN pg_class c ON c.oid = s.starelid
                    LEFT JOIN pg_index i ON i.indexrelid = c.oid
                    WHERE EXISTS (SELECT FROM pg_class t WHERE t.oid = coalesce(i.indrelid, c.oid) AND t.relrowsecurity)"""
            ),
        )
        for table, rights in self.tables().items():
            if rights:
                readable = ", ".join(self.permitted("SELECT", table))
                question = f"EXPLAIN SELECT {readable} FROM {table} WHERE tenant_id = "
                plans = {
                    re.sub(rf"= {tenant}\b", "= N", self.ask_without_module(f"{question}{tenant}"))
                    for tenant in (self.other, 999_999_999, 888_888_888)
                }
                self.assertEqual(1, len(plans), table)

    def test_no_index_answers_before_the_owner_is_asked(self):
        """A condition with a "leakproof" operator may use an index first; with the tenant in the index, it finds own rows alone."""
        exposed = self.catalogue(
            f"""SELECT i.indexrelid::regclass FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
                WHERE t.relrowsecurity AND has_any_column_privilege('{self.role}', t.oid, 'SELECT') AND i.indexprs IS NULL
                    AND NOT EXISTS (
                        SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = i.indkey[0] AND a.attname = 'tenant_id')"""
        )
        self.assertEqual(set(OTHER_INDEXES), {name for (name,) in exposed})
        explain = "EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off)"
        plans = {
            self.ask_without_module("SET enable_seqscan = off", f"{explain} {query}".format(name)).replace(name, "X")
            for query in ("SELECT 1 FROM tenants WHERE lower(name) = '{}'", "SELECT 1 FROM tenants WHERE name = '{}'")
            for name in (self.right.name, "no-such-company")
        }
        self.assertEqual(2, len(plans), "one a query, whatever the name")

    # NOTIFY, locks and limits

    def test_nothing_is_notified(self):
        """By PostgreSQL's rights every role may listen to every channel, so the platform uses none."""
        names = {name for name in self.tables()} | {"casella", self.role, self.right.name, f"casella_t{self.other}", "mail", "domains"}
        environment = {"PGPASSWORD": secret_of(self.platform, "postgres"), "PATH": "/usr/bin:/bin"}
        command = ["psql", "-X", "-At", "-h", str(self.platform.data / "run/postgres"), "-U", "postgres", "-d", "casella"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as listener:
            channels = "".join(f'LISTEN "{name}";\n' for name in names)
            listener.stdin.write(f"SET SESSION AUTHORIZATION {self.role};\n{channels}SELECT 'listening';\n")
            listener.stdin.flush()
            while listener.stdout.readline().strip() != "listening":
                pass
            clients.deliver(self.platform, messages.message(self.right.address("ann")), self.right.address("ann"))
            self.platform.casella("user", "suspend", self.right.address("bob"))
            self.platform.casella("user", "resume", self.right.address("bob"))
            heard, _ = listener.communicate("SELECT 'heard';\nNOTIFY casella;\n", timeout=30)
        heard = heard.split("heard")
        self.assertNotIn("notification", heard[0])
        self.assertIn("notification", heard[1], "its own is heard: so would others' have been")
        senders = self.catalogue(
            """SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'public'::regnamespace
                AND (prosrc ~* 'notify' OR pg_get_functiondef(oid) ~* 'notify') AND prokind IN ('f', 'p')"""
        )
        self.assertEqual([], senders)

    def test_a_role_is_limited(self):
        settings = self.catalogue(f"SELECT rolconnlimit, array_to_string(rolconfig, ' ') FROM pg_roles WHERE rolname = '{self.role}'")
        limits = "statement_timeout=300s lock_timeout=60s idle_in_transaction_session_timeout=60s"
        plans = "plan_cache_mode=force_generic_plan enable_seqscan=off enable_hashjoin=off enable_mergejoin=off"
        self.assertEqual([("8", f"{limits} {plans}")], settings)
        self.assertEqual("1GB", self.ask("SHOW temp_file_limit"))
