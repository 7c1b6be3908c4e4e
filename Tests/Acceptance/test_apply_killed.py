"""Desired states are whole whoever is killed meanwhile."""

import contextlib
import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

from support.desired import Applying, HASH
from support.running import Platform
from support.waiting import eventually

# No common divisor: each is killed in the middle of each.
STEPS = ("make", "unmake", "return", "change", "undo", "change", "back")
VICTIMS = ("shell", "control plane", "shell", "database", "shell", "control plane")
# All of them, or as many as there is time for (seconds).
MOST, FEWEST, ENOUGH = 100, 30, 60


class Killed(Applying):
    """`apply` and `undo` in the middle of which the shell, the control plane, or PostgreSQL's first process is killed."""

    @classmethod
    def setUpClass(cls):
        cls.platform = Platform().start()

    @classmethod
    def tearDownClass(cls):
        cls.platform.remove()

    def test_running_it_again_always_ends_in_the_written_state(self):
        chance = random.Random(2026)
        usual = self.durations()
        began, number = time.monotonic(), 0
        while number < FEWEST or number < MOST and time.monotonic() - began < ENOUGH:
            step, victim = STEPS[number % len(STEPS)], VICTIMS[number % len(VICTIMS)]
            if step == "make":
                self.begin(f"killed{number}")
            after = chance.uniform(0, usual[step])
            with self.subTest(number=number, step=step, after=after, victim=victim):
                self.killed(step, after, victim)
            number += 1
        print(f"     killed {number} times")

    def durations(self):
        """How long each step takes when nobody is killed."""
        self.begin("usual")
        usual = {}
        for step in STEPS:
            words, goal = self.step(step)
            began = time.monotonic()
            self.platform.casella(*words)
            usual[step] = time.monotonic() - began
            self.states = goal
        return usual

    def begin(self, prefix):
        self.names = [f"{prefix}-{number}" for number in range(2)]
        self.states, self.applies = dict.fromkeys(self.names), dict.fromkeys(self.names, 0)

    def killed(self, step, after, victim):
        words, goal = self.step(step)
        self.interrupt(words, after, victim)
        self.recover()
        for name in self.names:
            self.assertIn(self.state(name), (self.states[name], goal[name]), "nothing half-made is visible")
        self.finish(step, words)
        for name in self.names:
            self.assertEqual(goal[name], self.state(name))
            self.applies[name] += goal[name] != self.states[name]
            self.assertEqual(self.applies[name], len(self.platform.ask("applies", "--tenant", name)), "once, also of a deleted tenant")
        if step != "undo":
            self.assertIn("Nothing to do", self.platform.casella(*words).stdout)
        self.states = goal

    def step(self, step):
        """What is run, and the state of each tenant afterwards."""
        if step in ("undo", "unmake", "return"):
            first = self.names[0]
            content = None if step == "unmake" else self.content(first, "made")
            return ("undo", str(self.newest(first)["number"]), "--yes"), {**self.states, first: content}
        kind = "changed" if step == "change" else "made"
        path = self.file("tenants:\n" + "".join(self.written(name, kind) for name in self.names))
        return ("apply", path, "--prune", "--yes"), {name: self.content(name, kind) for name in self.names}

    def newest(self, name):
        return self.platform.ask("applies", "--tenant", name)[0]

    @staticmethod
    def content(name, kind):
        """Domains, users with their quotas, and aliases with their targets."""
        domain = f"{name}.example"
        made = kind == "made"
        users = {f"u{user}@{domain}": 10**9 if made else 2 * 10**9 for user in (range(6) if made else range(3, 9))}
        first = f"u{0 if made else 4}@{domain}"
        aliases = {f"info@{domain}": [first]} if made else {f"info@{domain}": [first], f"sales@{domain}": [first]}
        return [domain], users, aliases

    def written(self, name, kind):
        (domain,), users, aliases = self.content(name, kind)
        lines = [f"- name: {name}", f"  domains: [{{name: {domain}}}]", "  users:"]
        lines += [f'  - {{address: {address}, quota: {quota}, passwordHash: "{HASH}"}}' for address, quota in users.items()]
        lines += ["  aliases:"]
        lines += [f"  - {{address: {address}, targets: [{targets[0]}]}}" for address, targets in aliases.items()]
        return "\n".join(lines) + "\n"

    def interrupt(self, words, after, victim):
        program = [self.platform.data / "bin/casella", "--data", self.platform.data]
        shell = subprocess.Popen(
            [str(word) for word in (*program, *words)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            pid = self.pid(victim) if victim != "shell" else shell.pid
            time.sleep(after)  # the moment of the kill is what is drawn by lot
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        finally:
            shell.wait(timeout=90)

    def pid(self, victim):
        if victim == "control plane":
            return self.platform.control_pid()
        # Its first line; asking the platform would take as long as the step does.
        return int((self.platform.data / "postgres/postmaster.pid").read_text().split()[0])

    def recover(self):
        eventually(self.answers, within=60, what="the platform answers again", every=0.1)
        eventually(
            lambda: self.platform.casella("tenant", "list", check=False).returncode == 0, within=30, what="the database answers again")

    def answers(self):
        """As a person has it started again who does not wait as long as the keeper, longer each time."""
        keeper = int((self.platform.data / "run/keeper.pid").read_text().split()[0])
        for pid in self.platform.descendants(keeper):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                if Path(f"/proc/{pid}/comm").read_text() == "sleep\n":
                    os.kill(pid, signal.SIGTERM)
        return self.platform.answers()

    def finish(self, step, words):
        """What was asked for last may still be done while it runs again: then there is a part that moved."""
        for _ in range(5):
            if words[0] == "undo" and self.newest(self.names[0]).get("undoes") == int(words[1]):
                return
            done = self.platform.casella(*words, check=False)
            if done.returncode == 0:
                return
            self.assertEqual(2, done.returncode, done.stdout + done.stderr)
            self.assertRegex(done.stderr, "moved|is being deleted at this moment")
        self.fail("it never ends")

    def state(self, name):
        """As `content` has it; None where there is no such tenant."""
        shown = self.platform.casella("--format", "json", "export", name, check=False)
        if shown.returncode != 0:
            self.assertEqual(66, shown.returncode, shown.stderr)
            return None
        state = json.loads(shown.stdout)
        return (
            [domain["name"] for domain in state["domains"]],
            {user["address"]: user["quota"]["bytes"] for user in state["users"]},
            {alias["address"]: alias["targets"] for alias in state["aliases"]},
        )
