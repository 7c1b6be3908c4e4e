"""A mixed load: 50 clients at ten companies, each doing what mail programs do, in an order that is drawn the same on both systems."""

import random

from figure import RATE
from load import filling, imap
from load.messages import message
from population import companies
from row import Row

MESSAGES = 200
# How often, of a hundred: looking for news, reading, marking, listing, searching, keeping a copy of what was sent.
ACTIONS = {"noop": 20, "read": 30, "flag": 15, "list": 15, "status": 8, "search": 5, "append": 7}


class Mixed(Row):
    name = "50 clients, actions"
    figures = {"": RATE}

    def __init__(self, bench):
        super().__init__(bench)
        self._homes = companies("mixed", *bench.of((10, 5), (2, 5)))
        self._actions = bench.of(100, 20)

    def companies(self):
        return self._homes

    def prepare(self, system):
        for home in self._homes:
            for address in home.addresses():
                filling.fill(system, address, MESSAGES, octets=8192, distinct=25)

    def measure(self, system, run):
        addresses = [address for home in self._homes for address in home.addresses()]
        clients = 50
        drawn = [self._draw(1000 * run + number) for number in range(clients)]
        chosen = [addresses[number % len(addresses)] for number in range(clients)]
        scripts = [(address, self._script(address, *one)) for address, one in zip(chosen, drawn)]
        with system.storing(sum(actions.count("append") for _, actions in drawn)):
            took = imap.run(system, scripts)
        return {"": clients * self._actions / took}

    def _draw(self, seed):
        chance = random.Random(seed)
        return chance, chance.choices(list(ACTIONS), list(ACTIONS.values()), k=self._actions)

    def _script(self, address, chance, chosen):
        kept = [message(8192, address) for action in chosen if action == "append"]

        def script(_):
            yield from imap.command(b"SELECT INBOX")
            for action in chosen:
                yield from imap.command(words(action, chance, kept))
            yield from imap.command(b"LOGOUT")

        return script


def words(action, chance, kept):
    number = chance.randrange(1, MESSAGES + 1)
    match action:
        case "noop":
            return b"NOOP"
        case "read":
            return b"FETCH %d (UID FLAGS BODY[])" % number
        case "flag":
            return b"STORE %d %sFLAGS (\\Flagged)" % (number, chance.choice([b"+", b"-"]))
        case "list":
            first = max(1, number - 50)
            return b"FETCH %d:%d (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)" % (first, number)
        case "status":
            return b"STATUS INBOX (MESSAGES UNSEEN)"
        case "search":
            return b"SEARCH UNSEEN"
        case "append":
            return imap.append_words(b"INBOX", kept.pop(), b"\\Seen")


def rows(bench):
    return [Mixed(bench)]
