"""A whole screen as a person sees it: a program inside tmux, its keys, and what stands on the screen."""

import itertools
import os
import re
import subprocess

from .waiting import eventually

_numbers = itertools.count(1)


class TmuxScreen:
    """80 columns and 24 lines."""

    def __init__(self, *command, environment=None):
        self.socket = f"casella-test-{os.getpid()}-{next(_numbers)}"
        words = ["env", *(f"{name}={value}" for name, value in (environment or {}).items()), *map(str, command)]
        self._tmux("new-session", "-d", "-x", "80", "-y", "24", *words)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._tmux("kill-server", check=False)

    def _tmux(self, *words, check=True):
        done = subprocess.run(["tmux", "-L", self.socket, "-f", "/dev/null", *words], capture_output=True, text=True, timeout=20)
        if check and done.returncode:
            raise AssertionError(done.stderr)
        return done.stdout

    def type(self, text):
        self._tmux("send-keys", "-l", "--", text)

    def press(self, *keys):
        """Keys by their names, such as `Enter`, `Tab`, `C-c`."""
        self._tmux("send-keys", *keys)

    def text(self, masks=()):
        """The screen without empty lines at its end. `masks`: (expression, what stands in its place)."""
        shown = re.sub(r"\n+\Z", "", self._tmux("capture-pane", "-p"))
        for expression, instead in masks:
            shown = re.sub(expression, instead, shown)
        return "\n".join(line.rstrip() for line in shown.split("\n"))

    def shows(self, golden, masks=(), within=10):
        """Waits until the screen is this one."""
        golden = golden.strip("\n")
        try:
            eventually(lambda: self.text(masks) == golden, within=within, what="the screen")
        except AssertionError:
            raise AssertionError(f"the screen is\n{self.text(masks)}\n--- and not\n{golden}") from None

    def wait_for(self, text, within=10):
        text = text.rstrip()  # as tmux shows lines
        try:
            eventually(lambda: text in self.text(), within=within, what=text)
        except AssertionError:
            raise AssertionError(f"{text!r} is not to be seen:\n{self.text()}") from None
