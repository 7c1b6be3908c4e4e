"""What `explain` says is what happens: each case is asked first, and then done."""

import contextlib
import imaplib
import json
import smtplib
import tempfile

from support import clients, outside
from support.companies import Company
from support.company_tests import CompanyForEach
from support.messages import message
from support.waiting import eventually

STRANGER = "stranger@elsewhere.example"


class Explained(CompanyForEach):
    def explain(self, *words):
        done = self.platform.casella("explain", *words, "--format", "json", check=False)
        answer = json.loads(done.stdout)
        self.assertEqual(2 if "deciding" in answer else 0, done.returncode)
        return answer

    def decides(self, *words):
        """The deciding rule's name, reply and command."""
        answer = self.explain(*words)
        step = answer["steps"][answer["deciding"]]
        return step["rule"], step["reply"], step.get("change")


class Delivery(Explained):
    def meets(self, to, reply, size=1_000):
        """Delivers for real, and compares the reply's codes."""
        with clients.smtp(self.platform) as client:
            try:
                client.sendmail(STRANGER, [to], message(to, sender=STRANGER, size=size))
                got = "250"
            except smtplib.SMTPRecipientsRefused as refused:
                code, text = refused.recipients[to]
                got = f"{code} {text.decode().split()[0]}"
            except smtplib.SMTPResponseException as refused:
                got = f"{refused.smtp_code} {refused.smtp_error.decode().split()[0]}"
        self.assertEqual(reply, got)

    def check(self, to, rule, reply, size=1_000, change=None):
        decided = self.decides("delivery", "--from", STRANGER, "--to", to, "--size", str(size))
        self.assertEqual((rule, reply), decided[:2])
        if change:
            self.assertEqual(change, decided[2])
        self.meets(to, reply, size)

    def test_each_rule_that_refuses(self):
        casella = self.platform.casella
        self.assertIn("It would be accepted", self.explain("delivery", "--to", self.ann)["outcome"])
        self.meets(self.ann, "250")
        self.check("x@nowhere.invalid", "domain nowhere.invalid", "550 5.7.1")
        nobody = self.company.address("nobody")
        self.check(nobody, f"address {nobody}", "550 5.1.1", change=f"user create {nobody}, or alias create {nobody} --to ADDRESS")
        casella("user", "suspend", self.ann, "--incoming")
        self.check(self.ann, f"address {self.ann}", "450 4.2.1", change=f"user resume {self.ann} --incoming")
        casella("user", "resume", self.ann)
        casella("plan", "override", self.ann, "--message-size", "5KB")
        self.check(self.ann, f"message size of {self.ann}", "552 5.3.4", size=10_000)
        casella("plan", "override", self.ann, "--message-size", "none")
        for target in (self.ann, self.company.domain, self.company.name):
            casella("quota", "set", target, "--bytes", "8KB")
            level = "user" if "@" in target else "domain" if "." in target else "tenant"
            self.check(self.ann, f"quota of {level} {target}", "552 5.2.2", size=10_000)
            casella("quota", "set", target, "--bytes", "unlimited")
        casella("tenant", "suspend", self.company.name, "--incoming", "--reason", "Unpaid")
        self.check(self.ann, f"tenant {self.company.name}", "450 4.2.1", change=f"tenant resume {self.company.name} --incoming")

    def decided_by_header(self, to, header, rule, reply):
        """Asks with a file, and delivers the same message."""
        whole = f"From: {STRANGER}\r\nTo: {to}\r\n{header}Subject: x\r\n\r\nx\r\n"
        with written(whole) as path:
            self.assertEqual((rule, reply), self.decides("delivery", "--from", STRANGER, "--to", to, path)[:2])
        with clients.smtp(self.platform) as client:
            with self.assertRaises(smtplib.SMTPDataError) as refused:
                client.sendmail(STRANGER, [to], whole)
        self.assertEqual(reply, f"{refused.exception.smtp_code} {refused.exception.smtp_error.decode().split()[0]}")

    def test_rules_that_look_into_the_message(self):
        received = "Received: from a.example by b.example; Mon, 5 Oct 2026 07:00:00 +0000\r\n"
        self.decided_by_header(self.ann, received * 51, "hops", "554 5.4.6")
        outside_only = self.company.address("out")
        self.platform.casella("alias", "create", outside_only, "--to", "out@sink.example")
        self.decided_by_header(outside_only, f"Delivered-To: {outside_only}\r\n", f"loop through {outside_only}", "554 5.4.6")
        self.platform.casella("vacation", "set", self.ann, "--subject", "Away", "--text", "Back soon.")
        for header, said in (
            (f"To: {self.ann}", "its sender is told"), (f"To: {self.bob}", "no address of the user's own"),
            (f"To: {self.ann}\nAuto-Submitted: auto-replied", "Auto-Submitted"), (f"To: {self.ann}\nList-Id: <l.example>", "a list's"),
        ):
            with written(f"From: {STRANGER}\n{header}\n\nx\n") as path:
                steps = self.explain("delivery", "--from", STRANGER, "--to", self.ann, path)["steps"]
            self.assertIn(said, next(step["says"] for step in steps if step["rule"] == f"vacation of {self.ann}"))
        for level, name in (("user", self.ann), ("tenant", self.company.name)):
            self.platform.casella(level, "suspend", name, "--outgoing")
            last = self.explain("delivery", "--from", STRANGER, "--to", self.ann)["steps"][-1]
            self.assertIn(f"sending is suspended, the {level}'s", last["says"])
            self.assertEqual(f"{level} resume {name} --outgoing", last["change"])
            self.platform.casella(level, "resume", name)

    def test_other_names_of_the_domain(self):
        other = f"other-{self.company.domain}"
        self.platform.casella("domain", "alias", other, "--of", self.company.domain)
        ann = f"ann@{other}"
        answer = self.explain("delivery", "--to", ann)
        self.assertIn(f"It would be accepted, for {self.ann}", answer["outcome"])
        self.meets(ann, "250")
        self.assertNotIn("deciding", self.explain("login", ann))
        self.assertNotIn("deciding", self.explain("send", ann))

    def test_where_aliases_lead(self):
        team, loop = self.company.address("team"), self.company.address("loop")
        self.platform.casella("alias", "create", team, "--to", f"{self.ann},{self.bob},out@sink.example")
        self.platform.casella("alias", "create", loop, "--to", loop)
        answer = self.explain("delivery", "--to", team)
        self.assertEqual(
            f"It would be accepted, for {self.ann}, {self.bob}, out@sink.example.", answer["outcome"], answer["steps"]
        )
        self.check(loop, f"address {loop}", "554 5.4.6")
        with outside.SMTPSink() as sink:
            self.meets(team, "250")
            self.platform.casella("quota", "set", self.bob, "--messages", "0")
            self.check(team, f"quota of user {self.bob}", "552 5.2.2")
            # The others have theirs: each is decided for itself.
            eventually(lambda: len(sink.messages()) == 2, what="both copies outside")
        self.assertEqual((2, 1), (self.company.usage(self.ann)[1], self.company.usage(self.bob)[1]))


class Agreement(Explained):
    """Situations in which rules meet: explained, and done."""

    def delivered(self, to, size, header=""):
        content = message(to, sender=STRANGER, size=size - len(header))
        with clients.smtp(self.platform) as client:
            try:
                client.sendmail(STRANGER, [to], header.encode() + content)
                return "250"
            except smtplib.SMTPRecipientsRefused as refused:
                code, text = refused.recipients[to]
            except smtplib.SMTPResponseException as refused:
                code, text = refused.smtp_code, refused.smtp_error
            return f"{code} {text.decode().split()[0]}"

    def agrees(self, to, expected, size=1_000, header=""):
        options = ["--from", STRANGER, "--to", to]
        if header:
            with written(f"{header}{message(to, sender=STRANGER, size=size - len(header)).decode()}") as path:
                answer = self.explain("delivery", *options, path)
        else:
            answer = self.explain("delivery", *options, "--size", str(size))
        said = answer["steps"][answer["deciding"]]["reply"] if "deciding" in answer else "250"
        with self.subTest(to=to, size=size):
            self.assertEqual((expected, expected), (said, self.delivered(to, size, header)), answer)

    def test_mail_that_comes_in(self):
        casella, address = self.platform.casella, self.company.address
        limit = 50 * 1024 * 1024
        gone = self.company.add_user("gone")
        for name, target in (("one", self.ann), ("two", address("one")), ("none", gone), ("half", f"{self.bob},{gone}")):
            casella("alias", "create", address(name), "--to", target)
        casella("user", "delete", gone, "--yes")
        casella("group", "create", address("open"), "--member", f"{self.ann},{self.bob}", "--posting", "anyone")
        casella("group", "create", address("closed"), "--member", self.ann, "--posting", "members")
        casella("group", "create", address("outer"), "--member", address("open"), "--posting", "anyone")
        for to, expected in (
            (address("one"), "250"), (address("two"), "250"), (address("none"), "550 5.1.1"), (address("half"), "250"),
            (address("open"), "250"), (address("outer"), "250"), (address("closed"), "550 5.7.2"), (address("ann+detail"), "250"),
            (address("ANN").upper(), "250"), (address("nobody+x"), "550 5.1.1"), (address("postmaster"), "550 5.1.1"),
            (address("abuse"), "550 5.1.1"),
        ):
            self.agrees(to, expected)
        self.agrees(self.ann, "552 5.3.4", size=limit + 1)
        self.agrees(self.ann, "250", size=limit)
        # What a plan allows is of the message as it was sent.
        casella("plan", "override", self.ann, "--message-size", "5000")
        self.agrees(self.ann, "250", size=5_000)
        self.agrees(self.ann, "552 5.3.4", size=5_001)
        # Quotas count the lines above it too.
        received = "Received: from a.example by b.example; Mon, 5 Oct 2026 07:00:00 +0000\r\n"
        for target in (self.bob, self.company.domain, self.company.name):
            used = self.company.usage(target)[0]
            casella("quota", "set", target, "--bytes", str(used + 6_000))
            self.agrees(self.bob, "552 5.2.2", size=6_000)
            self.agrees(self.bob, "552 5.2.2", size=6_001)
            # What the size refuses is said before the message comes.
            self.agrees(self.bob, "552 5.2.2", size=8_000, header=received * 51)
            self.agrees(self.bob, "554 5.4.6", size=5_000, header=received * 51)
            self.agrees(self.bob, "250", size=5_000)
            casella("quota", "set", target, "--bytes", "unlimited")
        self.agrees(self.bob, "250", size=5_000, header=received * 50)
        # Two mailboxes of one tenant with room for one message.
        casella("quota", "set", self.company.name, "--messages", str(self.company.usage(self.company.name)[1] + 1))
        self.agrees(address("open"), "552 5.2.2")
        casella("quota", "set", self.company.name, "--messages", "unlimited")
        # Who may not post hears that, however full the mailboxes are.
        casella("quota", "set", self.ann, "--messages", "0")
        self.agrees(address("closed"), "550 5.7.2")
        self.agrees(self.ann, "552 5.2.2")
        casella("user", "suspend", self.ann, "--incoming")
        self.agrees(address("one"), "450 4.2.1")
        self.agrees(address("open"), "250")
        casella("tenant", "suspend", self.company.name, "--incoming")
        self.agrees(address("nobody"), "450 4.2.1")

    def test_mail_that_is_handed_in(self):
        casella, limit = self.platform.casella, 50 * 1024 * 1024

        def agrees(expected, author=self.ann, size=1_000):
            answer = self.explain("send", self.ann, "--as", author, "--to", self.bob, "--size", str(size))
            said = answer["steps"][answer["deciding"]]["reply"] if "deciding" in answer else "250"
            with clients.submission(self.company, "ann") as client:
                try:
                    client.sendmail(author, [self.bob], message(self.bob, sender=author, size=size))
                    done = "250"
                except smtplib.SMTPRecipientsRefused as refused:
                    code, text = refused.recipients[self.bob]
                    done = f"{code} {text.decode().split()[0]}"
                except smtplib.SMTPResponseException as refused:
                    done = f"{refused.smtp_code} {refused.smtp_error.decode().split()[0]}"
            with self.subTest(author=author, size=size):
                self.assertEqual((expected, expected), (said, done), answer)

        agrees("250", size=limit)
        # The size is asked about before the sender.
        agrees("552 5.3.4", author=self.bob, size=limit + 1)
        casella("plan", "override", self.ann, "--message-size", "5000", "--recipients-per-hour", "1", "--recipients-per-day", "5")
        agrees("552 5.3.4", author=self.bob, size=5_001)
        agrees("550 5.7.1", author=self.bob, size=5_000)
        agrees("250", size=5_000)
        agrees("450 4.7.1")
        casella("plan", "override", self.ann, "--recipients-per-day", "0")
        agrees("550 5.7.1")
        casella("user", "suspend", self.ann, "--outgoing")
        agrees("550 5.7.1", size=6_000)

    def test_the_servers_own_postmaster(self):
        host = self.platform.ask("status")["hostname"]
        self.agrees(f"postmaster@{host}", "550 5.7.1")


@contextlib.contextmanager
def written(text):
    """A file with the message."""
    with tempfile.NamedTemporaryFile("w", suffix=".eml", newline="") as file:
        file.write(text)
        file.flush()
        yield file.name


class Login(Explained):
    def check(self, rule, reply, *words):
        decided = self.decides("login", self.ann, *words)
        self.assertEqual((rule, reply), decided[:2])
        with imaplib.IMAP4_SSL("127.0.0.1", self.platform.port("imaps"), ssl_context=clients.tls()) as client:
            with self.assertRaises(imaplib.IMAP4.error) as refusal:
                client.login(self.ann, self.company.password("ann"))
        self.assertIn(reply.removeprefix("NO "), str(refusal.exception))

    def test_each_rule_that_refuses(self):
        casella = self.platform.casella
        self.assertIn("would be logged in", self.explain("login", self.ann, "--protocol", "imap", "--from", "192.0.2.1")["outcome"])
        casella("plan", "override", self.ann, "--protocols", "pop3")
        self.check("protocols", "NO [CONTACTADMIN]")
        self.assertNotIn("deciding", self.explain("login", self.ann, "--protocol", "pop3"))
        decided = self.decides("login", self.ann, "--protocol", "web")
        self.assertEqual(("protocols", "the reason, on the page", f"plan override {self.ann} --protocols pop3,web"), decided[:3])
        casella("plan", "override", self.ann, "--protocols", "none")
        casella("user", "suspend", self.ann, "--login", "--reason", "Left us")
        self.check(f"login of {self.ann}", "NO [CONTACTADMIN]")
        casella("tenant", "suspend", self.company.name, "--login")
        self.check(f"login of {self.ann}", "NO [CONTACTADMIN]")
        casella("user", "resume", self.ann)
        self.check(f"tenant {self.company.name}", "NO [AUTHENTICATIONFAILED]")
        nobody = self.company.address("nobody")
        self.assertEqual(f"user {nobody}", self.decides("login", nobody)[0])
        self.platform.casella("user", "create", nobody, "--no-password")
        self.platform.casella("tenant", "resume", self.company.name)
        self.assertEqual(f"password of {nobody}", self.decides("login", nobody)[0])

    def test_wrong_logins_that_came_before(self):
        place = "127.0.77.5"
        for number in range(5):
            client = smtplib.SMTP_SSL(
                "127.0.0.1", self.platform.port("submissions"), context=clients.tls(), source_address=(place, 0)
            )
            with client, self.assertRaises(smtplib.SMTPAuthenticationError):
                client.login(self.ann, f"wrong {number}")
        first = self.explain("login", self.ann, "--from", place)["steps"][0]
        self.assertEqual(("tells", f"login unlock {self.ann}"), (first["verdict"], first["change"]), first)
        self.assertEqual("passes", self.explain("login", self.ann, "--from", "127.0.78.5")["steps"][0]["verdict"])
        self.platform.casella(*first["change"].split())
        self.assertEqual("passes", self.explain("login", self.ann, "--from", place)["steps"][0]["verdict"])

    def test_questions_that_cannot_be_answered(self):
        for words, status in (
            (["login", self.ann, "--from", "my laptop"], 65),
            (["login", self.ann, "--protocol", "webmail"], 64),
            (["delivery", "--to", "nobody"], 64),
            (["delivery", "--to", self.ann, "--size", "big"], 65),
            (["delivery", "--to", self.ann, "/nowhere/message"], 66),
            (["send", self.company.address("nobody")], 66),
        ):
            self.assertEqual(status, self.platform.casella("explain", *words, check=False).returncode, words)


class Sending(Explained):
    def check(self, rule, reply, author=None, to=None, size=1_000):
        author, to = author or self.ann, to or self.bob
        decided = self.decides("send", self.ann, "--as", author, "--to", to, "--size", str(size))
        self.assertEqual((rule, reply), decided[:2])
        with clients.submission(self.company, "ann") as client:
            with self.assertRaises(smtplib.SMTPException) as refusal:
                client.sendmail(author, [to], message(to, sender=author, size=size))
        self.assertIn(reply.split()[1], str(refusal.exception))

    def test_each_rule_that_refuses(self):
        casella = self.platform.casella
        info = self.company.address("info")
        self.assertIn("It would be taken", self.explain("send", self.ann)["outcome"])
        others = Company(self.platform, users=("eve",))
        self.check(f"sender {self.bob}", "550 5.7.1", author=self.bob)
        self.check(f"sender {others.address('eve')}", "550 5.7.1", author=others.address("eve"))
        self.check(f"sender {info}", "550 5.7.1", author=info)
        casella("alias", "create", info, "--to", self.ann)
        self.assertNotIn("deciding", self.explain("send", self.ann, "--as", info))
        nobody = self.company.address("nobody")
        self.check(f"recipient {nobody}", "550 5.1.1", to=nobody)
        casella("plan", "override", self.ann, "--message-size", "5KB", "--recipients-per-day", "1")
        self.check(f"message size of {self.ann}", "552 5.3.4", size=10_000)
        with clients.submission(self.company, "ann") as client:
            client.sendmail(self.ann, [self.bob], message(self.bob, sender=self.ann))
        self.check("recipients-per-day", "450 4.7.1")
        casella("user", "suspend", self.ann, "--outgoing", "--reason", "Spam was sent")
        self.check(f"user {self.ann}", "550 5.7.1")

    def test_whom_the_header_says_it_is_from(self):
        for header, rule in (
            (f"From: {self.bob}\r\n", f"author {self.bob}"), (f"From: {self.ann}\r\nSender: {self.bob}\r\n", f"author {self.bob}"),
            (f"From: {self.ann}\r\nFrom: {self.bob}\r\n", "header"), ("From: nobody\r\n", "header"),
        ):
            whole = f"{header}Subject: x\r\n\r\nx\r\n"
            with written(whole) as path:
                self.assertEqual((rule, "550 5.7.1"), self.decides("send", self.ann, path)[:2])
            with clients.submission(self.company, "ann") as client, self.assertRaises(smtplib.SMTPDataError) as refusal:
                client.sendmail(self.ann, [self.bob], whole)
            self.assertEqual(550, refusal.exception.smtp_code)
        for header in (f"From: Ann <{self.ann}>\n", ""):
            with written(f"{header}Subject: x\n\nx\n") as path:
                self.assertNotIn("deciding", self.explain("send", self.ann, path))
