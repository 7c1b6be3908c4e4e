"""Forwards of users: whom their mail reaches, what stays with them, and that none is lost."""

import json
import smtplib

from support import clients, messages, outside
from support.company_tests import CompanyForEach
from support.desired import Applying
from support.waiting import eventually

STRANGER = "stranger@elsewhere.example"


class Forwards(CompanyForEach):
    def set(self, user, *targets, copy=True):
        options = () if copy else ("--no-copy",)
        return self.platform.ask("forward", "set", self.company.address(user), "--to", ",".join(targets), *options)

    def refused(self, *words):
        done = self.platform.casella(*words, check=False)
        self.assertNotEqual(0, done.returncode, words)
        return done.stderr

    def deliver(self, to, before=b""):
        sent = messages.message(to, STRANGER)
        clients.deliver(self.platform, before + sent, to, STRANGER)
        return sent

    def copies(self, user, sent):
        with clients.imap(self.company, user) as client:
            found = clients.all_messages(client).values()
        return len([one for one in found if messages.identifier(one) == messages.identifier(sent)])

    def test_copies_stay_or_not_and_outside_it_comes_from_who_sent_it(self):
        self.set("ann", self.bob, "them@sink.example")
        with outside.SMTPSink() as sink:
            sent = self.deliver(self.ann)
            (gone,) = eventually(sink.messages, what="the copy outside")
            self.assertIn(f"<{STRANGER}>".encode(), gone.split(b"\n\n")[0])
            self.assertIn(f"Delivered-To: {self.ann}".encode(), gone)
            self.assertEqual((1, 1), (self.copies("ann", sent), self.copies("bob", sent)))
            self.set("ann", "them@sink.example", copy=False)
            sent = self.deliver(self.ann)
            eventually(lambda: len(sink.messages()) == 2, what="the mail outside")
            self.assertEqual((0, 0), (self.copies("ann", sent), self.copies("bob", sent)))
        with self.assertRaises(AssertionError) as refusal:
            self.deliver(self.ann, b"Delivered-To: " + self.ann.encode() + b"\r\n")
        self.assertIn("5.4.6", str(refusal.exception))
        self.platform.casella("forward", "clear", self.ann)
        sent = self.deliver(self.ann)
        self.assertEqual(1, self.copies("ann", sent))

    def test_circles_end_and_nothing_is_lost(self):
        self.set("ann", self.bob)
        self.set("bob", self.ann)
        sent = self.deliver(self.ann)
        self.assertEqual((1, 1), (self.copies("ann", sent), self.copies("bob", sent)))
        self.set("ann", self.bob, copy=False)
        self.set("bob", self.ann, copy=False)
        sent = self.deliver(self.ann)
        self.assertEqual(1, self.copies("ann", sent) + self.copies("bob", sent))
        self.set("ann", self.company.address("nobody"), copy=False)
        sent = self.deliver(self.ann)
        self.assertEqual(1, self.copies("ann", sent), "nobody is there")

    def test_groups_and_aliases_lead_through_it(self):
        team, info = self.company.address("team"), self.company.address("info")
        self.platform.casella("group", "create", team, "--member", self.ann)
        self.platform.casella("alias", "create", info, "--to", self.ann)
        self.set("ann", self.bob, copy=False)
        for address in (team, info):
            sent = self.deliver(address)
            self.assertEqual((0, 1), (self.copies("ann", sent), self.copies("bob", sent)), address)
        # Who gets the mail is not the user.
        for address in (self.ann, info):
            said = self.platform.casella("explain", "send", self.bob, "--as", address, check=False)
            self.assertEqual(2, said.returncode, said.stdout)
        steps = {step["rule"]: step["says"] for step in self.platform.ask("explain", "delivery", "--to", self.ann)["steps"]}
        self.assertEqual(f"Its mail goes on to {self.bob}, and no copy stays.", steps[f"forward of {self.ann}"])

    def test_a_group_that_the_sender_may_not_send_to_gets_nothing(self):
        board, info, eve = self.company.address("board"), self.company.address("info"), self.company.add_user("eve")
        self.platform.casella("group", "create", board, "--member", eve, "--owner", eve, "--posting", "owners")
        self.set("ann", board)
        self.set("bob", board, copy=False)
        self.platform.casella("alias", "create", info, "--to", f"{self.ann},{self.bob}")
        for address, ann, bob in ((self.ann, 1, 0), (info, 1, 1)):
            sent = self.deliver(address)
            self.assertEqual((ann, bob, 0), (self.copies("ann", sent), self.copies("bob", sent), self.copies("eve", sent)), address)
        with clients.smtp(self.platform) as client:
            client.ehlo()
            client.mail(STRANGER)
            code, text = client.rcpt(self.bob)
            self.assertEqual((550, b"5.7.2"), (code, text.split()[0]), "nobody would have it")
            self.assertEqual(250, client.rcpt(self.ann)[0])
        for address, status in ((self.ann, 0), (info, 0), (self.bob, 2)):
            said = self.platform.casella("explain", "delivery", "--to", address, "--from", STRANGER, check=False)
            self.assertEqual(status, said.returncode, said.stdout)
            self.assertIn("A forward leads there.", said.stdout)
        # Who may send to the group reaches it by way of the forward.
        sent = messages.message(self.bob, eve)
        with clients.submission(self.company, "eve") as client:
            client.sendmail(eve, [self.bob], sent)
        eventually(lambda: self.copies("eve", sent) == 1, what="the group's copy")
        self.assertEqual(0, self.copies("bob", sent))
        with clients.submission(self.company, "ann") as client, self.assertRaises(smtplib.SMTPRecipientsRefused) as refused:
            client.sendmail(self.ann, [self.bob], messages.message(self.bob, self.ann))
        self.assertIn("5.7.2", str(refused.exception))

    def test_a_copy_without_room_is_told_of_and_the_forward_goes_on(self):
        self.platform.casella("quota", "set", self.ann, "--bytes", "10")
        self.set("ann", self.bob)
        sent = messages.message(self.ann, STRANGER)
        with clients.smtp(self.platform) as client:
            client.sendmail(STRANGER, [self.bob], messages.message(self.bob, STRANGER))
            client.ehlo()
            client.mail(STRANGER)
            self.assertEqual(250, client.rcpt(self.ann)[0])
            self.assertEqual(552, client.data(sent)[0])
        self.assertEqual((0, 1), (self.copies("ann", sent), self.copies("bob", sent)))
        self.platform.casella("user", "suspend", self.ann, "--incoming")
        with clients.smtp(self.platform) as client:
            client.ehlo()
            client.mail(STRANGER)
            self.assertEqual(450, client.rcpt(self.ann)[0])

    def test_commands(self):
        shown = self.set("ann", self.bob, "x@far.example", copy=False)
        self.assertEqual(([self.bob, "x@far.example"], False), (sorted(shown["to"]), shown["copy"]))
        self.assertEqual(shown, self.platform.ask("forward", "show", self.ann))
        self.assertEqual([shown], self.platform.ask("forward", "list", "--domain", self.company.domain))
        record = json.dumps(self.platform.ask("audit", "list", "--tenant", self.company.name))
        self.assertIn("x@far.example", record)
        self.platform.casella("user", "rename", self.bob, self.company.address("robert"))
        self.assertIn(self.company.address("robert"), self.platform.ask("forward", "show", self.ann)["to"])
        self.platform.casella("mailbox", "create", self.company.address("desk"))
        many = ",".join(f"u{number}@far.example" for number in range(101))
        for words, said in (
            ((self.ann, "--to", self.ann), "own address"), ((self.ann, "--to", many), "1 to 100"),
            ((self.company.address("desk"), "--to", self.ann), "shared mailbox"),
            ((self.company.address("nix"), "--to", self.ann), "no user"),
        ):
            self.assertIn(said, self.refused("forward", "set", *words))
        self.platform.casella("forward", "clear", self.ann)
        self.assertIn("forwards nothing", self.refused("forward", "clear", self.ann))
        self.assertIn("forwards nothing", self.refused("forward", "show", self.ann))


class DesiredForwards(Applying):
    def test_desired_states(self):
        ann, bob = self.address("ann"), self.address("bob")
        on = f"{{address: {ann}, forward: {{to: [{bob}, x@far.example], copy: false}}}}"
        self.assertIn("forward", self.apply(self.tenant(on, "bob"), "--yes").stdout)
        shown = self.platform.ask("forward", "show", ann)
        self.assertEqual(([bob, "x@far.example"], False), (shown["to"], shown["copy"]))
        exported = self.export()
        self.assertIn("Nothing would change", self.apply(self.file(exported), "--prune", "--dry-run").stdout)
        self.assertIn("Nothing would change", self.apply(self.tenant("ann", "bob"), "--dry-run").stdout, "what is not written stays")
        self.assertIn(f"Breaks 1 forward, whose target here goes: {ann}.", self.apply(self.tenant(on), "--prune", "--dry-run").stdout)
        self.apply(self.tenant(f"{{address: {ann}, forward: none}}"), "--yes")
        self.assertEqual([], self.platform.ask("forward", "list", "--tenant", self.name))
        self.platform.casella("undo", self.number(), "--yes")
        self.assertEqual(exported, self.export())
        itself = self.tenant(f"{{address: {ann}, forward: {{to: [{ann}]}}}}")
        self.assertIn("own address", self.apply(itself, "--yes", status=2).stderr)

    def test_an_export_with_the_plan_applies_again(self):
        plan = f"plan-{self.name}"
        self.platform.casella("plan", "create", plan, "--users", "3", "--user-quota", "2GB")
        self.apply(self.tenant("ann", more=f"plan: {plan}"), "--yes")
        exported = self.platform.casella("export", self.name, "--plans").stdout
        self.assertIn(f"plans:\n- {{name: {plan}, limits: {{", exported)
        self.assertIn("Nothing would change", self.apply(self.file(exported), "--prune", "--dry-run").stdout)
        self.platform.casella("plan", "set", plan, "--users", "5")
        self.apply(self.file(exported), "--yes")
        self.assertEqual(3, self.platform.ask("plan", "show", plan)["limits"]["users"])
