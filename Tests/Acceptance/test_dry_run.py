"""What is only tried: checked as if it were done, answered as if it were done, and nothing stays."""

import tempfile
import unittest

from support import clients, database, running
from support.administrators import Administrator
from support.companies import Company


class DryRuns(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()
        cls.company = Company(cls.platform)
        # A row in each table, and somebody and something that could be brought back.
        name, domain, ann, bob = cls.company.name, cls.company.domain, cls.company.address("ann"), cls.company.address("bob")
        cls.team, cls.carl = cls.company.address("team"), cls.company.add_user("carl")
        cls.desk = cls.company.address("desk")
        cls.gone, cls.claimed = f"gone-{domain}", f"claimed-{domain}"
        for words in (
            ("alias", "create", cls.company.address("info"), "--to", ann),
            ("group", "create", cls.team, "--member", ann),
            ("mailbox", "create", cls.desk),
            ("mailbox", "add", cls.desk, "--member", ann, "--rights", "write"),
            ("user", "password", bob, "--generate"),
            ("user", "totp", bob),
            ("user", "delete", cls.carl, "--yes"),
            ("domain", "create", cls.gone, "--tenant", name),
            ("domain", "delete", cls.gone, "--yes"),
            ("domain", "claim", cls.claimed, "--tenant", name),
            ("hold", "set", bob, "--reason", "a case"),
            ("tenant", "create", f"{name}-gone"),
            ("tenant", "delete", f"{name}-gone", "--yes"),
        ):
            cls.platform.casella(*words)
        cls.helper = Administrator(cls.platform, "help-desk", tenant=name)
        cls.apply(cls.company.address("sales"), "--yes")

    @classmethod
    def apply(cls, alias, *options):
        """A desired state with one alias more."""
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(f"tenants:\n- name: {cls.company.name}\n  aliases:\n")
            file.write(f"  - {{address: {alias}, targets: [{cls.company.address('ann')}]}}\n")
            file.flush()
            return cls.platform.casella("apply", file.name, *options)

    def record(self):
        """All that provisioning wrote, the tenants' folders, and how long the audit log is."""
        tables = (
            *("tenants", "plans", "domains", "domain_aliases", "users", "credentials", "app_passwords", "aliases", "groups"),
            *("vacations", "holds", "group_members", "one_time_passwords", "applies", "domain_claims", "old_credentials"),
            *("administrators", "administrator_sessions", "shared_access"),
        )
        rows = [database.sql(self.platform, "postgres", f"SELECT whole::text FROM {table} AS whole ORDER BY 1") for table in tables]
        roles = database.sql(self.platform, "postgres", "SELECT count(*) FROM pg_roles")
        return rows, roles, self.folders(), database.sql(self.platform, "postgres", "SELECT count(*) FROM audit_log")

    def folders(self):
        return sorted(path.name for path in (self.platform.data / "tenants").iterdir())

    def test_each_change_is_answered_and_not_made(self):
        name, domain, ann = self.company.name, self.company.domain, self.company.address("ann")
        before, aliases = self.record(), self.platform.ask("alias", "list", "--domain", domain)
        with clients.imap(self.company, "ann") as session:
            for words, said in (
                (["tenant", "create", "tried"], "Created tenant tried."),
                (["tenant", "suspend", name], "suspended"),
                (["plan", "create", "tried", "--users", "3"], "Created plan tried."),
                (["plan", "set", "default", "--users", "3"], "default"),
                (["plan", "override", name, "--protocols", "pop3"], "pop3"),
                (["domain", "create", "tried.example", "--tenant", name], "Created domain tried.example"),
                (["domain", "alias", "tried.example", "--of", domain], "tried.example"),
                (["domain", "rename", domain, "tried.example"], "tried.example"),
                (["user", "create", self.company.address("tried"), "--generate"], "Created user"),
                (["user", "suspend", ann], "suspended"),
                (["user", "password", ann, "--generate"], ann),
                (["user", "rename", ann, self.company.address("tried")], "tried@"),
                (["alias", "create", self.company.address("tried"), "--to", ann], "Created alias"),
                (["alias", "delete", self.company.address("info")], "Deleted alias"),
                (["quota", "set", ann, "--bytes", "5MB"], "5 MB"),
                (["user", "delete", ann], ann),
                (["domain", "delete", domain], domain),
                (["group", "create", self.company.address("tried"), "--member", ann], "tried@"),
                (["group", "set", self.team, "--posting", "owners"], f"Changed group {self.team}"),
                (["group", "add", self.team, "--member", "partner@elsewhere.example"], "has 2 members"),
                (["group", "remove", self.team, "--member", ann], "has 0 members"),
                (["mailbox", "create", self.company.address("tried")], "Created shared mailbox tried@"),
                (["mailbox", "add", self.desk, "--member", self.company.address("bob"), "--rights", "read"], "has 2 members"),
                (["mailbox", "remove", self.desk, "--member", ann], "has 0 members"),
                (["mailbox", "delete", self.desk], f"Deleted shared mailbox {self.desk}"),
                (["user", "must-change", ann], "must be changed by"),
                (["user", "undelete", self.carl], f"User {self.carl} is back"),
                (["domain", "undelete", self.gone], f"Domain {self.gone} is back"),
                (["vacation", "set", ann, "--subject", "Away", "--text", "Back soon."], ann),
                (["hold", "set", ann, "--reason", "a case"], ann),
                (["app-password", "create", ann, "--name", "tried"], "tried"),
                (["user", "totp", ann], "has one-time passwords now"),
                (["user", "totp", self.company.address("bob"), "--off"], "no one-time passwords any more"),
                (["hold", "release", self.company.address("bob")], self.company.address("bob")),
                (["domain", "claim", f"tried-{domain}", "--tenant", name], f"tried-{domain}"),
                (["domain", "unclaim", self.claimed], self.claimed),
                (["administrator", "create", "tried", "--role", "auditor", "--generate"], "tried"),
                (["administrator", "suspend", self.helper.name], self.helper.name),
                (["administrator", "password", self.helper.name, "--generate"], self.helper.name),
                (["administrator", "totp", self.helper.name], self.helper.name),
                (["administrator", "delete", self.helper.name], self.helper.name),
                (["session", "end", ann], "Ended 1 session"),
                (["tenant", "delete", name], name),
                (["tenant", "delete", f"{name}-gone", "--now"], f"{name}-gone"),
                (["tenant", "undelete", f"{name}-gone"], f"{name}-gone"),
            ):
                with self.subTest(words):
                    done = self.platform.casella("--dry-run", *words)
                    self.assertIn(said, done.stdout)
                    self.assertIn("Dry run", done.stdout)
                    self.assertEqual(before, self.record())
                    self.assertEqual("OK", session.noop()[0], "nobody is told")
        self.assertEqual(200, self.helper.request("GET", "/session")[0], "its session goes on")
        self.assertEqual(aliases, self.platform.ask("alias", "list", "--domain", domain))

    def test_a_desired_state_is_only_shown(self):
        before = self.record()
        self.assertIn("1 part would change", self.apply(self.company.address("tried"), "--dry-run").stdout)
        self.assertEqual(before, self.record())

    def test_what_would_be_refused_is(self):
        domain, ann = self.company.domain, self.company.address("ann")
        before = self.record()
        for words, status in (
            (["user", "create", ann, "--generate"], 73),
            (["user", "create", f"x@nowhere.{domain}", "--generate"], 66),
            (["domain", "create", domain, "--tenant", self.company.name], 73),
            (["alias", "create", self.company.address("info"), "--to", ann], 73),
            (["quota", "set", "nobody@" + domain, "--bytes", "1MB"], 66),
            (["user", "totp", ann, "--off"], 76), (["domain", "unclaim", f"nobodys-{domain}"], 66),
            (["administrator", "delete", "nobody"], 66),
            (["administrator", "create", self.helper.name, "--role", "auditor", "--generate"], 73),
            (["tenant", "delete", "no-such-tenant"], 66), (["tenant", "delete", self.company.name, "--now"], 76),
            (["session", "end", "nobody@" + domain], 66), (["certificate", "delete", "nobody.example"], 66),
        ):
            self.assertEqual(status, self.platform.casella(*words, "--dry-run", check=False).returncode, words)
        self.assertEqual(before, self.record())

    def test_what_cannot_be_tried_is_not_done(self):
        bob = self.company.address("bob")
        *before, _ = self.record()
        for words in (
            ("login", "unlock", bob), ("domain", "verify", self.claimed), ("worker", "restart", "gateway"),
        ):
            done = self.platform.casella(*words, "--dry-run", check=False)
            self.assertEqual(65, done.returncode, words)
            self.assertIn("cannot be tried without being done", done.stderr)
            *after, _ = self.record()  # the audit log tells of the refusal
            self.assertEqual(before, after, words)

    def test_a_batch_is_tried_line_by_line(self):
        before = self.record()
        with tempfile.NamedTemporaryFile("w", suffix=".casella") as file:
            file.write(f"tenant create tried\nuser suspend {self.company.address('ann')}\n")
            file.flush()
            self.platform.casella("run", file.name, "--dry-run")
        self.assertEqual(before, self.record())
