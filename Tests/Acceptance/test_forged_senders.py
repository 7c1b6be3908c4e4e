"""A worker that was broken into can't send from another company's address; forwards from company to company go out all the same."""

import os
import re
import subprocess
import unittest

from support import clients, messages, outside
from support.companies import Company
from support.company_tests import OneCompany
from support.waiting import eventually

SINK = "them@sink.example"

# What an intruder in a worker can do: speak to the relay as the worker's user.
INTRUDER = """
import smtplib, socket, sys
door, sender, recipient = sys.argv[1:]
client = smtplib.SMTP(local_hostname="worker.example")
client.sock = socket.socket(socket.AF_UNIX)
client.sock.connect(door)
assert client.getreply()[0] == 220
client.sendmail(sender, [recipient], sys.stdin.buffer.read())
client.quit()
"""


@unittest.skipUnless(os.getuid() == 0, "without root all workers are one user, and the relay can't tell them apart")
class ForgedSenders(OneCompany):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = Company(cls.platform, users=("eve",))
        cls.eve = cls.other.address("eve")
        cls.platform.casella("domain", "alias", f"also.{cls.company.domain}", "--of", cls.company.domain)
        cls.platform.casella("domain", "alias", f"also.{cls.other.domain}", "--of", cls.other.domain)

    def forge(self, sender):
        """As the company's worker, whatever `sender` is."""
        door = self.platform.data / "run/relay.sock"
        user, group = (self.platform.data / "tenants" / str(self.company.tenant_id())).stat().st_uid, door.stat().st_gid
        sent = messages.message(SINK, sender)
        command = ["/usr/bin/python3", "-c", INTRUDER, str(door), sender, SINK]
        subprocess.run(command, input=sent, check=True, user=user, group=group, extra_groups=[group], cwd="/", timeout=30)
        return sent

    def sender_told(self, sink, sent):
        """The reverse-path with which the message arrived."""

        def found():
            return [one for one in sink.messages() if messages.identifier(one) == messages.identifier(sent)]

        (gone,) = eventually(found, what="the mail at the other host")
        return re.search(rb"^X-Mail-Args: <([^>]*)>", gone, re.M)[1].decode()

    def test_another_companys_address_is_not_told_and_the_own_one_is(self):
        hostname = self.platform.ask("status")["hostname"]
        with outside.SMTPSink() as sink:
            for sender in (self.eve, f"eve@also.{self.other.domain}", f"eve@{self.other.domain.upper()}", f"postmaster@{hostname}"):
                self.assertEqual("", self.sender_told(sink, self.forge(sender)), sender)
            for sender in (self.ann, f"info@also.{self.company.domain}", "stranger@elsewhere.example", ""):
                self.assertEqual(sender, self.sender_told(sink, self.forge(sender)))

    def test_a_forward_from_company_to_company_goes_on(self):
        self.platform.casella("forward", "set", self.ann, "--to", SINK)
        self.addCleanup(self.platform.casella, "forward", "clear", self.ann)
        with outside.SMTPSink() as sink:
            sent = messages.message(self.ann, self.eve)
            with clients.submission(self.other, "eve") as client:
                client.sendmail(self.eve, [self.ann], sent)
            self.assertEqual("", self.sender_told(sink, sent))
            sent = messages.message(self.ann, "stranger@elsewhere.example")
            clients.deliver(self.platform, sent, self.ann, "stranger@elsewhere.example")
            self.assertEqual("stranger@elsewhere.example", self.sender_told(sink, sent))

    def test_who_sent_is_told_when_a_forward_fails(self):
        self.platform.casella("forward", "set", self.ann, "--to", SINK)
        self.addCleanup(self.platform.casella, "forward", "clear", self.ann)
        with outside.SMTPSink("-f", "RCPT"):
            with clients.submission(self.other, "eve") as client:
                client.sendmail(self.eve, [self.ann], messages.message(self.ann, self.eve))
            with clients.imap(self.other, "eve") as imap:
                eventually(lambda: any(SINK.encode() in one for one in clients.all_messages(imap).values()), what="the notice")
