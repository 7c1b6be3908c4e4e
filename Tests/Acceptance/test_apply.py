"""Desired states: a file says how tenants are to be, and they are; shown first, done at once, taken back."""

import base64
import contextlib
import hashlib
import imaplib
import itertools
import json
import os
import random
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from support import clients, messages, running
from support.administrators import Administrator
from support.attacked import at_scale
from support.companies import Company
from support.running import Platform

HASH = "{SSHA}f0CceVSke+IK0le3znCfxtpRGtRzQGx0"
_numbers = itertools.count(1)


class Applying(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()

    def setUp(self):
        self.name = f"desired{next(_numbers)}"
        self.domain = f"{self.name}.example"
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def address(self, local_part):
        return f"{local_part}@{self.domain}"

    def file(self, text):
        path = Path(self.folder.name) / f"{next(_numbers)}.yaml"
        path.write_text(text)
        return path

    def tenant(self, *users, aliases="", more="", name=None):
        lines = "".join(f"\n  - {user if user.startswith('{') else f'{{address: {self.address(user)}}}'}" for user in users)
        return self.file(
            f"tenants:\n- name: {name or self.name}\n  {more}\n  domains: [{{name: {self.domain}, aliases: [also-{self.domain}]}}]\n"
            f"  users:{lines or ' []'}\n  aliases: [{aliases}]\n"
        )

    def apply(self, path, *options, status=0):
        done = self.platform.casella("apply", path, *options, check=False)
        self.assertEqual(status, done.returncode, done.stdout + done.stderr)
        return done

    def number(self):
        return str(self.platform.ask("applies", "--tenant", self.name)[0]["number"])

    def users(self):
        return {user["address"]: user for user in self.platform.ask("user", "list", "--tenant", self.name)}

    def export(self):
        return self.platform.casella("export", self.name).stdout


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
        self.assertRegex(shown, r"Deletes 1 user with 1 message \(.*\), kept until \d{4}-.*: undoing it brings all back")
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

    def test_vacations(self):
        ann = self.address("ann")
        self.apply(self.tenant("ann"), "--yes")
        away = f'{{address: {ann}, vacation: {{subject: Away, text: "Back\\nsoon.", until: "2099-01-06", days: 3}}}}'
        self.assertIn("vacation", self.apply(self.tenant(away), "--yes").stdout)
        shown = self.platform.ask("vacation", "show", ann)
        self.assertEqual(("Away", "Back\nsoon.", "2099-01-06", 3), tuple(shown[key] for key in ("subject", "text", "until", "days")))
        exported = self.file(self.export())
        self.assertIn("Nothing would change", self.apply(self.tenant(away), "--dry-run").stdout)
        self.assertIn("Nothing would change", self.apply(self.tenant("ann"), "--dry-run").stdout, "what is not written stays")
        self.apply(self.tenant(f"{{address: {ann}, vacation: none}}"), "--yes")
        self.assertEqual([], self.platform.ask("vacation", "list", "--tenant", self.name))
        self.platform.casella("undo", self.number(), "--yes")
        self.assertEqual(shown, self.platform.ask("vacation", "show", ann))
        self.platform.casella("vacation", "clear", ann)
        self.apply(exported, "--prune", "--yes")
        self.assertEqual(shown, self.platform.ask("vacation", "show", ann))

    def test_groups(self):
        company = Company(self.platform)
        self.name, ann, bob, team = company.name, company.address("ann"), company.address("bob"), company.address("team")

        def file(*groups, more=""):
            return self.file(f"tenants:\n- name: {self.name}\n  groups: [{', '.join(groups)}]\n{more}")

        before = self.export()
        made = self.apply(file(f"{{address: {team}, posting: members, owners: [{ann}], members: [{ann}, x@else.example]}}"), "--yes")
        self.assertIn(f"+ group {team}: posting members; owners {ann}; new members {ann}, x@else.example", made.stdout)
        shown = self.platform.ask("group", "show", team)
        self.assertEqual(
            ("members", [ann], {ann, "x@else.example"}), (shown["posting"], shown["owners"], set(shown["members"])))
        first = self.number()
        written = self.export()
        self.assertIn("Nothing to do", self.apply(self.file(written), "--prune").stdout)
        changed = self.apply(file(f"{{address: {team}, members: [{bob}]}}"), "--yes").stdout
        self.assertIn(f"new members {bob}; gone members {ann}, x@else.example", changed)
        clients.deliver(self.platform, messages.message(team), bob)
        self.platform.casella("undo", self.number(), "--yes")
        self.assertEqual(written, self.export())
        for wrong, said in (
            (f"{{address: {ann}}}", "would be a group and a user"),
            (f"{{address: {team}, members: [{team}]}}", "a member of itself"),
            (f"{{address: {team}, owners: [x@else.example]}}", "is no address of the tenant"),
        ):
            self.assertIn(said, self.apply(file(wrong), "--yes", status=2).stderr)
        less = self.file(written.replace(f"{{address: {ann},", f"{{address: {company.address('new')},"))
        told = self.apply(less, "--prune", "--dry-run").stdout
        self.assertIn(f"Leaves 1 group with a member or an owner who goes: {team}", told)
        self.platform.casella("plan", "override", self.name, "--aliases", "1")
        more = file(f"{{address: {company.address('more')}}}")
        self.assertIn("allows 1 aliases, and there would be 2", self.apply(more, "--yes", status=2).stderr)
        # What is not written goes with --prune, and comes back.
        administrator = Administrator(self.platform, "tenant-administrator", tenant=self.name)
        desired = {"tenant": {"name": self.name, "groups": [{"address": team, "posting": "anyone"}]}}
        status, preview = administrator.request("POST", "/applies/preview", {"desired": desired})
        self.assertEqual(200, status)
        self.assertEqual(200, administrator.request("POST", "/applies", {"desired": desired, "fingerprint": preview["fingerprint"]})[0])
        self.platform.casella("undo", self.number(), "--yes")
        self.platform.casella("plan", "override", self.name, "--aliases", "unlimited")
        self.apply(self.file(before), "--prune", "--yes")
        self.assertEqual(before, self.export())
        self.platform.casella("undo", self.number(), "--yes")
        self.assertEqual(set(shown["members"]), set(self.platform.ask("group", "show", team)["members"]))
        self.platform.casella("undo", first, "--yes")
        self.assertEqual([], self.platform.ask("group", "list", "--tenant", self.name))

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

    def test_an_export_is_the_state(self):
        company = Company(self.platform)
        self.name, self.domain = company.name, company.domain
        self.platform.casella("alias", "create", f"@{self.domain}", "--to", f"{company.address('ann')},Upper@else.example")
        self.platform.casella("domain", "alias", f"also-{self.domain}", "--of", self.domain)
        self.platform.casella("plan", "override", self.name, "--users", "20", "--protocols", "imap,submission")
        self.platform.casella("plan", "override", company.address("bob"), "--message-size", "5MB")
        self.platform.casella("user", "suspend", company.address("bob"), "--reason", 'He said "no": #1')
        self.platform.casella("quota", "set", company.address("ann"), "--bytes", "123456789", "--messages", "7")
        self.platform.casella("user", "create", f"o'neil+x@{self.domain}", "--no-password")
        text = self.export()
        path = self.file(text)
        self.assertIn("Nothing to do", self.apply(path, "--prune").stdout)
        self.platform.casella("user", "delete", company.address("bob"), "--yes")
        self.platform.casella("alias", "delete", f"@{self.domain}")
        self.platform.casella("alias", "create", company.address("late"), "--to", company.address("ann"))
        self.apply(path, "--prune", "--yes")
        self.assertEqual(text, self.export())

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

    def test_an_administrator_applies_users_and_aliases_of_the_own_tenant_alone(self):
        mine, others = Company(self.platform), Company(self.platform)
        administrator = Administrator(self.platform, "tenant-administrator", tenant=mine.name)

        def send(name=mine.name, **tenant):
            desired = {"tenant": {"name": name, **tenant}}
            status, answer = administrator.request("POST", "/applies/preview", {"desired": desired})
            if status != 200:
                return status
            return administrator.request("POST", "/applies", {"desired": desired, "fingerprint": answer["fingerprint"]})[0]

        users = [{"address": mine.address("new"), "password": HASH, "suspended": ["outgoing"]}]
        aliases = [{"address": mine.address("info"), "targets": [mine.address("new")]}]
        self.assertEqual(200, send(users=users, aliases=aliases))
        self.assertEqual(["outgoing"], self.platform.ask("user", "show", mine.address("new"))["suspended"])
        for wrong in (
            {"plan": "default", "quota": {"bytes": 5}}, {"limits": {"users": 1000}}, {"suspended": ["login"]},
            {"domains": [{"name": f"new-{mine.domain}"}]}, {"domains": [{"name": mine.domain, "quota": {"bytes": 5}}]},
            {"domains": [{"name": mine.domain, "aliases": [f"new-{mine.domain}"]}]},
            {"users": [{"address": mine.address("ann"), "limits": {"messageSize": "unlimited"}}]},
        ):
            self.assertEqual(403, send(**wrong), wrong)
        self.assertEqual(403, send(name=others.name))
        self.assertEqual(403, send(name=f"{self.name}x"))
        self.assertEqual(404, send(users=[{"address": others.address("new")}]))
        plans = {"desired": {"plans": {"plans": [{"name": "default", "limits": {"users": 1}}]}}}
        self.assertEqual(403, administrator.request("POST", "/applies/preview", plans)[0])
        self.assertEqual(403, administrator.request("GET", f"/tenants/{others.name}/state")[0])
        self.assertEqual(200, administrator.request("GET", f"/tenants/{mine.name}/state")[0])
        number = administrator.request("GET", "/applies")[1][0]["number"]
        shown = administrator.request("GET", f"/applies/{number}/undo")[1]
        status, _ = administrator.request("POST", f"/applies/{number}/undo", {"fingerprint": shown["fingerprint"]})
        self.assertEqual(200, status)
        self.assertNotIn(mine.address("new"), str(self.platform.ask("user", "list", "--tenant", mine.name)))
        stranger = Administrator(self.platform, "tenant-administrator", tenant=others.name)
        self.assertEqual(403, stranger.request("GET", f"/applies/{number}/undo")[0])
        self.assertEqual([], stranger.request("GET", "/applies")[1])
        for role, place in (("help-desk", {"tenant": mine.name}), ("domain-administrator", {"domain": mine.domain})):
            self.assertEqual(403, Administrator(self.platform, role, **place).request("GET", "/applies")[0])


class Killed(Applying):
    """`apply` in the middle of which the shell, or the control plane, is killed."""

    TENANTS, USERS = 4, 40

    @classmethod
    def setUpClass(cls):
        cls.platform = Platform().start()

    @classmethod
    def tearDownClass(cls):
        cls.platform.remove()

    def test_running_it_again_always_ends_in_the_written_state(self):
        chance = random.Random(2026)
        usual = None
        for number in range(at_scale(11, 101)):
            names = [f"killed{number}-{tenant}" for tenant in range(self.TENANTS)]
            path = self.file("tenants:\n" + "".join(map(self.written, names)))
            if usual is None:
                began = time.monotonic()
                self.apply(path, "--yes")
                usual = time.monotonic() - began
                continue
            after, victim = chance.uniform(0, usual), chance.choice(("shell", "shell", "control plane"))
            with self.subTest(number=number, after=after, victim=victim):
                self.interrupt(path, after, victim)
                self.platform.wait_until_it_answers()
                for name in names:
                    self.assertIn(self.counts(name), (None, (0, 0, 0), (1, self.USERS, 1)), "nothing half-made is visible")
                self.finish(path)
                for name in names:
                    self.assertEqual((1, self.USERS, 1), self.counts(name))
                    applied = self.platform.ask("applies", "--tenant", name)
                    self.assertEqual([self.USERS + 2], [apply["added"] for apply in applied], "once")
                self.assertIn("Nothing to do", self.apply(path, "--prune").stdout)

    def written(self, name):
        users = "".join(f'  - {{address: u{user}@{name}.example, quota: 1GB, passwordHash: "{HASH}"}}\n' for user in range(self.USERS))
        return (
            f"- name: {name}\n  domains: [{{name: {name}.example}}]\n  users:\n{users}"
            f"  aliases: [{{address: info@{name}.example, targets: [u0@{name}.example]}}]\n"
        )

    def interrupt(self, path, after, victim):
        words = [self.platform.data / "bin/casella", "--data", self.platform.data, "apply", path, "--yes"]
        shell = subprocess.Popen(
            [str(word) for word in words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            time.sleep(after)  # the moment of the kill is what is drawn by lot
            if victim == "shell":
                shell.kill()
            else:
                with contextlib.suppress(ProcessLookupError, OSError, ValueError, IndexError):
                    os.kill(self.platform.control_pid(), signal.SIGKILL)
        finally:
            shell.wait(timeout=90)

    def finish(self, path):
        """What the killed shell had asked for last may still be done while it runs again: then there is a part that moved."""
        for _ in range(5):
            done = self.platform.casella("apply", path, "--yes", check=False)
            if done.returncode == 0:
                return
            self.assertEqual(2, done.returncode, done.stderr)
            self.assertIn("moved", done.stderr)
        self.fail("it never ends")

    def counts(self, name):
        """Domains, users and aliases; None where there is no such tenant."""
        shown = self.platform.casella("--format", "json", "export", name, check=False)
        if shown.returncode != 0:
            self.assertEqual(66, shown.returncode, shown.stderr)
            return None
        state = json.loads(shown.stdout)
        return len(state["domains"]), len(state["users"]), len(state["aliases"])
