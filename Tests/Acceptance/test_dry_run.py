"""What is only tried: checked as if it were done, answered as if it were done, and nothing stays."""

import imaplib
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
            ("alias", "create", cls.company.address("old"), "--to", ann),
            ("alias", "delete", cls.company.address("old")),
            ("group", "create", cls.team, "--member", ann),
            ("group", "create", cls.company.address("crew"), "--member", ann),
            ("group", "delete", cls.company.address("crew")),
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
            ("dkim", "create", domain, "--selector", "signing"),
            ("dkim", "activate", domain, "--unchecked"),
            ("dkim", "delete", domain, "signinge", "--yes"),
            ("dkim", "create", domain, "--selector", "waiting"),
        ):
            cls.platform.casella(*words)
        for number in range(3):  # one is forgotten within minutes
            with imaplib.IMAP4_SSL("127.0.0.1", cls.platform.port("imaps"), ssl_context=clients.tls()) as session:
                try:
                    session.login(bob, f"wrong password {number}")
                except imaplib.IMAP4.error:
                    pass
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
        """All that provisioning wrote, the tenants' folders, whether wrong logins are counted, which processes run, and how many changes
        the audit log has."""
        tables = (
            *("tenants", "plans", "domains", "domain_aliases", "users", "credentials", "app_passwords", "aliases", "groups"),
            *("vacations", "user_forwards", "holds", "group_members", "one_time_passwords", "applies", "domain_claims", "old_credentials"),
            *("administrators", "administrator_sessions", "shared_access", "dkim_keys", "kept_addresses"),
        )
        rows = [f"SELECT '{table}', whole::text FROM {table} AS whole ORDER BY 2" for table in tables]
        roles, changes = "SELECT count(*) FROM pg_roles", "SELECT count(*) FROM audit_log WHERE result = 'begun'"
        # In one session: it is asked for after each command.
        *written, count = database.sql(self.platform, "postgres", *rows, roles, changes).splitlines()
        return written, self.folders(), self.counted(), self.processes(), count

    def counted(self):
        bob = self.company.address("bob")
        counts = self.platform.ask("login", "list", "--all")
        return any(count.get("account") == bob and count["kind"] in ("familiar", "stranger") for count in counts)

    def processes(self):
        workers = self.platform.workers()
        return [workers[name]["pid"] for name in ("gateway", "relay", "database")]

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
                (["alias", "delete", self.company.address("old"), "--now"], "for ever"),
                (["alias", "undelete", self.company.address("old")], "is back"),
                (["group", "delete", self.team], "Deleted group"),
                (["group", "undelete", self.company.address("crew")], "is back, with 1 member"),
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
                (["forward", "set", ann, "--to", self.company.address("bob"), "--no-copy"], "no copy stays"),
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
                (["dkim", "create", domain], "would be made"),
                (["dkim", "activate", domain, "--unchecked"], "is signed with waiting"),
                (["dkim", "delete", domain, "waitingr"], "Deleted key waitingr"),
                (["dkim", "delete", domain, "signingr"], f"mail of {domain} goes unsigned afterwards"),
                (["login", "unlock", self.company.address("bob")], "are tried again"),
                (["quota", "check", "--repair", name], "agree with what is stored"),
                (["worker", "restart", "gateway"], "Restarted gateway"),
                (["worker", "restart", "relay"], "Restarted relay"),
                (["worker", "restart", "database"], "Restarted database"),
                (["worker", "restart", f"tenant:{name}"], f"Restarted tenant:{name}"),
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
            (["dkim", "create", domain, "--selector", "signing"], 73), (["dkim", "create", f"nowhere.{domain}"], 66),
            (["dkim", "activate", f"nowhere.{domain}", "--unchecked"], 66), (["dkim", "delete", domain, "gone"], 66),
            (["domain", "verify", f"nobodys-{domain}"], 66), (["login", "unlock", "nobody@" + domain], 66),
            (["worker", "restart", "tenant:no-such-tenant"], 66), (["quota", "check", "--repair", "nobody@" + domain], 66),
            (["user", "change-password", ann, "--password-stdin"], 76),
            (["hold", "copy", self.company.address("bob"), "--to", self.desk], 66), (["hold", "copy", ann, "--to", self.desk], 76),
            (["session", "end", "nobody@" + domain], 66), (["certificate", "delete", "nobody.example"], 66),
        ):
            done = self.platform.casella(*words, "--dry-run", stdin="old password\nan entirely new one\n", check=False)
            self.assertEqual(status, done.returncode, (words, done.stderr))
        self.assertEqual(before, self.record())

    def test_what_cannot_be_tried_is_not_done(self):
        before = self.record()
        body = {"name": self.helper.name, "password": self.helper.password, "oneTimePassword": "000000"}
        for method, body in (("POST", body), ("DELETE", None)):
            status, answer = self.helper.request(method, "/session?dryRun=true", body)
            self.assertEqual(400, status, answer)
            self.assertIn("cannot be tried without being done", answer["error"]["message"])
        self.assertEqual(65, self.platform.casella("session", "logout", "--dry-run", check=False).returncode)
        self.assertEqual(before, self.record())

    def test_an_administrators_own_password(self):
        def change(old, new="an entirely new one"):
            return self.helper.request("POST", "/session/password?dryRun=true", {"old": old, "new": {"given": new}})

        *before, _ = self.record()
        self.assertEqual(200, change(self.helper.password)[0])
        self.assertEqual(400, change(self.helper.password, "password1234")[0])
        self.assertEqual(403, change("a wrong old password")[0])
        *after, _ = self.record()
        self.assertEqual(before, after)
        self.assertEqual(200, self.helper.request("GET", "/session")[0], "its session goes on")

    def test_a_trial_is_recorded_as_one(self):
        eve = Company(self.platform, users=("eve",)).address("eve")
        administrator = Administrator(self.platform, "help-desk", tenant=self.company.name)
        for method, path, body in (
            ("POST", f"/users/{eve}/must-change", {"within": 0}),  # of another company
            ("DELETE", f"/users/{self.company.address('ann')}", None),  # not of the role
            ("POST", f"/users/{self.company.address('nobody')}/must-change", {"within": 0}),  # for another reason
            ("POST", f"/users/{self.company.address('ann')}/must-change", {"within": 0}),
        ):
            status, answer = administrator.request(method, f"{path}?dryRun=true", body)
            self.assertIn(status, (200, 403, 404), answer)
        events = [event for event in self.platform.ask("audit", "list") if event["caller"] == administrator.name]
        self.assertEqual(
            {
                ("user must-change --dry-run", eve, "forbidden"),
                ("user delete --dry-run", self.company.address("ann"), "forbidden"),
                ("user must-change --dry-run", self.company.address("nobody"), "notFound"),
                ("user must-change --dry-run", self.company.address("ann"), "done"),
            },
            {(event["command"], event["target"], event["result"]) for event in events if event["command"] != "session login"},
        )
        self.assertEqual("forbidden", administrator.request("POST", f"/users/{eve}/must-change", {"within": 0})[1]["error"]["code"])
        newest = next(event for event in self.platform.ask("audit", "list") if event["caller"] == administrator.name)
        self.assertEqual("user must-change", newest["command"], "of what was meant")

    def test_a_batch_is_tried_line_by_line(self):
        before = self.record()
        with tempfile.NamedTemporaryFile("w", suffix=".casella") as file:
            file.write(f"tenant create tried\nuser suspend {self.company.address('ann')}\n")
            file.flush()
            self.platform.casella("run", file.name, "--dry-run")
        self.assertEqual(before, self.record())
