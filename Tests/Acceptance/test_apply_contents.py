"""Desired states: vacations, groups, exports, and administrators of a tenant."""

from support import clients, messages
from support.administrators import Administrator
from support.companies import Company
from support.desired import Applying, HASH


class Contents(Applying):
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

    def test_keys_of_dkim(self):
        self.apply(self.tenant("ann"), "--yes")
        before = self.export()
        path = self.file(f"tenants:\n- name: {self.name}\n  domains: [{{name: {self.domain}, dkim: true}}]\n")

        def keys():
            return [(key["selector"], key["state"]) for key in self.platform.ask("dkim", "show", self.domain)]

        self.assertIn(f"~ domain {self.domain}: dkim none → waiting", self.apply(path, "--dry-run").stdout)
        self.assertEqual([], keys())
        self.apply(path, "--yes")
        made = keys()
        self.assertEqual(["waiting"] * 2, [state for _, state in made])
        self.assertIn(f"{made[0][0]}._domainkey.{self.domain}.", self.platform.casella("domain", "dns", self.domain, "--zone").stdout)
        exported = self.export()
        self.assertIn("dkim: true", exported)
        for text in (before, exported):
            self.assertIn("Nothing to do", self.apply(self.file(text), "--prune").stdout, "what is not written stays")
        number = self.number()
        self.platform.casella("undo", number, "--yes")
        self.assertEqual((before, []), (self.export(), keys()))
        self.platform.casella("undo", self.number(), "--yes")
        again = keys()
        self.assertTrue({selector for selector, _ in again}.isdisjoint({selector for selector, _ in made}), "they are new ones")
        self.platform.casella("dkim", "activate", self.domain, "--unchecked")
        self.assertIn("Nothing", self.platform.casella("undo", number, "--yes").stdout)
        self.assertEqual([(selector, "active") for selector, _ in again], keys())
        self.assertIn("Write true", self.apply(self.file(path.read_text().replace("true", "false")), "--yes", status=65).stderr)
        # Who may make keys by command may apply them; and a new company has them at once.
        administrator = Administrator(self.platform, "tenant-administrator", tenant=self.name)
        self.platform.casella("dkim", "delete", self.domain, again[0][0], "--yes")
        self.platform.casella("dkim", "delete", self.domain, again[1][0], "--yes")
        desired = {"tenant": {"name": self.name, "domains": [{"name": self.domain, "dkim": True}]}}
        status, preview = administrator.request("POST", "/applies/preview", {"desired": desired})
        self.assertEqual(200, status, preview)
        sent = {"desired": desired, "fingerprint": preview["fingerprint"]}
        self.assertEqual(200, administrator.request("POST", "/applies", sent)[0])
        self.assertEqual(["waiting"] * 2, [state for _, state in keys()])
        fresh = f"fresh-{self.name}"
        self.apply(self.file(f"tenants:\n- name: {fresh}\n  domains: [{{name: {fresh}.example, dkim: true}}]\n"), "--yes")
        self.assertEqual(2, len(self.platform.ask("dkim", "show", f"{fresh}.example")))

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
