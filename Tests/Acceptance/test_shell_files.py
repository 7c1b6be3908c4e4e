"""The admin shell and what lies about it: its history, where its output goes, and the script that starts it."""

import os
import stat
import subprocess
import tempfile
import unittest

from support import running
from support.companies import Company
from support.terminal import PROMPT, Terminal

UP, CONTROL_C, CONTROL_D = "\x1b[A", "\x03", "\x04"


class Surroundings(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()
        cls.company = Company(cls.platform, name="okapi-works", users=("ann",))

    def setUp(self):
        self.home = tempfile.TemporaryDirectory()
        self.addCleanup(self.home.cleanup)

    def shell(self, history):
        environment = {"HOME": self.home.name, "CASELLA_HISTORY": history}
        terminal = Terminal(self.platform.data / "bin/casella", "--data", self.platform.data, environment=environment)
        terminal.wait_for(PROMPT)
        return terminal

    def test_two_shells_at_once_keep_each_others_history(self):
        path = f"{self.home.name}/shared-history"
        with self.shell(path) as one, self.shell(path) as other:
            one.enter("tenant show okapi-works")
            other.enter("plan list")
            one.enter("worker list --format csv # a comment with a \\\\")
            one.type(CONTROL_D)
            other.type(CONTROL_D)
            one.status(), other.status()
        self.assertEqual(0o600, stat.S_IMODE(os.stat(path).st_mode))
        with self.shell(path) as shell:
            for line in ("worker list --format csv # a comment with a \\\\", "plan list", "tenant show okapi-works"):
                shell.type(UP)
                shell.seen = 0  # it takes the place of the last
                shell.wait_for(line)
            shell.type(CONTROL_C)
            shell.wait_for(PROMPT)

    def test_a_history_that_is_no_file_is_left_alone(self):
        path = f"{self.home.name}/pipe"
        os.mkfifo(path, 0o666)
        os.chmod(path, 0o666)
        with self.shell(path) as shell:
            self.assertIn("okapi-works", shell.enter("tenant list"))
        self.assertEqual(0o666, stat.S_IMODE(os.stat(path).st_mode))

    def test_a_result_that_cannot_be_written_is_no_success(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            for words in (["export", "okapi-works"], ["tenant", "list", "--format", "json"]):
                command = [self.platform.data / "bin/casella", "--data", self.platform.data, *words]
                done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
                self.assertEqual(74, done.returncode)
                self.assertEqual("casella: The result could not be written: No space left on device.\n", done.stderr)

    def test_the_script_beside_up_goes_where_the_environment_says(self):
        def run(**environment):
            variables = {**os.environ, "HOME": self.home.name, **environment}
            return subprocess.run(
                [running.CHECKOUT / "ops/casella", "tenant", "list"], env=variables, capture_output=True, text=True, check=False)

        self.assertIn("okapi-works", run(CASELLA_DATA=str(self.platform.data)).stdout)
        elsewhere = run(CASELLA_DATA=str(self.platform.data), CASELLA_SERVER="127.0.0.1:1")
        self.assertNotIn("okapi-works", elsewhere.stdout, "what is meant for another machine is not done here")
        self.assertEqual(69, elsewhere.returncode, elsewhere.stderr)
