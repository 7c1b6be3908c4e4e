"""Postfix's smtp-sink as the rest of the world; it ends when it has taken as many messages as were announced."""

import os
import signal
import subprocess
import time

from systems.mail_system import listens, wait_until

PATIENCE = 180


class SMTPSink:
    def __init__(self, tools, port, messages):
        self._port = port
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        self._command = [tools.program("smtp-sink"), *user, "-M", str(messages), f"127.0.0.1:{port}", "1000"]
        self._environment = tools.environment

    def __enter__(self):
        self._process = subprocess.Popen(
            self._command, env=self._environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: listens(self._port), 10, "smtp-sink does not listen")
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def pause(self):
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self._process.send_signal(signal.SIGCONT)

    def wait_for_all(self):
        deadline = time.monotonic() + PATIENCE
        while self._process.poll() is None:
            if time.monotonic() > deadline:
                raise RuntimeError(f"the queue did not drain within {PATIENCE} s")
            time.sleep(0.005)
