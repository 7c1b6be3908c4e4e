"""What every mail system under test offers to the measurements."""

import abc
import socket
import sys
import time
from contextlib import contextmanager

from . import processes


# The standard ports of what is served; each system adds its port base.
PORTS = (25, 110, 143, 465, 587, 993, 995)


class MailSystem(abc.ABC):
    """One installation with ports, users and processes of its own. `name` is the word for it in the table."""

    name = ""
    # Seconds until idle database connections, spare processes and what else outlives its use have gone.
    settling = 8

    def __init__(self, scratch, port_base):
        self.scratch, self.port_base = scratch, port_base
        self.passwords = {}

    def port(self, standard):
        """Where the service with that standard port listens, on 127.0.0.1."""
        return self.port_base + standard

    @abc.abstractmethod
    def start(self):
        """Returns when it serves, with nobody in it."""

    @abc.abstractmethod
    def stop(self):
        """Harmless when it does not run."""

    @abc.abstractmethod
    def provision(self, companies):
        """Makes all companies, each once however often it is named, and fills `passwords`."""

    @abc.abstractmethod
    def roots(self):
        """The processes that all others of the system descend from."""

    @abc.abstractmethod
    def start_afresh(self, company):
        """Nothing that a process knows about this company's mail stays in memory; the page cache does."""

    @abc.abstractmethod
    def description(self):
        """Versions and settings, for the table's head."""

    def family(self):
        return processes.family(self.roots())

    def cpu_seconds(self):
        """User and system time since the start, of all processes, ended ones too."""
        return processes.cpu_seconds(self.family())

    @contextmanager
    def storing(self, count):
        """The block brings in so many messages, each copy counted, and this ends when nothing is left to be done for them: at once where
        nothing follows a message that is visible."""
        yield

    def memory(self):
        """Proportional set size of all processes together, in kilobytes."""
        return processes.pss(self.family())

    @contextmanager
    def running(self, keep):
        try:
            self.start()
            yield self
        finally:
            if keep:
                print(f"\n{self.name} runs on: {self.keeping()}", file=sys.stderr)
            else:
                self.stop()

    @abc.abstractmethod
    def keeping(self):
        """How to stop it by hand."""


def wait_until(met, seconds, problem):
    deadline = time.monotonic() + seconds
    while not met():
        if time.monotonic() > deadline:
            raise RuntimeError(problem)
        time.sleep(0.05)


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        return True
    except OSError:
        return False
