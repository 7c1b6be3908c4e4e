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


class Bound:
    """How much each level may hold at most, whatever is under way: what is to be added counts from before it is sent, unless it is known
    to have been refused, and what is removed counts until that is known. So what fits under the bound fits."""

    class Attempt:
        def __init__(self, levels, amount):
            self.levels, self.amount, self.peak = levels, amount, {}

    def __init__(self, limits, held):
        """Both by level: (octets, messages)."""
        self.limits, self.most = limits, {level: list(amount) for level, amount in held.items()}
        self.lock, self.open, self.gone = threading.Lock(), set(), set()

    def _add(self, levels, octets, number):
        for level in levels:
            self.most[level][0] += octets
            self.most[level][1] += number
        for attempt in self.open:
            for level in attempt.levels:
                attempt.peak[level] = tuple(map(max, attempt.peak[level], self.most[level]))

    def begin(self, levels, octets, number=1):
        attempt = Bound.Attempt(levels, (octets, number))
        with self.lock:
            self._add(levels, octets, number)
            attempt.peak = {level: tuple(self.most[level]) for level in levels}
            self.open.add(attempt)
        return attempt

    def end(self, attempt, taken):
        """True if there was room for it, at all its levels and all the time."""
        with self.lock:
            self.open.remove(attempt)
            if not taken:
                self._add(attempt.levels, *(-amount for amount in attempt.amount))
        return all(used <= limit for level in attempt.levels for used, limit in zip(attempt.peak[level], self.limits[level]))

    def removed(self, levels, message, octets):
        """The message is gone, whoever removed it."""
        with self.lock:
            if message not in self.gone:
                self.gone.add(message)
                self._add(levels, -octets, -1)


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
