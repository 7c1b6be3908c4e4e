"""One message through every process: in by SMTP, out by IMAP and POP3; and everything around a first delivery."""

import unittest

from support import clients, messages, running
from support.companies import Company
from support.company_tests import OneCompany
from support.waiting import eventually


class FirstDelivery(OneCompany):
    def test_a_message_by_smtp_is_there_over_imap_and_pop3_when_it_is_acknowledged(self):
        sent = messages.message(self.ann)
        clients.deliver(self.platform, sent, self.ann)
        with clients.imap(self.company, "ann") as imap:
            stored = list(clients.all_messages(imap).values())
        self.assertEqual(1, len(stored))
        trace = messages.trace_above(stored[0], sent)
        self.assertEqual("return-path", trace[0][0])
        self.assertEqual("<stranger@elsewhere.example>", trace[0][1])
        received = [value for name, value in trace if name == "received"]
        self.assertTrue(received, "no Received field")
        self.assertRegex(received[-1], r"from client\.example .*127\.0\.0\.1.* by mx\.casella\.test ")
        self.assertRegex(received[-1], r" with E?SMTP")
        with clients.pop3(self.company, "ann") as pop3:
            self.assertEqual(stored[0], clients.popped(pop3, 1))

    def test_a_null_sender_is_kept_in_return_path(self):
        bob = self.company.address("bob")
        sent = messages.message(bob)
        clients.deliver(self.platform, sent, bob, sender="")
        with clients.imap(self.company, "bob") as imap:
            trace = messages.trace_above(clients.all_messages(imap).popitem()[1], sent)
        self.assertEqual(("return-path", "<>"), trace[0])


class Addresses(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()
        cls.company = Company(cls.platform, users=("ann", "bob", "catch"))

    def inbox(self, user):
        with clients.imap(self.company, user) as imap:
            return {messages.identifier(content) for content in clients.all_messages(imap).values()}

    def test_plus_addresses_and_letter_case_lead_to_the_user(self):
        for recipient in ("ann+lists", "ANN", "Ann+Some.Thing"):
            content = messages.message("x@y.example")
            clients.deliver(self.platform, content, f"{recipient}@{self.company.domain.upper()}")
            self.assertIn(messages.identifier(content), self.inbox("ann"))

    def test_an_alias_leads_to_all_its_targets_once_each(self):
        self.platform.casella(
            "alias", "create", self.company.address("team"), "--to", f"{self.company.address('ann')},{self.company.address('bob')}"
        )
        content = messages.message("x@y.example")
        clients.deliver(self.platform, content, [self.company.address("team"), self.company.address("ann")])
        for user in ("ann", "bob"):
            with clients.imap(self.company, user) as imap:
                found = [m for m in clients.all_messages(imap).values() if messages.identifier(m) == messages.identifier(content)]
            self.assertEqual(1, len(found), user)

    def test_a_catch_all_takes_what_nobody_else_has(self):
        other = Company(self.platform, users=("keeper",))
        self.platform.casella("alias", "create", f"@{other.domain}", "--to", other.address("keeper"))
        content = messages.message("x@y.example")
        clients.deliver(self.platform, content, f"whoever@{other.domain}")
        with clients.imap(other, "keeper") as imap:
            self.assertEqual([messages.identifier(content)], [messages.identifier(m) for m in clients.all_messages(imap).values()])

    def test_an_unknown_recipient_is_refused_and_the_transaction_goes_on(self):
        content = messages.message(self.company.address("ann"))
        with clients.smtp(self.platform) as client:
            client.ehlo()
            client.mail("stranger@elsewhere.example")
            code, reply = client.rcpt(self.company.address("nobody"))
            self.assertEqual(550, code)
            self.assertTrue(reply.startswith(b"5.1.1"), reply)
            self.assertEqual(250, client.rcpt(self.company.address("ann"))[0])
            self.assertEqual(250, clients.end_of_data(client, content)[0])
        self.assertIn(messages.identifier(content), self.inbox("ann"))

    def test_one_message_to_two_companies_reaches_both(self):
        other = Company(self.platform, users=("zoe",))
        content = messages.message("x@y.example")
        clients.deliver(self.platform, content, [self.company.address("bob"), other.address("zoe")])
        self.assertIn(messages.identifier(content), self.inbox("bob"))
        with clients.imap(other, "zoe") as imap:
            self.assertEqual(1, len(clients.all_messages(imap)))

    def test_a_deleted_user_is_unknown_at_once(self):
        gone = self.company.add_user("gone")
        clients.deliver(self.platform, messages.message(gone), gone)
        self.platform.casella("user", "delete", gone, "--yes")

        def refused():
            with clients.smtp(self.platform) as client:
                client.ehlo()
                client.mail("stranger@elsewhere.example")
                return client.rcpt(gone)[0] == 550

        eventually(refused, within=2, what="the deleted user is refused")


class Submission(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()
        cls.sender, cls.receiver = Company(cls.platform), Company(cls.platform)

    def test_a_message_from_one_company_reaches_the_other(self):
        sent = messages.message(self.receiver.address("ann"), sender=self.sender.address("ann"))
        with clients.submission(self.sender, "ann") as client:
            self.assertEqual({}, client.sendmail(self.sender.address("ann"), [self.receiver.address("ann")], sent))
        with clients.imap(self.receiver, "ann") as imap:
            stored = eventually(lambda: clients.all_messages(imap), what="the message arrives").popitem()[1]
        trace = messages.trace_above(stored, sent)
        self.assertEqual(("return-path", f"<{self.sender.address('ann')}>"), trace[0])

    def test_missing_date_and_message_id_are_added(self):
        content = (f"From: {self.sender.address('bob')}\r\nTo: {self.receiver.address('bob')}\r\nSubject: bare\r\n\r\nHello\r\n").encode()
        with clients.submission(self.sender, "bob") as client:
            client.sendmail(self.sender.address("bob"), [self.receiver.address("bob")], content)
        with clients.imap(self.receiver, "bob") as imap:
            stored = eventually(lambda: clients.all_messages(imap), what="the message arrives").popitem()[1]
        self.assertRegex(stored, rb"(?m)^Date: \w{3}, \d")
        self.assertIsNotNone(messages.identifier(stored))
        self.assertTrue(stored.endswith(b"\r\n\r\nHello\r\n"), stored)

    def test_another_users_or_companys_address_is_refused_as_sender(self):
        for foreign in (self.receiver.address("ann"), self.sender.address("bob"), "ceo@elsewhere.example"):
            with clients.submission(self.sender, "ann") as client:
                code, reply = client.mail(foreign)
                self.assertEqual(5, code // 100, reply)
                self.assertRegex(reply, rb"^5\.7\.")

    def test_another_companys_address_is_refused_in_the_from_field(self):
        content = messages.message("x@y.example", sender=self.receiver.address("ann"))
        with clients.submission(self.sender, "ann") as client:
            client.mail(self.sender.address("ann"))
            self.assertEqual(250, client.rcpt(self.receiver.address("bob"))[0])
            code, reply = clients.end_of_data(client, content)
        self.assertEqual(5, code // 100, reply)
        self.assertRegex(reply, rb"^5\.7\.")

    def test_an_alias_of_the_user_may_be_used_as_sender(self):
        sales = f"sales@{self.sender.domain}"
        self.platform.casella("alias", "create", sales, "--to", self.sender.address("ann"))
        content = messages.message(self.receiver.address("ann"), sender=sales)
        with clients.submission(self.sender, "ann") as client:
            self.assertEqual({}, client.sendmail(sales, [self.receiver.address("ann")], content))

    def test_nothing_is_taken_before_login(self):
        for service, connect in (("submission", clients.smtplib.SMTP), ("submissions", None)):
            if connect:
                client = connect("127.0.0.1", self.platform.port(service), timeout=20)
                client.starttls(context=clients.tls())
            else:
                client = clients.smtplib.SMTP_SSL("127.0.0.1", self.platform.port(service), context=clients.tls(), timeout=20)
            with client:
                client.ehlo()
                code, reply = client.mail(self.sender.address("ann"))
                self.assertEqual((530, b"5.7.0"), (code, reply[:5]), service)


class Limits(unittest.TestCase):
    def test_a_looping_message_is_refused(self):
        platform = running.shared()
        company = Company(platform, users=("ann",))
        looping = b"Received: from a by b; Tue, 03 Mar 2026 10:00:00 +0000\r\n" * 110 + messages.message(company.address("ann"))
        with clients.smtp(platform) as client:
            client.ehlo()
            client.mail("stranger@elsewhere.example")
            client.rcpt(company.address("ann"))
            code, reply = clients.end_of_data(client, looping)
        self.assertEqual(554, code)
        self.assertTrue(reply.startswith(b"5.4.6"), reply)
        with clients.imap(company, "ann") as imap:
            self.assertEqual({}, clients.all_messages(imap))

    def test_a_message_larger_than_announced_as_possible_is_refused_at_mail(self):
        with clients.smtp(running.shared()) as client:
            client.ehlo()
            limit = int(client.esmtp_features["size"])
            code, reply = client.mail("stranger@elsewhere.example", [f"SIZE={limit + 1}"])
        self.assertEqual((552, b"5.3.4"), (code, reply[:5]))
