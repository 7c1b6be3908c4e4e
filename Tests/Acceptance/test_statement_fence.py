"""Who logs in to PostgreSQL as a company's role runs SELECT, INSERT, UPDATE and DELETE, and nothing else."""

import re
import subprocess
import unittest

from support import running
from support.companies import Company
from support.database import Refused, secret_of, sql


class Statements(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()
        cls.role = f"casella_t{Company(cls.platform, users=()).tenant_id()}"

    def ask(self, *statements, role=None):
        return sql(self.platform, role or self.role, *statements)

    def assert_refused(self, statement, saying):
        with self.assertRaises(Refused, msg=statement) as raised:
            self.ask(statement)
        self.assertRegex(str(raised.exception), saying, statement)

    def test_nothing_but_plain_statements_runs(self):
        """So nobody switches the use of an index off, and nothing tells what a plan met: not even how many rows all companies have."""
        refusals = {
            "EXPLAIN ANALYZE SELECT * FROM messages": "EXPLAIN",
            "EXPLAIN SELECT 1": "EXPLAIN",
            "SET enable_indexscan = off": "SET",
            "SET LOCAL enable_bitmapscan = off": "SET",
            "BEGIN; SET TRANSACTION READ ONLY": "SET",
            "RESET ALL": "RESET",
            "DISCARD ALL": "DISCARD ALL",
            "SELECT set_config('enable_indexscan', 'off', false)": "set_config",
            "SELECT 1 FROM (SELECT set_config('statement_timeout', '0', false)) AS hidden": "set_config",
            "WITH hidden AS (SELECT max(set_config('work_mem', '1GB', true)) FROM users) SELECT * FROM hidden": "set_config",
            "UPDATE mailbox_counters SET last_id = last_id WHERE set_config('x.y', 'z', true) IS NULL": "set_config",
            "SELECT count(*) FROM messages TABLESAMPLE SYSTEM (100)": "TABLESAMPLE",
            "SELECT (SELECT count(*) FROM messages TABLESAMPLE BERNOULLI (1))": "TABLESAMPLE",
            "SELECT ctid FROM messages": "system columns",
            "SELECT 1 FROM messages WHERE ctid > '(0,0)'": "system columns",
            "SELECT 1 FROM users WHERE EXISTS (SELECT FROM messages m WHERE m.xmin::text <> '')": "system columns",
            "SELECT m.tableoid FROM messages m": "system columns",
            "LOCK TABLE messages": "LOCK TABLE",
            "DECLARE c CURSOR FOR SELECT 1": "DECLARE CURSOR",
            "PREPARE p AS SELECT 1": "PREPARE",
            "COPY messages TO STDOUT": "COPY",
            "COPY (SELECT 1) TO STDOUT": "COPY",
            "LISTEN mail": "LISTEN",
            "NOTIFY mail": "NOTIFY",
            "VACUUM messages": "VACUUM",
            "ANALYZE messages": "ANALYZE",
            "CHECKPOINT": "CHECKPOINT",
            f"ALTER ROLE {self.role} PASSWORD 'x'": "ALTER ROLE",
            f"ALTER ROLE {self.role} SET statement_timeout = 0": "ALTER ROLE",
            f"ALTER ROLE {self.role} RESET ALL": "ALTER ROLE",
            "SET SESSION AUTHORIZATION DEFAULT": "SET",
            "COMMENT ON TABLE messages IS 'x'": "COMMENT",
        }
        for statement, word in refusals.items():
            self.assert_refused(statement, f"a tenant's role may not use {re.escape(word)}")
        self.assertEqual("1", self.ask("BEGIN", "SAVEPOINT here", "ROLLBACK TO here", "SELECT 1", "COMMIT"))
        self.assertEqual("on", self.ask("SHOW casella_fence.is_there"))
        self.assert_refused("SET casella_fence.is_there = off", "may not use SET")
        with self.assertRaises(Refused):
            self.ask("SET casella_fence.is_there = off", role="postgres")

    def test_no_setting_comes_with_the_connection(self):
        environment = {"PGPASSWORD": secret_of(self.platform, self.role), "PATH": "/usr/bin:/bin"}
        where = ["-h", str(self.platform.data / "run/postgres"), "-U", self.role, "-d", "casella"]
        command = ["psql", "-X", "-At", *where, "-c", "SELECT 1"]
        for name, options, expected in (
            ("PGOPTIONS", "-c enable_indexscan=off", "may not connect with options"),
            ("PGOPTIONS", "-c statement_timeout=0", "may not connect with options"),
            ("PGGEQO", "off", 'may not set "geqo"'),
            ("PGTZ", "UTC", None),
            ("PGAPPNAME", "somebody", None),
        ):
            done = subprocess.run(command, capture_output=True, text=True, timeout=30, env={**environment, name: options})
            self.assertEqual(("1\n", 0) if expected is None else ("", 2), (done.stdout, done.returncode), options)
            self.assertIn(expected or "", done.stderr)
        # The password is asked first.
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=30, env={**environment, "PGPASSWORD": "wrong", "PGOPTIONS": "-c geqo=off"})
        self.assertIn("password authentication failed", done.stderr)

    def test_no_function_is_called_past_statements(self):
        """The protocol calls a function by its number, too: 2078 is set_config()."""
        script = """
import ctypes, sys
libpq = ctypes.CDLL("libpq.so.5")
libpq.PQconnectdb.restype = libpq.PQfn.restype = ctypes.c_void_p
libpq.PQresultErrorMessage.restype = ctypes.c_char_p

class Argument(ctypes.Structure):
    _fields_ = [("length", ctypes.c_int), ("is_number", ctypes.c_int), ("value", ctypes.c_char_p)]

def argument(octets):
    return Argument(len(octets), 0, octets)

connection = ctypes.c_void_p(libpq.PQconnectdb(sys.argv[1].encode()))
arguments = (Argument * 3)(argument(b"enable_indexscan"), argument(b"off"), argument(b"\\0"))
answer, length = ctypes.create_string_buffer(100), ctypes.c_int()
result = libpq.PQfn(connection, 2078, answer, ctypes.byref(length), 0, arguments, 3)
print(libpq.PQresultErrorMessage(ctypes.c_void_p(result)).decode() or "done")
"""
        where = f"host={self.platform.data / 'run/postgres'} dbname=casella user={{}} password={{}}"
        for role, expected in ((self.role, "a tenant's role may not use set_config"), ("postgres", "done")):
            command = ["/usr/bin/python3", "-c", script, where.format(role, secret_of(self.platform, role))]
            done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
            self.assertIn(expected, done.stdout)

    def test_other_roles_are_left_alone(self):
        for role in ("casella_control", "postgres"):
            self.assertIn("Result", self.ask("SET enable_indexscan = off", "EXPLAIN SELECT 1", role=role))
