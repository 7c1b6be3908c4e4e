"""Vacation set by an administrator: who is told, how often, and that mail is delivered whatever becomes of the reply."""

import re

from support import clients, database, messages, outside
from support.company_tests import CompanyForEach
from support.waiting import eventually


class Vacation(CompanyForEach):
    def set(self, *options, text="I am away."):
        return self.platform.ask("vacation", "set", self.ann, "--subject", "Away", "--text", text, *options)

    def inbox(self, user):
        with clients.imap(self.company, user) as client:
            return list(clients.all_messages(client).values())

    def write(self, sender, header=b""):
        """A letter to Ann from outside; it has arrived when this returns."""
        before = len(self.inbox("ann"))
        clients.deliver(self.platform, header + messages.message(self.ann, sender), self.ann, sender)
        eventually(lambda: len(self.inbox("ann")) == before + 1, what="the letter")

    def everything_is_sent(self):
        places = (f"@{self.company.domain}", "@sink.example")

        def waits(entry):
            return entry.get("tenant") == self.company.name or any(one["address"].endswith(places) for one in entry["recipients"])

        eventually(lambda: not any(map(waits, self.platform.ask("queue", "list"))), what="nothing of the company waits")

    def noted(self):
        """How many the worker noted as told, by Ann and by Bob, which it does before it tells them."""
        statement = f"SELECT count(*) FROM vacation_replies WHERE tenant_id = {self.company.tenant_id()}"
        return int(database.sql(self.platform, "postgres", statement))

    def told(self, sink):
        """Who was told, of those outside."""
        # A file that is still being written may lack the field.
        found = (re.search(rb"^To: <([^>]*)>", one, re.M) for one in sink.messages())
        return sorted(to.group(1).decode() for to in found if to)

    def test_each_sender_is_told_once_and_no_program(self):
        self.set()
        with outside.SMTPSink() as sink:
            for sender in ("one@sink.example", "one@sink.example", "owner-list@sink.example", "two@sink.example"):
                self.write(sender)
            self.write("robot@sink.example", b"Auto-Submitted: auto-generated\r\n")
            self.write("list@sink.example", b"List-Id: <list.sink.example>\r\n")
            self.write("last@sink.example")
            expected = ["last@sink.example", "one@sink.example", "two@sink.example"]
            # Who wrote last is told last; by then all that was to be sent is in the queue, or was.
            eventually(lambda: "last@sink.example" in self.told(sink), what="the last reply")
            self.everything_is_sent()
            self.assertEqual(expected, self.told(sink))
            self.assertEqual(len(expected), self.noted())
            (reply,) = [one for one in sink.messages() if b"To: <one@" in one]
        self.assertIn(b"Auto-Submitted: auto-replied", reply)
        self.assertIn(f"From: <{self.ann}>".encode(), reply)
        self.assertIn(b"Subject: Away", reply)
        self.assertRegex(reply, rb"In-Reply-To: <[^>]+>")
        self.assertTrue(reply.rstrip().endswith(b"I am away."))
        self.assertRegex(reply, rb"X-Mail-Args: <>")

    def test_colleagues_who_are_both_away_answer_once_each(self):
        self.set()
        self.platform.casella("vacation", "set", self.bob, "--subject", "Away too", "--text", "Bob is away.")
        with clients.submission(self.company, "bob") as client:
            client.sendmail(self.bob, [self.ann], messages.message(self.ann, self.bob))
        (reply,) = eventually(lambda: self.inbox("bob"), what="Ann's reply")
        self.assertIn(b"I am away.", reply)
        # Other words would be told to Bob once more, so that nothing but the rule keeps a reply from being answered.
        self.set(text="I am still away.")
        letter = messages.message(self.bob, self.ann)
        with clients.submission(self.company, "ann") as client:
            client.sendmail(self.ann, [self.bob], letter)
        eventually(lambda: len(self.inbox("ann")) == 2, what="Bob's reply")
        # Whoever was to be answered before these two was answered before them.
        with outside.SMTPSink() as sink:
            for address in (self.ann, self.bob):
                sender = f"{address.split('@')[0]}-s-friend@sink.example"
                clients.deliver(self.platform, messages.message(address, sender), address, sender)
            eventually(lambda: self.told(sink) == ["ann-s-friend@sink.example", "bob-s-friend@sink.example"], what="the last replies")
            self.everything_is_sent()
        to_ann, to_bob = (self.inbox(user) for user in ("ann", "bob"))
        self.assertEqual((3, 3), (len(to_ann), len(to_bob)))
        replies = [one for one in to_ann if b"Auto-Submitted: auto-replied" in one]
        self.assertEqual([f"<{messages.identifier(letter)}>"], [self.field(one, "In-Reply-To") for one in replies], "no reply to a reply")
        self.assertIn(b"Bob is away.", replies[0])
        self.assertEqual(1, len([one for one in to_bob if b"Auto-Submitted: auto-replied" in one]), "Ann's own, and none to Bob's")
        self.assertEqual(4, self.noted())

    @staticmethod
    def field(content, name):
        return re.search(rf"^{name}: *(.*?)\r?$".encode(), content, re.M).group(1).decode()

    def test_days_and_commands(self):
        self.set("--from", "2020-01-01", "--until", "2020-01-31")
        shown = self.platform.ask("vacation", "show", self.ann)
        self.assertEqual(("2020-01-01", "2020-01-31", 7), (shown["from"], shown["until"], shown["days"]))
        with clients.submission(self.company, "bob") as client:
            client.sendmail(self.bob, [self.ann], messages.message(self.ann, self.bob))
        eventually(lambda: self.inbox("ann"), what="the letter")
        self.set("--from", "2020-01-01", "--days", "3", text="Still away.")
        step = self.platform.ask("explain", "delivery", "--from", self.bob, "--to", self.ann)["steps"][-1]
        self.assertEqual((f"vacation of {self.ann}", "tells"), (step["rule"], step["verdict"]))
        with clients.submission(self.company, "bob") as client:
            client.sendmail(self.bob, [self.ann], messages.message(self.ann, self.bob))
        (reply,) = eventually(lambda: self.inbox("bob"), what="the reply")
        self.assertIn(b"Still away.", reply)
        listed = self.platform.ask("vacation", "list", "--domain", self.company.domain)
        self.assertEqual([self.ann], [one["address"] for one in listed])
        self.platform.casella("vacation", "clear", self.ann)
        self.assertNotEqual(0, self.platform.casella("vacation", "show", self.ann, check=False).returncode)
        for wrong in (("--days", "0"), ("--from", "2021-01-02", "--until", "2021-01-01"), ("--until", "soon")):
            done = self.platform.casella("vacation", "set", self.ann, "--subject", "x", "--text", "y", *wrong, check=False)
            self.assertNotEqual(0, done.returncode, wrong)
