"""Messages accepted and delivered a second: Postfix's smtp-source against the gateway's port 25."""

import os
import subprocess
import sys
import threading
import time

from platform_under_test import CHECKOUT

SIZE = 10240
USERS = 20


def measure(platform, report, runs, messages, connections):
    source = Source()
    report.heading(
        f"deliver  {SIZE // 1024} KiB, {len(platform.domains)} domains × {USERS} users, {connections} connections, fsync on, {runs} runs"
    )
    source.send(platform, USERS * len(platform.domains), connections)  # every worker runs, every mailbox exists
    accepted, delivered, latency = [], [], []
    for _ in range(runs):
        before = platform.stored_messages()
        began = time.monotonic()
        count = source.send(platform, messages, connections)
        seconds = time.monotonic() - began
        wait_for(platform, before + count)
        accepted.append(count / seconds)
        delivered.append(count / (time.monotonic() - began))
        latency.append(1000 * connections * seconds / count)
    report.rate("accepted", accepted)
    report.rate("delivered", delivered, "until `tenant list` counts them")
    report.milliseconds("time for one message", latency, "seen by one connection")


def wait_for(platform, count):
    deadline = time.monotonic() + 60
    while (stored := platform.stored_messages()) < count:
        if time.monotonic() > deadline:
            sys.exit(f"{count - stored} messages were accepted and did not arrive within a minute")
        time.sleep(0.02)
    if stored > count:
        sys.exit(f"{stored - count} messages were delivered twice")


class Source:
    """smtp-source sends to 1u@domain … 20u@domain over one connection; many run one after the other on each connection."""

    def __init__(self):
        script = "set -euo pipefail; cd ops/lib; . ./common.sh; . ./install.sh; . ./postfix.sh; fetch_postfix_tools; echo \"$postfix_tools\""
        done = subprocess.run(["bash", "-c", script], cwd=CHECKOUT, check=True, stdout=subprocess.PIPE, text=True)
        tools = done.stdout.strip().splitlines()[-1]
        self._program = f"{tools}/usr/sbin/smtp-source"
        self._environment = {**os.environ, "LD_LIBRARY_PATH": f"{tools}/usr/lib/postfix"}

    def send(self, platform, messages, connections):
        """Returns how many were sent: `messages`, rounded up to whole rounds through a domain's users."""
        rounds = -(-messages // USERS)
        rounds += -rounds % connections
        problems = []

        def connection(number):
            for turn in range(number, rounds, connections):
                domain = platform.domains[turn % len(platform.domains)]
                command = [
                    self._program, "-N", "-d", "-s", "1", "-m", str(USERS), "-l", str(SIZE), "-f", "sender@outside.example",
                    "-t", f"u@{domain}", f"inet:127.0.0.1:{platform.port(25)}",
                ]
                done = subprocess.run(command, env=self._environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
                if done.returncode != 0:
                    problems.append(done.stderr.strip())
                    return

        threads = [threading.Thread(target=connection, args=(number,)) for number in range(connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if problems:
            sys.exit(f"smtp-source: {problems[0]}")
        return rounds * USERS
