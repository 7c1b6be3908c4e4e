"""What `domain check` finds where port 443 is a web server's: policies on TLS and settings of mail programs, as others fetch them."""

import http.server
import shutil
import ssl
import tempfile
import threading
import unittest
from pathlib import Path

from support import running
from support.authority import Authority
from support.companies import Company
from support.dns import DNSServer

# Not below .test, which resolvers answer themselves.
HOSTNAME = "mx.host.example"


class WithAWebServer(unittest.TestCase):
    """Port 443 is a web server's, on an address of its own, so that nothing else has it."""

    PLACE = "127.0.0.77"

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="casella-dns-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.authority = Authority(cls.folder)
        cls.records = {(HOSTNAME, "A"): [cls.PLACE]}
        dns = DNSServer(cls.records).__enter__()
        cls.addClassCleanup(dns.__exit__)
        cls.platform = running.Platform(hostname=HOSTNAME, dnsServer=dns.address, httpsPort=0)
        cls.platform.environment = cls.authority.trust
        cls.platform.start()
        cls.addClassCleanup(cls.platform.remove)

    def setUp(self):
        self.domain = Company(self.platform, users=()).domain
        self.name = f"mta-sts.{self.domain}"

    def serve(self, answer, name, place=PLACE):
        """A web server with a certificate for the name, that answers with what `answer` holds: status, type and body."""
        asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                self.do_GET()

            def do_GET(self):
                asked.append((self.headers["Host"], self.path))
                self.send_response(answer["status"])
                self.send_header("Content-Type", answer["type"])
                self.send_header("Location", "https://elsewhere.example/")
                self.send_header("Content-Length", str(len(answer["body"])))
                self.end_headers()
                self.wfile.write(answer["body"].encode())

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer((place, 443), Handler)
        server.handle_error = lambda *_: None  # who looks away in the middle of an answer
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.authority.issue(name))
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server, asked

    def finding(self, name=None):
        findings = self.platform.ask("domain", "check", self.domain, check=False)["findings"]
        return next(f for f in findings if f["name"] == (name or self.name) + ".")

    def test_the_policy_is_fetched_as_others_fetch_it(self):
        self.records[self.name, "A"] = [self.PLACE]
        policy = self.platform.ask("domain", "mta-sts", self.domain, "--mode", "enforce")["policy"]
        found = self.finding()
        self.assertEqual("unknown", found["verdict"], found)
        self.assertIn(f"curl https://{self.name}/.well-known/mta-sts.txt", found["explanation"])
        answer = {"status": 200, "type": "text/plain", "body": policy}
        server, _ = self.serve(answer, "mta-sts.elsewhere.example")
        self.assertIn("a certificate that is not believed", self.finding()["explanation"])
        server.shutdown()
        server.server_close()
        server, asked = self.serve(answer, self.name)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        found = self.finding()
        self.assertEqual(("right", [(self.name, "/.well-known/mta-sts.txt")]), (found["verdict"], asked), found)
        for change, said in (
            ({"body": policy.replace("enforce", "testing")}, "mode is testing, and it is to be enforce"),
            ({"body": policy.replace(HOSTNAME, "mx.elsewhere.example")}, f"does not list {HOSTNAME}"), ({"status": 301}, "the status 301"),
            ({"type": "text/html"}, "text/plain"), ({"body": "x" * 70_000}, "too much"), ({"body": "hello"}, "no policy"),
        ):
            before = dict(answer)
            answer.update(change)
            found = self.finding()
            answer.update(before)
            self.assertEqual("wrong", found["verdict"], found)
            self.assertIn(said, found["explanation"])

    def test_no_other_host_is_asked(self):
        for name in (self.name, f"autoconfig.{self.domain}", f"autodiscover.{self.domain}"):
            with self.subTest(name):
                self.records[name, "A"] = ["127.0.0.78"]
                server, asked = self.serve({"status": 200, "type": "text/plain", "body": "x"}, name, place="127.0.0.78")
                found = self.finding(name)
                server.shutdown()
                server.server_close()
                self.assertEqual(("advised", []), (found["verdict"], asked), found)
                if name == self.name:
                    self.assertIn("leads to another host", found["explanation"])

    def thunderbird(self):
        """Settings that lead here, as somebody else may write them."""
        servers = "".join(
            f"<{element} type='{kind}'><hostname>{HOSTNAME}</hostname><port>{self.platform.port(port)}</port>"
            f"<socketType>{socket}</socketType></{element}>"
            for element, kind, port, socket in (
                ("incomingServer", "imap", "imap", "STARTTLS"), ("outgoingServer", "smtp", "submissions", "SSL"),
            )
        )
        return f"<!-- ours --><clientConfig version='1.1'><emailProvider id='x'>{servers}</emailProvider></clientConfig>"

    def outlook(self):
        protocols = "".join(
            f"<Protocol><Type>{kind}</Type><Server>{HOSTNAME}</Server><Port>{self.platform.port(port)}</Port><SSL>on</SSL></Protocol>"
            for kind, port in (("IMAP", "imaps"), ("SMTP", "submissions"))
        )
        return f"<Autodiscover><Response><Account>{protocols}</Account></Response></Autodiscover>"

    def test_settings_of_mail_programs_are_fetched_as_these_do(self):
        for label, path, document in (
            ("autoconfig", "/mail/config-v1.1.xml", self.thunderbird()), ("autodiscover", "/autodiscover/autodiscover.xml", self.outlook()),
        ):  # fmt: skip
            with self.subTest(label):
                name = f"{label}.{self.domain}"
                self.records[name, "A"] = [self.PLACE]
                self.assertEqual("unknown", self.finding(name)["verdict"])
                answer = {"status": 200, "type": "text/xml", "body": document}
                server, asked = self.serve(answer, name)
                found = self.finding(name)
                self.assertEqual(("right", [(name, path)]), (found["verdict"], asked), found)
                for change, verdict, said in (
                    ({"body": document.replace(HOSTNAME, "mx.elsewhere.example")}, "wrong", "for imap and smtp"),
                    ({"body": document.replace(str(self.platform.port("submissions")), "465")}, "wrong", "for smtp"),
                    ({"body": document.replace("smtp", "x").replace("SMTP", "X")}, "wrong", "lack a server to send"),
                    ({"status": 404}, "advised", "the status 404"), ({"status": 302}, "advised", "the status 302"),
                    ({"body": "<html></html>"}, "advised", "no settings"), ({"body": "x" * 70_000}, "advised", "too much"),
                    ({"type": "text/html"}, "advised", "does not call it text/xml"),
                ):
                    before = dict(answer)
                    answer.update(change)
                    found = self.finding(name)
                    answer.update(before)
                    self.assertEqual(verdict, found["verdict"], found)
                    self.assertIn(said, found["explanation"])
                    self.assertNotIn("elsewhere", found["explanation"], "what is answered is told to nobody")
                server.shutdown()
                server.server_close()
