"""Mail programs that we did not write: curl, swaks, mbsync and fetchmail."""

import mailbox
import os
import pathlib
import ssl
import tempfile
import unittest

from support import clients, messages, running
from support.companies import Company
from support.company_tests import OneCompany
from support.running import run
from support.waiting import eventually


class Curl(OneCompany):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sent = messages.message(cls.ann)
        clients.deliver(cls.platform, cls.sent, cls.ann)

    def curl(self, *options, service, scheme, path="", login=True, stdin=""):
        # The password goes in by a configuration on standard input, as a careful user would do it.
        user = [f'user = "{self.ann}:{self.company.password("ann")}"\n'] if login else []
        url = f"{scheme}://127.0.0.1:{self.platform.port(service)}/{path}"
        config = tempfile.NamedTemporaryFile("w", suffix=".curlrc")
        with config:
            config.write("".join(user) + "silent\nshow-error\ninsecure\nssl-reqd\nmax-time = 60\n")
            config.flush()
            return run(["curl", "-K", config.name, url, *options], stdin=stdin)

    def bytes_of(self, done):
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout

    def test_curl_fetches_over_imap_and_imaps(self):
        text = self.sent.decode().replace("\r\n", "\n")
        for service in ("imap", "imaps"):
            # curl prints the literal as it is; text mode turned its line ends into LF.
            output = self.bytes_of(self.curl(service=service, scheme=service, path="INBOX;MAILINDEX=1"))
            self.assertTrue(output.endswith(text), (service, output))

    def test_curl_lists_searches_and_examines_over_imap(self):
        self.assertIn("INBOX", self.bytes_of(self.curl(service="imaps", scheme="imaps")))
        self.assertIn("SEARCH 1", self.bytes_of(self.curl(service="imaps", scheme="imaps", path="INBOX?ALL")))
        self.assertIn("EXISTS", self.bytes_of(self.curl("-X", "EXAMINE INBOX", service="imap", scheme="imap")))

    def test_curl_appends_over_imap(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(messages.message(self.ann, subject="appended by curl"))
            file.flush()
            self.bytes_of(self.curl("-T", file.name, service="imaps", scheme="imaps", path="Drafts"))
        with clients.imap(self.company, "ann") as imap:
            self.assertEqual(1, len(clients.all_messages(imap, "Drafts")))

    def test_curl_fetches_over_pop3_and_pop3s(self):
        text = self.sent.decode().replace("\r\n", "\n")
        for service in ("pop3", "pop3s"):
            output = self.bytes_of(self.curl(service=service, scheme=service, path="1"))
            self.assertTrue(output.endswith(text), (service, output))
            self.assertRegex(self.bytes_of(self.curl(service=service, scheme=service)), r"^1 \d+")

    def test_curl_sends_over_smtp_and_smtps(self):
        bob = self.company.address("bob")
        for service, scheme in (("submission", "smtp"), ("submissions", "smtps")):
            content = messages.message(bob, sender=self.ann)
            with tempfile.NamedTemporaryFile() as file:
                file.write(content)
                file.flush()
                options = ("--mail-from", self.ann, "--mail-rcpt", bob, "-T", file.name)
                self.bytes_of(self.curl(*options, service=service, scheme=scheme, path="laptop.example"))
            arrives(self, self.company, "bob", content)

    def test_curl_is_told_of_a_wrong_password(self):
        for service in ("imaps", "pop3s"):
            url = f"{service}://127.0.0.1:{self.platform.port(service)}/"
            done = run(["curl", "-sSk", "--max-time", "30", "-u", f"{self.ann}:wrong", url])
            self.assertEqual(67, done.returncode, done.stderr)


class Swaks(OneCompany):
    def swaks(self, service, *options, sender, recipient):
        identifier = f"<{os.urandom(8).hex()}@swaks.example>"
        command = ["swaks", "--server", "127.0.0.1", "--port", str(self.platform.port(service)), "--from", sender, "--to", recipient]
        done = run([*command, "--header", f"Message-Id: {identifier}", "--timeout", "30", "--hide-all", *options])
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        return f"Message-ID: {identifier}\r\n".encode()

    def test_swaks_delivers_as_a_stranger_in_plain_and_with_tls(self):
        for options in ((), ("--tls",), ("--tls", "--pipeline")):
            arrives(self, self.company, "bob", self.swaks("smtp", *options, sender="x@elsewhere.example", recipient=self.bob))

    def test_swaks_submits_with_plain_and_login(self):
        for service, tls in (("submission", "--tls"), ("submissions", "--tls-on-connect")):
            for mechanism in ("PLAIN", "LOGIN"):
                options = (tls, "--auth", mechanism, "--auth-user", self.ann, "--auth-password", self.company.password("ann"))
                arrives(self, self.company, "bob", self.swaks(service, *options, sender=self.ann, recipient=self.bob))


class Mbsync(unittest.TestCase):
    def test_mbsync_keeps_a_maildir_and_the_platform_alike_in_both_directions(self):
        platform = running.shared()
        company = Company(platform)
        ann = company.address("ann")
        with tempfile.TemporaryDirectory() as home:
            maildir = pathlib.Path(home, "mail")
            maildir.mkdir()
            certificate = pathlib.Path(home, "certificate.pem")
            certificate.write_text(ssl.get_server_certificate(("127.0.0.1", platform.port("imaps"))))
            pathlib.Path(home, "mbsyncrc").write_text(
                f"IMAPStore far\nHost 127.0.0.1\nPort {platform.port('imaps')}\nUser {ann}\nPass {company.password('ann')}\n"
                f"SSLType IMAPS\nCertificateFile {certificate}\n\nMaildirStore near\nPath {maildir}/\nInbox {maildir}/INBOX\n"
                f"SubFolders Verbatim\n\nChannel all\nFar :far:\nNear :near:\nPatterns *\nCreate Both\nRemove Both\n"
                f"Expunge Both\nSync All\n"
                f"SyncState *\nCopyArrivalDate yes\n"
            )

            def sync():
                done = run(["mbsync", "-c", f"{home}/mbsyncrc", "-a"], env={**os.environ, "HOME": home})
                self.assertEqual(0, done.returncode, done.stdout + done.stderr)

            def near(folder="INBOX"):
                return mailbox.Maildir(maildir / folder, factory=None, create=False)

            sent = [messages.message(ann, subject=f"Number {n}") for n in range(3)]
            for content in sent:
                clients.deliver(platform, content, ann)
            sync()
            self.assertEqual(
                sorted(messages.identifier(content) for content in sent),
                sorted(messages.identifier(near().get_bytes(key)) for key in near().keys()),
            )

            # On this side: one is flagged, one deleted, one added, and a folder made.
            inbox = near()
            by_identifier = {messages.identifier(inbox.get_bytes(key)): key for key in inbox.keys()}
            flagged = inbox.get_message(by_identifier[messages.identifier(sent[0])])
            flagged.set_subdir("cur")
            flagged.add_flag("FS")
            inbox[by_identifier[messages.identifier(sent[0])]] = flagged
            inbox.remove(by_identifier[messages.identifier(sent[1])])
            added = messages.message(ann, subject="from this side")
            inbox.add(added.replace(b"\r\n", b"\n"))
            projects = mailbox.Maildir(maildir / "Projekte Äö", create=True)
            projects.add(messages.message(ann, subject="in a folder").replace(b"\r\n", b"\n"))
            sync()
            with clients.imap(company, "ann") as imap:
                there = {messages.identifier(content) for content in clients.all_messages(imap).values()}
                self.assertEqual({messages.identifier(sent[0]), messages.identifier(sent[2]), messages.identifier(added)}, there)
                imap.select("INBOX")
                self.assertEqual(1, len(imap.search(None, "FLAGGED SEEN")[1][0].split()))
                listing = b"\n".join(line for line in imap.list()[1])
                self.assertIn(b"Projekte &AMQA9g-", listing)

                # On that side: one flag and one expunge.
                number = imap.search(None, f'HEADER Message-ID "{messages.identifier(added)}"')[1][0]
                imap.store(number, "+FLAGS", r"(\Deleted)")
                imap.expunge()
                imap.store("1:*", "+FLAGS", r"(\Answered)")
            sync()
            inbox = near()
            self.assertEqual(2, len(inbox))
            self.assertTrue(all("R" in inbox.get_message(key).get_flags() for key in inbox.keys()))
            before = sorted(inbox.keys())
            sync()
            self.assertEqual(before, sorted(near().keys()), "a further run changes nothing")


class Fetchmail(unittest.TestCase):
    def test_fetchmail_takes_everything_over_pop3_and_imap(self):
        platform = running.shared()
        for service, protocol in (("pop3s", "pop3"), ("imaps", "imap")):
            company = Company(platform)
            ann = company.address("ann")
            sent = [messages.message(ann, body=".dot first\r\n..two\r\n" + "x" * 200 + "\r\n") for _ in range(5)]
            for content in sent:
                clients.deliver(platform, content, ann)
            with tempfile.TemporaryDirectory() as home:
                control = pathlib.Path(home, "fetchmailrc")
                control.write_text(
                    f"poll 127.0.0.1 service {platform.port(service)} protocol {protocol}\n"
                    f'  username "{ann}" password "{company.password("ann")}"\n  ssl no sslcertck fetchall no rewrite\n'
                    f"  mda \"cat >> {home}/taken; printf '\\n=====\\n' >> {home}/taken\"\n"
                )
                control.chmod(0o600)
                command = ["fetchmail", "-f", control, "--nodetach", "--nosyslog", "--pidfile", f"{home}/pid", "-i", f"{home}/ids"]
                done = run(command, env={**os.environ, "HOME": home, "FETCHMAILHOME": home})
                self.assertEqual(0, done.returncode, done.stdout + done.stderr)
                taken = pathlib.Path(home, "taken").read_bytes().split(b"\n=====\n")[:-1]
                self.assertEqual(
                    sorted(messages.identifier(content) for content in sent), sorted(messages.identifier(content) for content in taken)
                )
                body = sent[0].split(b"\r\n\r\n", 1)[1].replace(b"\r\n", b"\n").strip()
                for content in taken:
                    self.assertEqual(body, content.replace(b"\r\n", b"\n").split(b"\n\n", 1)[1].strip())
                self.assertEqual(1, run(command, env={**os.environ, "HOME": home, "FETCHMAILHOME": home}).returncode, "nothing is left")
            with clients.imap(company, "ann") as imap:
                self.assertEqual({}, clients.all_messages(imap))


def arrives(test, company, user, content):
    wanted = messages.identifier(content)

    def there():
        with clients.imap(company, user) as imap:
            return wanted in {messages.identifier(stored) for stored in clients.all_messages(imap).values()}

    test.assertTrue(eventually(there, what=f"{wanted} arrives"))
