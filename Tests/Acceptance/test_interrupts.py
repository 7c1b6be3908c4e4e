"""Ctrl-C in the middle of long work: it ends between two parts, says how many are done, and goes on when it is run again."""

import json
import re
import signal
import subprocess
import tempfile

from support.desired import Applying
from support.running import Platform
from support.terminal import PROMPT, Terminal
from support.waiting import eventually

CONTROL_C = "\x03"
TENANTS, USERS = 300, 6_000


class Interrupted(Applying):
    @classmethod
    def setUpClass(cls):
        cls.platform = Platform().start()

    @classmethod
    def tearDownClass(cls):
        cls.platform.remove()

    def many_tenants(self):
        return self.file("tenants:\n" + "".join(f"- name: {self.name}-{number}\n" for number in range(TENANTS)))

    def many_users(self):
        self.platform.casella("tenant", "create", self.name)
        self.platform.casella("domain", "create", self.domain, "--tenant", self.name)
        return self.file("address\n" + "".join(f"u{number}@{self.domain}\n" for number in range(USERS)))

    def made(self):
        return sum(tenant["name"].startswith(f"{self.name}-") for tenant in self.platform.ask("tenant", "list"))

    def wait_for_the_first(self, *command):
        eventually(lambda: self.platform.casella(*command, check=False).returncode == 0, every=0.01, what="the first part is done")

    def started(self, *words, at_interrupts=signal.SIG_DFL):
        return subprocess.Popen(
            [str(word) for word in (self.platform.data / "bin/casella", "--data", self.platform.data, *words)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, at_interrupts),  # whatever those who run the tests have
        )

    def shell(self):
        home = tempfile.TemporaryDirectory()
        self.addCleanup(home.cleanup)
        environment = {"HOME": home.name, "CASELLA_HISTORY": f"{home.name}/history"}
        terminal = Terminal(self.platform.data / "bin/casella", "--data", self.platform.data, environment=environment)
        self.addCleanup(terminal.__exit__)
        terminal.wait_for(PROMPT)
        return terminal

    def told(self, text, total, noun):
        """How many are done, as it is said; the rest is not begun."""
        said = re.search(rf"Interrupted: (\d+) of {total} {noun} done; (\d+) not begun; run it again to go on\.", re.sub(r"\s+", " ", text))
        self.assertTrue(said, text)
        done, left = map(int, said.groups())
        self.assertEqual(total, done + left)
        self.assertGreater(done, 0)
        self.assertGreater(left, 0)
        return done

    def test_apply(self):
        path = self.many_tenants()
        apply = self.started("apply", path, "--yes")
        self.wait_for_the_first("tenant", "show", f"{self.name}-0")
        apply.send_signal(signal.SIGINT)
        output, errors = apply.communicate(timeout=60)
        self.assertEqual((130, ""), (apply.returncode, errors))
        self.assertEqual(self.told(output, TENANTS, "parts"), self.made(), "what is said is what is there")
        self.apply(path, "--yes")
        self.assertEqual(TENANTS, self.made())

    def test_apply_at_the_prompt(self):
        path, shell = self.many_tenants(), self.shell()
        shell.type(f"apply {path}\r")
        shell.wait_for("Type yes:", within=60)
        shell.type(CONTROL_C)
        shell.wait_for("Abandoned; nothing was done.")
        shell.wait_for(PROMPT)
        self.assertEqual(0, self.made())
        shell.type(f"apply {path} --yes\r")
        self.wait_for_the_first("tenant", "show", f"{self.name}-0")
        shell.type(CONTROL_C)
        self.assertEqual(self.told(shell.wait_for(PROMPT, within=60), TENANTS, "parts"), self.made())
        self.assertIn("running since", shell.enter("status"), "the shell goes on")

    def test_while_apply_only_looks_nothing_is_done(self):
        apply = self.started("apply", self.many_tenants(), "--yes")
        apply.stdout.readline()  # the first difference
        apply.send_signal(signal.SIGINT)
        _, errors = apply.communicate(timeout=60)
        self.assertEqual(130, apply.returncode, errors)
        self.assertRegex(errors, "Interrupted; nothing was (changed|done)")
        self.assertEqual(0, self.made())

    def test_import(self):
        path = self.many_users()
        importing = self.started("--format", "json", "user", "import", path)
        self.wait_for_the_first("user", "show", f"u0@{self.domain}")
        importing.send_signal(signal.SIGINT)
        output, errors = importing.communicate(timeout=60)
        self.assertEqual(130, importing.returncode, errors)
        summary = json.loads(output)
        self.assertEqual(USERS, len(summary["users"]) + summary["notBegun"])
        self.assertEqual(len(summary["users"]), len(self.users()))
        rest = self.platform.casella("user", "import", path)
        self.assertIn(f"{summary['notBegun']} users made, {len(summary['users'])} skipped", rest.stdout)

    def test_import_at_the_prompt(self):
        path, shell = self.many_users(), self.shell()
        shell.type(f"user import {path}\r")
        self.wait_for_the_first("user", "show", f"u0@{self.domain}")
        shell.type(CONTROL_C)
        self.assertEqual(self.told(shell.wait_for(PROMPT, within=60), USERS, "users"), len(self.users()))

    def test_a_job_in_the_background_is_not_told(self):
        """Where Ctrl-C is ignored when it starts, as in a script's background jobs."""
        apply = self.started("apply", self.many_tenants(), "--yes", at_interrupts=signal.SIG_IGN)
        self.wait_for_the_first("tenant", "show", f"{self.name}-0")
        apply.send_signal(signal.SIGINT)
        output, errors = apply.communicate(timeout=60)
        self.assertEqual((0, ""), (apply.returncode, errors))
        self.assertEqual(TENANTS, self.made())
