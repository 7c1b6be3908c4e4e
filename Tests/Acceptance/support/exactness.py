"""Quotas that are filled to the last octet and message, and counters that must agree."""

import json
import threading
import unittest

from . import clients, running

KIB = 1024


class Exactness(unittest.TestCase):
    def setUp(self):
        self.platform = running.shared()

    def limit(self, target, bytes="unlimited", messages="unlimited"):
        return self.platform.casella("quota", "set", target, "--bytes", str(bytes), "--messages", str(messages)).stdout

    def check(self, target, status=0, *options):
        """The answer of `quota check`, which must end with this status."""
        done = self.platform.casella("--format", "json", "quota", "check", target, *options, check=False)
        self.assertEqual(status, done.returncode, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def assertCountersAgree(self, target):
        self.assertEqual([], self.check(target)["levels"])


def parallel(jobs):
    """Runs all at once; the results in the order of the jobs. What one raises is raised."""
    results, problems = [None] * len(jobs), []
    gate = threading.Barrier(len(jobs))

    def run(number, job):
        try:
            gate.wait(timeout=60)
            results[number] = job()
        except Exception as problem:  # it is raised below, in the test's own thread
            problems.append(problem)

    threads = [threading.Thread(target=run, args=(number, job)) for number, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]
    return results


def appended(client, mailbox, content):
    """True if an APPEND was taken, False if it was refused for the quota."""
    status, answer = client.append(mailbox, None, None, content)
    assert status == "OK" or b"[OVERQUOTA]" in answer[0], answer
    return status == "OK"


def offered(platform, recipient, content):
    """True if port 25 took a message, False if it was refused for the quota."""
    with clients.smtp(platform) as client:
        client.ehlo()
        client.mail("stranger@elsewhere.example")
        code, reply = client.rcpt(recipient)
        if code == 250:
            code, reply = clients.end_of_data(client, content)
    assert code == 250 or reply[:5] == b"5.2.2", (code, reply)
    return code == 250
