"""Bash, zsh and fish with what `casella completion` prints for them, driven key by key."""

import pathlib
import tempfile
import unittest

from support import running
from support.companies import Company
from support.screen import TmuxScreen

# What is typed before Tab, and what stands there after it.
COMPLETED = (
    ("casella ten", "casella tenant "),
    ("casella user sh", "casella user show "),
    ("casella domain create x.example --ten", "casella domain create x.example --tenant "),
    ("casella plan assign default --tenant shell-w", "casella plan assign default --tenant shell-works "),
    ("casella plan assign default --tenant=shell-w", "casella plan assign default --tenant=shell-works "),
    ("casella tenant list --format=j", "casella tenant list --format=json "),
    ("casella user show fin", "casella user show finch0"),
    ("casella user show finch07", "casella user show finch07@shell-works.example "),
    ("casella user show finch08@she", "casella user show finch08@shell-works.example "),
    ("casella alias create a@shell-works.example --to=", "casella alias create a@shell-works.example --to="),
    ("casella frobnicate finch07", "casella frobnicate finch07"),
    # Apostrophes and blanks, of names that exist and of words that stand before.
    ("casella user show yak", r"casella user show yak\'wren@shell-works.example "),
    ("casella user show 'wren 07", "casella user show 'wren 07"),
    ("casella domain create 'a b' --ten", "casella domain create 'a b' --tenant "),
    (r"casella alias create o\'x@shell-works.example --t", r"casella alias create o\'x@shell-works.example --to "),
    ("casella user show '$(touch harm)' --form", "casella user show '$(touch harm)' --format "),
    ("casella --data '{home}/a b' user show finch07", "casella --data '{home}/a b' user show finch07@shell-works.example "),
    # Words that are quoted already, as far as they are typed.
    (r"casella user show yak\'w", r"casella user show yak\'wren@shell-works.example "),
    ('casella user show "yak', 'casella user show "yak\'wren@shell-works.example" '),
    ("casella user show 'finch07", "casella user show 'finch07@shell-works.example' "),
    ("casella user show 'finch07@she", "casella user show 'finch07@shell-works.example' "),
    ("casella 'user' sho", "casella 'user' show "),
)
# A name is never run, and what is typed in single quotes goes on as each shell has it there.
IN_BASH = (
    ("casella user show owl", r"casella user show owl\$\`\{x\}@shell-works.example "),
    ("casella user show 'yak", r"casella user show 'yak'\''wren@shell-works.example' "),
)
IN_FISH = (
    ("casella user show owl", r"casella user show owl\$`\{x\}@shell-works.example "),
    ("casella user show 'yak", r"casella user show 'yak\'wren@shell-works.example' "),
)


class Shells(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()
        cls.company = Company(cls.platform, name="shell-works", users=())
        cls.program = cls.platform.data / "bin/casella"
        with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
            names = ["yak'wren", "owl$`{x}", *(f"finch0{number}" for number in range(10))]
            file.write("address\n" + "".join(f"{name}@{cls.company.domain}\n" for name in names))
            file.flush()
            cls.platform.casella("user", "import", file.name)

    def setUp(self):
        home = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(home.cleanup)
        self.home = pathlib.Path(home.name)
        (self.home / "a b").symlink_to(self.platform.data)

    def shell(self, *command, **more):
        environment = {
            "HOME": self.home, "XDG_CONFIG_HOME": self.home, "XDG_DATA_HOME": self.home, "ZDOTDIR": self.home,
            "CASELLA_DATA": self.platform.data, "PATH": f"{self.program.parent}:/usr/bin:/bin",
        }
        screen = TmuxScreen(*command, environment={**environment, **more})
        self.addCleanup(screen.__exit__)
        screen.wait_for("$ ")
        return screen

    def enter(self, screen, line):
        """Runs a line, and shows a fresh screen."""
        screen.type(f"{line}; clear; echo read''y")
        screen.press("Enter")
        screen.wait_for("ready")

    def completes(self, screen, more=IN_BASH):
        for typed, completed in (*COMPLETED, *more):
            typed, completed = typed.replace("{home}", str(self.home)), completed.replace("{home}", str(self.home))
            with self.subTest(typed):
                screen.press("C-u")
                screen.type(typed)
                screen.press("Tab")
                screen.type("%")
                screen.wait_for(completed + "%")
        self.assertEqual([], list(self.home.rglob("harm")))

    def test_bash(self):
        screen = self.shell("bash", "--norc", "--noprofile", "-i", PS1="$ ")
        self.enter(screen, "cd; source <(casella completion bash)")
        self.completes(screen)

    def zsh(self):
        return self.shell("zsh", "--no-globalrcs", "--no-rcs", "-i", PS1="$ ")

    def test_zsh(self):
        screen = self.zsh()
        self.enter(screen, "cd; bindkey -e; source <(casella completion zsh)")
        self.completes(screen)

    def test_zsh_with_the_script_among_its_functions(self):
        (self.home / "_casella").write_text(self.platform.casella("completion", "zsh").stdout)
        screen = self.zsh()
        self.enter(screen, f"cd; bindkey -e; fpath=({self.home} $fpath); autoload -Uz compinit; compinit -u")
        self.completes(screen)

    def test_fish(self):
        screen = self.shell("fish", "--no-config", "--interactive", "--init-command", "function fish_prompt; echo -n '$ '; end")
        self.enter(screen, "cd; casella completion fish | source")
        self.completes(screen, IN_FISH)
