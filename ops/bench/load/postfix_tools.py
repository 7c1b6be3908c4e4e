"""Postfix's own load generator and sink."""

import os
import subprocess


class PostfixTools:
    """smtp-source and smtp-sink from where ops/lib/postfix.sh took their package apart."""

    def __init__(self, tree):
        self._tree = tree
        self.environment = {**os.environ, "LD_LIBRARY_PATH": f"{tree}/usr/lib/postfix"}

    def program(self, name):
        return f"{self._tree}/usr/sbin/{name}"

    def send(self, port, *options):
        command = [self.program("smtp-source"), "-d", "-f", "sender@outside.example", *map(str, options), f"inet:127.0.0.1:{port}"]
        done = subprocess.run(command, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode != 0 or done.stderr:
            raise RuntimeError(f"smtp-source: {done.stderr.strip()}")
