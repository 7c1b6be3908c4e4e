"""Domains with several names."""

import base64
import imaplib
import smtplib

from support import clients, database, messages
from support.administrators import Administrator
from support.companies import Company
from support.names import Names
from support.waiting import eventually


class DomainAliases(Names):
    def setUp(self):
        super().setUp()
        self.alias = f"alias-{self.company.domain}"
        self.platform.casella("domain", "alias", self.alias, "--of", self.company.domain)

    def test_mail_comes_under_both_names(self):
        self.platform.casella("alias", "create", f"info@{self.company.domain}", "--to", f"bob@{self.alias}")
        for local_part, user in (("ann", "ann"), ("Ann+Detail", "ann"), ("info", "bob")):
            address = f"{local_part}@{self.alias.upper()}"
            sent = messages.message(address)
            clients.deliver(self.platform, sent, address)
            with clients.imap(self.company, user) as session:
                self.assertIn(messages.identifier(sent), [messages.identifier(m) for m in clients.all_messages(session).values()])
        self.assertEqual(550, self.rcpt(f"nobody@{self.alias}"))
        self.platform.casella("alias", "create", f"@{self.company.domain}", "--to", self.bob)
        self.assertEqual(250, self.rcpt(f"nobody@{self.alias}"))
        # From inside, through the relay.
        sent = messages.message(f"ann@{self.alias}", sender=self.bob)
        with clients.submission(self.company, "bob") as client:
            client.sendmail(self.bob, [f"ann@{self.alias}"], sent)
        eventually(lambda: self.count(self.ann) == 3, what="the relay knows the name")

    def test_a_name_in_unicode_is_the_one_with_its_a_labels(self):
        self.platform.casella("domain", "alias", f"xn--bcher-kva.{self.company.domain}", "--of", self.company.domain)
        spelled, options = f"bücher.{self.company.domain}", ["SMTPUTF8", "BODY=8BITMIME"]
        with clients.smtp(self.platform) as client:
            client.ehlo()
            client.mail("stranger@elsewhere.example", options)
            self.assertEqual(250, client.rcpt(f"ann@{spelled}")[0])
            for name in (f"nobody@{spelled}", f"ann@BÜCHER.{self.company.domain}", f"ann@bu\u0308cher.{self.company.domain}"):
                self.assertEqual(550, client.rcpt(name)[0], name)
            content = messages.message(self.ann)
            self.assertEqual(250, clients.end_of_data(client, content)[0])
        # From inside, through the relay, and back to the sender.
        for sender, recipient in ((self.bob, f"ann@{spelled}"), (f"bob@{spelled}", self.ann)):
            content = messages.message(recipient, sender=sender)
            with clients.submission(self.company, "bob") as client:
                self.assertEqual({}, client.sendmail(sender, [recipient], content, mail_options=options))
        eventually(lambda: self.count(self.ann) == 3, what="the mail comes")
        for sender in (f"ann@{spelled}", f"bob@BÜCHER.{self.company.domain}"):
            with clients.submission(self.company, "bob") as client:
                client.ehlo()
                self.assertEqual(550, client.mail(sender, options)[0], sender)

    def test_logins_under_a_name_in_unicode(self):
        self.platform.casella("domain", "alias", f"xn--bcher-kva.{self.company.domain}", "--of", self.company.domain)
        spelled = f"ann@bücher.{self.company.domain}"

        def plain(name, password=None):
            return f"\0{name}\0{password or self.password}".encode()

        def opens(name, password=None):
            with imaplib.IMAP4_SSL("127.0.0.1", self.platform.port("imaps"), ssl_context=clients.tls()) as session:
                try:
                    return session.authenticate("PLAIN", lambda _: plain(name, password))[0] == "OK"
                except imaplib.IMAP4.error:
                    return False

        self.assertTrue(opens(spelled))
        with smtplib.SMTP("127.0.0.1", self.platform.port("submission"), "laptop.example", 60) as client:
            client.starttls(context=clients.tls())
            client.ehlo()
            self.assertEqual(235, client.docmd("AUTH", "PLAIN " + base64.b64encode(plain(spelled)).decode())[0])
        for number in range(3):
            self.assertFalse(opens(spelled, f"wrong {number}"))
        counted = {entry.get("account"): entry["count"] for entry in self.platform.ask("login", "list", "--all") if entry.get("account")}
        self.assertNotIn(spelled, counted)
        self.assertGreaterEqual(counted[self.ann], 2)
        # Other spellings are names of nobody, and counted as such.
        self.assertFalse(opens(f"ann@BÜCHER.{self.company.domain}"))
        self.assertFalse(opens(f"ann@bu\u0308cher.{self.company.domain}"))

    def test_logins_and_senders(self):
        mine, theirs = f"ann@{self.alias}", f"bob@{self.alias}"
        self.assertTrue(self.logs_in(mine))
        self.assertFalse(self.logs_in(theirs))
        with self.imap(mine, self.password) as session:
            self.assertEqual(self.ann, self.platform.ask("session", "list", self.ann)[0]["address"])
            session.noop()
        self.company.passwords[mine] = self.password
        with clients.submission(self.company, mine) as client:
            self.assertEqual({}, client.sendmail(mine, [self.bob], messages.message(self.bob, sender=mine)))
            with self.assertRaises(smtplib.SMTPSenderRefused):
                client.sendmail(theirs, [self.bob], messages.message(self.bob, sender=theirs))
        # Wrong logins under either name are those of one account.
        for name in (mine, self.ann, mine):
            self.assertFalse(self.logs_in(name, "a wrong password " + name))
        counted = {entry.get("account"): entry["count"] for entry in self.platform.ask("login", "list", "--all") if entry.get("account")}
        self.assertNotIn(mine, counted)
        self.assertGreaterEqual(counted[self.ann], 2)

    def test_it_is_shown_and_taken_away(self):
        domain = self.company.domain
        self.assertEqual([self.alias], self.platform.ask("domain", "show", domain)["aliases"])
        self.assertIn(self.alias, self.platform.casella("domain", "list", "--tenant", self.company.name).stdout)
        self.assertEqual(66, self.status("domain", "show", self.alias))
        session = self.imap(f"ann@{self.alias}", self.password)
        self.platform.casella("domain", "unalias", self.alias)
        session.noop()  # a session is the user's, under whichever name it began
        session.logout()
        self.assertEqual([], self.platform.ask("domain", "show", domain)["aliases"])
        self.assertFalse(self.logs_in(f"ann@{self.alias}"))
        self.assertEqual(550, self.rcpt(f"ann@{self.alias}"))
        self.assertEqual(66, self.status("domain", "unalias", self.alias))
        self.assertEqual(66, self.status("domain", "unalias", domain))

    def test_who_administers_the_domain_looks_at_it_under_either_name(self):
        mine = Administrator(self.platform, "tenant-administrator", tenant=self.company.name)
        its = Administrator(self.platform, "domain-administrator", domain=self.company.domain)
        others = Administrator(self.platform, "tenant-administrator", tenant=Company(self.platform).name)
        for path in (f"/domains/{self.alias}/dns", f"/domains/{self.alias}/check"):
            for administrator, status in ((mine, 200), (its, 200), (others, 403)):
                self.assertEqual(status, administrator.request("GET", path)[0], (path, administrator.name))
        for administrator in (mine, its):
            changed = administrator.request("PUT", f"/domains/{self.alias}/mta-sts", {"mode": "testing"})
            self.assertEqual(404, changed[0], changed)

    def test_it_goes_with_its_domain(self):
        self.platform.casella("domain", "delete", "--now", "--yes", self.company.domain)
        self.assertEqual(550, self.rcpt(f"ann@{self.alias}"))
        self.platform.casella("domain", "create", self.alias, "--tenant", self.company.name)
        self.platform.casella("tenant", "delete", "--now", "--yes", self.company.name)
        for name in (self.alias, self.company.domain):
            self.assertEqual("", database.sql(self.platform, "postgres", f"SELECT 1 FROM domain_names WHERE name = '{name}'").strip())

    def test_a_name_is_one_things(self):
        stranger = Company(self.platform)
        for name, domain, status in (
            (self.alias, self.company.domain, 73),
            (self.alias, stranger.domain, 73),
            (stranger.domain, self.company.domain, 73),
            (self.company.domain, self.company.domain, 73),
            ("free.example", "nowhere.example", 66),
            ("free.example", self.alias, 66),
        ):
            self.assertEqual(status, self.status("domain", "alias", name, "--of", domain), (name, domain))
        self.assertEqual(73, self.status("domain", "create", self.alias, "--tenant", stranger.name))
        for table in ("domains (tenant_id, name)", "domain_aliases (tenant_id, domain_id, name)"):
            keys = "tenant_id, domain_id" if "domain_id" in table else "tenant_id"
            with self.assertRaises(database.Refused):
                database.sql(
                    self.platform, "casella_control",
                    f"INSERT INTO {table} SELECT {keys}, '{self.alias}' FROM domains WHERE name = '{stranger.domain}'",
                )
