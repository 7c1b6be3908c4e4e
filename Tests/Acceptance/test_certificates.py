"""Certificates by host name: chosen by what the client asks for, read anew when their files change, without dropping anybody."""

import os
import shutil
import smtplib
import socket
import ssl
import tempfile
import unittest
from pathlib import Path

from support import clients, running
from support.authority import Authority, dated
from support.companies import Company
from support.running import run
from support.waiting import eventually


def make(folder, *names, days=90):
    """A self-signed pair for the names: (certificate, key)."""
    certificate, secret = folder / "fullchain.pem", folder / "privkey.pem"
    folder.mkdir(exist_ok=True)
    made = run([
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", str(days), "-subj", f"/CN={names[0] if names else 'nobody'}",
        *(["-addext", "subjectAltName=" + ",".join(f"DNS:{name}" for name in names)] if names else []),
        "-keyout", secret, "-out", certificate,
    ])  # fmt: skip
    assert made.returncode == 0, made.stderr
    return certificate, secret


def between(folder, name, start, end):
    """A self-signed pair that is valid from so many days from now until so many days from now."""
    certificate, key = make(folder, name)
    dated(folder, name, certificate, key, (start, end), "-selfsign", "-keyfile", key)
    return certificate, key


def der(certificate):
    return ssl.PEM_cert_to_DER_cert(Path(certificate).read_text())


class Certificates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.Platform().start()
        cls.addClassCleanup(cls.platform.remove)
        cls.folder = Path(tempfile.mkdtemp(prefix="casella-certificates-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.standard = der(cls.platform.data / "tls/certificate.pem")

    def shown(self, name, service="imaps"):
        """What a client gets to see that asks for the name."""
        context = ssl._create_unverified_context()
        with socket.create_connection(("127.0.0.1", self.platform.port(service)), timeout=10) as plain:
            with context.wrap_socket(plain, server_hostname=name) as secure:
                return secure.getpeercert(binary_form=True)

    def bring(self, certificate, key, check=True):
        return self.platform.casella("certificate", "import", "--certificate", certificate, "--key", key, check=check)

    def test_the_name_that_is_asked_for_chooses(self):
        one, one_key = make(self.folder / "one", "mail.one.example", "imap.one.example")
        two, two_key = make(self.folder / "two", "*.two.example")
        before = self.platform.ask("certificate", "list")
        tried = self.platform.casella("certificate", "import", "--certificate", one, "--key", one_key, "--dry-run").stdout
        self.assertIn("mail.one.example", tried)
        self.assertEqual(before, self.platform.ask("certificate", "list"), "it was only tried")
        self.bring(one, one_key)
        self.bring(two, two_key)
        self.platform.casella("certificate", "delete", "mail.one.example", "--dry-run")
        for service in ("imaps", "pop3s", "submissions", "admin"):
            for name, expected in (
                ("mail.one.example", der(one)),
                ("IMAP.One.Example", der(one)),
                ("any.two.example", der(two)),
                ("two.example", self.standard),
                ("a.b.two.example", self.standard),
                ("elsewhere.example", self.standard),
                (None, self.standard),
            ):
                self.assertEqual(expected, self.shown(name, service), (name, service))
        for service in ("smtp", "submission"):
            with smtplib.SMTP("127.0.0.1", self.platform.port(service)) as smtp:
                smtp._host = "imap.one.example"
                smtp.starttls(context=ssl._create_unverified_context())
                self.assertEqual(der(one), smtp.sock.getpeercert(binary_form=True))
        listed = {entry["name"]: entry for entry in self.platform.ask("certificate", "list")}
        self.assertEqual(["mail.one.example", "imap.one.example"], listed["mail.one.example"]["hostNames"])
        self.assertTrue(listed[running.HOSTNAME]["isStandard"])
        self.platform.casella("certificate", "delete", "*.two.example")
        self.assertEqual(self.standard, self.shown("any.two.example"))
        self.assertNotEqual(0, self.platform.casella("certificate", "delete", running.HOSTNAME, check=False).returncode)

    def test_a_renewal_is_seen_and_drops_nobody(self):
        company = Company(self.platform)
        certificate, key = make(self.folder / "renewed", "mail.renewed.example")
        before = der(certificate)
        self.bring(certificate, key)
        with clients.imap(company, "ann") as session:
            fresh, fresh_key = make(self.folder / "fresh", "mail.renewed.example")
            after = der(fresh)
            # As certbot does: one file after the other, each at once.
            os.replace(fresh, certificate)
            os.replace(fresh_key, key)
            eventually(lambda: self.shown("mail.renewed.example") == after, within=20, what="the new certificate is shown")
            self.assertEqual("OK", session.noop()[0])
        self.assertNotEqual(before, after)

        # What cannot be used leaves the one before in place, and is told.
        good = certificate.read_bytes()
        certificate.write_text("-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n")
        eventually(lambda: "The one before stays" in str(self.platform.ask("status")["warnings"]), within=20, what="status warns")
        self.assertEqual(after, self.shown("mail.renewed.example"))
        certificate.unlink()
        self.platform.stop()
        self.platform.start()
        self.assertEqual(after, self.shown("mail.renewed.example"), "also after a restart without the files")
        self.assertIn("mail.renewed.example", self.platform.casella("status").stdout)
        certificate.write_bytes(good)
        eventually(lambda: not self.platform.ask("status")["warnings"], within=20, what="all is well again")

    def test_the_end_is_warned_of(self):
        for life, span in (((-300, 28.5), "28 days"), ((-70, 19.5), "19 days"), ((-5, 0.48), "11 hours")):
            certificate, key = between(self.folder / "ending", "mail.ending.example", *life)
            self.bring(certificate, key)
            status = self.platform.casella("status").stdout
            self.assertIn(f"mail.ending.example: It expires in {span}, and was not renewed", status)
        # One that lives for six days has not to be renewed on its first.
        for life in ((-300, 32), (-60, 30), (-1, 5)):
            certificate, key = between(self.folder / "ending", "mail.ending.example", *life)
            self.bring(certificate, key)
            self.assertIn("All is well.", self.platform.casella("status").stdout, life)
        self.platform.casella("certificate", "delete", "mail.ending.example")
        self.assertIn("All is well.", self.platform.casella("status").stdout)

    def half(self, fresh, certificate):
        """One of two renewed files comes; nothing else is shown until the other does."""
        os.replace(fresh, certificate)
        eventually(
            lambda: "the private key is not the certificate's. The one before stays" in str(self.platform.ask("status")["warnings"]),
            within=20, what="status tells of half a renewal",
        )  # fmt: skip

    def test_half_a_renewal_changes_nothing_until_its_other_half_comes(self):
        certificate, key = make(self.folder / "halved", "mail.halved.example")
        before = der(certificate)
        self.bring(certificate, key)
        fresh, fresh_key = make(self.folder / "second", "mail.halved.example")
        after = der(fresh)
        self.half(fresh, certificate)
        self.assertEqual(before, self.shown("mail.halved.example"))
        # Others go on being taken meanwhile.
        other, other_key = make(self.folder / "beside", "mail.beside.example")
        self.bring(other, other_key)
        self.assertEqual(der(other), self.shown("mail.beside.example"))
        os.replace(fresh_key, key)
        eventually(lambda: self.shown("mail.halved.example") == after, within=20, what="the whole renewal is shown")
        self.assertIn("All is well.", self.platform.casella("status").stdout)
        self.platform.casella("certificate", "delete", "mail.halved.example")
        self.platform.casella("certificate", "delete", "mail.beside.example")

    def test_the_standard_one_half_renewed_or_damaged_keeps_nothing_from_starting(self):
        folder = self.platform.data / "tls"
        certificate, key = folder / "certificate.pem", folder / "key.pem"
        good = certificate.read_bytes()
        fresh, _ = make(self.folder / "other standard", running.HOSTNAME)
        self.half(fresh, certificate)
        for content in (None, b"", b"-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n"):
            if content is not None:
                certificate.write_bytes(content)
            self.platform.stop()
            self.platform.start()
            self.assertEqual(self.standard, self.shown("elsewhere.example"))
            self.assertIn("The standard certificate", self.platform.casella("status").stdout)
        certificate.write_bytes(good)
        eventually(lambda: not self.platform.ask("status")["warnings"], within=20, what="all is well again")

    def test_chains_that_clients_cannot_follow_are_refused(self):
        folder = self.folder / "chains"
        folder.mkdir()
        authority = Authority(folder)
        chain, key = authority.issue("mail.chain.example")
        self.bring(chain, key)
        leaf, root = (part + "-----END CERTIFICATE-----\n" for part in chain.read_text().split("-----END CERTIFICATE-----\n")[:2])
        middle = len(root) // 2
        damaged = root[:middle] + ("A" if root[middle] != "A" else "B") + root[middle + 1 :]
        stranger = make(self.folder / "stranger", "mail.stranger.example")[0].read_text()
        for text, reason in (
            (root + leaf, "the private key is not the certificate's"),
            (leaf + stranger, "first certificate was not issued by the one behind it"),
            (leaf + root + stranger, "second certificate was not issued by the one behind it"),
            (leaf + damaged, "certificate"),
            (leaf + root[:middle], "second certificate is damaged"),
        ):
            chain.write_text(text)
            refused = self.bring(chain, key, check=False)
            self.assertNotEqual(0, refused.returncode, text)
            self.assertIn(reason, refused.stderr)
        chain.write_text(leaf + root)
        self.platform.casella("certificate", "delete", "mail.chain.example")

    def test_keys_that_the_doors_cannot_show_and_times_that_are_not_now_are_refused(self):
        folder = self.folder / "kinds"
        folder.mkdir()
        for kind, options, reason in (
            ("k256", ("EC", "ec_paramgen_curve:secp256k1"), "keys of the kind secp256k1 cannot be shown"),
            ("p224", ("EC", "ec_paramgen_curve:P-224"), "keys of the kind secp224r1 cannot be shown"),
            ("small", ("RSA", "rsa_keygen_bits:1024"), "an RSA key of 1024 bits"),
            ("p521", ("EC", "ec_paramgen_curve:P-521"), None),
        ):
            certificate, key = folder / f"{kind}.pem", folder / f"{kind}.key"
            made = run([
                "openssl", "req", "-x509", "-newkey", options[0], "-pkeyopt", options[1], "-nodes", "-days", "90", "-subj", f"/CN={kind}",
                "-addext", f"subjectAltName=DNS:{kind}.kinds.example", "-keyout", key, "-out", certificate,
            ])  # fmt: skip
            self.assertEqual(0, made.returncode, made.stderr)
            brought = self.bring(certificate, key, check=False)
            self.assertEqual(reason is None, brought.returncode == 0, brought.stderr)
            self.assertIn(reason or "", brought.stderr)
        self.assertEqual(der(folder / "p521.pem"), self.shown("p521.kinds.example"))
        self.platform.casella("certificate", "delete", "p521.kinds.example")
        for life, reason in (((-90, -1), "It expired on"), ((2, 90), "It is not valid before")):
            refused = self.bring(*between(self.folder / "times", "mail.times.example", *life), check=False)
            self.assertNotEqual(0, refused.returncode)
            self.assertIn(reason, refused.stderr)

    def test_what_cannot_be_shown_is_refused_with_its_reason(self):
        certificate, key = make(self.folder / "right", "mail.right.example")
        _, other = make(self.folder / "other", "mail.other.example")
        nameless, nameless_key = make(self.folder / "nameless")
        locked = self.folder / "locked.pem"
        run(["openssl", "rsa", "-aes256", "-passout", "pass:secret", "-in", key, "-out", locked])
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        for files, reason in (
            ((certificate, other), "is not the certificate's"),
            ((key, certificate), "no certificate"),
            ((certificate, self.folder / "nowhere"), "There is no file"),
            ((certificate, locked), "passphrase"),
            ((nameless, nameless_key), "names no host"),
            ((certificate, pipe), "no plain file"),
            ((certificate, "/dev/zero"), "no plain file"),
        ):
            refused = self.bring(*files, check=False)
            self.assertNotEqual(0, refused.returncode, files)
            self.assertIn(reason, refused.stderr)
        self.assertNotIn("mail.right.example", str(self.platform.ask("certificate", "list")))
