"""Groups: who may send to them, whom their mail reaches, and what it says then."""

import smtplib
import unittest

from support import clients, messages, outside, running
from support.companies import Company
from support.waiting import eventually

STRANGER = "stranger@elsewhere.example"


class Groups(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()

    def setUp(self):
        self.company = Company(self.platform, users=("ann", "bob", "eve"))
        self.ann, self.bob, self.eve = map(self.company.address, ("ann", "bob", "eve"))
        self.team = self.company.address("team")

    def group(self, *options, name="team"):
        return self.platform.ask("group", "create", self.company.address(name), *options)

    def refused(self, *words):
        done = self.platform.casella(*words, check=False)
        self.assertNotEqual(0, done.returncode, words)
        return done.stderr

    def from_outside(self, to, sender=STRANGER):
        """The reply to RCPT at port 25."""
        with clients.smtp(self.platform) as client:
            client.ehlo()
            client.mail(sender)
            code, text = client.rcpt(to)
            return f"{code} {text.decode().split()[0]}"

    def send(self, user, to):
        """Submits a message; returns its bytes, or the code of the refusal."""
        sent = messages.message(to, self.company.address(user))
        try:
            with clients.submission(self.company, user) as client:
                client.sendmail(self.company.address(user), [to], sent)
        except smtplib.SMTPRecipientsRefused as refused:
            code, text = refused.recipients[to]
            return f"{code} {text.decode().split()[0]}"
        return sent

    def copies(self, user, sent):
        """What the user has of a message."""
        with clients.imap(self.company, user) as client:
            found = clients.all_messages(client).values()
        return [one for one in found if messages.identifier(one) == messages.identifier(sent)]

    def arrives(self, user, sent):
        copies = eventually(lambda: self.copies(user, sent), what=f"a copy for {user}")
        self.assertEqual(1, len(copies), user)
        return copies[0]

    def test_each_member_gets_one_copy_that_names_the_group(self):
        self.group("--member", self.bob, name="inner")
        self.group("--member", f"{self.ann},{self.bob}", "--member", self.company.address("inner"))
        sent = messages.message(self.team, STRANGER)
        clients.deliver(self.platform, sent, [self.team, self.ann])
        self.assertIn(b"List-Id: <team." + self.company.domain.encode() + b">\r\n", self.arrives("bob", sent))
        self.assertNotIn(b"List-Id", self.arrives("ann", sent), "who is addressed gets it as it is")
        self.assertEqual([], self.copies("eve", sent))
        self.platform.casella("group", "add", self.team, "--member", self.eve)
        self.platform.casella("group", "remove", self.team, "--member", self.ann.upper())
        sent = messages.message(self.team, STRANGER)
        clients.deliver(self.platform, sent, self.team)
        copy = self.arrives("eve", sent)
        self.assertIn(f"List-Post: <mailto:{self.team}>\r\n".encode(), copy)
        self.assertTrue(copy.endswith(sent))
        self.arrives("bob", sent)
        self.assertEqual([], self.copies("ann", sent))

    def test_who_may_send(self):
        self.group("--member", self.bob, name="inner")
        self.group("--member", self.company.address("inner"), "--owner", self.ann)
        for posting, takes in (("tenant", "ann bob eve"), ("members", "ann bob"), ("owners", "ann"), ("anyone", "ann bob eve")):
            self.platform.casella("group", "set", self.team, "--posting", posting)
            outside_reply = "250 2.1.5" if posting == "anyone" else "550 5.7.2"
            # Whoever it says that it is from.
            for sender in (STRANGER, self.ann, ""):
                self.assertEqual(outside_reply, self.from_outside(self.team, sender), (posting, sender))
            for user in ("ann", "bob", "eve"):
                with self.subTest(posting=posting, user=user):
                    answer = self.send(user, self.team)
                    if user in takes.split():
                        self.arrives("bob", answer)
                    else:
                        self.assertEqual("550 5.7.2", answer)
                    decided = self.platform.casella(
                        "explain", "delivery", "--from", self.company.address(user), "--to", self.team, check=False)
                    self.assertEqual(0 if user in takes.split() else 2, decided.returncode)

    def test_nobody_but_the_platform_says_who_handed_mail_in(self):
        self.group("--member", self.bob, "--posting", "tenant")
        with clients.smtp(self.platform) as client:
            client.ehlo()
            self.assertEqual(555, client.mail(self.ann, ["XSUBMITTEDBY=1"])[0])
        with clients.submission(self.company, "ann") as client:
            client.ehlo()
            self.assertEqual(555, client.mail(self.ann, ["XSUBMITTEDBY=1"])[0])
        # Another company's user is nobody here.
        other = Company(self.platform)
        sent = messages.message(self.team, other.address("ann"))
        with clients.submission(other, "ann") as client:
            client.sendmail(other.address("ann"), [self.team], sent)
        with clients.imap(other, "ann") as client:
            eventually(lambda: any(b"5.7.2" in one for one in clients.all_messages(client).values()), what="the notice")
        self.assertEqual([], self.copies("bob", sent))

    def test_owners_send_as_the_group_and_members_do_not(self):
        self.group("--member", self.bob, "--owner", self.ann)
        with clients.submission(self.company, "ann") as client:
            client.sendmail(self.team, [self.eve], messages.message(self.eve, self.team))
        with clients.submission(self.company, "bob") as client:
            with self.assertRaises(smtplib.SMTPSenderRefused):
                client.sendmail(self.team, [self.eve], messages.message(self.eve, self.team))

    def test_an_address_is_one_thing_and_circles_are_refused(self):
        self.group("--member", self.bob)
        self.assertIn("is a user", self.refused("group", "create", self.ann))
        self.assertIn("is a group", self.refused("alias", "create", self.team, "--to", self.ann))
        self.assertIn("is a group", self.refused("user", "create", self.team, "--no-password"))
        self.assertIn("is a group", self.refused("user", "rename", self.eve, self.team))
        self.assertIn("member of itself", self.refused("group", "add", self.team, "--member", self.team))
        self.group("--member", self.team, name="all")
        self.platform.casella("alias", "create", self.company.address("everybody"), "--to", self.company.address("all"))
        self.assertIn("member of itself", self.refused("group", "add", self.team, "--member", self.company.address("everybody")))
        self.assertEqual([self.bob], self.platform.ask("group", "show", self.team)["members"])
        self.assertIn("no address of", self.refused("group", "set", self.team, "--owner", "them@far.example"))
        self.platform.casella("user", "rename", self.bob, self.company.address("robert"))
        self.assertEqual([self.company.address("robert")], self.platform.ask("group", "show", self.team)["members"])
        self.platform.casella("group", "delete", self.team)
        self.assertEqual("550 5.1.1", self.from_outside(self.team))

    def test_nothing_makes_what_is_above_too_deep(self):
        below = [self.company.address(f"g{number}") for number in range(11)]
        for number in range(9, -1, -1):
            self.group("--member", below[number + 1], name=f"g{number}")
        for words in (("alias", "create", below[10], "--to", self.bob), ("group", "create", below[10], "--member", self.bob)):
            self.assertIn("10 deep", self.refused(*words))
        self.group("--member", self.bob, name="more")
        self.assertIn("10 deep", self.refused("group", "add", below[9], "--member", self.company.address("more")))
        self.platform.casella("group", "add", below[9], "--member", self.bob)
        sent = messages.message(below[0], STRANGER)
        clients.deliver(self.platform, sent, below[0])
        self.arrives("bob", sent)

    def test_groups_count_as_aliases(self):
        self.platform.casella("plan", "override", self.company.name, "--aliases", "1")
        self.group("--member", self.bob)
        self.refused("alias", "create", self.company.address("info"), "--to", self.ann)
        self.refused("group", "create", self.company.address("more"), "--member", self.ann)

    def test_members_outside_get_it_from_the_owner_and_it_does_not_go_round(self):
        self.group("--owner", self.ann, "--member", f"{self.bob},them@sink.example")
        with outside.SMTPSink() as sink:
            sent = messages.message(self.team, STRANGER)
            clients.deliver(self.platform, sent, self.team)
            (gone,) = eventually(sink.messages, what="the copy outside")
        self.assertIn(f"<{self.ann}>".encode(), gone.split(b"\n\n")[0])
        self.assertIn(f"List-Id: <team.{self.company.domain}>".encode(), gone)
        self.assertIn(f"Delivered-To: {self.team}".encode(), gone)
        with self.assertRaises(AssertionError) as refusal:
            clients.deliver(self.platform, b"Delivered-To: " + self.team.encode() + b"\r\n" + sent, self.team)
        self.assertIn("5.4.6", str(refusal.exception))
