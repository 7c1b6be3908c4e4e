"""Users and domains under another name: mail, UIDs and passwords stay, addresses follow."""

import threading

from support import clients, messages
from support.administrators import Administrator
from support.companies import Company
from support.names import Names
from support.waiting import eventually


class Arriving:
    """Letters that come to addresses one after the other, before and after what is done meanwhile."""

    def __init__(self, platform, addresses):
        self.platform, self.addresses = platform, addresses
        self.accepted, self.failed, self.stop = [], [], threading.Event()
        self.senders = [threading.Thread(target=self.keep_sending) for _ in range(3)]

    def keep_sending(self):
        while not self.stop.is_set():
            for address in self.addresses:
                try:
                    clients.deliver(self.platform, messages.message(address), address)
                    self.accepted.append(address)
                except AssertionError as refusal:
                    self.failed.append(str(refusal))

    def __enter__(self):
        for sender in self.senders:
            sender.start()
        eventually(lambda: len(self.accepted) > 20, what="mail comes in")
        return self

    def __exit__(self, kind, error, trace):
        try:
            if kind is None:
                sent = len(self.accepted)
                eventually(lambda: len(self.accepted) > sent + 20, what="mail comes in on")
        finally:
            self.stop.set()
            for sender in self.senders:
                sender.join()


class UserRenames(Names):
    def test_mail_and_passwords_stay_and_aliases_follow(self):
        domain, new = self.company.domain, self.company.address("anna")
        before = self.fill(self.ann)
        device = self.platform.ask("app-password", "create", self.ann, "--name", "phone")["password"]
        self.platform.casella("alias", "create", f"team@{domain}", "--to", f"{self.ann},{self.bob},x@far.example")
        self.platform.casella("alias", "create", f"lists@{domain}", "--to", f"Ann+Lists@{domain}")
        session = self.imap(self.ann, self.password)
        self.platform.casella("user", "rename", self.ann, new)
        self.assertIn(f"This account is now {new}", self.goodbye(session))
        self.assertEqual(before, self.seen(new, self.password))
        self.assertTrue(self.logs_in(new, device))
        self.assertFalse(self.logs_in(self.ann))
        self.assertEqual(550, self.rcpt(self.ann))
        self.assertEqual([new, self.bob, "x@far.example"], self.targets(f"team@{domain}"))
        self.assertEqual([f"anna+Lists@{domain}"], self.targets(f"lists@{domain}"))
        clients.deliver(self.platform, messages.message(new), f"lists@{domain}")
        self.assertEqual(4, self.count(new))
        self.assertEqual(66, self.status("user", "show", self.ann))
        self.agrees()
        event = next(e for e in self.platform.ask("audit", "list", "--tenant", self.company.name) if e["command"] == "user rename")
        self.assertEqual(f"{self.ann} {new}", event["target"])
        self.assertIn('"local_part": ["ann", "anna"]', event["changes"])
        # The old address is free.
        self.platform.casella("user", "create", self.ann, "--no-password")
        self.assertEqual(0, self.company.usage(self.ann)[1])

    def test_the_old_address_is_kept_on_demand(self):
        new = self.company.address("anna")
        self.platform.casella("user", "rename", self.ann, new, "--keep-alias")
        self.assertEqual([new], self.targets(self.ann))
        clients.deliver(self.platform, messages.message(self.ann), self.ann)
        self.assertEqual(1, self.count(new))
        self.assertFalse(self.logs_in(self.ann), "an alias is no login")
        self.company.passwords[new] = self.password
        with clients.submission(self.company, new) as client:
            self.assertEqual({}, client.sendmail(self.ann, [self.bob], messages.message(self.bob, sender=self.ann)))

    def test_into_another_domain_while_mail_comes_in(self):
        other = f"second.{self.company.domain}"
        self.platform.casella("domain", "create", other, "--tenant", self.company.name, "--messages", "1000")
        before = self.fill(self.ann)
        with Arriving(self.platform, (self.ann, self.bob)) as arriving:
            self.platform.casella("user", "rename", self.ann, f"ann@{other}", "--keep-alias")
        accepted = arriving.accepted
        self.assertEqual([], arriving.failed, "with the alias no letter is refused")
        self.assertEqual(3 + accepted.count(self.ann), self.count(f"ann@{other}"))
        self.agrees()
        held = [self.company.usage(target)[1] for target in (f"ann@{other}", other, self.bob, self.company.domain)]
        self.assertEqual((held[0], held[2]), (held[1], held[3]), "each domain counts its own user")
        after = self.seen(f"ann@{other}", self.password)
        self.assertEqual({name: value[0] for name, value in before.items()}, {name: value[0] for name, value in after.items()})
        # And back to the alias, with nobody's worker at work.
        self.platform.casella("worker", "restart", f"tenant:{self.company.name}")
        self.platform.casella("user", "rename", f"ann@{other}", self.ann)
        self.assertEqual((0, 0), self.company.usage(other))
        self.agrees()

    def test_back_to_the_old_address_that_is_an_alias_while_mail_comes_in(self):
        new = self.company.address("anna")
        before = self.fill(self.ann)
        self.platform.casella("alias", "create", self.company.address("team"), "--to", f"{self.ann},{self.bob}")
        self.platform.casella("user", "rename", self.ann, new, "--keep-alias")
        tried = self.platform.casella("user", "rename", new, self.ann, "--keep-alias", "--dry-run").stdout
        self.assertIn(self.ann, tried)
        self.assertEqual([new], self.targets(self.ann))
        with Arriving(self.platform, (self.ann, new)) as arriving:
            self.platform.casella("user", "rename", new, self.ann, "--keep-alias")
        self.assertEqual([], arriving.failed, "with the alias no letter is refused")
        self.assertEqual(3 + len(arriving.accepted), self.count(self.ann))
        after = self.seen(self.ann, self.password)
        self.assertEqual({name: value[0] for name, value in before.items()}, {name: value[0] for name, value in after.items()})
        self.assertEqual(before["Projects"], after["Projects"])
        self.assertEqual(before["INBOX"][1], after["INBOX"][1][: len(before["INBOX"][1])], "UIDs and flags")
        self.assertEqual([self.ann], self.targets(new))
        self.assertEqual([self.ann, self.bob], self.targets(self.company.address("team")))
        self.assertFalse(self.logs_in(new))
        self.agrees()

    def test_administrators_of_a_part_rename_within_it(self):
        other = f"second.{self.company.domain}"
        self.platform.casella("domain", "create", other, "--tenant", self.company.name)
        self.platform.casella("alias", "create", f"boss@{other}", "--to", self.ann)
        one = Administrator(self.platform, "domain-administrator", domain=self.company.domain)
        path, new = f"/users/{self.ann}/rename", self.company.address("anna")
        self.assertEqual(403, one.request("POST", path, {"address": f"ann@{other}", "keepAlias": False})[0])
        self.assertEqual(200, one.request("POST", path, {"address": new, "keepAlias": True})[0])
        self.assertEqual([new], self.targets(f"boss@{other}"), "also in a domain that is not theirs")
        back = {"address": self.ann, "keepAlias": True}
        self.assertEqual(200, one.request("POST", f"/users/{new}/rename", back)[0], "the alias is theirs to take")
        self.assertEqual(200, one.request("POST", path, {"address": new, "keepAlias": True})[0])
        whole = Administrator(self.platform, "tenant-administrator", tenant=self.company.name)
        self.assertEqual(200, whole.request("POST", f"/users/{new}/rename", {"address": f"ann@{other}", "keepAlias": False})[0])
        self.agrees()
        foreign = {"address": Company(self.platform).address("x"), "keepAlias": False}
        self.assertEqual(403, whole.request("POST", f"/users/ann@{other}/rename", foreign)[0])

    def test_refusals(self):
        stranger = Company(self.platform)
        self.platform.casella("alias", "create", self.company.address("info"), "--to", self.bob)
        for new, status in (
            (self.bob, 73),
            (self.company.address("info"), 73),
            (self.ann.upper(), 65),
            (stranger.address("ann2"), 76),
            ("ann@nowhere.example", 66),
            ("no address", 64),
        ):
            self.assertEqual(status, self.status("user", "rename", self.ann, new), new)
        self.assertEqual(66, self.status("user", "rename", self.company.address("nobody"), self.company.address("somebody")))
        self.assertTrue(self.logs_in(self.ann))


class DomainRenames(Names):
    def test_every_address_follows(self):
        old, new = self.company.domain, f"new-{self.company.domain}"
        before = self.fill(self.ann)
        self.platform.casella("alias", "create", f"info@{old}", "--to", f"{self.ann},x@far.example")
        self.platform.casella("alias", "create", f"@{old}", "--to", self.bob)
        administrator = Administrator(self.platform, "domain-administrator", domain=old)
        session = self.imap(self.ann, self.password)
        self.platform.casella("domain", "rename", old, new)
        self.assertIn(f"This account is now ann@{new}", self.goodbye(session))
        self.assertEqual(before, self.seen(f"ann@{new}", self.password))
        self.assertFalse(self.logs_in(self.ann))
        self.assertEqual(550, self.rcpt(self.ann))
        self.assertEqual([f"ann@{new}", "x@far.example"], self.targets(f"info@{new}"))
        self.assertEqual([f"bob@{new}"], self.targets(f"@{new}"))
        clients.deliver(self.platform, messages.message(f"any@{new}"), f"any@{new}")
        self.assertEqual(1, self.count(f"bob@{new}", self.company.password("bob")))
        self.assertEqual(200, administrator.request("GET", f"/users/ann@{new}")[0], "its administrator is that of the new name")
        self.assertEqual(403, administrator.request("POST", f"/domains/{new}/rename", {"name": "x.example", "keepAlias": False})[0])
        self.agrees()
        self.platform.casella("domain", "create", old, "--tenant", Company(self.platform).name)

    def test_the_old_name_is_kept_on_demand(self):
        old, new = self.company.domain, f"new-{self.company.domain}"
        before = self.fill(self.ann)
        self.platform.casella("domain", "rename", old, new, "--keep-alias")
        self.assertEqual([old], self.platform.ask("domain", "show", new)["aliases"])
        self.assertEqual(before, self.seen(self.ann, self.password))
        clients.deliver(self.platform, messages.message(self.ann), self.ann)
        self.assertEqual(4, self.count(f"ann@{new}"))
        self.assertEqual(73, self.status("domain", "create", old, "--tenant", self.company.name))

    def test_back_to_the_old_name_that_is_an_alias_while_mail_comes_in(self):
        old, new = self.company.domain, f"new-{self.company.domain}"
        before = self.fill(self.ann)
        self.platform.casella("alias", "create", f"info@{old}", "--to", f"{self.ann},x@far.example")
        self.platform.casella("alias", "create", f"@{old}", "--to", self.bob)
        self.platform.casella("domain", "rename", old, new, "--keep-alias")
        session = self.imap(f"ann@{new}", self.password)
        with Arriving(self.platform, (self.ann, f"ann@{new}")) as arriving:
            self.platform.casella("domain", "rename", new, old, "--keep-alias")
        self.assertIn(f"This account is now {self.ann}", self.goodbye(session))
        self.assertEqual([], arriving.failed, "under both names all the time")
        self.assertEqual(3 + len(arriving.accepted), self.count(self.ann))
        after = self.seen(self.ann, self.password)
        self.assertEqual({name: value[0] for name, value in before.items()}, {name: value[0] for name, value in after.items()})
        self.assertEqual(before["INBOX"][1], after["INBOX"][1][: len(before["INBOX"][1])], "UIDs and flags")
        self.assertEqual([new], self.platform.ask("domain", "show", old)["aliases"])
        self.assertEqual([self.ann, "x@far.example"], self.targets(f"info@{old}"))
        self.assertEqual([self.bob], self.targets(f"@{old}"))
        clients.deliver(self.platform, messages.message(f"any@{new}"), f"any@{new}")
        self.assertEqual(1, self.count(self.bob, self.company.password("bob")))
        self.assertTrue(self.logs_in(f"ann@{new}"))
        self.agrees()
        # Without the alias the other name is free.
        self.platform.casella("domain", "rename", old, new)
        self.assertEqual([], self.platform.ask("domain", "show", new)["aliases"])
        self.assertEqual(550, self.rcpt(self.ann))
        self.platform.casella("domain", "create", old, "--tenant", Company(self.platform).name)

    def test_refusals(self):
        old, stranger = self.company.domain, Company(self.platform)
        alias = f"alias-{old}"
        self.platform.casella("domain", "alias", alias, "--of", stranger.domain)
        for new, status in ((stranger.domain, 73), (alias, 73), (old, 65), ("no domain", 64)):
            self.assertEqual(status, self.status("domain", "rename", old, new), new)
        for name in ("nowhere.example", alias):
            self.assertEqual(66, self.status("domain", "rename", name, "somewhere.example"), name)
