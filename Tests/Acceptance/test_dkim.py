"""Mail that leaves is signed, as dkimpy, which we did not write, verifies."""

import base64
import json
import pathlib
import shlex
import struct
import tempfile
import unittest

import dkim

from support import clients, messages, outside, running
from support.companies import Company
from support.database import sql
from support.dns import DNSServer
from support.signing_keys import Traces, private_keys, public_half
from support.waiting import eventually

PARTNER = "partner.example"


def rdata(value):
    """The strings of a TXT record, from a zone file's."""
    return b"".join(struct.pack("B", len(part)) + part.encode() for part in shlex.split(value))


def octets(path):
    """None of what is gone by now."""
    try:
        return pathlib.Path(path).read_bytes()
    except OSError:
        return b""


class DKIM(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.port = running.free_port()
        cls.records = {(name, "MX"): [(10, PARTNER)] for name in (PARTNER, "xn--grn-ioa.example")} | {(PARTNER, "A"): ["127.0.0.1"]}
        cls.dns = DNSServer(cls.records).__enter__()
        cls.platform = running.Platform(hostname="mx.host.example", dnsServer=cls.dns.address, smtpPort=cls.port).start()
        cls.company = Company(cls.platform)

    @classmethod
    def tearDownClass(cls):
        cls.platform.remove()
        cls.dns.__exit__()

    def publish(self, keys):
        texts = {}
        for key in keys:
            record = key["record"]
            self.records[(record["name"].rstrip("."), "TXT")] = [rdata(record["value"])]
            texts[record["name"].encode()] = "".join(shlex.split(record["value"])).encode()
        return texts

    def arrived(self, author=None, partner=PARTNER, options=()):
        """A message from ann, as the partner's host got it."""
        ann, them = author or self.company.address("ann"), f"them@{partner}"
        content = messages.message(them, sender=ann)
        with outside.ScriptedHost(port=self.port) as host:
            with clients.submission(self.company, "ann") as client:
                client.sendmail(ann, [them], content, mail_options=options)
            eventually(lambda: host.messages, what="the message arrives")
            return host.messages[0][2]

    def dmarc(self, domain, verdict):
        findings = self.platform.ask("domain", "check", domain, check=False)["findings"]
        return next((f for f in findings if f["name"] == f"_dmarc.{domain}." and f["verdict"] == verdict), None)

    def test_keys_are_published_activated_and_sign(self):
        domain, casella = self.company.domain, self.platform.casella
        self.assertNotIn(b"dkim-signature", self.arrived().lower())
        keys = self.platform.ask("dkim", "create", domain)
        self.assertEqual({"rsa-sha256", "ed25519-sha256"}, {key["algorithm"] for key in keys})
        refused = casella("dkim", "activate", domain, check=False)
        self.assertIn("not published", refused.stderr)
        texts = self.publish(keys)
        self.assertEqual({"active"}, {key["state"] for key in self.platform.ask("dkim", "activate", domain)})
        self.assertIn("p=quarantine", casella("domain", "dns", domain, "--zone").stdout)
        explained = casella("explain", "send", self.company.address("ann")).stdout
        self.assertIn(keys[0]["selector"], explained)

        # It is From that counts, not who hands the message in.
        ann, also = self.company.address("ann"), f"also-{domain}"
        casella("domain", "alias", also, "--of", domain)
        for author, sender, said in (
            (f"ann@{also}", ann, f"no key of {also} is active"), (ann, f"ann@{also}", "It is signed with"),
        ):
            with tempfile.NamedTemporaryFile("w", suffix=".eml") as file:
                file.write(f"From: {author}\nSubject: x\n\nx\n")
                file.flush()
                last = self.platform.ask("explain", "send", ann, "--as", sender, file.name)["steps"][-1]
            self.assertEqual(f"signature of {author.split('@')[1]}", last["rule"])
            self.assertIn(said, last["says"])
        # Reports may be watched for a while; then receivers are asked for more.
        for policy, verdict, said in (("none", "advised", "p=quarantine"), ("reject", "right", "has a DMARC record")):
            self.records[f"_dmarc.{domain}", "TXT"] = [f"v=DMARC1; p={policy}"]
            found = eventually(lambda: self.dmarc(domain, verdict), within=5, what=policy)  # an answer may be remembered for a second
            self.assertIn(said, found["explanation"])

        message = self.arrived()
        verifier = dkim.DKIM(message)
        for index in range(2):
            self.assertTrue(verifier.verify(index, dnsfunc=lambda name, **_: texts.get(name)))
        changed = dkim.DKIM(message + b"One line more.\r\n")
        with self.subTest("a changed body"):
            try:
                self.assertFalse(changed.verify(0, dnsfunc=lambda name, **_: texts.get(name)))
            except dkim.ValidationError:
                pass

        newer = self.platform.ask("dkim", "create", domain, "--selector", "next")
        self.publish(newer)
        casella("dkim", "activate", domain)
        states = {key["selector"]: key["state"] for key in self.platform.ask("dkim", "show", domain)}
        self.assertEqual({"nextr": "active", "nexte": "active"} | {key["selector"]: "retired" for key in keys}, states)
        self.assertIn(b"s=nextr", self.arrived())
        asked = casella("dkim", "delete", domain, "nextr", check=False)
        self.assertIn("can no longer be verified", asked.stderr)

    def verified(self, message, texts):
        """The domains that signed a message, in order."""
        fields = message.split(b"\r\n\r\n")[0].count(b"DKIM-Signature:")
        verifier, domains = dkim.DKIM(message), []
        for index in range(fields):
            self.assertTrue(verifier.verify(index, dnsfunc=lambda name, **_: texts.get(name)))
            domains.append(verifier.domain.decode())
        return domains

    def test_each_name_of_a_domain_has_keys_of_its_own(self):
        old, casella, company = self.company.domain, self.platform.casella, self.company
        domain, also, spelled = f"named-{old}", f"more-{old}", f"xn--bcher-kva.{old}"
        casella("domain", "create", domain, "--tenant", company.name)
        casella("user", "create", f"zoe@{domain}", "--password-stdin", stdin="a password of zoe's own\n")
        casella("alias", "create", f"ann@{domain}", "--to", company.address("ann"))
        for name in (also, spelled):
            casella("domain", "alias", name, "--of", domain)
        texts = {}
        for name in (domain, also, spelled):
            self.assertEqual([], self.verified(self.arrived(f"ann@{name}"), texts), f"{name} has no key yet")
            keys = self.platform.ask("dkim", "create", name)
            self.assertTrue(all(key["record"]["name"].endswith(f"._domainkey.{name}.") for key in keys))
            self.assertIn("not published", casella("dkim", "activate", name, check=False).stderr)
            self.assertEqual([], self.verified(self.arrived(f"ann@{name}"), texts), f"{name} has keys that wait")
            texts |= self.publish(keys)
            casella("dkim", "activate", name)
            self.assertEqual([name] * 2, self.verified(self.arrived(f"ann@{name}"), texts))
            self.assertIn(keys[0]["selector"], casella("domain", "dns", name, "--zone").stdout)
        with self.subTest("in Unicode"):
            message = self.arrived(f"ann@bücher.{old}", "grün.example", ["SMTPUTF8", "BODY=8BITMIME"])
            self.assertIn(f"From: <ann@bücher.{old}>".encode(), message)
            self.assertEqual([spelled] * 2, self.verified(message, texts))
        new = f"new-{old}"
        casella("domain", "rename", domain, new, "--keep-alias")
        self.assertEqual([domain] * 2, self.verified(self.arrived(f"ann@{domain}"), texts), "its records are there still")
        self.assertEqual([], self.verified(self.arrived(f"ann@{new}"), texts))
        self.assertIn("`dkim create", casella("domain", "check", new, check=False).stdout)
        casella("domain", "unalias", also)
        self.assertEqual(66, casella("dkim", "show", also, check=False).returncode)
        self.assertEqual({domain, spelled}, {key["domain"] for key in self.platform.ask("dkim", "list")} & {domain, also, spelled, new})

    def new_domain(self, prefix):
        domain = f"{prefix}-{self.company.domain}"
        self.platform.casella("domain", "create", domain, "--tenant", self.company.name)
        return domain

    def test_what_is_only_tried_leaves_the_keys_as_they_are(self):
        domain, casella = self.new_domain("tried"), self.platform.casella

        def states():
            return {key["selector"]: key["state"] for key in self.platform.ask("dkim", "show", domain)}

        tried = casella("dkim", "create", domain, "--dry-run").stdout
        self.assertIn("would be made", tried)
        self.assertNotIn("_domainkey", tried, "nobody publishes keys that are gone")
        self.assertEqual({}, states())
        keys = self.platform.ask("dkim", "create", domain, "--selector", "once")
        waiting = casella("domain", "dns", domain).stdout
        self.assertIn("No key signs the domain's mail", waiting)
        self.assertIn(f"`dkim activate {domain}`", waiting)
        self.assertIn("not published", casella("dkim", "activate", domain, "--dry-run", check=False).stderr)
        self.publish(keys)
        self.assertEqual({"active"}, {key["state"] for key in self.platform.ask("dkim", "activate", domain, "--dry-run")})
        self.assertEqual({"oncer": "waiting", "oncee": "waiting"}, states())
        casella("dkim", "activate", domain)
        self.assertNotIn("No key signs", casella("domain", "dns", domain).stdout)
        one = casella("dkim", "delete", domain, "oncee", "--dry-run").stdout
        self.assertNotIn("unsigned", one, "another signs")
        casella("dkim", "delete", domain, "oncee", "--yes")
        asked = casella("dkim", "delete", domain, "oncer", check=False).stderr
        for said in (asked, casella("dkim", "delete", domain, "oncer", "--dry-run").stdout):
            self.assertIn(f"It is the last key that signs: mail of {domain} goes unsigned afterwards.", said)
        self.assertEqual({"oncer": "active"}, states())
        self.assertIn("goes unsigned now", casella("dkim", "delete", domain, "oncer", "--yes").stdout)
        self.assertIn("`dkim create`", casella("domain", "dns", domain).stdout)

    def test_a_selector_does_not_come_again(self):
        domain, seen = self.new_domain("again"), set()
        for _ in range(3):
            selectors = {key["selector"] for key in self.platform.ask("dkim", "create", domain)}
            self.assertEqual(2, len(selectors))
            self.assertTrue(seen.isdisjoint(selectors), (seen, selectors))
            seen |= selectors
            for selector in selectors:
                self.platform.casella("dkim", "delete", domain, selector)

    def test_private_keys_are_nowhere_but_sealed(self):
        platform, company = self.platform, Company(self.platform)
        domain, ann, them = company.domain, company.address("ann"), f"them@{PARTNER}"
        answers = [platform.casella("--format", "json", "dkim", "create", domain).stdout]
        keys = json.loads(answers[0])
        self.publish(keys)

        private = private_keys(platform, company)
        self.assertEqual({key["selector"] for key in keys}, set(private))
        for key in keys:  # these are the keys, then
            published = base64.b64decode("".join(shlex.split(key["record"]["value"])).split("p=")[1])
            self.assertTrue(public_half(private[key["selector"]]).endswith(published[-32:]))
        traces = Traces(private)
        for der in private.values():
            pem, longer = base64.encodebytes(der).decode(), base64.b64encode(b"xy" + der)
            for written in (der, der.hex(), json.dumps([der.hex().upper()]), pem, json.dumps(pem), longer):
                self.assertIsNotNone(traces.found_in(written), "what is looked for would be seen")

        for words in (
            "dkim activate", "dkim list", "dkim show", "domain dns", "domain show", "domain check", "explain send ann@"
        ):  # fmt: skip
            answers.append(platform.casella("--format", "json", *f"{words} {domain}".replace("@ ", "@").split(), check=False).stdout)
        for words in (("dkim", "show", domain), ("domain", "dns", domain, "--zone"), ("export", company.name), ("audit", "list")):
            answers.append(platform.casella(*words).stdout)
        answers.append(platform.casella("--format", "json", "audit", "list").stdout)
        broken = f"UPDATE dkim_keys SET private_key = substr(private_key, 2) WHERE tenant_id = {company.tenant_id()} AND selector = "
        with outside.ScriptedHost(port=self.port) as host:
            for count in (1, 2):  # with its keys, and with one that cannot be opened, which is logged
                with clients.submission(company, "ann") as client:
                    client.sendmail(ann, [them], messages.message(them, sender=ann))
                eventually(lambda: len(host.messages) == count, what="the message arrives")
                answers += [host.messages[-1][2].decode("latin-1")]
                self.assertEqual(3 - count, host.messages[-1][2].count(b"DKIM-Signature:"))
                if count == 1:
                    sql(platform, "postgres", f"{broken}'{keys[0]['selector']}'")
                    platform.casella("worker", "restart", f"tenant:{company.name}")
        for text in answers:
            self.assertIn(company.name, text)
            self.assertIsNone(traces.found_in(text), text[:200])
        for process in platform.descendants():
            for name in ("cmdline", "environ"):
                self.assertIsNone(traces.found_in(octets(f"/proc/{process}/{name}")), f"{name} of {process}")
        looked_at = set()
        for file in platform.data.rglob("*"):  # logs, the worker's directory, the queue, the database
            place = file.relative_to(platform.data).parts[0]
            if place != "bin" and file.is_file():
                looked_at.add(place)
                self.assertIsNone(traces.found_in(octets(file)), file)
        self.assertTrue({"log", "tenants", "relay", "postgres", "secrets"} <= looked_at, looked_at)


if __name__ == "__main__":
    unittest.main()
