"""One id goes with a message, a session or an admin call through the logs of all processes, and `casella log` finds its lines."""

import imaplib
import json
import re
import smtplib
import unittest

from support import clients
from support.company_tests import OneCompany
from support.waiting import eventually


class Traces(OneCompany):
    def lines(self, trace):
        return json.loads(self.platform.casella("--format", "json", "log", "--trace", trace).stdout or "[]")

    def deliver(self, sender, recipients):
        """The id that the reply names."""
        with smtplib.SMTP("127.0.0.1", self.platform.port("smtp"), timeout=30) as session:
            session.ehlo()
            session.mail(sender)
            for recipient in recipients:
                self.assertEqual(250, session.rcpt(recipient)[0])
            code, text = session.data(b"Subject: traced\r\n\r\nHello\r\n")
            self.assertEqual(250, code)
        return re.search(r"[0-9a-f]{32}", text.decode()).group()

    def test_a_message_has_one_id_in_gateway_and_worker(self):
        trace = self.deliver("someone@elsewhere.example", [self.ann])
        expected = [("gateway", "message received"), (f"tenant {self.company.name}", "message delivered")]
        eventually(lambda: len(self.lines(trace)) >= 2, what="both lines are written")
        self.assertEqual(sorted(expected), sorted((line["process"], line["message"]) for line in self.lines(trace)))
        self.assertTrue(all(line["trace"] == trace for line in self.lines(trace)))

    def test_a_submitted_message_has_one_id_in_worker_and_relay_and_its_notice_is_found_with_it(self):
        with smtplib.SMTP_SSL("127.0.0.1", self.platform.port("submissions"), context=clients.tls()) as session:
            session.login(self.ann, self.company.password("ann"))
            # A host that no DNS knows: refused for good, so that a notice comes.
            session.sendmail(self.ann, ["nobody@nowhere.invalid"], f"From: {self.ann}\r\nSubject: lost\r\n\r\nHello\r\n")
        log = (self.platform.data / "log/casella.log").read_text()
        submitted = [line for line in map(json.loads, log.splitlines()) if line.get("user") == self.ann and "trace" in line]
        trace = submitted[-1]["trace"]

        def told():
            found = self.lines(trace)
            return found if {"message submitted", "message queued", "notice written"} <= {line["message"] for line in found} else None

        found = eventually(told, within=30, what="the notice is written")
        notice = next(line["notice"] for line in found if line["message"] == "notice written")
        delivered = lambda: any(line["message"] == "message delivered" and line["trace"] == notice for line in self.lines(trace))
        eventually(delivered, within=30, what="the notice is delivered, and found by the first id")
        self.assertEqual(sorted(line["at"] for line in self.lines(trace)), [line["at"] for line in self.lines(trace)])

    def test_a_session_has_one_id_in_gateway_and_worker(self):
        with imaplib.IMAP4_SSL("127.0.0.1", self.platform.port("imaps"), ssl_context=clients.tls()) as session:
            session.login(self.ann, self.company.password("ann"))
            session.noop()
        log = [json.loads(line) for line in (self.platform.data / "log/casella.log").read_text().splitlines()]
        opened = [line for line in log if line["message"] == "session opened" and line["user"] == self.ann and line["service"] == "imap"]
        processes = {line["process"] for line in self.lines(opened[-1]["session"])}
        self.assertEqual({"gateway", f"tenant {self.company.name}"}, processes)

    def test_an_admin_call_that_changes_something_is_in_the_log(self):
        self.platform.casella("quota", "set", self.ann, "--bytes", "5GB")
        log = [json.loads(line) for line in (self.platform.data / "log/casella.log").read_text().splitlines()]
        calls = [line for line in log if line["message"] == "admin call" and line["target"] == self.ann]
        self.assertEqual(("quota set", "done"), (calls[-1]["command"], calls[-1]["result"]))
        self.assertEqual(1, len(self.lines(calls[-1]["trace"])))

    def test_an_id_of_nothing_finds_nothing(self):
        self.assertEqual([], self.lines("0123456789abcdef0123456789abcdef"))


if __name__ == "__main__":
    unittest.main()
