"""Administrators of the platform, of companies and of domains: who may do what, and to whose mail."""

import json
import os
import subprocess
import sys
import unittest

from support import database
from support.administered import Administrators, ROLES
from support.administrators import Administrator
from support.companies import Company
from support.everything import Everything

NEW = {"password": {"given": "a password of some length"}}

# Makes the requests that it reads at the Unix socket that it is given, and prints how each was answered.
NOBODY = """
import http.client, json, socket, sys

class Local(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(sys.argv[1])

def ask(method, path, body):
    try:
        connection = Local("localhost", timeout=30)
        connection.request(method, path, json.dumps(body) if body is not None else None)
        response = connection.getresponse()
        return f"{response.status} {json.loads(response.read())['error']['message']}"
    except PermissionError:
        return "closed"

print(json.dumps([ask(*request) for request in json.load(sys.stdin)]))
"""


def requests(tenant, domain, user, alias, administrator, new="nobody", **there):
    """A request for every command, about these; what is made is not there yet. What else there is to ask for is not there either, but
    where `there` names it."""
    nothing = {
        "other_tenant": "no-tenant-of-this-name", "worker": "tenant:nobody-there", "deleted_domain": "gone.example",
        "domain_alias": "gone.example", "claimed": domain, "mode": "sometimes", "selector": "gone", "new_selector": "x" * 63,
        "held": user, "deleted": user, "app_password": "phone", "group": f"gone@{domain}", "shared": f"gone@{domain}",
        "deleted_alias": f"gone@{domain}", "deleted_group": f"gone@{domain}",
        "applied": "999999999", "queued": "999999999", "bytes": -1,
    }  # fmt: skip
    thing = {**nothing, **there}
    queued = thing["queued"]
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
        "tenant undelete": ("POST", f"/tenants/{thing['other_tenant']}/undelete", None),
        "tenant compact": ("POST", f"/tenants/{thing['other_tenant']}/compact", None),
        "plan delete": ("DELETE", "/plans/no-plan", None),
        "plan assign": ("PUT", f"/tenants/{tenant}/plan", {"plan": "no-plan"}),
        "plan limits": ("GET", f"/limits/{user}", None),
        "plan override": ("PUT", f"/limits/{user}", {"users": 1}),
        "apply --dry-run": ("POST", "/applies/preview", {"desired": {"tenant": {"name": tenant}}}),
        "apply": ("POST", "/applies", {"desired": {"tenant": {"name": tenant}}, "fingerprint": "x"}),
        "applies": ("GET", f"/applies?tenant={tenant}", None),
        "undo --dry-run": ("GET", f"/applies/{thing['applied']}/undo", None),
        "undo": ("POST", f"/applies/{thing['applied']}/undo", {"fingerprint": "x"}),
        "export": ("GET", f"/tenants/{tenant}/state", None),
        "domain create": ("POST", "/domains", {"name": "bad name", "tenant": tenant}),
        "domain list": ("GET", f"/domains?tenant={tenant}", None),
        "domain show": ("GET", f"/domains/{domain}", None),
        "domain rename": ("POST", f"/domains/{domain}/rename", {"name": "bad name", "keepAlias": False}),
        "domain delete": ("DELETE", f"/domains/{domain}", None),
        "domain undelete": ("POST", f"/domains/{thing['deleted_domain']}/undelete", None),
        "domain check": ("GET", f"/domains/{domain}/check", None),
        "domain claim": ("POST", "/claims", {"name": domain, "tenant": tenant}),
        "domain verify": ("POST", f"/claims/{thing['claimed']}/verify?tenant={tenant}", None),
        "domain claims": ("GET", f"/claims?tenant={tenant}", None),
        "domain unclaim": ("DELETE", f"/claims/{thing['claimed']}?tenant={tenant}", None),
        "domain dns": ("GET", f"/domains/{domain}/dns", None),
        "domain mta-sts": ("PUT", f"/domains/{domain}/mta-sts", {"mode": thing["mode"]}),
        "domain alias": ("POST", "/domain-aliases", {"name": "bad name", "domain": domain}),
        "domain unalias": ("DELETE", f"/domain-aliases/{thing['domain_alias']}", None),
        "user create": ("POST", "/users", {"address": f"{new}@{domain}", "password": {"given": "x"}}),
        "user import": ("POST", "/users/import", {"users": [{"address": f"{new}@{domain}", "password": {"given": "x"}}]}),
        "dkim create": ("POST", f"/domains/{domain}/dkim", {"selector": thing["new_selector"]}),
        "dkim activate": ("POST", f"/domains/{domain}/dkim/activate", None),
        "dkim list": ("GET", f"/dkim?domain={domain}", None),
        "dkim show": ("GET", f"/domains/{domain}/dkim", None),
        "dkim delete": ("DELETE", f"/domains/{domain}/dkim/{thing['selector']}", None),
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
        "user undelete": ("POST", f"/users/{thing['deleted']}/undelete", {"address": f"{new}@{domain}"}),
        "deleted list": ("GET", f"/deleted?tenant={tenant}", None),
        "hold set": ("POST", f"/holds/{thing['held']}", {"reason": ""}),
        "hold release": ("DELETE", f"/holds/{thing['held']}", None),
        "hold copy": ("POST", f"/holds/{thing['held']}/copy", {"to": thing["shared"], "all": False}),
        "hold list": ("GET", "/holds", None),
        "app-password create": ("POST", f"/users/{user}/app-passwords", {"name": "phone"}),
        "app-password list": ("GET", f"/users/{user}/app-passwords", None),
        "app-password delete": ("DELETE", f"/users/{user}/app-passwords/{thing['app_password']}", None),
        "self app-password": None,
        "self app-passwords": None,
        "self revoke": None,
        "alias create": ("POST", "/aliases", {"address": f"{new}@{domain}", "targets": []}),
        "alias list": ("GET", f"/aliases?domain={domain}", None),
        "alias show": ("GET", f"/aliases/{alias}", None),
        "alias delete": ("DELETE", f"/aliases/{alias}", None),
        "alias undelete": ("POST", f"/aliases/{thing['deleted_alias']}/undelete", None),
        "group create": (
            "POST",
            "/groups",
            {"address": f"{new}@{domain}", "posting": "anyone", "owners": ["x@far.example"], "members": []},
        ),
        "group list": ("GET", f"/groups?domain={domain}", None),
        "group show": ("GET", f"/groups/{thing['group']}", None),
        "group set": ("PUT", f"/groups/{thing['group']}", {"posting": "owners"}),
        "group add": ("POST", f"/groups/{thing['group']}/add", {"members": []}),
        "group remove": ("POST", f"/groups/{thing['group']}/remove", {"members": []}),
        "group delete": ("DELETE", f"/groups/{thing['group']}", None),
        "group undelete": ("POST", f"/groups/{thing['deleted_group']}/undelete", None),
        "mailbox create": ("POST", "/mailboxes", {"address": f"{new}@{domain}", "quota": {"bytes": thing["bytes"]}}),
        "mailbox list": ("GET", f"/mailboxes?domain={domain}", None),
        "mailbox show": ("GET", f"/mailboxes/{thing['shared']}", None),
        "mailbox add": ("POST", f"/mailboxes/{thing['shared']}/add", {"members": [user], "rights": "read", "sends": False}),
        "mailbox remove": ("POST", f"/mailboxes/{thing['shared']}/remove", {"members": [user]}),
        "mailbox delete": ("DELETE", f"/mailboxes/{thing['shared']}", None),
        "vacation set": ("PUT", f"/users/{user}/vacation", {"subject": "Away", "text": ""}),
        "vacation show": ("GET", f"/users/{user}/vacation", None),
        "vacation clear": ("DELETE", f"/users/{user}/vacation", None),
        "vacation list": ("GET", f"/vacations?domain={domain}", None),
        "forward set": ("PUT", f"/users/{user}/forward", {"to": []}),
        "forward show": ("GET", f"/users/{user}/forward", None),
        "forward clear": ("DELETE", f"/users/{user}/forward", None),
        "forward list": ("GET", f"/forwards?domain={domain}", None),
        "quota show": ("GET", f"/quotas/{user}", None),
        "quota set": ("PUT", f"/quotas/{user}", {"bytes": thing["bytes"]}),
        "quota check": ("GET", f"/quota-checks?target={user}", None),
        "quota check --repair": ("POST", "/quota-checks", {"target": user}),
        "queue list": ("GET", f"/queue?tenant={tenant}", None),
        "queue show": ("GET", f"/queue/{queued}", None),
        "queue retry": ("POST", f"/queue/{queued}/retry", None),
        "queue hold": ("POST", f"/queue/{queued}/hold", None),
        "queue release": ("POST", f"/queue/{queued}/release", None),
        "queue delete": ("DELETE", f"/queue/{queued}", None),
        "queue retry --all": ("POST", "/queue/retry", {"tenant": tenant}),
        "queue hold --all": ("POST", "/queue/hold", {"tenant": tenant}),
        "queue release --all": ("POST", "/queue/release", {"tenant": tenant}),
        "queue delete --all": ("POST", "/queue/delete", {"tenant": tenant}),
        "login list": ("GET", "/logins", None),
        "login unlock": ("POST", f"/logins/{user}/unlock", None),
        "session list": ("GET", f"/sessions?target={user}", None),
        "session history": ("GET", f"/session-history?target={user}", None),
        "session end": ("POST", f"/sessions/{user}/end", None),
        "worker list": ("GET", "/workers", None),
        "top": ("GET", "/load", None),
        "worker restart": ("POST", f"/workers/{thing['worker']}/restart", None),
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

    OWN = ("tenant list", "administrator list", "names", "session show", "session password")

    def test_another_company_is_out_of_reach_and_every_try_is_recorded(self):
        other = Everything(self.platform, self.others)
        self.addCleanup(other.close)
        asked = {command: request for command, request in requests(**other.names).items() if request and command not in self.OWN}
        before = other.state()
        for role in ("tenant-administrator", "help-desk", "domain-administrator"):
            administrator = self.make(role)
            for command, request in asked.items():
                with self.subTest(role=role, command=command):
                    status, answer = administrator.request(*request)
                    self.assertEqual((403, "forbidden"), (status, answer["error"]["code"]), answer)
                    self.assertNotIn("case 7", str(answer))
            events = [e for e in self.platform.ask("audit", "list", "--count", "500") if e["caller"] == administrator.name]
            tries = [(e["command"], e["result"]) for e in reversed(events) if e["command"] != "session login"]
            self.assertEqual([(command, "forbidden") for command in asked], tries)
            self.assertEqual({self.mine.name}, {e["tenant"] for e in events}, "told to their own company")
            # Lists show one's own only.
            for path in (
                *("/tenants", "/domains", "/users", "/aliases", "/groups", "/mailboxes", "/vacations", "/dkim", "/sessions", "/queue"),
                *("/names?kind=quotaTargets", "/names?kind=tenants", "/names?kind=queued"),
            ):
                self.assertNotIn(other.company.name, str(administrator.request("GET", path)), path)
            self.assertEqual(before, other.state())
        self.assertEqual("OK", other.session.noop()[0], "its session goes on")

    @unittest.skipUnless(os.geteuid() == 0, "only root becomes somebody else")
    def test_who_is_no_operator_is_refused_at_the_socket_of_this_machine(self):
        other = Everything(self.platform, self.others)
        self.addCleanup(other.close)
        asked = [request for request in requests(**other.names).values() if request]
        before, door = other.state(), self.platform.data / "run/admin.sock"
        self.assertEqual(["closed"], sorted(set(self.asked_as_nobody(door, asked))))
        # And if the file let them through: the kernel says who calls.
        mode = door.stat().st_mode & 0o777
        door.chmod(0o666)
        self.addCleanup(door.chmod, mode)
        self.assertEqual(["403 You may not use the admin interface."], sorted(set(self.asked_as_nobody(door, asked))))
        self.assertEqual(before, other.state())

    def asked_as_nobody(self, door, asked):
        done = subprocess.run(
            [sys.executable, "-c", NOBODY, str(door)], input=json.dumps(asked), capture_output=True, text=True, timeout=60, user=65534,
            group=65534, extra_groups=[], cwd="/", env={},
        )  # fmt: skip
        self.assertEqual("", done.stderr)
        answers = json.loads(done.stdout)
        self.assertEqual(len(asked), len(answers))
        return answers

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
