"""What is served over HTTPS: policies of MTA-STS, and the settings with which mail programs set themselves up."""

import imaplib
import poplib
import shutil
import smtplib
import ssl
import tempfile
import time
import unittest
import xml.etree.ElementTree
from pathlib import Path

from support import running
from support.authority import Authority
from support.companies import Company
from support.dialogue import Dialogue
from support.waiting import eventually

POLICY = "/.well-known/mta-sts.txt"
THUNDERBIRD = "/mail/config-v1.1.xml"
OUTLOOK = "/autodiscover/autodiscover.xml"
OUTLOOK_ASKS = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request>'
    "<EMailAddress>{address}</EMailAddress></Request></Autodiscover>"
)
OUTLOOK_ANSWERS = "{http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a}"


class OverHTTPS(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="casella-web-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.authority = Authority(cls.folder)
        cls.platform = running.Platform()
        cls.platform.environment = cls.authority.trust
        cls.platform.start()
        cls.addClassCleanup(cls.platform.remove)
        cls.company = Company(cls.platform)
        cls.domain = cls.company.domain
        names = [f"{label}.{cls.domain}" for label in ("mta-sts", "autoconfig", "autodiscover")]
        cls.bring(*names, cls.domain, "mta-sts.elsewhere.example", running.HOSTNAME)

    @classmethod
    def bring(cls, *names):
        certificate, key = cls.authority.issue(*names)
        cls.platform.casella("certificate", "import", "--certificate", certificate, "--key", key)

    def fetch(self, host, path, *options):
        """What curl gets, which checks the certificate: (status, fields, body)."""
        port = self.platform.port("https")
        done = running.run([
            "curl", "--silent", "--show-error", "--include", "--http1.1", "--max-time", "30", "--cacert", self.authority.certificate,
            "--resolve", f"{host}:{port}:127.0.0.1", *options, f"https://{host}:{port}{path}",
        ])  # fmt: skip
        self.assertEqual(0, done.returncode, done.stderr)
        head, _, body = done.stdout.replace("\r\n", "\n").partition("\n\n")
        if head.startswith("HTTP/1.1 100"):
            head, _, body = body.partition("\n\n")
        first, *fields = head.splitlines()
        return int(first.split()[1]), {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}, body

    def set_mode(self, mode):
        return self.platform.ask("domain", "mta-sts", self.domain, "--mode", mode)

    def record(self):
        records = {record["name"]: record["value"] for record in self.platform.ask("domain", "dns", self.domain)}
        return records[f"_mta-sts.{self.domain}."]

    def test_the_policy_is_what_was_set(self):
        seen = {self.record()}
        for mode in ("testing", "enforce", "none"):
            setting = self.set_mode(mode)
            self.assertEqual([], setting["warnings"])
            self.assertEqual(f'"v=STSv1; id={setting["id"]};"', self.record())
            seen.add(self.record())
            eventually(lambda: f"mode: {mode}\n" in self.fetch(f"mta-sts.{self.domain}", POLICY)[2], what="the policy is served")
            status, fields, body = self.fetch(f"mta-sts.{self.domain}", POLICY)
            self.assertEqual((200, "text/plain; charset=utf-8"), (status, fields["content-type"]))
            self.assertEqual(setting["policy"].replace("\r\n", "\n"), body)
            self.assertEqual(["version: STSv1", f"mode: {mode}", f"mx: {running.HOSTNAME}"], body.splitlines()[:3])
            self.assertRegex(body, r"\nmax_age: \d+\n$")
            self.assertNotIn("server", fields)
        self.assertEqual(3, len(seen), "the id is another one for each policy, and the first was none too")
        self.assertEqual(mode, self.platform.ask("domain", "show", self.domain)["mtaSTS"])

    def test_a_certificate_that_nobody_vouches_for_is_told(self):
        company = Company(self.platform, users=())
        folder = self.folder / "strange"
        folder.mkdir()
        certificate, key = Authority(folder).issue(f"mta-sts.{company.domain}")
        self.platform.casella("certificate", "import", "--certificate", certificate, "--key", key)
        (said,) = self.platform.ask("domain", "mta-sts", company.domain, "--mode", "enforce")["warnings"]
        self.assertIn(f"No authority that this system trusts vouches for the certificate for mta-sts.{company.domain}", said)

    def test_nothing_is_changed_by_a_rehearsal(self):
        before = self.record()
        self.assertEqual("enforce", self.platform.ask("--dry-run", "domain", "mta-sts", self.domain, "--mode", "enforce")["mode"])
        self.assertEqual(before, self.record())

    def test_an_alias_has_the_policy_of_its_domain_and_a_missing_certificate_is_told(self):
        company = Company(self.platform, users=())
        alias = f"also-{company.domain}"
        self.platform.casella("domain", "alias", alias, "--of", company.domain)
        said = self.platform.casella("domain", "mta-sts", company.domain, "--mode", "testing").stdout
        for name in (company.domain, alias):
            self.assertIn(f"There is no certificate for mta-sts.{name}", said)
        self.bring(f"mta-sts.{alias}")
        eventually(lambda: "mode: testing" in self.fetch(f"mta-sts.{alias}", POLICY)[2], what="the policy of the alias")
        event = next(e for e in self.platform.ask("audit", "list") if e["command"] == "domain mta-sts")
        self.assertIn("testing", str(event))

    def test_the_mail_hosts_own_name_leads_to_the_account_pages(self):
        for options in ((), ("--head",)):
            status, fields, _ = self.fetch(running.HOSTNAME, "/", *options)
            self.assertEqual((302, "/account"), (status, fields["location"]))
        self.assertEqual(405, self.fetch(running.HOSTNAME, "/", "--data", "x")[0])
        self.assertEqual(404, self.fetch(running.HOSTNAME, "/accounts")[0])

    def test_other_names_and_methods_are_refused(self):
        mine = f"mta-sts.{self.domain}"
        for status, host, path, options in (
            (404, "mta-sts.elsewhere.example", POLICY, ()),
            (404, self.domain, POLICY, ()),
            (404, mine, "/", ()),
            (404, mine, THUNDERBIRD, ()),
            (405, mine, POLICY, ("--data", "x")),
            (405, mine, POLICY, ("--request", "PUT")),
            (400, mine, POLICY, ("--header", "Host: a b")),
            (400, mine, POLICY, ("--header", "Transfer-Encoding: chunked", "--data", "x")),
            (431, mine, POLICY, ("--header", "X: " + 9000 * "x")),
            (413, f"autodiscover.{self.domain}", OUTLOOK, ("--data", 17_000 * "x")),
            (400, f"autodiscover.{self.domain}", OUTLOOK, ("--data", "x")),
        ):
            with self.subTest(status=status, host=host, path=path, options=str(options)[:60]):
                self.assertEqual(status, self.fetch(host, path, *options)[0])
        status, fields, body = self.fetch(mine, POLICY, "--head")
        self.assertEqual((200, ""), (status, body))
        self.assertGreater(int(fields["content-length"]), 50)

    def test_what_thunderbird_is_told_can_be_used(self):
        status, fields, text = self.fetch(f"autoconfig.{self.domain}", f"{THUNDERBIRD}?emailaddress=ann@{self.domain}")
        self.assertEqual((200, "text/xml; charset=utf-8"), (status, fields["content-type"]))
        for path in (f"{THUNDERBIRD}?emailaddress=nobody@{self.domain}", THUNDERBIRD):
            self.assertEqual(text, self.fetch(f"autoconfig.{self.domain}", path)[2], "it says of nobody whether it is a user")
        self.assertEqual(text, self.fetch(self.domain, "/.well-known/autoconfig/mail/config-v1.1.xml")[2])
        provider = xml.etree.ElementTree.fromstring(text).find("emailProvider")
        self.assertEqual(self.domain, provider.findtext("domain"))
        servers = provider.findall("incomingServer") + provider.findall("outgoingServer")
        told = [(server.get("type"), server.findtext("socketType")) for server in servers]
        self.assertEqual([(kind, way) for kind in ("imap", "pop3", "smtp") for way in ("SSL", "STARTTLS")], told)
        for server in servers:
            self.assertEqual(("%EMAILADDRESS%", "password-cleartext"), (server.findtext("username"), server.findtext("authentication")))
            self.assertEqual(running.HOSTNAME, server.findtext("hostname"))
            with self.subTest(server.get("type"), way=server.findtext("socketType")):
                self.log_in(server.get("type"), int(server.findtext("port")), server.findtext("socketType") == "SSL")

    def test_what_outlook_is_told_can_be_used(self):
        asked = OUTLOOK_ASKS.format(address=self.company.address("ann"))
        host = f"autodiscover.{self.domain}"
        status, _, text = self.fetch(host, "/Autodiscover/Autodiscover.xml", "--data", asked, "--header", "Expect: 100-continue")
        self.assertEqual(200, status, text)
        self.assertEqual(text, self.fetch(running.HOSTNAME, OUTLOOK, "--data", asked)[2], "the SRV record leads to this name")
        other = OUTLOOK_ASKS.format(address=f"nobody@{self.domain}")
        self.assertEqual(text.replace("ann@", "nobody@"), self.fetch(host, OUTLOOK, "--data", other)[2])
        self.assertEqual(404, self.fetch(host, OUTLOOK, "--data", OUTLOOK_ASKS.format(address="ann@elsewhere.example"))[0])
        for protocol in xml.etree.ElementTree.fromstring(text.encode()).iter(f"{OUTLOOK_ANSWERS}Protocol"):
            fact = {element.tag.removeprefix(OUTLOOK_ANSWERS): element.text for element in protocol}
            self.assertEqual((self.company.address("ann"), running.HOSTNAME), (fact["LoginName"], fact["Server"]))
            with self.subTest(fact["Type"]):
                self.log_in(fact["Type"].lower(), int(fact["Port"]), fact["Encryption"] == "SSL")
        odd = OUTLOOK_ASKS.format(address=f"&lt;&amp;&quot;@{self.domain}")
        answer = xml.etree.ElementTree.fromstring(self.fetch(host, OUTLOOK, "--data", odd)[2].encode())
        self.assertEqual(f'<&"@{self.domain}', next(answer.iter(f"{OUTLOOK_ANSWERS}LoginName")).text)

    def log_in(self, kind, port, is_implicit):
        """With a certificate that must be the mail host's."""
        trusting = Trusting(cafile=self.authority.certificate)
        name, password = self.company.address("ann"), self.company.password("ann")
        if kind == "imap":
            client = imaplib.IMAP4_SSL("127.0.0.1", port, ssl_context=trusting) if is_implicit else imaplib.IMAP4("127.0.0.1", port)
            with client:
                if not is_implicit:
                    client.starttls(ssl_context=trusting)
                self.assertEqual("OK", client.login(name, password)[0])
        elif kind == "pop3":
            client = poplib.POP3_SSL("127.0.0.1", port, context=trusting) if is_implicit else poplib.POP3("127.0.0.1", port)
            if not is_implicit:
                client.stls(trusting)
            client.user(name)
            self.assertTrue(client.pass_(password).startswith(b"+OK"))
            client.quit()
        else:
            client = smtplib.SMTP_SSL("127.0.0.1", port, context=trusting) if is_implicit else smtplib.SMTP("127.0.0.1", port)
            with client:
                if not is_implicit:
                    client.starttls(context=trusting)
                self.assertEqual(235, client.login(name, password)[0])

    def test_who_is_slow_is_cut_off_and_keeps_nobody_waiting(self):
        with Dialogue(self.platform.port("https"), implicit_tls=True, timeout=30) as slow:
            began = time.monotonic()
            slow.send(f"GET {POLICY} HTTP/1.1\r\nHost: ")
            self.assertEqual(200, self.fetch(f"mta-sts.{self.domain}", POLICY)[0])
            self.assertEqual(b"", slow.rest())
            self.assertLess(time.monotonic() - began, 20)
        with Dialogue(self.platform.port("https"), implicit_tls=True) as huge:
            huge.send(b"GET / HTTP/1.1\r\nX: " + 30_000 * b"x")
            self.assertTrue(huge.rest().startswith(b"HTTP/1.1 431 "))
        with Dialogue(self.platform.port("https"), implicit_tls=True) as two:
            request = f"GET {POLICY} HTTP/1.1\r\nHost: mta-sts.{self.domain}\r\n\r\n"
            two.send(request + request)
            self.assertEqual(1, two.rest().count(b"HTTP/1.1 200"), "one request a connection")


class Trusting(ssl.SSLContext):
    """Checks certificates for the mail host's name, which no resolver knows."""

    def __new__(cls, **_):
        return super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)

    def __init__(self, cafile):
        self.load_verify_locations(cafile=cafile)

    def wrap_socket(self, *arguments, **options):
        return super().wrap_socket(*arguments, **{**options, "server_hostname": running.HOSTNAME})


class WithoutTheDoor(unittest.TestCase):
    def test_there_may_be_no_account_pages(self):
        platform = running.Platform(accountPages=False).start()
        self.addCleanup(platform.remove)
        for path in ("/", "/account", "/account/style.css"):
            with Dialogue(platform.port("https"), implicit_tls=True) as client:
                client.send(f"GET {path} HTTP/1.1\r\nHost: {running.HOSTNAME}\r\n\r\n")
                self.assertTrue(client.rest().startswith(b"HTTP/1.1 404 "), path)
        self.assertFalse((platform.data / "run/account.sock").exists())
        company = Company(platform, users=("ann",))
        done = platform.casella("explain", "login", company.address("ann"), "--protocol", "web", check=False)
        self.assertEqual(2, done.returncode)
        self.assertIn("There are none on this platform", done.stdout)

    def test_a_web_server_may_have_the_port(self):
        platform = running.Platform(httpsPort=0).start()
        self.addCleanup(platform.remove)
        self.assertNotIn("https", {listener["service"] for listener in platform.ask("status")["listeners"]})
        company = Company(platform, users=())
        said = platform.ask("domain", "mta-sts", company.domain, "--mode", "enforce")["warnings"]
        self.assertIn("A web server before this platform has to serve the policy", said[0])
        self.assertIn(
            f"0 1 443 {running.HOSTNAME}.", [record["value"] for record in platform.ask("domain", "dns", company.domain)]
        )
