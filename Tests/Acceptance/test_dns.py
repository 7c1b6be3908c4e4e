"""What the platform asks the DNS for: where mail to other hosts goes, and whether a domain is set up for it."""

import shutil
import tempfile
import unittest
from pathlib import Path

from support import clients, messages, outside, running
from support.authority import Authority
from support.companies import Company
from support.dns import DNSServer, encoded
from support.waiting import eventually

# Not below .test, which resolvers answer themselves.
HOSTNAME = "mx.host.example"
# What a zone has beside.
APEX = "$ORIGIN {domain}.\n@ 3600 IN SOA ns.host.example. hostmaster.host.example. 1 3600 600 86400 60\n@ 3600 IN NS ns.host.example.\n"


class WithDNS(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.port = running.free_port()
        cls.records = {
            ("partner.example", "MX"): [(20, "backup.partner.example"), (10, "dead.partner.example")],
            ("dead.partner.example", "A"): ["127.0.0.9"],
            ("backup.partner.example", "A"): ["127.0.0.1"],
            ("old.example", "A"): ["127.0.0.1"],
            ("nomail.example", "MX"): [(0, "")],
            (HOSTNAME, "A"): ["192.0.2.25"],
        }
        cls.dns = DNSServer(cls.records).__enter__()
        settings = {"dnsServer": cls.dns.address, "smtpPort": cls.port, "retrySchedule": [1], "lifetime": 30}
        settings["postmaster"] = "ann@postmaster-works.example"
        cls.folder = Path(tempfile.mkdtemp(prefix="casella-dns-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.authority = Authority(cls.folder)
        cls.platform = running.Platform(hostname=HOSTNAME, **settings)
        cls.platform.environment = cls.authority.trust
        cls.platform.start()
        cls.company = Company(cls.platform)
        cls.ann = cls.company.address("ann")

    @classmethod
    def tearDownClass(cls):
        cls.platform.remove()
        cls.dns.__exit__()

    def send(self, recipient):
        content = messages.message(recipient, sender=self.ann)
        with clients.submission(self.company, "ann") as client:
            client.sendmail(self.ann, [recipient], content)
        return content

    def inbox(self):
        with clients.imap(self.company, "ann") as imap:
            return list(clients.all_messages(imap).values())

    def test_mail_goes_to_the_next_mx_host_when_the_first_is_dead(self):
        with outside.SMTPSink(port=self.port) as sink:
            content = self.send("them@partner.example")
            eventually(lambda: any(messages.identifier(content).encode() in found for found in sink.messages()), what="the message arrives")

    def test_a_domain_without_mx_is_its_own_host(self):
        with outside.SMTPSink(port=self.port) as sink:
            content = self.send("them@old.example")
            eventually(lambda: any(messages.identifier(content).encode() in found for found in sink.messages()), what="the message arrives")

    def test_mail_to_domains_that_cannot_take_it_comes_back_at_once(self):
        for recipient, status in (("them@nomail.example", b"5.1.10"), ("them@nowhere.example", b"5.1.2")):
            with self.subTest(recipient):
                self.send(recipient)
                eventually(lambda: any(recipient.encode() in found and status in found for found in self.inbox()), what="it is returned")

    def test_the_servers_own_postmaster_has_a_mailbox(self):
        with clients.smtp(self.platform) as client:
            client.ehlo("elsewhere.example")
            client.mail("stranger@elsewhere.example")
            self.assertEqual(550, client.docmd("RCPT", "TO:<Postmaster>")[0], "there is no such domain yet")
            company = Company(self.platform, name="postmaster-works")
            for path in ("<Postmaster>", "<postMASTER>", f"<postmaster@{HOSTNAME}>", f"<Postmaster@{HOSTNAME.upper()}>"):
                self.assertEqual(250, client.docmd("RCPT", f"TO:{path}")[0], path)
            self.assertEqual(550, client.docmd("RCPT", f"TO:<ann@{HOSTNAME}>")[0])
            content = messages.message("postmaster")
            self.assertEqual(250, clients.end_of_data(client, content)[0])
        with clients.imap(company, "ann") as imap:
            eventually(lambda: clients.all_messages(imap), what="the message to the postmaster")

    def test_a_domain_is_checked(self):
        domain = self.company.domain
        check = self.platform.ask("domain", "check", domain, check=False)
        first = {(f["type"], f["name"]): f["verdict"] for f in check["findings"]}
        self.assertEqual(
            {("MX", f"{domain}."): "wrong", ("TXT", f"{domain}."): "wrong", ("A/AAAA", f"{HOSTNAME}."): "right"},
            {key: verdict for key, verdict in first.items() if verdict != "advised"},
        )
        # What `domain dns` prints is published, and found right.
        printed = {(record["name"].rstrip("."), record["type"]): record["value"] for record in self.platform.ask("domain", "dns", domain)}
        unsigned = ("TXT", f"_domainkey.{domain}.")
        self.assertEqual(set(first) - {("A/AAAA", f"{HOSTNAME}."), unsigned}, {(kind, name + ".") for name, kind in printed})
        self.assertIn("`dkim create`", self.platform.casella("domain", "dns", domain).stdout)
        self.records[domain, "MX"] = [(10, HOSTNAME)]
        for (name, kind), value in printed.items():
            if kind == "TXT":
                self.records[name, kind] = [value.strip('"')]
            elif kind == "SRV":
                *numbers, host = value.split()
                self.records[name, kind] = [(*map(int, numbers), host)]
            elif kind == "TLSA":
                self.records[name, kind] = [bytes(map(int, value.split()[:3])) + bytes.fromhex(value.split()[3])]
            elif kind == "CNAME":
                self.records[name, "A"] = self.records[HOSTNAME, "A"]
        certificate, key = self.authority.issue(*(name for name, kind in printed if kind == "CNAME"))
        self.platform.casella("certificate", "import", "--certificate", certificate, "--key", key)
        # A fresh platform has asked nobody yet, so it remembers no denial.
        self.platform.stop()
        self.platform.start()
        check = self.platform.ask("domain", "check", domain, check=False)
        self.assertEqual({"right"}, {f["verdict"] for f in check["findings"] if (f["type"], f["name"]) != unsigned}, check)
        self.assertIn("Mail comes to this host", self.platform.casella("domain", "check", domain, check=False).stdout)
        self.assertNotEqual(0, self.platform.casella("domain", "check", "not-here.example", check=False).returncode)

    def test_each_difference_has_its_sentence(self):
        domain = Company(self.platform, users=()).domain
        published = {
            (f"_dmarc.{domain}", "TXT"): (["v=DMARC1; rua=mailto:x@elsewhere.example"], "lacks its tag p"),
            (f"_smtp._tls.{domain}", "TXT"): (["v=TLSRPTv1; rua=mailto:a@b.example", "v=TLSRPTv1;rua=mailto:c@d.example"], "several"),
            (f"_imaps._tcp.{domain}", "SRV"): ([(0, 1, 993, "elsewhere.example")], "another host or port"),
            (f"_pop3._tcp.{domain}", "SRV"): ([(0, 0, 0, "")], "has no such service"),
            (f"_25._tcp.{HOSTNAME}", "TLSA"): ([bytes([3, 1, 1]) + bytes(32)], "send no mail here"),
        }
        for key, (values, _) in published.items():
            self.records[key] = values
        self.addCleanup(lambda: [self.records.pop(key) for key in published])
        # Of the host's own record an answer may be remembered, for a second.
        eventually(lambda: self.findings(domain)[f"_25._tcp.{HOSTNAME}", "TLSA"]["verdict"] == "wrong", within=5, what="the host's record")
        findings = self.findings(domain)
        for key, (_, said) in published.items():
            self.assertIn(said, findings[key]["explanation"])
            self.assertEqual("advised" if "such" in said else "wrong", findings[key]["verdict"])
            self.assertIn("publish", findings[key]["explanation"])

    def test_spf_mx_and_dmarc_are_read_as_others_read_them(self):
        domain = Company(self.platform, users=()).domain
        address = self.records[HOSTNAME, "A"][0]
        self.records |= {
            (f"spf.{domain}", "TXT"): [f"v=spf1 ip4:{address}/32 -all"], (f"alias.{domain}", "CNAME"): [encoded(HOSTNAME)],
            (f"there.{domain}", "TXT"): ["v=spf1 -all"], (f"{domain}._report._dmarc.partner.example", "TXT"): ["v=DMARC1"],
            (domain, "MX"): [(10, HOSTNAME)],
        }
        there = {"SPF": (domain, "TXT"), "MX": (domain, "MX"), "DMARC": (f"_dmarc.{domain}", "TXT")}
        for kind, values, verdict, said in (
            ("SPF", [f"v=spf1 include:spf.{domain} -all"], "right", f"{address} by include:spf.{domain}, there ip4:{address}/32"),
            ("SPF", [f"v=spf1 redirect=spf.{domain}"], "right", f"redirect=spf.{domain}"),
            ("SPF", [f"v=spf1 a:{HOSTNAME} ~all"], "right", f"by a:{HOSTNAME}"),
            ("SPF", [f"v=spf1 include:there.{domain} ~all"], "wrong", "~all decides"),
            ("SPF", ["v=spf1 -mx mx -all"], "wrong", "-mx decides"),
            ("SPF", ["v=spf1 +all"], "advised", "whoever sends it"),
            ("SPF", ["v=spf1 mx -all", "v=spf1 -all"], "wrong", "several SPF records"),
            ("SPF", ["v=spf1 mx ipv4:192.0.2.1 -all"], "wrong", "ipv4:192.0.2.1"),
            ("MX", [(5, "partner.example"), (10, HOSTNAME)], "wrong", "goes first, or as often, to partner.example"),
            ("MX", [(10, HOSTNAME), (20, "partner.example")], "advised", "where it does not answer to partner.example"),
            ("MX", [(0, "")], "wrong", "takes no mail"),
            ("MX", [(0, ""), (10, HOSTNAME)], "wrong", "beside others"),
            ("MX", [(10, f"alias.{domain}")], "wrong", "is an alias (CNAME)"),
            ("MX", [(10, HOSTNAME)], "right", "Mail comes to this host"),
            ("DMARC", ["v=DMARC1; p=most"], "wrong", "none of none, quarantine and reject"),
            ("DMARC", ["v=DMARC1; p=reject; sp=none"], "advised", "sp=none"),
            ("DMARC", ["v=DMARC1; p=reject; rua=mailto:x@else.example!10m"], "advised", f"{domain}._report._dmarc.else.example. TXT"),
            ("DMARC", ["v=DMARC1; p=reject; rua=mailto:x@partner.example"], "right", "has a DMARC record"),
        ):
            self.records[there[kind]] = values
            # An answer may be remembered, for a second.
            eventually(lambda: said in self.findings(domain)[there[kind]]["explanation"], within=5, what=f"{values}: {said}")
            self.assertEqual(verdict, self.findings(domain)[there[kind]]["verdict"], values)
        below = self.platform.casella("domain", "create", f"below.{domain}", "--tenant", self.tenant_of(domain), check=False)
        self.assertEqual(0, below.returncode, below.stderr)
        self.records[there["DMARC"]] = ["v=DMARC1; p=none; sp=reject"]
        said, place = f"that of {domain}, whose policy for it is reject", (f"_dmarc.below.{domain}", "TXT")
        eventually(lambda: said in self.findings(f"below.{domain}")[place]["explanation"], within=5, what="the policy of the domain above")

    def tenant_of(self, domain):
        return self.platform.ask("domain", "show", domain)["tenant"]

    def test_a_policy_on_tls_needs_its_records_and_its_certificate(self):
        domain = Company(self.platform, users=()).domain
        setting = self.platform.ask("domain", "mta-sts", domain, "--mode", "enforce")
        announcement, host = (f"_mta-sts.{domain}", "TXT"), (f"mta-sts.{domain}", "A")
        for published, there, verdict, said in (
            (None, announcement, "wrong", f'id={setting["id"]};'),
            (None, host, "wrong", "no such name"),
            (["v=STSv1; id=old;"], announcement, "wrong", "does not learn of the present one"),
            (["v=STSv1; id=1;", "v=STSv1; id=2;"], announcement, "wrong", "several"),
            ([f'v=STSv1;id={setting["id"]}'], announcement, "right", "as it is"),
            (["192.0.2.99"], host, "advised", "another host"),
            (self.records[HOSTNAME, "A"], host, "wrong", f"There is no certificate for mta-sts.{domain}"),
        ):
            if published is not None:
                self.records[there] = published
            kind = "CNAME" if there is host else "TXT"
            # An answer may be remembered, for a second.
            eventually(lambda: said in self.findings(domain)[there[0], kind]["explanation"], within=5, what=said)
            self.assertEqual(verdict, self.findings(domain)[there[0], kind]["verdict"])

    def test_what_senders_meet_who_keep_to_the_policy(self):
        domain = Company(self.platform, users=()).domain
        self.addCleanup(self.records.pop, (domain, "MX"))
        self.records[domain, "MX"] = [(10, HOSTNAME), (20, "backup.partner.example")]
        exchange, shown = (domain, "MX"), (HOSTNAME, "TLS")
        self.assertEqual("advised", self.findings(domain)[exchange]["verdict"], "there is no policy")
        self.assertNotIn(shown, self.findings(domain))
        for mode, verdict in (("testing", "advised"), ("enforce", "wrong")):
            self.platform.casella("domain", "mta-sts", domain, "--mode", mode)
            found = self.findings(domain)
            self.assertEqual([verdict] * 2, [found[exchange]["verdict"], found[shown]["verdict"]])
            self.assertIn("does not list: backup.partner.example", found[exchange]["explanation"])
            self.assertIn(f"The certificate for {HOSTNAME} is self-signed", found[shown]["explanation"])
        strange = self.folder / "strange"
        strange.mkdir()
        self.addCleanup(lambda: self.platform.casella("certificate", "delete", HOSTNAME))
        for authority, began, verdict, said in (
            (Authority(strange), 0, "wrong", f"No authority that this system trusts vouches for the certificate for {HOSTNAME}"),
            (self.authority, -85, "advised", "days, and was not renewed"), (self.authority, 0, "right", "believe who keep to the policy"),
        ):
            certificate, key = authority.issue_between(HOSTNAME, began, began + 90)
            self.platform.casella("certificate", "import", "--certificate", certificate, "--key", key)
            found = self.findings(domain)[shown]
            self.assertEqual(verdict, found["verdict"], found)
            self.assertIn(said, found["explanation"])

    def findings(self, domain):
        return {(f["name"].rstrip("."), f["type"]): f for f in self.platform.ask("domain", "check", domain, check=False)["findings"]}

    def test_the_zone_file_is_one(self):
        domain = self.company.domain
        zone = self.platform.casella("domain", "dns", domain, "--zone").stdout
        lines = [line.split(None, 4) for line in zone.splitlines() if not line.startswith(";")]
        records = [(name, kind, value) for name, ttl, _, kind, value in lines]
        self.assertEqual(
            records, [(record["name"], record["type"], record["value"]) for record in self.platform.ask("domain", "dns", domain)]
        )
        self.assertTrue(all(len(line) == 5 and line[1:3] == ["3600", "IN"] for line in lines))
        checked = running.run(["named-checkzone", domain, "/dev/stdin"], stdin=APEX.format(domain=domain) + self.within(domain, zone))
        self.assertEqual(0, checked.returncode, checked.stdout + checked.stderr)
        self.assertNotIn("TLSA", self.platform.casella("domain", "dns", domain, "--zone", "--host", "mx.other.example").stdout)

    @staticmethod
    def within(domain, zone):
        """The lines of the domain's own zone."""
        return "".join(line + "\n" for line in zone.splitlines() if line.startswith(";") or f"{domain}. 3600" in line)
