"""A company that has one of everything that administrators can ask for."""

import contextlib
import itertools
import tempfile

from . import clients, database, messages
from .administrators import Administrator
from .waiting import eventually

_numbers = itertools.count(1)

TABLES = (
    *("tenants", "domains", "domain_aliases", "domain_claims", "dkim_keys", "users", "credentials", "old_credentials", "app_passwords"),
    *("one_time_passwords", "aliases", "groups", "group_members", "shared_access", "vacations", "user_forwards", "holds"),
    "kept_addresses",
    *("queue_messages", "queue_recipients"),
)


class Everything:
    """Close it when it is not needed any more: a session is open, and mail waits."""

    def __init__(self, platform, company):
        self.platform, self.company, number = platform, company, next(_numbers)
        name, domain, ann, bob = company.name, company.domain, company.address("ann"), company.address("bob")
        self.ann, self.bob = ann, bob
        self.queued = self.send()
        info, team, desk, gone = (f"{new}{number}@{domain}" for new in ("info", "team", "desk", "gone"))
        old_alias, old_group = (f"{new}{number}@{domain}" for new in ("old-info", "old-team"))
        more, also, claimed = (f"{new}{number}-{domain}" for new in ("more", "also", "claimed"))
        device, selector = f"phone{number}", f"key{number}"
        administrator = Administrator(platform, "help-desk", tenant=name, log_in=False)
        for words in (
            ("alias", "create", info, "--to", ann),
            ("group", "create", team, "--member", ann),
            ("alias", "create", old_alias, "--to", ann),
            ("alias", "delete", old_alias),
            ("group", "create", old_group, "--member", ann),
            ("group", "delete", old_group),
            ("mailbox", "create", desk),
            ("mailbox", "add", desk, "--member", ann, "--rights", "write"),
            ("app-password", "create", ann, "--name", device),
            ("vacation", "set", ann, "--subject", "Away", "--text", "Back soon."),
            ("forward", "set", ann, "--to", bob),
            ("user", "create", gone, "--no-password"),
            ("user", "delete", gone, "--yes"),
            ("domain", "create", more, "--tenant", name),
            ("domain", "delete", more, "--yes"),
            ("domain", "alias", also, "--of", domain),
            ("domain", "claim", claimed, "--tenant", name),
            ("dkim", "create", domain, "--selector", selector),
            ("dkim", "activate", domain, "--unchecked"),
            ("hold", "set", bob, "--reason", "case 7"),
        ):
            platform.casella(*words)
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(f"tenants:\n- name: {name}\n  aliases:\n  - {{address: new-{info}, targets: [{ann}]}}\n")
            file.flush()
            platform.casella("apply", file.name, "--yes")
        self.names = {
            "tenant": name, "other_tenant": name, "worker": f"tenant:{name}", "domain": domain, "deleted_domain": more,
            "domain_alias": also, "claimed": claimed, "mode": "enforce", "selector": f"{selector}r", "new_selector": "fresh",
            "user": ann, "held": bob, "deleted": gone, "app_password": device, "alias": info, "group": team, "shared": desk,
            "deleted_alias": old_alias, "deleted_group": old_group,
            "applied": str(platform.ask("applies", "--tenant", name)[0]["number"]), "queued": self.queued, "bytes": 5_000_000,
            "administrator": administrator.name,
        }  # fmt: skip
        self.open = contextlib.ExitStack()
        self.session = self.open.enter_context(clients.imap(company, "ann"))

    def send(self):
        """The number of a message that waits for longer than a test takes."""
        with clients.submission(self.company, "ann") as client:
            client.sendmail(self.ann, ["them@closed.example"], messages.message("them@closed.example", sender=self.ann))
        number = str(eventually(lambda: self.platform.ask("queue", "list", "--tenant", self.company.name), what="it waits")[0]["id"])
        self.platform.casella("queue", "hold", number)
        later = f"UPDATE queue_messages SET expires_at = now() + interval '1 day' WHERE queue_id = {number}"
        database.sql(self.platform, "postgres", later)
        return number

    def state(self):
        """All that provisioning wrote, as an export and as rows."""
        tenant = self.company.tenant_id()
        rows = [
            database.sql(self.platform, "postgres", f"SELECT whole::text FROM {table} AS whole WHERE tenant_id = {tenant} ORDER BY 1")
            for table in TABLES
        ]
        for table in ("applies", "administrators"):
            statement = f"SELECT whole::text FROM {table} AS whole WHERE administered_tenant = {tenant} ORDER BY 1"
            rows.append(database.sql(self.platform, "postgres", statement))
        return self.platform.casella("export", self.company.name).stdout, rows

    def close(self):
        self.open.close()
        self.platform.casella("hold", "release", self.bob, "--yes")
        self.platform.casella("queue", "delete", self.queued, "--yes")
