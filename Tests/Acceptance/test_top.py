"""`casella top` at a terminal of its own: its screen, its keys, its end."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import termios
import time
import unittest

from support import clients, running
from support.companies import Company
from support.messages import message
from support.waiting import eventually

SEQUENCE = re.compile(r"\x1b\[([?0-9;]*)([A-Za-z])|\r|\n|[^\x1b\r\n]+", re.S)


class FullScreen:
    """What a program shows on the whole of a terminal: it places the cursor, writes lines, and clears what is behind them."""

    def __init__(self, command, columns=80, rows=24, **environment):
        self.columns, self.rows = columns, rows
        self.lines, self.row, self.column = [""] * rows, 0, 0
        self.sent, self.rest = "", ""
        self.process, self.master = pty.fork()
        if self.process == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.execve(str(command[0]), [str(word) for word in command], {**os.environ, "TERM": "xterm", **environment})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        os.close(self.master)

    def resize(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.lines, self.row = [""] * rows, min(self.row, rows - 1)  # where a terminal leaves the cursor
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys):
        os.write(self.master, keys.encode())

    def wait_until(self, condition, within=15):
        deadline = time.monotonic() + within
        while not condition(self.lines):
            left = deadline - time.monotonic()
            if left <= 0 or not self.read(left):
                raise AssertionError("the screen is:\n" + "\n".join(self.lines))

    def read(self, patience):
        if not select.select([self.master], [], [], patience)[0]:
            return False
        try:
            chunk = os.read(self.master, 65536).decode("utf-8", "replace")
        except OSError:
            return False
        self.sent += chunk
        text, self.rest = self.rest + chunk, ""
        if half := re.search(r"\x1b(\[[?0-9;]*)?$", text):
            text, self.rest = text[: half.start()], half.group()
        for found in SEQUENCE.finditer(text):
            self.perform(found.group(), found.group(2))
        return bool(chunk)

    def perform(self, text, final):
        if final == "H":
            self.row = self.column = 0
        elif final == "K":
            self.lines[self.row] = self.lines[self.row][: self.column]
        elif final == "J":
            self.lines[self.row] = self.lines[self.row][: self.column]
            self.lines[self.row + 1 :] = [""] * (self.rows - self.row - 1)
        elif text == "\r":
            self.column = 0
        elif text == "\n":
            self.row = min(self.row + 1, self.rows - 1)
        elif not final:
            line = self.lines[self.row].ljust(self.column)
            self.lines[self.row] = (line[: self.column] + text + line[self.column + len(text) :])[: self.columns]
            self.column += len(text)

    def status(self, within=10):
        deadline = time.monotonic() + within
        while True:
            ended, status = os.waitpid(self.process, os.WNOHANG)
            if ended:
                while self.read(0.1):
                    pass
                self.process = 0
                return os.waitstatus_to_exitcode(status)
            if time.monotonic() > deadline:
                raise AssertionError("it does not end; the screen is:\n" + "\n".join(self.lines))
            self.read(0.05)


def masked(line):
    """Numbers as `#`, with their units; spaces as one."""
    line = re.sub(r"\d+(\.\d+)?", "#", line)
    line = re.sub(r"# ([KMGTP]?i?B|s|min|h|d)\b", "#", line)
    return re.sub(r" +", " ", line).strip()


TITLES = ("TENANT", "SESSIONS", "MAIL/S", "CMDS/S", "STORED", "MEMORY")
ROW = re.compile(r"(\S+) +(\d+) +(\S+) +(\S+) +(\S+ [KMGTP]?i?B) +(\S+ [KMGTP]?i?B|-)")
SCALE = {"": 1, "B": 1} | {
    f"{letter}{mark}B": base**power
    for mark, base in (("", 1_000), ("i", 1_024))
    for power, letter in enumerate("KMGTP", start=1)
}


def amount(text):
    """What a cell tells as a number; a hyphen stands for less than nothing."""
    number, _, unit = text.partition(" ")
    return -1 if number == "-" else float(number) * SCALE[unit]


def tenants(lines):
    """The cells of each row below the titles; None while the screen is being drawn."""
    rows = [line.strip() for line in lines[9:-1] if line.strip()]
    found = [ROW.fullmatch(row) for row in rows]
    return [row.groups() for row in found] if all(found) else None


def is_sorted(rows, title):
    cells = [row[TITLES.index(title)] for row in rows]
    if title == "TENANT":
        return cells == sorted(cells)
    amounts = list(map(amount, cells))
    # Sizes are rounded for people, in one unit or the other.
    return all(later <= earlier * 1.06 for earlier, later in zip(amounts, amounts[1:]) if later >= 0)


GOLDEN = """
Casella at mx.casella.test up TIME

mail delivered #/s, refused #/s, deferred #/s
submitted #/s, queue #
sessions #: imap #, pop# #, submission #
commands #/s, logins #/s, refused #/s
machine disk # free (# %), memory #

TENANT SESSIONS MAIL/S* CMDS/S STORED MEMORY
TENANTS
q quits; arrows or s change the order
"""


def whole(lines):
    """The screen with figures masked, and as one line the tenants, of which others make some too, and the room below them."""
    shown, tenants = [], 0
    for number, line in enumerate(lines):
        if number > 8 and (not line.strip() or ROW.fullmatch(line.strip()) or re.fullmatch(r"and \d+ tenants? more", line)):
            tenants += 1
            shown += ["TENANTS"] if tenants == 1 else []
        else:
            line = re.sub(r"(?<=up ).*Z$", "TIME", re.sub(r", (held|oldest) \d+( (s|min|h|d))*( \d+ (min|h))?", "", line))
            shown.append(line if "TIME" in line and number == 0 else masked(line))
    return re.sub(r" +", " ", "\n".join(shown))


class Top(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()
        cls.company = Company(cls.platform)
        cls.command = [cls.platform.data / "bin/casella", "--data", cls.platform.data, "top"]

    def screen(self, *options, **settings):
        screen = FullScreen([*self.command, "--interval", "0.2", *options], **settings)
        screen.wait_until(lambda lines: "q quits" in lines[-1])
        return screen

    def test_the_screen(self):
        with self.screen() as screen:
            screen.wait_until(lambda lines: "-/s" not in lines[2])
            lines = screen.lines
            self.assertRegex(lines[0], r"^Casella at mx\.casella\.test +up .*  \d\d:\d\d:\d\dZ$")
            self.assertEqual("mail delivered #/s, refused #/s, deferred #/s", masked(lines[2]))
            self.assertRegex(masked(lines[3]), r"^submitted #/s, queue #")
            self.assertEqual("sessions #: imap #, pop# #, submission #", masked(lines[4]))
            self.assertEqual("commands #/s, logins #/s, refused #/s", masked(lines[5]))
            self.assertEqual("machine disk # free (# %), memory #", masked(lines[6]))
            self.assertEqual("TENANT SESSIONS MAIL/S* CMDS/S STORED MEMORY", masked(lines[8]))
            self.assertEqual("q quits; arrows or s change the order", lines[-1])
            self.assertIn("\x1b[?1049h", screen.sent)
            self.assertIn("\x1b[7m", screen.sent)

    def test_the_whole_screen(self):
        for columns, rows in ((80, 24), (100, 30)):
            with self.subTest(columns=columns), self.screen(columns=columns, rows=rows) as screen:
                screen.wait_until(lambda lines: whole(lines) == GOLDEN.strip())
                self.assertEqual(rows, len(screen.lines))

    def leaves_cleanly(self, screen, status):
        self.assertEqual(status, screen.status())
        self.assertTrue(screen.sent.rstrip().endswith("\x1b[?1049l"), repr(screen.sent[-60:]))
        self.assertIn("\x1b[?25h", screen.sent[-40:])

    def test_q_ctrl_c_and_sigterm_give_the_screen_back(self):
        for leave, status in (
            (lambda screen: screen.type("q"), 0),
            (lambda screen: screen.type("\x03"), 0),
            (lambda screen: os.kill(screen.process, signal.SIGINT), 0),
            (lambda screen: os.kill(screen.process, signal.SIGTERM), -signal.SIGTERM),
        ):
            with self.screen() as screen:
                leave(screen)
                self.leaves_cleanly(screen, status)
                modes = termios.tcgetattr(screen.master)[3]
                self.assertTrue(modes & termios.ICANON and modes & termios.ECHO)

    def test_keys_are_heard_while_the_platform_hangs(self):
        control = self.platform.control_pid()
        for leave in (lambda screen: screen.type("q"), lambda screen: screen.type("\x03")):
            with self.screen() as screen:
                os.kill(control, signal.SIGSTOP)
                try:
                    eventually(self.waits_for_an_answer, what="it asks")
                    screen.type("s")
                    screen.wait_until(lambda lines: "CMDS/S*" in lines[8], within=1.5)
                    leave(screen)
                    self.leaves_cleanly(screen, 0)
                finally:
                    os.kill(control, signal.SIGCONT)

    def waits_for_an_answer(self):
        """Somebody has called the control plane, which has not taken the call: SS_CONNECTING in the kernel's table."""
        path = str(self.platform.data / "run/admin.sock")
        with open("/proc/net/unix") as table:
            return any(line.split()[5] == "02" for line in table if line.rstrip("\n").endswith(path))

    def test_keys_change_the_order(self):
        small, large, busy = (Company(self.platform, name=f"top-{letter}", users=("ann",)) for letter in "abc")
        for company, size in ((small, 20_000), (large, 200_000), (busy, 60_000)):
            address = company.address("ann")
            clients.deliver(self.platform, message(address, size=size), address)
        by_name, by_work, by_size = ("top-a", "top-b", "top-c"), ("top-c", "top-a", "top-b"), ("top-b", "top-c", "top-a")
        with clients.imap(busy, "ann") as session, self.screen(columns=120, rows=600) as screen:

            def shows(title, order):
                session.noop()  # of its company are all commands, as long as somebody looks
                rows = tenants(screen.lines)
                if not rows or f"{title}*" not in screen.lines[8] or not is_sorted(rows, title):
                    return False
                return order is None or order == tuple(row[0] for row in rows if row[0] in by_name)

            for keys, title, order in (
                ("s", "CMDS/S", by_work), ("\x1b[C", "STORED", by_size), ("\x1bOC", "MEMORY", None), ("s", "TENANT", by_name),
                ("\x1b[B", "SESSIONS", by_work), ("\x1b[A", "TENANT", by_name), ("\x1b[D", "MEMORY", None),
            ):
                screen.type(keys)
                screen.wait_until(lambda lines: shows(title, order))
                self.assertEqual(1, screen.lines[8].count("*"))

    def test_it_follows_the_terminals_size(self):
        with self.screen() as screen:
            for columns, rows in ((60, 15), (132, 50)):
                screen.resize(columns, rows)
                screen.wait_until(lambda lines: "q quits" in lines[-1] and len(lines[0]) == columns)
            screen.resize(59, 15)
            screen.wait_until(lambda lines: "too small" in lines[0])
            screen.resize(80, 24)
            screen.wait_until(lambda lines: "q quits" in lines[-1])

    def test_no_color_leaves_styles_out(self):
        with self.screen(NO_COLOR="1") as screen:
            self.assertNotRegex(screen.sent, r"\x1b\[[17]m")
            screen.type("q")
            self.leaves_cleanly(screen, 0)

    def test_without_a_terminal_it_says_so_and_once_prints_a_screen(self):
        refused = self.platform.casella("top", check=False)
        self.assertEqual((65, ""), (refused.returncode, refused.stdout))
        self.assertIn("top --once", refused.stderr)
        text = self.platform.casella("top", "--once", "--interval", "0.2").stdout
        self.assertNotIn("\x1b", text)
        self.assertRegex(text, r"^Casella at mx\.casella\.test ")
        self.assertIn("\nTENANT ", text)
        figures = json.loads(self.platform.casella("--format", "json", "top", "--interval", "0.2").stdout)
        self.assertGreater(figures["seconds"], 0.1)
        self.assertLessEqual(0, figures["deliveredPerSecond"])
        csv = self.platform.casella("--format", "csv", "top", "--interval", "0.2").stdout
        self.assertTrue(csv.startswith("tenant,running,sessions,delivered_per_second,commands_per_second,stored,memory\n"))


if __name__ == "__main__":
    unittest.main()
