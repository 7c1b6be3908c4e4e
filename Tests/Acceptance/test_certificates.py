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
        eventually(lambda: "cannot be used" in str(self.platform.ask("status")["warnings"]), within=20, what="status warns")
        self.assertEqual(after, self.shown("mail.renewed.example"))
        certificate.unlink()
        self.platform.stop()
        self.platform.start()
        self.assertEqual(after, self.shown("mail.renewed.example"), "also after a restart without the files")
        self.assertIn("mail.renewed.example", self.platform.casella("status").stdout)
        certificate.write_bytes(good)
        eventually(lambda: not self.platform.ask("status")["warnings"], within=20, what="all is well again")

    def test_the_end_is_warned_of(self):
        certificate, key = make(self.folder / "ending", "mail.ending.example", days=5)
        self.bring(certificate, key)
        status = self.platform.casella("status").stdout
        self.assertRegex(status, r"mail\.ending\.example: It expires in \d days, and was not renewed")
        self.platform.casella("certificate", "delete", "mail.ending.example")
        self.assertIn("All is well.", self.platform.casella("status").stdout)

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
