"""IMAP logins a second: connect, LOGIN, LOGOUT; first with passwords that must be hashed, then with the same ones again."""

import sys
import threading
import time

from imap_client import IMAPClient


def measure(platform, report, runs, connections):
    report.heading(f"login  IMAP from loopback without TLS, {connections} connections, {runs} runs of 100")
    addresses = [address for address in platform.passwords if not address.startswith("ann@")]
    # Each run has users of its own, so that no proof of an earlier login is remembered.
    share = addresses[(0 if connections == 1 else len(addresses) // 2):][: 100 * runs]
    first, again = [], []
    for run in range(runs):
        users = share[run * 100 % len(share):][:100]
        first.append(rate(platform, users, connections))
        again.append(rate(platform, users, connections))
    report.rate("first login", first, "one Argon2id hash each")
    report.rate("again", again, "within the gateway's memory of proofs")


def rate(platform, users, connections):
    problems = []

    def connection(number):
        try:
            for address in users[number::connections]:
                client = IMAPClient(platform.port(143))
                client.login(address, platform.passwords[address])
                client.close()
        except (OSError, RuntimeError) as problem:
            problems.append(problem)

    threads = [threading.Thread(target=connection, args=(number,)) for number in range(connections)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - began
    if problems:
        sys.exit(f"login failed: {problems[0]}")
    return len(users) / seconds
