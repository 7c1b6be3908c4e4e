"""What the relay does when the outside host says no, not now, or nothing: retries, and one notification (RFC 3464) at most."""

import email
import email.policy
import email.utils
import re
import unittest

from support import clients, messages, running
from support.companies import Company
from support.outside import ScriptedHost, SMTPSink
from support.waiting import eventually


class RelayTest(unittest.TestCase):
    def setUp(self):
        self.platform = running.shared()
        self.company = Company(self.platform)
        self.ann = self.company.address("ann")

    def send(self, *recipients, mail=(), rcpt=(), content=None):
        content = content or messages.message(recipients[0], sender=self.ann)
        with clients.submission(self.company, "ann") as client:
            code, reply = client.mail(self.ann, list(mail))
            self.assertEqual(250, code, reply)
            for recipient in recipients:
                code, reply = client.rcpt(recipient, list(rcpt))
                self.assertEqual(250, code, reply)
            self.assertEqual(250, clients.end_of_data(client, content)[0])
        return content

    def notifications(self, count=1, within=60, user="ann"):
        """The messages in an INBOX, once there are so many."""

        def there():
            with clients.imap(self.company, user) as imap:
                found = list(clients.all_messages(imap).values())
            return found if len(found) >= count else None

        found = eventually(there, within=within, what="the notification arrives", every=0.2)
        self.assertEqual(count, len(found))
        return [email.message_from_bytes(content, policy=email.policy.SMTP) for content in found]

    def queue(self):
        return self.platform.ask("queue", "list", "--tenant", self.company.name)

    def queue_empties(self, within=40):
        eventually(lambda: self.queue() == [], within=within, what="the queue is empty", every=0.2)

    def assertReport(self, notification, recipient, action, status):
        """The three parts of RFC 3462 and the fields of RFC 3464 §2."""
        self.assertEqual("multipart/report", notification.get_content_type())
        self.assertEqual("delivery-status", notification.get_param("report-type"))
        self.assertEqual("<>", notification["Return-Path"])
        self.assertEqual(self.ann, email.utils.parseaddr(notification["To"])[1])
        self.assertIn("auto-", notification["Auto-Submitted"])
        explanation, report, original = notification.get_payload()
        self.assertEqual("text/plain", explanation.get_content_type())
        self.assertIn(recipient, explanation.get_payload())
        self.assertEqual("message/delivery-status", report.get_content_type())
        # A space may stand behind the type of an address (RFC 3464 §2.1.2) or not.
        per_message, *per_recipient = [
            {name: re.sub(r";\s*", "; ", str(value)) for name, value in fields.items()} for fields in report.get_payload()
        ]
        self.assertEqual(f"dns; {running.HOSTNAME}", per_message["Reporting-MTA"])
        self.assertIn(f"rfc822; {recipient}", [fields["Final-Recipient"] for fields in per_recipient])
        (fields,) = [fields for fields in per_recipient if fields["Final-Recipient"].endswith(recipient)]
        self.assertEqual(action, fields["Action"])
        self.assertTrue(fields["Status"].startswith(status), fields["Status"])
        self.assertIn(original.get_content_type(), ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers"))
        return per_message, fields, original


class Failure(RelayTest):
    def test_a_refused_recipient_is_reported_to_the_sender(self):
        with SMTPSink("-f", "RCPT"):
            sent = self.send("nobody@sink.example")
            (notification,) = self.notifications()
        _, fields, original = self.assertReport(notification, "nobody@sink.example", "failed", "5.")
        self.assertIn("smtp; 5", fields["Diagnostic-Code"])
        self.assertIn(messages.identifier(sent), original.as_string())
        self.assertEqual([], self.queue())

    def test_a_refused_message_is_reported_with_the_words_of_the_other_side(self):
        with ScriptedHost(lambda command, _: "554 5.7.1 We do not like this letter" if command == "END" else None):
            self.send("them@scripted.example")
            (notification,) = self.notifications()
        _, fields, _ = self.assertReport(notification, "them@scripted.example", "failed", "5.7.1")
        self.assertIn("We do not like this letter", fields["Diagnostic-Code"])

    def test_only_the_failed_recipient_is_reported(self):
        with ScriptedHost(lambda command, argument: "550 5.1.1 No such user" if command == "RCPT" and "bad@" in argument else None) as host:
            self.send("good@scripted.example", "bad@scripted.example")
            (notification,) = self.notifications()
        self.assertReport(notification, "bad@scripted.example", "failed", "5.1.1")
        self.assertNotIn("good@scripted.example", notification.get_payload()[1].as_string())
        self.assertEqual(1, len(host.messages))
        self.assertEqual(1, len(host.messages[0][1]))

    def test_a_message_that_cannot_be_delivered_in_its_lifetime_is_returned(self):
        self.send("them@closed.example")
        entry = eventually(self.queue, what="the message waits")[0]
        self.assertEqual("waiting", entry["recipients"][0]["state"])
        eventually(lambda: self.queue()[0]["recipients"][0]["attempts"] >= 2, what="it is tried again")
        (notification,) = self.notifications(within=60)
        self.assertReport(notification, "them@closed.example", "failed", "4.")
        self.queue_empties()

    def test_an_unknown_user_of_another_company_here_is_reported_or_refused_at_once(self):
        other = Company(self.platform)
        with clients.submission(self.company, "ann") as client:
            client.mail(self.ann)
            code, reply = client.rcpt(other.address("nobody"))
            if code == 550:
                return
            self.assertEqual(250, clients.end_of_data(client, messages.message(other.address("nobody"), sender=self.ann))[0])
        (notification,) = self.notifications()
        self.assertReport(notification, other.address("nobody"), "failed", "5.1.1")


class Retry(RelayTest):
    def test_a_deferred_message_is_tried_again_and_arrives_once(self):
        refusals = iter(["451 4.7.1 Greylisted, come again", "421 4.3.2 Busy"])
        with ScriptedHost(lambda command, _: next(refusals, None) if command == "RCPT" else None) as host:
            sent = self.send("them@scripted.example")
            eventually(lambda: host.messages, what="the message arrives after all")
            self.queue_empties()
        self.assertEqual(1, len(host.messages))
        self.assertTrue(host.messages[0][2].endswith(sent))
        self.assertEqual(0, self.company.usage(self.ann)[1], "nobody is told of a delay that short")

    def test_postfix_soft_refusals_and_then_acceptance(self):
        with SMTPSink("-r", "MAIL"):
            sent = self.send("them@sink.example")
            eventually(lambda: self.queue() and self.queue()[0]["recipients"][0]["attempts"] >= 1, what="it is deferred")
        with SMTPSink() as sink:
            eventually(sink.messages, what="the message arrives after all")
            self.assertIn(messages.identifier(sent).encode(), sink.messages()[0])
            self.queue_empties()
            self.assertEqual(1, len(sink.messages()))

    def test_a_connection_that_breaks_at_any_command_is_tried_again(self):
        for command in ("EHLO", "MAIL", "RCPT", "DATA"):
            with self.subTest(command):
                with SMTPSink("-q", command):
                    self.send("them@sink.example")
                    eventually(lambda: self.queue() and self.queue()[0]["recipients"][0]["attempts"] >= 1, what="it is deferred")
                with SMTPSink() as sink:
                    eventually(sink.messages, what="the message arrives after all")
                    self.queue_empties()

    def test_a_held_message_waits_until_it_is_released(self):
        self.send("them@closed.example")
        number = str(eventually(self.queue, what="the message waits")[0]["id"])
        self.platform.casella("queue", "hold", number)
        self.assertTrue(self.queue()[0]["held"])
        attempts = self.queue()[0]["recipients"][0]["attempts"]
        self.platform.casella("queue", "release", number)
        eventually(lambda: self.queue()[0]["recipients"][0]["attempts"] > attempts, what="it is tried again")
        self.platform.casella("queue", "delete", number, "--yes")
        self.assertEqual([], self.queue())


class Wishes(RelayTest):
    """RFC 3461: what the sender asked for."""

    def test_notify_never_means_never(self):
        with SMTPSink("-f", "RCPT"):
            self.send("nobody@sink.example", rcpt=("NOTIFY=NEVER",))
            self.queue_empties()
        self.assertEqual(0, self.company.usage(self.ann)[1])

    def test_envelope_identifier_and_original_recipient_come_back(self):
        with SMTPSink("-f", "RCPT"):
            self.send(
                "nobody@sink.example", mail=("RET=HDRS", "ENVID=QQ+2B314159"), rcpt=("NOTIFY=FAILURE", "ORCPT=rfc822;first@sink.example")
            )
            (notification,) = self.notifications()
        per_message, fields, original = self.assertReport(notification, "nobody@sink.example", "failed", "5.")
        self.assertEqual("QQ+314159", per_message["Original-Envelope-Id"])
        self.assertEqual("rfc822; first@sink.example", fields["Original-Recipient"])
        self.assertIn("headers", original.get_content_type())

    def test_success_is_reported_when_asked_for_and_the_next_host_cannot(self):
        with ScriptedHost():
            self.send("them@scripted.example", rcpt=("NOTIFY=SUCCESS,FAILURE",))
            (notification,) = self.notifications()
        self.assertReport(notification, "them@scripted.example", "relayed", "2.")

    def test_a_host_that_can_is_handed_the_wishes(self):
        with SMTPSink() as sink:
            self.send("them@sink.example", mail=("RET=HDRS", "ENVID=QQ+2B314159"), rcpt=("NOTIFY=SUCCESS,FAILURE",))
            eventually(sink.messages, what="the message arrives")
            self.queue_empties()
            # The sink makes its file before it writes it; once the queue is empty, it has answered, so all is written.
            (content,) = sink.messages()
        self.assertRegex(content, rb"X-Mail-Args: .*ENVID=QQ\+2B314159")
        self.assertRegex(content, rb"X-Rcpt-Args: .*NOTIFY=SUCCESS,FAILURE")
        self.assertEqual(0, self.company.usage(self.ann)[1], "the success is the next host's to report")


class DoubleBounce(RelayTest):
    def test_a_notification_that_cannot_be_delivered_makes_no_further_one(self):
        self.platform.casella("alias", "create", self.company.address("away"), "--to", "nobody@sink.example")
        with SMTPSink("-f", "RCPT"):
            content = messages.message(self.company.address("away"), subject="a notification")
            clients.deliver(self.platform, content, self.company.address("away"), sender="")
            self.queue_empties()
        # A message sent afterwards is the first and only one in the mailbox.
        after = messages.message(self.ann)
        clients.deliver(self.platform, after, self.ann)
        with clients.imap(self.company, "ann") as imap:
            self.assertEqual([messages.identifier(after)], [messages.identifier(m) for m in clients.all_messages(imap).values()])
        self.assertEqual([], self.platform.ask("queue", "list", "--tenant", self.company.name))

    def test_a_stranger_whose_mail_could_not_be_forwarded_is_told(self):
        self.platform.casella("alias", "create", self.company.address("away"), "--to", "nobody@sink.example")
        with SMTPSink("-f", "RCPT"), ScriptedHost() as host:
            content = messages.message(self.company.address("away"), sender="stranger@scripted.example")
            clients.deliver(self.platform, content, self.company.address("away"), sender="stranger@scripted.example")
            eventually(lambda: host.messages, what="the stranger is told")
            self.queue_empties()
        sender, recipients, notification = host.messages[0]
        self.assertIn("FROM:<>", sender.upper())
        self.assertIn("stranger@scripted.example", recipients[0])
        self.assertIn(b"nobody@sink.example", notification)
        self.assertEqual(1, len(host.messages))
