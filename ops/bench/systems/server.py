"""One of the peer's two servers as a process."""

from . import mail_system, overlay


class Server:
    """`name` stands in complaints, `home` is its folder."""

    name = ""

    def __init__(self, home, tree):
        self.home, self.tree = home, tree
        self._process = None

    def launch(self, command, port, *logs):
        """Returns when it listens. The first log takes what the process itself says."""
        self._process = overlay.start(self.tree, command, logs[0])
        mail_system.wait_until(
            lambda: mail_system.listens(port) or self._process.poll() is not None, 30, f"{self.name} does not listen")
        if self._process.poll() is not None:
            raise RuntimeError(f"{self.name} did not start: {' '.join(map(overlay.told, logs))}")

    def root(self):
        return self._process.pid

    def stop(self):
        if self._process and self._process.poll() is None:
            self._process.terminate()
            self._process.wait()
