"""An intruder in a platform's process: the program of Tests/CageProbe in the place of a worker, a gateway or a relay.

The control plane starts it as it starts them, it enters the cage that they enter, and then makes the system calls that it is told to.
"""

import errno
import os
import shutil
import socket
import struct

from .running import CHECKOUT, run
from .waiting import eventually

AT_FDCWD = -100


def buffer(size):
    """A place of zeros for the kernel to write to."""
    return f"b:{size}"


def octets(content):
    return "x:" + content.hex()


def unix_address(path):
    """`path` is a name in the file system, or begins with a zero octet: an abstract one."""
    return struct.pack("=H", socket.AF_UNIX) + os.fsencode(path) + (b"" if path.startswith("\0") else b"\0")


def ipv4_address(host, port):
    return struct.pack("=H", socket.AF_INET) + struct.pack("!H", port) + socket.inet_aton(host) + bytes(8)


def lay(platform, program):
    """Puts the probe in the place of a program of this platform."""
    built = CHECKOUT / ".build" / os.environ.get("CASELLA_BUILD", "release") / "casella-cage-probe"
    place = platform.data / "bin" / program
    place.unlink()  # other platforms have the same file
    shutil.copyfile(built, place)
    place.chmod(0o755)


class Probe:
    """A probe that runs behind a Unix socket, or behind a port of this machine."""

    def __init__(self, door):
        self.door = door
        self.connect()

    def connect(self):
        if isinstance(self.door, int):
            self.socket = socket.create_connection(("127.0.0.1", self.door), timeout=30)
        else:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(30)
            self.socket.connect(str(self.door))
        self.stream = self.socket.makefile("rw", newline="\n")

    def ask(self, *words):
        self.stream.write(" ".join(str(int(word)) if isinstance(word, int) else word for word in words) + "\n")
        self.stream.flush()
        answer = self.stream.readline()
        if not answer:
            raise ConnectionError("the probe is gone")
        return answer.strip()

    def call(self, name, *arguments):
        """The call's result, or the name of its error, such as `EPERM`. A text argument is passed with a zero at its end."""
        words = [value if isinstance(value, int) or value[:2] in ("x:", "b:") else f"s:{value}" for value in arguments]
        result = int(self.ask("call", name, *words))
        assert result != -1000, f"the probe does not know {name}"
        return errno.errorcode[-result] if result < 0 else result

    def repeat(self, count, name, *arguments):
        """How often the call worked, and the name of the error that came then."""
        worked, result = self.ask("repeat", count, name, *arguments).split()
        return int(worked), errno.errorcode[-int(result)] if int(result) else None

    def take(self, given):
        """Hands a socket over to the probe, as a gateway does to a worker; returns the number that it has there."""
        self.stream.write("take\n")
        self.stream.flush()
        socket.send_fds(self.socket, [b"\1\0\0\0\0"], [given.fileno()])
        return int(self.stream.readline())

    def pid(self):
        return self.call("getpid")

    def end(self):
        """The process ends; the next one is started for whoever connects next."""
        self.stream.write("exit\n")
        self.stream.flush()
        self.close()

    def close(self):
        self.stream.close()
        self.socket.close()


def abstract_listener(name):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("\0" + name)
    listener.listen()
    return listener


def landlock_abi():
    """What this kernel's Landlock can do; asked from a process of its own, since the call has no name in Python."""
    number = 444  # landlock_create_ruleset, on every architecture
    script = f"import ctypes; print(ctypes.CDLL(None, use_errno=True).syscall({number}, None, ctypes.c_size_t(0), ctypes.c_uint32(1)))"
    return int(run(["/usr/bin/python3", "-c", script]).stdout)


def restarted(platform, name):
    """Restarts a service of the platform, and waits for its new process."""
    before = platform.worker_pid(name)
    platform.casella("worker", "restart", name)
    eventually(lambda: platform.worker_pid(name) not in (None, before), what=f"{name} runs again")
