"""Administrators of the platform, of companies and of domains: who may do what, and to whose mail."""

from support import database
from support.administered import Administrators, ROLES
from support.administrators import Administrator
from support.companies import Company

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
        "forward set": ("PUT", f"/users/{user}/forward", {"to": []}),
        "forward show": ("GET", f"/users/{user}/forward", None),
        "forward clear": ("DELETE", f"/users/{user}/forward", None),
        "forward list": ("GET", f"/forwards?domain={domain}", None),
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
        "queue retry --all": ("POST", "/queue/retry", {"tenant": tenant}),
        "queue release --all": ("POST", "/queue/release", {"tenant": tenant}),
        "queue delete --all": ("POST", "/queue/delete", {"tenant": tenant}),
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
