"""The interactive admin shell at the other end of a pseudo-terminal, as a person sits before it."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

from .waiting import eventually

PROMPT = "casella> "


class Terminal:
    """A program on a terminal of 100 columns. `type` sends keys; `wait_for` waits until a text is to be seen."""

    def __init__(self, *command, environment=None):
        self.screen, self.seen = Screen(), 0
        self.process, self.master = pty.fork()
        if self.process == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a test run in the background ignores it, and would hand that on
            os.execve(str(command[0]), [str(word) for word in command], {**os.environ, "TERM": "xterm", "PAGER": "", **(environment or {})})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        os.close(self.master)

    @property
    def all(self):
        """Everything that is to be seen, from the start on."""
        return self.screen.text()

    def type(self, keys):
        os.write(self.master, keys.encode())

    def enter(self, line):
        """Types a line and returns what is to be seen until the next prompt."""
        self.type(line)
        self.wait_for(line)
        self.type("\r")
        return self.wait_for(PROMPT)

    def wait_for(self, wanted, within=10):
        """Returns what came to be seen since the last call, up to the wanted text."""
        deadline = time.monotonic() + within
        while (at := self.all.find(wanted, self.seen)) < 0:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.master], [], [], left)[0]:
                raise AssertionError(f"{wanted!r} is not to be seen; the end of the screen is: {self.all[-2000:]!r}")
            try:
                chunk = os.read(self.master, 65536)
            except OSError:
                chunk = b""
            if not chunk:
                raise AssertionError(f"the program ended without {wanted!r}; the end of the screen is: {self.all[-2000:]!r}")
            self.screen.write(chunk.decode("utf-8", "replace"))
        if wanted.endswith("> "):
            # The prompt is printed a moment before the editor takes the keyboard over; a person's fingers are slower than that.
            eventually(lambda: not termios.tcgetattr(self.master)[3] & termios.ICANON, every=0.005, what="the editor reads keys")
        begin, self.seen = self.seen, at + len(wanted)
        return self.all[begin : self.seen]

    def status(self, within=10):
        """The exit status, once the program has ended."""
        deadline = time.monotonic() + within
        while True:
            ended, status = os.waitpid(self.process, os.WNOHANG)
            if ended:
                self.process = 0
                return os.waitstatus_to_exitcode(status)
            assert time.monotonic() < deadline, f"the program does not end; the end of the screen is: {self.all[-2000:]!r}"
            select.select([self.master], [], [], 0.05)
            try:
                os.read(self.master, 65536)
            except OSError:
                pass


class Screen:
    """Lines as a terminal shows them, for programs that edit the last one: characters, line ends, and movements within a line."""

    SEQUENCE = re.compile(r"\x1b\[([0-9;?]*)([@-~])|\x1b[()][A-Z0-9]|\x1b[=>78]|[\x00-\x1f\x7f]|[^\x00-\x1f\x7f]")

    def __init__(self):
        self.lines, self.column, self.rest = [[]], 0, ""

    def text(self):
        return "\n".join("".join(line) for line in self.lines)

    def write(self, text):
        text, self.rest = self.rest + text, ""
        # A sequence that is not whole yet waits for the next piece.
        if half := re.search(r"\x1b(\[[0-9;?]*)?$", text):
            text, self.rest = text[: half.start()], half.group()
        for found in self.SEQUENCE.finditer(text):
            self._perform(found.group(), found.group(1), found.group(2))

    def _perform(self, text, parameters, final):
        line = self.lines[-1]
        count = int(parameters) if parameters and parameters.isdigit() else 1
        if final == "C":
            self.column += count
        elif final == "D":
            self.column = max(0, self.column - count)
        elif final == "G":
            self.column = count - 1
        elif final in ("K", "J"):
            del line[self.column :]
        elif final == "P":
            del line[self.column : self.column + count]
        elif final == "@":
            line[self.column : self.column] = " " * count
        elif text == "\n":
            self.lines.append([])
            self.column = 0
        elif text == "\r":
            self.column = 0
        elif text == "\b":
            self.column = max(0, self.column - 1)
        elif text >= " " and not text.startswith("\x1b"):
            line += " " * (self.column - len(line))
            line[self.column : self.column + 1] = text
            self.column += 1
