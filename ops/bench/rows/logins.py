"""IMAP logins: connect, LOGIN, LOGOUT. Each user for the first time, then the same users again within what the systems remember."""

import threading
import time

from figure import RATE
from load.imap import Session
from population import Company
from row import Row


class Logins(Row):
    figures = {"first": RATE, "again": RATE}

    def __init__(self, bench, connections, company):
        super().__init__(bench)
        self.name, self._connections, self._company = f"{connections} connections", connections, company
        self._each = bench.of(40, 10)

    def companies(self):
        return [self._company]

    def measure(self, system, run):
        # Each run has users of its own, so that nobody has logged in before.
        users = self._company.addresses()[run * self._each:][: self._each]
        first = rate(system, users, self._connections)
        return {"first": first, "again": rate(system, users * self.bench.of(5, 1), self._connections)}


def rate(system, users, connections):
    problems = []

    def connection(number):
        try:
            for address in users[number::connections]:
                session = Session(system.port(143), address, system.passwords[address])
                session.command(b"LOGOUT")
                session.close()
        except (OSError, RuntimeError) as problem:
            problems.append(problem)

    threads = [threading.Thread(target=connection, args=(number,)) for number in range(connections)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]
    return len(users) / (time.monotonic() - began)


def rows(bench):
    for connections in (1, 10):
        company = Company(f"logins{connections}", bench.of(40, 10) * bench.runs, hashed=True)
        yield Logins(bench, connections, company)
