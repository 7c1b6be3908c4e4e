"""A random client: round by round it does what chance says, and between rounds it waits while everybody's view is compared."""

import asyncio
import contextlib
import random

from . import changing, folders, reading
from .facts import Contradiction
from .session import PATIENCE, Command, Session
from .wire import Lost, Transcript
from .writing import Writing

STEPS_A_ROUND = 40


async def noop(client, choice):
    command = await client.session.run(Command(choice.choice([b"NOOP", b"CHECK"]), "NOOP"))
    if not command.is_ok:
        raise Contradiction(f"{command.text!r} was refused: {command.answer}")


async def pipeline(client, choice):
    """Several commands at once, none of which another may make ambiguous (RFC 3501 §5.5): those that speak of sequence numbers stand with
    such as cannot shift them, those that may shift them speak of UIDs."""
    view = client.view
    # A server may answer several at a time; nobody can say then which of them an untagged response belongs to.
    if not len(view) or not client.is_strict:
        return
    of_uids = choice.random() < 0.5
    with contextlib.ExitStack() as stack:
        for name, value in (("is_pinned", True), ("may_shift", of_uids)):
            setattr(view, name, value)
            stack.callback(setattr, view, name, False)
        commands = []
        for _ in range(choice.randint(2, 5)):
            form = choice.random()
            if form < 0.4:
                commands.append(reading.prepared_fetch(client, choice, of_uids, stack.enter_context(Writing(client.world, client.name))))
            elif form < 0.7:
                commands.append(reading.search_command(client, choice, of_uids))
            elif not view.is_read_only:
                writing = stack.enter_context(Writing(client.world, client.name))
                commands.append(changing.StoreRun(client, choice, of_uids, writing).command)
        if of_uids and client.server.has("LITERAL+"):
            run = changing.AppendRun(client, choice, is_synchronizing=False)
            run.command.on_answer = run.end
            commands.insert(choice.randint(0, len(commands)), run.command)
        commands.append(Command(b"NOOP", "NOOP"))
        await client.session.run_all(commands)


async def by_numbers(client, choice):
    """A while of commands during which numbers may not shift (RFC 3501 §7.4.1), whatever the others remove."""
    for _ in range(choice.randint(4, 10)):
        await folders.learn(client)
        if not len(client.view):
            return
        with Writing(client.world, client.name) as writing:
            form = choice.random()
            if form < 0.4:
                command = reading.search_command(client, choice, False)
            elif form < 0.8 or client.view.is_read_only:
                command = reading.prepared_fetch(client, choice, False, writing)
            else:
                command = changing.StoreRun(client, choice, False, writing).command
            await client.session.run(command)


async def idle(client, choice):
    if client.server.has("IDLE"):
        await client.idle_until(asyncio.sleep(choice.random() * 0.15))


async def reconnect(client, choice):
    await client.session.leave()
    await client.connect()


# What a client does, and how often.
WITH_MAILBOX = [
    (reading.fetch, 24),
    (reading.search, 14),
    (changing.store, 24),
    (changing.copy, 6),
    (changing.move, 6),
    (changing.expunge, 7),
    (changing.thin_out, 12),
    (changing.close, 2),
    (folders.leave_box, 1),
    (noop, 8),
    (idle, 6),
    (pipeline, 12),
    (by_numbers, 5),
]
ANYWHERE = [
    (changing.append, 12),
    (folders.open_box, 5),
    (folders.status, 5),
    (folders.list_names, 1),
    (folders.list_subscribed, 1),
    (folders.subscribe, 1),
    (folders.change_names, 4),
    (reconnect, 1),
]


class Client:
    def __init__(self, server, world, number, seed, core, is_strict):
        self.server, self.world, self.seed, self.core, self.is_strict = server, world, seed, core, is_strict
        """Takes no steps of its own: it only looks around while all is quiet."""
        self.only_watches = isinstance(number, str)
        self.name = number if self.only_watches else f"client{number}"
        self.number, self.step, self.made = number, 0, 0
        self.transcript = Transcript(f"{self.name} ({world.user})")
        self.session = Session(server, world, self.transcript, self.name, is_strict)
        """It has come to the end of its round, or idles until all have."""
        self.is_parked, self.is_idling = asyncio.Event(), False

    @property
    def view(self):
        return self.session.view

    def choice(self):
        """The source of chance of the present step: it depends on seed, client and step alone."""
        return random.Random(f"{self.seed}/{self.number}/{self.step}")

    # Names and identifiers

    def some_name(self, choice):
        """Mostly one of the few mailboxes that stay, at times one of those that come and go."""
        place, kind = choice.random(), choice.random()
        passing = [name for name in self.world.existing() if name not in self.core]
        names = passing if passing and kind < 0.12 else self.core
        return names[int(place * len(names))]

    def own_names(self):
        return [name for name in self.world.existing() if name.startswith(f"{self.prefix}-")]

    @property
    def prefix(self):
        return f"passing{self.number}"

    def fresh_name(self):
        taken = {name for name, mark in self.world.names.items() if mark.value is not False}
        return next(name for name in (f"{self.prefix}-{count}" for count in range(10_000)) if name not in taken)

    def new_identifier(self):
        self.made += 1
        return f"m{self.seed}.{self.number}.{self.made}.{self.server.run}"

    # Life

    async def connect(self):
        await self.session.open()
        if not self.only_watches:
            await folders.open_box(self, self.choice())

    async def one_round(self, others_parked):
        idles = self.choice().random() < 0.4 and self.server.has("IDLE")
        for count in range(STEPS_A_ROUND):
            if idles and count == STEPS_A_ROUND * 3 // 4:
                break
            await self.one_step()
        if idles:
            self.step += 1
            await self.outlive(self.idle_through, others_parked)
        self.is_parked.set()

    async def one_step(self):
        self.step += 1
        await self.outlive(self.act)

    async def outlive(self, deed, *arguments):
        """Does it; where the connection may be lost and is, connects again."""
        try:
            if self.session.wire is None:
                await self.connect()
            await deed(*arguments)
        except Lost:
            self.transcript.note("the connection is lost, as it may be")
            self.session.close()
        except Contradiction as problem:
            problem.client = problem.client or self
            raise

    async def act(self):
        choice = self.choice()
        if self.view is None:
            deeds = ANYWHERE if choice.random() < 0.3 else [(folders.open_box, 1)]
        else:
            deeds = WITH_MAILBOX + ANYWHERE
            await folders.learn(self)
        deed = choice.choices([deed for deed, _ in deeds], [weight for _, weight in deeds])[0]
        self.transcript.note(f"step {self.step}: {deed.__name__}")
        await deed(self, choice)

    # IDLE (RFC 2177)

    async def idle_through(self, others_parked):
        """Idles until all others have parked and views are compared: all that it learns meanwhile, it learns by IDLE."""
        if self.view is None:
            await folders.open_box(self, self.choice())
        await folders.learn(self)
        self.is_idling = True
        try:
            self.is_parked.set()
            await self.idle_until(others_parked.wait())
        finally:
            self.is_idling = False

    async def idle_until(self, end):
        """Idles until `end`, an awaitable, is over."""
        session, command, is_done = self.session, Command(b"IDLE", "IDLE"), False
        ending = asyncio.ensure_future(end)
        try:
            async with session.patience(None):
                session.send([command])
                while command.answer is None:
                    response = asyncio.ensure_future(session.receive())
                    if command.data and not is_done:
                        await asyncio.wait({response, ending}, return_when=asyncio.FIRST_COMPLETED)
                        if ending.done():
                            session.wire.send(b"DONE\r\n")
                            is_done = True
                    async with asyncio.timeout(PATIENCE if is_done or not command.data else None):
                        await response
        finally:
            ending.cancel()
        if not command.is_ok:
            raise Contradiction(f"IDLE ended with {command.answer}")
