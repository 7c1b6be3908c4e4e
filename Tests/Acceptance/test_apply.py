"""Desired states: a file says how tenants are to be, and they are; shown first, done at once, taken back."""

import base64
import hashlib
import imaplib
import json

from support import clients, messages
from support.administrators import Administrator
from support.companies import Company
from support.desired import Applying, HASH


class Desired(Applying):
    def test_a_tenant_becomes_as_it_is_written_and_nothing_changes_then(self):
        plan = f"plan-{self.name}"
        path = self.file(
            f"""
plans:
- {{name: {plan}, limits: {{users: 3, userQuota: 2GB}}}}
tenants:
- name: {self.name}
  plan: {plan}
  quota: 50GB
  domains: [{{name: {self.domain}, quota: 40GB, aliases: [also-{self.domain}]}}]
  users:
  - {{address: {self.address("ann")}, quota: 1GB, messages: 100, passwordHash: "{HASH}"}}
  - address: {self.address("bob")}
    limits: {{messageSize: 1MB}}
    suspended: [login, outgoing]
    suspensionReason: "Unpaid: call us"
  aliases:
  - {{address: "@{self.domain}", targets: [{self.address("ann")}, x@else.example]}}
"""
        )
        dry = self.apply(path, "--dry-run")
        self.assertIn(f"Tenant {self.name}, to be made", dry.stdout)
        self.assertIn(f"+ user {self.address('ann')}: quota 1 GB; messages 100; password set", dry.stdout)
        self.assertEqual(66, self.platform.casella("tenant", "show", self.name, check=False).returncode, "nothing is made")
        asked = self.apply(path, status=65)
        self.assertIn("--yes", asked.stderr, "nobody can be asked")
        self.assertIn("casella undo", self.apply(path, "--yes").stdout)
        users = self.users()
        self.assertEqual({"bytes": 1_000_000_000, "messages": 100}, users[self.address("ann")]["quota"])
        self.assertTrue(users[self.address("ann")]["hasPassword"])
        bob = users[self.address("bob")]
        self.assertEqual((["outgoing", "login"], "Unpaid: call us"), (bob["suspended"], bob["suspensionReason"]))
        self.assertEqual(2_000_000_000, bob["quota"]["bytes"], "as the plan says")
        self.assertEqual([f"also-{self.domain}"], self.platform.ask("domain", "show", self.domain)["aliases"])
        self.assertEqual(plan, self.platform.ask("tenant", "show", self.name)["plan"])
        self.assertIn("Nothing to do", self.apply(path).stdout)
        # One more than the plan has room for.
        more = self.tenant("c", "d")
        self.assertIn("The tenant's plan allows 3 users, and there would be 4", self.apply(more, "--yes", status=2).stderr)
        self.assertEqual(2, len(self.users()))
        told = str(self.platform.ask("audit", "list", "--all")) + str(self.platform.ask("applies")) + self.export()
        self.assertNotIn(HASH, told + (self.platform.data / "log/casella.log").read_text() + dry.stdout)

    def test_mail_arrives_and_a_login_leaves_the_state_as_written(self):
        digest = base64.b64encode(hashlib.sha1(b"correct horsepepper").digest() + b"pepper").decode()
        path = self.tenant(f'{{address: {self.address("ann")}, passwordHash: "{{SSHA}}{digest}"}}')
        self.apply(path, "--yes")
        clients.deliver(self.platform, messages.message(self.address("ann")), f"ann@also-{self.domain}")
        with imaplib.IMAP4_SSL("127.0.0.1", self.platform.port("imaps"), ssl_context=clients.tls()) as session:
            session.login(self.address("ann"), "correct horse")
            self.assertEqual([b"1"], session.select()[1])
            self.assertIn("Nothing to do", self.apply(path).stdout, "the hash became ours at the login")
            # Who is suspended is logged out, and who is deleted is gone with the mail.
            suspended = self.tenant(f"{{address: {self.address('ann')}, suspended: [login]}}")
            self.assertIn("Ends 1 session.", self.apply(suspended, "--dry-run").stdout)
        self.platform.casella("user", "password", self.address("ann"), "--generate")
        self.assertIn("password set → another", self.apply(path, "--dry-run").stdout)

    def test_prune_impact_and_undo(self):
        self.apply(
            self.tenant(
                f'{{address: {self.address("ann")}, quota: 5MB, passwordHash: "{HASH}"}}', "bob",
                aliases=f"{{address: {self.address('info')}, targets: [{self.address('ann')}]}}",
            ),
            "--yes",
        )
        before = self.export()
        for user in ("ann", "bob"):
            clients.deliver(self.platform, messages.message(self.address(user)), self.address(user))
        less = self.tenant(
            f"{{address: {self.address('bob')}, quota: 1B}}",
            aliases=f"{{address: {self.address('info')}, targets: [{self.address('ann')}]}}",
        )
        kept = self.apply(less, "--dry-run").stdout
        self.assertNotIn("- user", kept)
        shown = self.apply(less, "--dry-run", "--prune").stdout
        self.assertIn(f"- user {self.address('ann')}\n", shown)
        self.assertRegex(shown, r"Deletes 1 user with 1 message \(.*\), kept until \d{4}-.*: undoing it brings all back, like `")
        self.assertIn(f"Breaks 1 alias, whose target here goes: {self.address('info')}", shown)
        self.assertIn(f"above their new quota, where new mail is refused: {self.address('bob')}", shown)
        value = json.loads(self.platform.casella("--format", "json", "apply", less, "--dry-run", "--prune").stdout)
        self.assertEqual((1, 1), (value[0]["impact"]["usersDeleted"], value[0]["impact"]["messagesDeleted"]))
        self.apply(less, "--prune", "--yes")
        self.assertEqual({self.address("bob")}, set(self.users()))
        number = self.number()
        undone = self.platform.casella("undo", number, "--dry-run").stdout
        self.assertIn(f"Brings 1 user back with all mail: {self.address('ann')}.", undone)
        self.assertNotIn(HASH, undone)
        self.platform.casella("undo", number, "--yes")
        self.assertEqual(before, self.export())
        ann = self.users()[self.address("ann")]
        self.assertEqual((True, 1), (ann["hasPassword"], ann["usage"]["messages"]))
        self.assertEqual(int(number), self.platform.ask("applies", "--tenant", self.name)[0]["undoes"])
        self.assertIn("Nothing to do", self.platform.casella("undo", number).stdout)
        self.platform.casella("undo", self.number(), "--yes")
        self.assertEqual({self.address("bob")}, set(self.users()), "an undo is undone like anything else")
        # Nothing is kept: what is destroyed comes back empty.
        self.platform.casella("undo", self.number(), "--yes")
        self.platform.casella("plan", "override", self.name, "--kept-days", "0")
        self.assertRegex(self.apply(less, "--dry-run", "--prune").stdout, r"Deletes 1 user with 1 message \(.*\), for ever:")
        self.apply(less, "--prune", "--yes")
        number = self.number()
        self.assertIn("Makes 1 user again, with empty mailboxes: ", self.platform.casella("undo", number, "--dry-run").stdout)
        self.platform.casella("undo", number, "--yes")
        ann = self.users()[self.address("ann")]
        self.assertEqual((True, 0), (ann["hasPassword"], ann["usage"]["messages"]))
        # A hold keeps it whatever the period is.
        self.platform.casella("hold", "set", self.address("ann"), "--reason", "case 7")
        self.assertRegex(self.apply(less, "--prune", "--yes").stdout, r"Deletes 1 user .*, kept by a legal hold: ")
        (kept,) = self.platform.ask("deleted", "list", "--tenant", self.name)
        self.assertEqual((self.address("ann"), True), (kept["name"], kept["held"]))
        self.platform.casella("undo", self.number(), "--yes")
        self.assertIn(self.address("ann"), self.users())
        self.platform.casella("hold", "release", self.address("ann"), "--yes")

    def test_undo_brings_back_users_and_domains_with_all_that_is_theirs(self):
        company = Company(self.platform)
        self.name, ann, info = company.name, company.address("ann"), company.address("info")
        other, also = f"other-{company.domain}", f"also-{company.domain}"
        self.platform.casella("domain", "create", other, "--tenant", company.name)
        self.platform.casella("domain", "alias", also, "--of", company.domain)
        self.platform.casella("domain", "mta-sts", company.domain, "--mode", "testing")
        self.platform.casella("alias", "create", info, "--to", ann)
        device = self.platform.ask("app-password", "create", ann, "--name", "phone")["password"]
        for _ in range(2):
            clients.deliver(self.platform, messages.message(info), info)

        def contents(password):
            with imaplib.IMAP4_SSL("127.0.0.1", self.platform.port("imaps"), ssl_context=clients.tls()) as session:
                session.login(ann, password)
                return clients.all_messages(session), session.response("UIDVALIDITY")[1]

        before, state, usage = contents(company.password("ann")), self.export(), company.usage(company.name)
        without_ann = self.file(state.replace(f"{{address: {ann},", f"{{address: {company.address('new')},"))
        without_domain = self.file(f"tenants:\n- name: {self.name}\n  domains: [{{name: {other}}}]\n")
        for path, kept in ((without_ann, ("user", ann)), (without_domain, ("domain", company.domain))):
            with self.subTest(kept[0]):
                self.apply(path, "--prune", "--yes")
                (deleted,) = self.platform.ask("deleted", "list", "--tenant", self.name)
                self.assertEqual(kept, (deleted["level"], deleted["name"]))
                self.assertEqual((0, 0), company.usage(company.name))
                self.assertNotIn(ann, self.users())
                number = self.number()
                self.assertIn(ann, self.platform.casella("undo", number, "--dry-run").stdout)
                self.platform.casella("undo", number, "--yes")
                self.assertEqual(state, self.export())
                self.assertEqual([before] * 2, [contents(company.password("ann")), contents(device)])
                self.assertEqual(usage, company.usage(company.name))
                if kept[0] == "user":
                    self.platform.casella("user", "delete", company.address("new"), "--now", "--yes")
        # Somebody else may have the address meanwhile, and is left alone.
        self.apply(without_ann, "--prune", "--yes")
        company.add_user("ann")
        number, other = self.number(), contents(company.password("ann"))
        told = self.platform.casella("undo", number, "--yes").stdout
        self.assertIn(f"Leaves 1 user deleted whose address is somebody else's now (`user undelete` knows --as): {ann}.", told)
        self.assertEqual(other, contents(company.password("ann")))
        self.platform.casella("user", "delete", ann, "--now", "--yes")
        self.platform.casella("undo", number, "--yes")
        self.assertEqual((state, before), (self.export(), contents(device)))
        self.apply(without_domain, "--prune", "--yes")
        self.assertIn("which is deleted, and kept", self.apply(self.file(state), "--yes", status=2).stderr)
        self.platform.casella("domain", "undelete", company.domain)
        self.assertEqual((state, before), (self.export(), contents(device)), "with all that was in it")

    def test_policies_on_tls(self):
        self.apply(self.tenant("ann"), "--yes")

        def path(mode):
            return self.file(f"tenants:\n- name: {self.name}\n  domains: [{{name: {self.domain}, mta-sts: {mode}}}]\n")

        def mode():
            return self.platform.ask("domain", "show", self.domain)["mtaSTS"]

        before = self.export()
        shown = self.apply(path("enforce"), "--dry-run").stdout
        self.assertIn(f"~ domain {self.domain}: mta-sts none → enforce", shown)
        for name in (self.domain, f"also-{self.domain}"):
            self.assertIn(f"! There is no certificate for mta-sts.{name}: nobody can fetch the policy.", shown)
        self.assertIn("is self-signed: who keeps to the policy sends no mail here", shown)
        self.apply(path("enforce"), "--yes")
        self.assertEqual("enforce", mode())
        self.assertIn("mta-sts: enforce", self.export())
        self.assertIn("Nothing would change", self.apply(self.tenant("ann"), "--dry-run").stdout, "what is not written stays")
        self.platform.casella("undo", self.number(), "--yes")
        self.assertEqual(("none", before), (mode(), self.export()))
        self.assertIn("one of none, testing, enforce", self.apply(path("always"), "--yes", status=65).stderr)
        # Who may set it by command may apply it, and nothing else of a domain.
        administrator = Administrator(self.platform, "tenant-administrator", tenant=self.name)
        for more, status in (({}, 200), ({"quota": {"bytes": 5}}, 403)):
            desired = {"tenant": {"name": self.name, "domains": [{"name": self.domain, "mtaSTS": "testing", **more}]}}
            got, preview = administrator.request("POST", "/applies/preview", {"desired": desired})
            self.assertEqual(status, got, preview)
            if status == 200:
                sent = {"desired": desired, "fingerprint": preview["fingerprint"]}
                self.assertEqual(200, administrator.request("POST", "/applies", sent)[0])
                self.assertEqual("testing", mode())

    def test_what_moved_since_it_was_shown_is_not_done(self):
        self.apply(self.tenant("ann"), "--yes")
        owner = Administrator(self.platform, "owner")
        desired = {"tenant": {"name": self.name, "users": [{"address": self.address("bob")}]}}
        shown = owner.request("POST", "/applies/preview", {"desired": desired})[1]
        self.platform.casella("user", "suspend", self.address("ann"))
        status, answer = owner.request("POST", "/applies", {"desired": desired, "fingerprint": shown["fingerprint"]})
        self.assertEqual((409, "conflict"), (status, answer["error"]["code"]))
        self.assertIn(f"The state of tenant {self.name} moved since the difference was shown", answer["error"]["message"])
        self.assertNotIn(self.address("bob"), self.users())
        shown = owner.request("POST", "/applies/preview", {"desired": desired})[1]
        self.assertEqual(200, owner.request("POST", "/applies", {"desired": desired, "fingerprint": shown["fingerprint"]})[0])
        again = owner.request("POST", "/applies", {"desired": desired, "fingerprint": shown["fingerprint"]})
        self.assertEqual(409, again[0], "a request that is sent twice is done once")

    def test_mistakes_are_told_by_line_and_nothing_is_done(self):
        path = self.file(
            f"tenants:\n- name: {self.name}\n  colour: red\n  users:\n  - {{address: nobody}}\n"
            f"  - {{address: a@{self.domain}, quota: much, passwordHash: '{{MD5}}geheim'}}\n"
        )
        refused = self.apply(path, "--yes", status=65)
        for line, words in ((3, 'no key "colour"'), (5, "has no @"), (6, "is not a size"), (6, r"\{MD5\}")):
            self.assertRegex(refused.stderr, rf"(?m)^{path}:{line}: .*{words}")
        self.assertNotIn("geheim", refused.stderr)
        self.assertEqual(66, self.platform.casella("tenant", "show", self.name, check=False).returncode)
        self.assertEqual(65, self.apply(self.file("tenants: [\n"), status=65).returncode)

    def test_a_part_that_is_refused_does_not_keep_the_others(self):
        other = Company(self.platform)
        path = self.file(
            f"tenants:\n- name: {self.name}\n  domains: [{{name: {other.domain}}}]\n"
            f"- name: {self.name}b\n  domains: [{{name: b-{self.domain}}}]\n"
        )
        refused = self.apply(path, "--yes", status=2)
        self.assertIn(f"tenant {self.name}: The domain {other.domain} exists already", refused.stderr)
        self.assertEqual(66, self.platform.casella("tenant", "show", self.name, check=False).returncode)
        self.assertEqual(1, self.platform.ask("tenant", "show", f"{self.name}b")["domains"])
