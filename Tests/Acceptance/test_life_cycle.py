"""What is deleted is out of service within seconds and comes back as it was, until its time is over."""

import imaplib
import smtplib
import unittest

from support import clients, messages
from support.administrators import Administrator, one_time_password
from support.companies import Company
from support.life_cycle import LifeCycle


class FamiliarPlaces(LifeCycle):
    def is_familiar(self, address):
        said = self.platform.casella("explain", "login", address, "--from", "127.0.0.1", check=False).stdout
        return "was logged in to from there before" in said

    def test_they_are_forgotten_with_the_user_the_domain_and_the_tenant(self):
        for how in (("user", "delete"), ("domain", "delete", "--now"), ("tenant", "delete", "--now")):
            with self.subTest(how):
                self.setUp()
                self.assertTrue(self.logs_in("ann") and self.logs_in("bob"))
                self.assertTrue(self.is_familiar(self.ann) and self.is_familiar(self.bob))
                target = {"user": self.ann, "domain": self.company.domain, "tenant": self.company.name}[how[0]]
                self.platform.casella(*how, target, "--yes")
                self.assertFalse(self.is_familiar(self.ann))
                self.assertEqual(how[0] == "user", self.is_familiar(self.bob))

    def test_they_stay_with_what_is_kept(self):
        self.assertTrue(self.logs_in("ann"))
        self.platform.casella("domain", "delete", self.company.domain, "--yes")
        self.platform.casella("domain", "undelete", self.company.domain)
        self.assertTrue(self.is_familiar(self.ann))


class Users(LifeCycle):
    def test_out_of_service_within_seconds_and_back_as_it_was(self):
        info = self.company.address("info")
        self.platform.casella("alias", "create", info, "--to", self.ann)
        device = self.platform.ask("app-password", "create", self.ann, "--name", "phone")["password"]
        for _ in range(3):
            self.deliver(self.ann)
        with clients.imap(self.company, "ann") as imap:
            imap.select()
            imap.uid("STORE", "2", "+FLAGS", r"(\Flagged $Work)")
            imap.uid("STORE", "1", "+FLAGS", r"(\Deleted)")
            imap.expunge()
        before, usage = self.contents("ann"), self.company.usage(self.ann)
        with clients.imap(self.company, "ann") as session:
            said = self.platform.casella("user", "delete", self.ann, "--yes").stdout
            self.assertIn(f"`user undelete {self.ann}` brings it back until", said)
            with self.assertRaises((imaplib.IMAP4.abort, OSError)):
                for _ in range(100):
                    session.noop()
        for address in (self.ann, info):
            self.is_refused(address, "550")
        self.assertIn("5.1.1", self.rcpt(self.ann))
        self.assertFalse(self.logs_in("ann"))
        with self.assertRaises(smtplib.SMTPAuthenticationError), clients.submission(self.company, "ann"):
            pass
        with clients.submission(self.company, "bob") as client, self.assertRaises(smtplib.SMTPSenderRefused):
            client.sendmail(self.ann, [self.bob], messages.message(self.bob, self.ann))
        self.assertEqual(66, self.status("user", "show", self.ann))
        self.assertEqual([self.bob], [u["address"] for u in self.platform.ask("user", "list", "--tenant", self.company.name)])
        self.assertEqual((0, 0), self.company.usage(self.company.name))
        (kept,) = self.kept()
        self.assertEqual(("user", self.ann, usage[1]), (kept["level"], kept["name"], kept["usage"]["messages"]))
        explained = self.platform.casella("explain", "delivery", "--to", self.ann, check=False).stdout
        self.assertIn("It was deleted at", explained)
        self.assertIn(f"user undelete {self.ann}", explained)

        self.platform.casella("user", "undelete", self.ann)
        self.assertEqual([], self.kept())
        self.assertEqual(before, self.contents("ann"))
        self.assertEqual(usage, self.company.usage(self.company.name))
        self.company.passwords["phone"] = device
        with imaplib.IMAP4_SSL("127.0.0.1", self.platform.port("imaps"), ssl_context=clients.tls()) as session:
            session.login(self.ann, device)
        self.deliver(info)
        self.assertEqual(66, self.status("user", "undelete", self.ann), "it is not deleted")

    def test_somebody_else_may_have_the_address_meanwhile(self):
        self.deliver(self.ann)
        before = self.contents("ann")
        self.platform.casella("user", "delete", self.ann, "--yes")
        old = self.company.password("ann")
        self.company.add_user("ann")
        self.assertEqual({}, self.contents("ann")[0])
        self.assertIn("--as", self.refused("user", "undelete", self.ann))
        anna = self.company.address("anna")
        self.platform.casella("user", "undelete", self.ann, "--as", anna)
        self.company.passwords[anna] = old
        self.assertEqual(before, self.contents(anna))
        self.platform.casella("user", "delete", anna, "--now", "--yes")
        self.platform.casella("user", "delete", self.ann, "--yes")
        self.platform.casella("user", "delete", self.ann, "--now", "--yes")
        self.assertEqual([], self.kept())
        self.assertEqual("1", self.sql(f"SELECT count(*) FROM users WHERE tenant_id = {self.company.tenant_id()}"))

    def test_beyond_the_plan_it_stays_deleted(self):
        self.platform.casella("user", "delete", self.ann, "--yes")
        self.platform.casella("plan", "override", self.company.name, "--users", "1")
        self.assertIn("allows 1 users", self.refused("user", "undelete", self.ann))
        self.platform.casella("plan", "override", self.company.name, "--users", "2", "--kept-days", "0")
        self.platform.casella("user", "undelete", self.ann)
        self.assertIn("for ever", self.platform.casella("user", "delete", self.ann, "--yes").stdout)
        self.assertEqual(66, self.status("user", "undelete", self.ann))

    def test_administrators_of_a_part_bring_back_their_own(self):
        other = Company(self.platform)
        parts = {"tenant-administrator": {"tenant": self.company.name}, "domain-administrator": {"domain": self.company.domain}}
        for role, part in parts.items():
            administrator = Administrator(self.platform, role, **part)
            self.assertEqual(200, administrator.request("DELETE", f"/users/{self.ann}")[0])
            self.platform.casella("user", "delete", other.address("ann"), "--yes")
            status, kept = administrator.request("GET", "/deleted")
            self.assertEqual((200, [self.ann]), (status, [one["name"] for one in kept]))
            self.assertEqual(403, administrator.request("POST", f"/users/{other.address('ann')}/undelete", {})[0])
            self.assertEqual(200, administrator.request("POST", f"/users/{self.ann}/undelete", {})[0])
            self.platform.casella("user", "undelete", other.address("ann"))


class DomainsAndTenants(LifeCycle):
    def test_a_domain_comes_back_with_users_and_aliases(self):
        also = f"also-{self.company.domain}"
        self.platform.casella("domain", "alias", also, "--of", self.company.domain)
        self.platform.casella("alias", "create", self.company.address("info"), "--to", self.ann)
        self.deliver(self.ann)
        before, usage = self.contents("ann"), self.company.usage(self.company.name)
        self.platform.casella("user", "delete", self.bob, "--yes")
        self.platform.casella("domain", "delete", self.company.domain, "--yes")
        for address in (self.ann, f"ann@{also}"):
            self.is_refused(address)
        self.assertFalse(self.logs_in("ann"))
        self.assertEqual((0, 0), self.company.usage(self.company.name))
        stranger = Company(self.platform, users=())
        rival = Administrator(self.platform, "tenant-administrator", tenant=stranger.name)
        for name in (self.company.domain, also):
            for call in ("create", "claim"):
                said = self.refused("domain", call, name, "--tenant", stranger.name)
                self.assertIn(f"domain undelete {self.company.domain}", said)
            status, answer = rival.request("POST", "/claims", {"name": name})
            self.assertEqual(409, status)
            self.assertNotIn(self.company.name, str(answer).replace(name, ""), "whose it is, is nobody's concern")
        self.assertEqual(66, self.status("domain", "show", self.company.domain))
        self.platform.casella("domain", "undelete", self.company.domain)
        self.assertEqual(before, self.contents("ann"))
        self.assertEqual(usage, self.company.usage(self.company.name))
        self.deliver(f"info@{also}")
        self.assertEqual([self.bob], [one["name"] for one in self.kept()], "deleted before, it stays deleted")

    def test_a_tenant_comes_back_whole(self):
        self.deliver(self.ann)
        before = self.contents("ann")
        administrator = Administrator(self.platform, "tenant-administrator", tenant=self.company.name)
        tenant = self.company.tenant_id()
        self.platform.casella("tenant", "delete", self.company.name, "--yes")
        self.is_refused(self.ann)
        self.assertFalse(self.logs_in("ann"))
        self.assertEqual(401, administrator.request("GET", "/users")[0])
        self.assertNotIn(self.company.name, self.platform.casella("tenant", "list").stdout)
        self.assertNotIn(f"tenant:{self.company.name}", self.platform.workers())
        self.assertIn("undelete", self.refused("tenant", "create", self.company.name))
        stranger = Company(self.platform, users=())
        said = self.refused("domain", "create", self.company.domain, "--tenant", stranger.name)
        self.assertIn(f"tenant undelete {self.company.name}", said)
        (kept,) = [one for one in self.platform.ask("deleted", "list") if one["tenant"] == self.company.name]
        self.assertEqual(("tenant", 1), (kept["level"], kept["usage"]["messages"]))
        self.platform.casella("tenant", "undelete", self.company.name)
        self.assertEqual(tenant, self.company.tenant_id())
        self.assertEqual(before, self.contents("ann"))
        self.assertEqual(401, administrator.request("GET", "/users")[0], "what ended before stays ended")
        administrator.token = None
        self.assertEqual(200, administrator.log_in(code=one_time_password(administrator.secret, 1))[0])
        self.assertEqual(200, administrator.request("GET", "/users")[0])
        self.platform.casella("tenant", "delete", self.company.name, "--yes")
        self.platform.casella("tenant", "delete", self.company.name, "--now", "--yes")
        self.assertEqual("0", self.sql(f"SELECT count(*) FROM users WHERE tenant_id = {tenant}"))
        self.platform.casella("tenant", "create", self.company.name)


    def test_a_tenant_whose_doors_cannot_be_opened_stays_deleted(self):
        self.deliver(self.ann)
        before = self.contents("ann")
        in_the_way = self.platform.data / "run/tenants" / str(self.company.tenant_id()) / "session"
        self.platform.casella("tenant", "delete", self.company.name, "--yes")
        in_the_way.mkdir()
        self.refused("tenant", "undelete", self.company.name)
        in_the_way.rmdir()
        self.assertIn(self.company.name, [one["name"] for one in self.platform.ask("deleted", "list")])
        self.is_refused(self.ann)
        self.platform.casella("tenant", "undelete", self.company.name)
        self.assertEqual(before, self.contents("ann"))


if __name__ == "__main__":
    unittest.main()
