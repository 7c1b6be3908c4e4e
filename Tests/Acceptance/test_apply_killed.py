"""Desired states are whole whoever is killed meanwhile."""

import contextlib
import json
import os
import random
import signal
import subprocess
import time

from support.attacked import at_scale
from support.desired import Applying, HASH
from support.running import Platform


class Killed(Applying):
    """`apply` in the middle of which the shell, or the control plane, is killed."""

    TENANTS, USERS = 4, 40

    @classmethod
    def setUpClass(cls):
        cls.platform = Platform().start()

    @classmethod
    def tearDownClass(cls):
        cls.platform.remove()

    def test_running_it_again_always_ends_in_the_written_state(self):
        chance = random.Random(2026)
        usual = None
        for number in range(at_scale(11, 101)):
            names = [f"killed{number}-{tenant}" for tenant in range(self.TENANTS)]
            path = self.file("tenants:\n" + "".join(map(self.written, names)))
            if usual is None:
                began = time.monotonic()
                self.apply(path, "--yes")
                usual = time.monotonic() - began
                continue
            after, victim = chance.uniform(0, usual), chance.choice(("shell", "shell", "control plane"))
            with self.subTest(number=number, after=after, victim=victim):
                self.interrupt(path, after, victim)
                self.platform.wait_until_it_answers()
                for name in names:
                    self.assertIn(self.counts(name), (None, (0, 0, 0), (1, self.USERS, 1)), "nothing half-made is visible")
                self.finish(path)
                for name in names:
                    self.assertEqual((1, self.USERS, 1), self.counts(name))
                    applied = self.platform.ask("applies", "--tenant", name)
                    self.assertEqual([self.USERS + 2], [apply["added"] for apply in applied], "once")
                self.assertIn("Nothing to do", self.apply(path, "--prune").stdout)

    def written(self, name):
        users = "".join(f'  - {{address: u{user}@{name}.example, quota: 1GB, passwordHash: "{HASH}"}}\n' for user in range(self.USERS))
        return (
            f"- name: {name}\n  domains: [{{name: {name}.example}}]\n  users:\n{users}"
            f"  aliases: [{{address: info@{name}.example, targets: [u0@{name}.example]}}]\n"
        )

    def interrupt(self, path, after, victim):
        words = [self.platform.data / "bin/casella", "--data", self.platform.data, "apply", path, "--yes"]
        shell = subprocess.Popen(
            [str(word) for word in words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            time.sleep(after)  # the moment of the kill is what is drawn by lot
            if victim == "shell":
                shell.kill()
            else:
                with contextlib.suppress(ProcessLookupError, OSError, ValueError, IndexError):
                    os.kill(self.platform.control_pid(), signal.SIGKILL)
        finally:
            shell.wait(timeout=90)

    def finish(self, path):
        """What the killed shell had asked for last may still be done while it runs again: then there is a part that moved."""
        for _ in range(5):
            done = self.platform.casella("apply", path, "--yes", check=False)
            if done.returncode == 0:
                return
            self.assertEqual(2, done.returncode, done.stderr)
            self.assertIn("moved", done.stderr)
        self.fail("it never ends")

    def counts(self, name):
        """Domains, users and aliases; None where there is no such tenant."""
        shown = self.platform.casella("--format", "json", "export", name, check=False)
        if shown.returncode != 0:
            self.assertEqual(66, shown.returncode, shown.stderr)
            return None
        state = json.loads(shown.stdout)
        return len(state["domains"]), len(state["users"]), len(state["aliases"])
