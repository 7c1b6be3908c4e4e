"""The shell as a person sees it, screen by screen: completion, search in the history, questions, long lists, Ctrl-C, colours."""

import os
import pty
import signal
import subprocess
import tempfile
import unittest

from support import running
from support.companies import Company
from support.screen import TmuxScreen
from support.waiting import eventually


class Screens(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()
        cls.company = Company(cls.platform, name="screen-works", users=())
        cls.program = cls.platform.data / "bin/casella"
        with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
            file.write("address\n" + "".join(f"wren{number:02}@{cls.company.domain}\n" for number in range(60)))
            file.flush()
            cls.platform.casella("user", "import", file.name)

    def setUp(self):
        self.home = tempfile.TemporaryDirectory()
        self.addCleanup(self.home.cleanup)

    def shell(self, **environment):
        place = {"HOME": self.home.name, "CASELLA_HISTORY": f"{self.home.name}/history", "CASELLA_DATA": self.platform.data}
        screen = TmuxScreen(self.program, environment={**place, **environment})
        self.addCleanup(screen.__exit__)
        screen.wait_for("casella> ")
        return screen

    def masks(self):
        return ((str(self.platform.data), "/data"), (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\dZ", "TIME"))

    def test_completion(self):
        screen = self.shell()
        screen.type("alias c")
        screen.press("Tab")
        screen.type("a@screen-works.example --t")
        screen.press("Tab")
        screen.type("wren05@scr")
        screen.press("Tab")
        screen.press("Enter")
        screen.wait_for("Created")
        screen.type("alias l")
        screen.press("Tab")
        screen.type("--tenant screen-w")
        screen.press("Tab")
        screen.press("Enter")
        screen.shows(
            """
Casella at /data. Tab completes; `help` explains; `exit` leaves.
casella> alias create a@screen-works.example --to wren05@screen-works.example
Created alias a@screen-works.example to wren05@screen-works.example.
casella> alias list --tenant screen-works
ALIAS                   TENANT        LEADS TO
a@screen-works.example  screen-works  wren05@screen-works.example
casella>
""",
            self.masks(),
        )

    @staticmethod
    def prompts(screen):
        """How many there are, with nothing behind the last one; 0 otherwise."""
        lines = screen.text().split("\n")
        return sum(line.startswith("casella") for line in lines) if lines[-1].endswith(">") else 0

    def test_the_history_is_searched(self):
        screen = self.shell()
        for done, line in enumerate(("tenant show screen-works --format csv", "use screen-works", "use"), start=1):
            screen.type(line)
            screen.press("Enter")
            # Only the prompt knows the keys; what comes before it is the terminal's, to which C-r means something else.
            eventually(lambda: self.prompts(screen) == done + 1, what="the prompt is back")
        screen.press("C-r")
        screen.type("show scr")
        done = '''
Casella at /data. Tab completes; `help` explains; `exit` leaves.
casella> tenant show screen-works --format csv
tenant,plan,state,domains,users,used,quota,messages,message_quota,kept,created
screen-works,default,active,1,60,0,,0,,0,TIME
casella> use screen-works
casella(screen-works)> use
casella> '''
        screen.shows(done + "tenant show screen-works --format csv\nbck:show scr", self.masks())
        screen.press("Enter")
        again = '''
tenant,plan,state,domains,users,used,quota,messages,message_quota,kept,created
screen-works,default,active,1,60,0,,0,,0,TIME
casella>
'''
        screen.shows(done + "tenant show screen-works --format csv" + again, self.masks())

    def test_a_question_is_asked_and_abandoned(self):
        screen = self.shell()
        screen.type("user delete wren59@screen-works.example")
        screen.press("Enter")
        asked = '''
Casella at /data. Tab completes; `help` explains; `exit` leaves.
casella> user delete wren59@screen-works.example
This deletes user wren59@screen-works.example with 0 messages (0 B). It is out o
f service within seconds, and kept for as long as the plan's kept-days (or delet
edKeptDays) say; with 0 it is destroyed at once, for ever.
Go on? Type yes:'''
        screen.shows(asked, self.masks())
        screen.press("C-c")
        abandoned = '''
casella: Abandoned; nothing was done.
casella>'''
        screen.shows(f"{asked} ^C{abandoned}", self.masks())
        screen.type("user delete wren59@screen-works.example")
        screen.press("Enter")
        eventually(lambda: screen.text().count("Go on? Type yes:") == 2, what="it asks again")
        screen.type("no")
        screen.press("Enter")
        eventually(lambda: screen.text().endswith(f"Go on? Type yes: no{abandoned}"), what="another word abandons too")
        screen.type("user show wren59@screen-works.example --format csv")
        screen.press("Enter")
        screen.wait_for("\nwren59@screen-works.example,screen-works,active")

    def test_mistakes_and_help(self):
        screen = self.shell()
        screen.type("tenat list")
        screen.press("Enter")
        screen.wait_for('Did you mean "tenant"?\ncasella> ')  # keys that come before the prompt are echoed by the terminal
        screen.type("use screen-works")
        screen.press("Enter")
        screen.wait_for("casella(screen-works)> ")
        screen.type("quota show screen-works")
        screen.press("Enter")
        screen.shows(
            """
Casella at /data. Tab completes; `help` explains; `exit` leaves.
casella> tenat list
casella: There is no command "tenat".
Did you mean "tenant"?
casella> use screen-works
casella(screen-works)> quota show screen-works
LEVEL   NAME          USED      QUOTA  FROM         MESSAGES  MESSAGE QUOTA  KEP
T
tenant  screen-works   0 B  unlimited  not limited         0      unlimited   0
B
casella(screen-works)>
""",
            self.masks(),
        )

    def test_what_is_longer_than_the_screen_is_paged(self):
        screen = self.shell(PAGER="less")
        screen.type("user list --tenant screen-works --format csv")
        screen.press("Enter")
        screen.wait_for("wren21@")
        self.assertNotIn("wren22@", screen.text())
        screen.press("Space")
        screen.wait_for("wren40@")
        screen.press("q")
        screen.wait_for("casella> ")
        screen.type("user show wren01@screen-works.example --format csv")
        screen.press("Enter")
        screen.wait_for("wren01@screen-works.example,screen-works")
        # A pager that is not there, and none at all.
        for pager in ("no-such-pager", ""):
            screen = self.shell(CASELLA_PAGER=pager)
            screen.type("user list --tenant screen-works --format csv")
            screen.press("Enter")
            screen.wait_for("wren59@")

    def test_bash_completes_commands_options_and_live_names(self):
        path = f"{self.program.parent}:/usr/bin:/bin"
        environment = {"HOME": self.home.name, "CASELLA_DATA": self.platform.data, "PATH": path, "PS1": "$ "}
        with TmuxScreen("bash", "--norc", "--noprofile", "-i", environment=environment) as screen:
            screen.wait_for("$ ")
            screen.type("source <(casella completion bash); echo ready")
            screen.press("Enter")
            screen.wait_for("\nready\n$")  # keys that come before the prompt are echoed by the terminal
            for typed, completed in (
                ("casella ten", "casella tenant "),
                ("casella user sh", "casella user show "),
                ("casella user show wren5", "casella user show wren5"),
                ("casella user show wren07", "casella user show wren07@screen-works.example "),
                ("casella user show wren08@scr", "casella user show wren08@screen-works.example "),
                ("casella domain create x.example --ten", "casella domain create x.example --tenant "),
                ("casella plan assign default --tenant screen-w", "casella plan assign default --tenant screen-works "),
            ):
                screen.type(typed)
                screen.press("Tab")
                screen.type("|")
                screen.wait_for(completed + "|")
                screen.press("C-u")

    def test_the_scripts_for_other_shells_ask_the_same(self):
        for shell in ("zsh", "fish"):
            self.assertIn("complete --", self.platform.casella("completion", shell).stdout)
        asked = self.platform.casella("complete", "--", "casella user show wren1").stdout.split()
        self.assertEqual([f"wren1{digit}@screen-works.example" for digit in range(10)], asked)
        self.assertEqual("", self.platform.casella("complete", "--", "casella frobnicate x").stdout.strip())
        self.assertEqual("", self.platform.casella("complete", "--", "").stdout.strip())
        self.assertNotIn("complete ", self.platform.casella("help").stdout)

    def test_colours_are_for_terminals_whose_owner_wants_them(self):
        command = [self.program, "--data", self.platform.data, "explain", "delivery", "--to", "x@nowhere.example"]
        self.assertNotIn("\x1b", running.run(command).stdout)
        for environment, coloured in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
            shown = on_a_terminal(command, {"TERM": "xterm", **environment})
            self.assertEqual(coloured, "\x1b[31mrefuses" in shown, (environment, shown))
            self.assertIn("relays for nobody", shown)


class Interrupted(unittest.TestCase):
    def test_a_batch_ends_behind_the_command_in_hand_and_says_where(self):
        platform = running.shared()
        company = Company(platform, users=())
        lines = [f"alias create a{number}@{company.domain} --to x@elsewhere.example" for number in range(2000)]
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            command = [platform.data / "bin/casella", "--data", platform.data, "run", file.name]
            batch = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                # A test in the background would hand on that it is ignored.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )
            for _ in range(5):
                batch.stdout.readline()
            batch.send_signal(signal.SIGINT)
            rest, errors = batch.communicate(timeout=30)
        self.assertEqual(130, batch.returncode, errors)
        done = 5 + rest.count("Created alias")
        self.assertLess(done, len(lines))
        self.assertIn(f"interrupted; {done} commands done, line {done + 1} and those behind it not begun", errors)
        self.assertEqual(done, len(platform.ask("alias", "list", "--domain", company.domain)))


def on_a_terminal(command, environment):
    """What a command writes when its output is a terminal."""
    child, terminal = pty.fork()
    if child == 0:
        os.execve(command[0], [str(word) for word in command], {"PATH": "/usr/bin:/bin", **environment})
    shown = b""
    while True:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:
            break
        if not chunk:
            break
        shown += chunk
    os.waitpid(child, 0)
    os.close(terminal)
    return shown.decode()
