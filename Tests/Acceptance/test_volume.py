"""Postfix's smtp-source sends many messages in; its smtp-sink takes many out."""

import unittest

from support import clients, messages, running
from support.companies import Company
from support.outside import SMTPSink, smtp_source
from support.waiting import eventually


class Volume(unittest.TestCase):
    def test_two_thousand_messages_over_twenty_connections_all_arrive_once(self):
        platform = running.shared()
        company = Company(platform)
        count = 2000
        options = ("-s", 20, "-m", count, "-l", 4096, "-f", "x@elsewhere.example", "-t", company.address("ann"))
        done = smtp_source(platform.port("smtp"), *options)
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertEqual(count, company.usage(company.address("ann"))[1])
        with clients.imap(company, "ann") as imap:
            imap.select("INBOX")
            _, answer = imap.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
            found = [messages.identifier(part[1]) for part in answer if isinstance(part, tuple)]
        self.assertEqual(count, len(set(found)))
        self.assertEqual(count, len(found))

    def test_many_recipients_in_one_transaction_all_get_it(self):
        platform = running.shared()
        users = [f"user{n}" for n in range(1, 26)]
        company = Company(platform, users=users)
        content = messages.message("all@elsewhere.example")
        clients.deliver(platform, content, [company.address(user) for user in users])
        for user in users:
            self.assertEqual(1, company.usage(company.address(user))[1], user)

    def test_two_hundred_submitted_messages_reach_the_outside_host_once_each(self):
        platform = running.shared()
        company = Company(platform, users=("ann",))
        ann = company.address("ann")
        sent = [messages.message("them@sink.example", sender=ann, body=f".{n}\r\n..\r\n") for n in range(200)]
        with SMTPSink() as sink:
            with clients.submission(company, "ann") as client:
                for content in sent:
                    self.assertEqual({}, client.sendmail(ann, ["them@sink.example"], content))
            eventually(lambda: len(sink.messages()) >= len(sent), within=60, what="all messages reach smtp-sink")
            eventually(lambda: platform.ask("queue", "list", "--tenant", company.name) == [], what="the queue is empty")
            arrived = sink.messages()
        self.assertEqual(sorted(map(messages.identifier, sent)), sorted(map(messages.identifier, arrived)))
        by_identifier = {messages.identifier(content): content for content in sent}
        for content in arrived:
            self.assertIn(f"X-Mail-Args: <{ann}>".encode(), content)
            expected = by_identifier[messages.identifier(content)].replace(b"\r\n", b"\n")
            self.assertIn(expected.strip(b"\n"), content)
