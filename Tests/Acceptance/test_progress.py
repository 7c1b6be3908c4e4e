"""What somebody sees, and can do, who waits: the control plane stands still meanwhile, so that there is something to wait for."""

import os
import re
import signal
import subprocess
import tempfile
import time
import unittest

from support.running import Platform
from support.screen import TmuxScreen
from support.terminal import PROMPT, Terminal
from support.waiting import eventually

CONTROL_C = "\x03"
LINE = r"\[[.#]+\]  "
MASKS = ((LINE, "[BAR]  "), (r"\b\d+ s$", "N s"))


class Waiting(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = Platform().start()
        cls.program = cls.platform.data / "bin/casella"

    @classmethod
    def tearDownClass(cls):
        cls.platform.remove()

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.addCleanup(self.go_on)

    def stand_still(self):
        os.kill(self.platform.control_pid(), signal.SIGSTOP)

    def go_on(self):
        os.kill(self.platform.control_pid(), signal.SIGCONT)

    def environment(self, **more):
        home = self.folder.name
        return {"HOME": home, "CASELLA_HISTORY": f"{home}/history", "CASELLA_DATA": str(self.platform.data), "LC_ALL": "C", **more}

    def terminal(self, *words, **environment):
        terminal = Terminal(self.program, *words, environment=self.environment(**environment))
        self.addCleanup(terminal.__exit__)
        return terminal

    def waits(self, terminal, line):
        """Until the line is there that is to go, in whose place something else comes."""
        terminal.wait_for(line)
        terminal.seen = terminal.all.rfind("\n") + 1

    def file(self, *tenants):
        path = f"{self.folder.name}/state.yaml"
        with open(path, "w") as file:
            file.write("tenants:\n" + "".join(f"- name: {name}\n" for name in tenants))
        return path

    def test_a_call_that_takes_long_has_a_line_that_goes(self):
        screen = TmuxScreen(self.program, environment=self.environment())
        self.addCleanup(screen.__exit__)
        screen.wait_for("casella> ")
        screen.type("quota check")
        self.stand_still()
        screen.press("Enter")
        masks = ((str(self.platform.data), "/data"), *MASKS)
        screen.shows(
            """
Casella at /data. Tab completes; `help` explains; `exit` leaves.
casella> quota check
[BAR]  quota check, N s
""",
            masks,
        )
        self.go_on()
        screen.shows(
            """
Casella at /data. Tab completes; `help` explains; `exit` leaves.
casella> quota check
The counters of 0 tenants, 0 domains and 0 users agree with what is stored.
casella>
""",
            ((str(self.platform.data), "/data"), (r"\d+ (tenants?|domains?|users?)", lambda found: f"0 {found[1].rstrip('s')}s")),
        )

    def test_ctrl_c_while_it_works(self):
        path = self.file("first", "second")
        screen = TmuxScreen(self.program, environment=self.environment())
        self.addCleanup(screen.__exit__)
        screen.wait_for("casella> ")
        screen.type(f"apply {path}")
        screen.press("Enter")
        masks = ((str(self.platform.data), "/data"), (path, "state.yaml"), *MASKS)
        asked = '''
Casella at /data. Tab completes; `help` explains; `exit` leaves.
casella> apply state.yaml
Tenant first, to be made
  + tenant first
Tenant second, to be made
  + tenant second
This adds 2, changes 0 and removes 0 in 2 parts.
Go on? Type yes:'''
        screen.shows(asked, masks)
        self.stand_still()
        screen.type("yes")
        screen.press("Enter")
        screen.shows(f"{asked} yes\n[BAR]  0 of 2 parts done, N s", masks)
        screen.press("C-c")
        screen.shows(f"{asked} yes\n0 of 2 parts done; ends behind what is in hand, Ctrl-C ends at once", masks)
        self.go_on()
        screen.shows(
            f'''{asked} yes
Interrupted: 1 of 2 parts done; 1 not begun; run it again to go on. `casella app
lies` lists what was done.
casella>''',
            masks,
        )

    def test_a_long_file_is_read_with_a_line_and_ctrl_c_ends_that_at_once(self):
        path = f"{self.folder.name}/long.yaml"
        with open(path, "w") as file:
            file.write("tenants:\n- name: long\n  domains: [{name: long.example}]\n  users:\n")
            file.writelines(f"  - {{address: u{number}@long.example, quota: 1GB, messages: 100}}\n" for number in range(400_000))
        command = self.terminal("apply", path, "--yes")
        self.waits(command, "apply, 1 s")
        began = time.monotonic()
        command.type(CONTROL_C)
        command.wait_for("Interrupted; nothing was changed.")
        self.assertEqual(130, command.status())
        self.assertLess(time.monotonic() - began, 2)
        self.assertNotEqual(0, self.platform.casella("tenant", "show", "long", check=False).returncode)

    def test_what_only_looks_is_broken_off(self):
        shell = self.terminal()
        shell.wait_for(PROMPT)
        self.stand_still()
        shell.type("audit verify\r")
        self.waits(shell, "audit verify, 1 s")
        shell.type(CONTROL_C)
        self.assertIn("Interrupted; nothing was changed.", shell.wait_for(PROMPT))
        self.go_on()
        self.assertIn("running since", shell.enter("status"), "the shell goes on")

    def test_of_a_change_nobody_knows_and_the_platform_goes_on_with_it(self):
        self.stand_still()
        command = self.terminal("tenant", "create", "made-later")
        self.waits(command, "tenant create, 1 s")
        command.type(CONTROL_C)
        command.wait_for("whether it is done is not known")
        command.wait_for("`casella audit list` shows what came of it")
        self.assertEqual(130, command.status())
        self.go_on()
        shown = ("tenant", "show", "made-later")
        eventually(lambda: self.platform.casella(*shown, check=False).returncode == 0, what="the tenant is made all the same")

    def test_a_part_of_many_is_waited_for_and_a_second_ctrl_c_ends_at_once(self):
        command = self.terminal("apply", self.file("one", "two"))
        command.wait_for("Type yes:")
        self.stand_still()
        command.type("yes\r")
        self.waits(command, "0 of 2 parts done, 1 s")
        command.type(CONTROL_C)
        command.wait_for("Ctrl-C ends at once")
        command.type(CONTROL_C)
        self.assertEqual(-signal.SIGINT, command.status())

    def test_the_bar_is_of_the_terminals_kind(self):
        self.stand_still()
        for environment, expected in (
            ({"LC_ALL": "C"}, r"\x1b\[32m####\x1b\[0m"), ({"LC_ALL": "C.UTF-8"}, r"\x1b\[32m████\x1b\[0m"),
            ({"LC_ALL": "", "LC_CTYPE": "", "LANG": "de_DE.utf8", "NO_COLOR": "1"}, r"\[░*████░*\]"),
        ):
            with self.subTest(environment):
                command = self.terminal("tenant", "list", **environment)
                written = []
                command.screen.write = written.append
                with self.assertRaises(AssertionError):
                    command.wait_for("never", within=2.5)
                self.assertRegex("".join(written), expected)
                if "NO_COLOR" in environment:
                    self.assertNotIn("\x1b[32m", "".join(written))

    def test_where_nobody_watches_nothing_is_shown(self):
        self.stand_still()
        words = [str(word) for word in (self.program, "--data", self.platform.data, "tenant", "list")]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as command:
            with self.assertRaises(subprocess.TimeoutExpired):
                command.wait(timeout=1.6)
            self.go_on()
            output, errors = command.communicate(timeout=30)
        self.assertEqual((0, ""), (command.returncode, errors))
        self.assertFalse(re.search(LINE, output))
        self.stand_still()
        dumb = self.terminal("tenant", "list", TERM="dumb")
        with self.assertRaises(AssertionError):
            dumb.wait_for("never", within=2.5)
        self.assertEqual("", dumb.all)
