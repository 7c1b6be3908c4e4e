"""A run: the clients' rounds, the comparisons between them, and the kills."""

import asyncio
import dataclasses
import itertools
import os
import random
import signal
import time

from . import folders, quiet
from .client import Client
from .facts import Contradiction, World
from .session import Command


# Between two times that disk space is given back.
COMPACTION_PAUSE = 5.0
# How long a round may take after the other clients have ended it.
ROUND_PATIENCE = 60.0
# Supervision restarts what dies again and again later and later, and what has lived for half a minute at once: so kills come in bursts.
BURST, REST = 6, 33.0


@dataclasses.dataclass
class Server:
    host: str
    port: int
    passwords: dict  # of the users, by login name
    tls: bool = False
    capabilities: set = dataclasses.field(default_factory=set)
    """Tells the messages of this run from those of earlier ones on the same server."""
    run: str = "1"

    def has(self, capability):
        return capability in self.capabilities


class Run:
    """`clients` sessions on `mailboxes` mailboxes of each user. Several users share the sessions, most of which go to the first one. Some
    of its mailboxes are those in `shared`, which others own, and nobody else has access to."""

    def __init__(self, server, seed, clients, mailboxes, is_strict=True, shared=()):
        self.server, self.seed = server, seed
        users = list(server.passwords)
        self.worlds = [World(user) for user in users]
        own = ["INBOX", *(f"shared{number}" for number in range(1, mailboxes))]
        self.core = dict.fromkeys(self.worlds, own)
        self.core[self.worlds[0]] = [*own[: max(1, mailboxes - len(shared))], *shared]
        self.clients = []
        for number in range(clients):
            world = self.worlds[number % 4 // 3 % len(users)] if len(users) > 1 else self.worlds[0]
            self.clients.append(Client(server, world, number, seed, self.core[world], is_strict))
        self.watchers = [
            Client(server, world, f"watcher{index}", seed, self.core[world], True) for index, world in enumerate(self.worlds)
        ]
        self.rounds, self.compactions = 0, 0
        """Held while everybody's view is compared: nobody is killed meanwhile."""
        self.comparing = asyncio.Lock()

    async def go(self, seconds, find_worker=None, compact=None):
        """Returns when the time is over. `find_worker` says which process to kill at times, `compact` gives disk space back.

        - Raises `Contradiction`."""
        deadline = time.monotonic() + seconds
        for watcher in self.watchers:
            await watcher.outlive(self.prepare, watcher)
        plagues = [asyncio.ensure_future(self.kill_at_times(find_worker))] if find_worker else []
        plagues += [asyncio.ensure_future(self.compact_at_times(compact))] if compact else []
        try:
            while time.monotonic() < deadline:
                await self.one_round()
        finally:
            for plague in plagues:
                plague.cancel()

    async def prepare(self, watcher):
        """Makes the mailboxes that stay."""
        world, session = watcher.world, watcher.session
        capability = await session.run(Command(b"CAPABILITY", "CAPABILITY"))
        self.server.capabilities = set(capability.of("CAPABILITY")[0])
        listing = await session.run(Command(b'LIST "" "*"', "LIST"))
        listed = {name for attributes, name in listing.of("LIST") if "\\noselect" not in attributes}
        for name in listed | set(watcher.core):
            if name not in listed:
                await folders.accepted(watcher, f"CREATE {name}")
            world.name(name).value = True
        for name in world.existing():
            await folders.open_box(watcher, None, name, read_only=True)

    async def one_round(self):
        others_parked = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            for client in self.clients:
                client.is_parked.clear()
                tasks.create_task(client.one_round(others_parked))
            for client in self.clients:
                try:
                    async with asyncio.timeout(ROUND_PATIENCE):
                        await client.is_parked.wait()
                except TimeoutError:
                    problem = Contradiction(f"no end of the round within {ROUND_PATIENCE:g} seconds")
                    problem.client = client
                    raise problem from None
            async with self.comparing:
                for watcher in self.watchers:
                    clients = [client for client in self.clients if client.world is watcher.world]
                    await quiet.compare(watcher, clients, self.rounds)
            others_parked.set()
        self.rounds += 1

    async def kill_at_times(self, find_worker):
        choice = random.Random(f"{self.seed}/kills")
        for count in itertools.count(1):
            await asyncio.sleep(choice.uniform(0.3, 2.5) if count % BURST else REST)
            pid = await asyncio.to_thread(find_worker)
            async with self.comparing:
                if pid is not None:
                    for world in self.worlds:
                        world.killed()
                    os.kill(pid, signal.SIGKILL)

    async def compact_at_times(self, compact):
        while True:
            await asyncio.sleep(COMPACTION_PAUSE)
            await asyncio.to_thread(compact)
            self.compactions += 1

    def report(self, problem):
        """Both transcripts: that of the client that met the contradiction, and those of the others."""
        client = problem.client
        others = [other for other in self.clients + self.watchers if other is not client and other.world is client.world]
        return "\n".join([
            *(other.transcript.tail(40) for other in others),
            client.transcript.tail(150),
            f"Contradiction met by {client.name}, seed {self.seed}, round {self.rounds}, step {client.step}: {problem}",
        ])

    def summary(self):
        commands = sum(client.session.number for client in self.clients)
        steps = sum(client.step for client in self.clients)
        kills = f", {self.worlds[0].kills} kills" if self.worlds[0].kills else ""
        kills += f", {self.compactions} compactions" if self.compactions else ""
        return f"{len(self.clients)} clients, {steps} steps, {commands} commands, {self.rounds} comparisons{kills}: no contradiction"


def first_contradiction(error):
    """What the first client met of all that ended a run. Any other error is the tester's own, and raised."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    if not isinstance(error, Contradiction):
        raise error
    return error
