"""A process that lives through what others suffer: users of several companies log in, receive mail and read it, round after round, and each
step's time is kept. It runs beside the test, so that the test's own work does not slow it down.

As a program it takes its users as JSON and prints a line a round, until its standard input ends.
"""

import json
import os
import pathlib
import select
import statistics
import subprocess
import sys
import time

if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import messages  # noqa: E402  (the path is set above)
from support.dialogue import Dialogue  # noqa: E402


class Bystander:
    """`with Bystander(company, …) as bystander: …`: rounds of the first user of each company, until the block ends."""

    def __init__(self, *users):
        company = users[0][0]
        self.setting = {
            "imaps": company.platform.port("imaps"),
            "smtp": company.platform.port("smtp"),
            "users": [(company.address(user), company.password(user)) for company, user in users],
        }
        self.rounds = []

    def __enter__(self):
        self.process = subprocess.Popen(
            [sys.executable, __file__, json.dumps(self.setting)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.wait_for(1)
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self._take(self.process.stdout.read())
        self.process.stdout.close()
        self.process.wait()

    def wait_for(self, rounds, within=60):
        """Waits until this many more rounds have ended."""
        wanted, deadline = len(self.rounds) + rounds, time.monotonic() + within
        while len(self.rounds) < wanted:
            left = deadline - time.monotonic()
            assert left > 0, f"the bystander made {len(self.rounds) - wanted + rounds} of {rounds} rounds within {within} s"
            if select.select([self.process.stdout], [], [], left)[0]:
                line = self.process.stdout.readline()
                assert line, f"the bystander died: {self.process.wait()}"
                self._take(line)

    def _take(self, text):
        for line in text.splitlines():
            answer = json.loads(line)
            assert "problem" not in answer, f"a bystander was not served: {answer['problem']}"
            self.rounds.append(answer)

    def times(self, since=0):
        """Every step's seconds, from a round on."""
        return [seconds for steps in self.rounds[since:] for seconds in steps.values()]

    def worst(self, since=0):
        """The step that took longest: (seconds, its name)."""
        return max(((seconds, step) for steps in self.rounds[since:] for step, seconds in steps.items()), default=(0.0, "none"))

    def median(self, since=0):
        return statistics.median(self.times(since) or [0.0])


def round_of(setting, user, password):
    """Logs in, selects, has a message delivered and fetches it. Returns the seconds of each."""
    steps, name = {}, user.split("@")[0]

    def timed(step, began):
        steps[f"{name} {step}"] = time.monotonic() - began

    began = time.monotonic()
    imap = Dialogue(setting["imaps"], implicit_tls=True, timeout=30)
    with imap:
        assert imap.line().startswith(b"* OK"), "no greeting"
        answer = imap.command("a", f'LOGIN {user} "{password}"')[-1]
        assert answer.startswith(b"a OK"), answer
        timed("logs in", began)

        began = time.monotonic()
        assert imap.command("b", "SELECT INBOX")[-1].startswith(b"b OK")
        timed("selects", began)

        began = time.monotonic()
        content = messages.message(user)
        with Dialogue(setting["smtp"], timeout=30) as smtp:
            smtp.greet_smtp()
            for line in ("MAIL FROM:<x@elsewhere.example>", f"RCPT TO:<{user}>", "DATA"):
                code, text = smtp.ask(line)
                assert code in (250, 354), f"{line}: {code} {text}"
            smtp.send(content + b".\r\n")
            code, text = smtp.reply()
            assert code == 250, f"end of message: {code} {text}"
        timed("is delivered to", began)

        began = time.monotonic()
        imap.command("c", "NOOP")
        fetched = b"".join(imap.command("d", "FETCH * BODY.PEEK[]"))
        assert messages.identifier(fetched) == messages.identifier(content), "another message"
        timed("fetches", began)
        imap.command("e", "LOGOUT")
    return steps


def main(setting):
    while not select.select([sys.stdin], [], [], 0.05)[0] or os.read(0, 1):
        for user, password in setting["users"]:
            try:
                print(json.dumps(round_of(setting, user, password)), flush=True)
            except Exception as error:  # whatever it is, the test says it
                print(json.dumps({"problem": f"{user}: {type(error).__name__}: {error}"}), flush=True)
                return


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
