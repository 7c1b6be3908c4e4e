"""The comparison while nothing happens: every session's view of a mailbox is the same, that of a new session too, and it is what was
acknowledged. Before it, single changes show that each kind of them reaches those who idle."""

import asyncio
import random

from . import changing, folders, reading
from .facts import DELETED, Contradiction
from .session import Command

# How long news may take to reach a session that idles.
IDLE_BOUND = 5.0
FLOOD_BOUND = 30.0
# At how many comparisons a session that idles is flooded, with how many octets (more than all buffers on the way hold), by which keywords.
FLOODS, FLOOD = 0.15, 6_000_000
FILLERS = [f"filler{number:02}{'x' * 80}" for number in range(50)]


async def compare(watcher, clients, round_number):
    """`watcher` is a client that changes nothing; `clients` are parked."""
    choice = random.Random(f"{watcher.seed}/quiet/{round_number}")
    for client in clients:
        if not client.is_idling:
            await client.outlive(catch_up, client)
    awake = next((client for client in clients if not client.is_idling and client.session.wire is not None), None)
    for idler in clients:
        if awake is not None and idler.is_idling and idler.view is not None and not idler.view.box.is_doomed:
            await awake.outlive(wake, idler, awake, choice)
            break
    for client in clients:
        if not client.is_idling:
            await client.outlive(catch_up, client)
    await watcher.outlive(look_around, watcher, clients, choice)


async def catch_up(client):
    if client.session.wire is not None and client.view is not None:
        await client.session.run(Command(b"NOOP", "NOOP"))
        await folders.learn(client)


async def wake(idler, other, choice):
    """Another session makes one change after the other, and the one that idles hears of each."""
    await folders.open_box(other, choice, idler.view.name, read_only=False)
    if other.view is None or other.view.box is not idler.view.box:
        return
    await check_same(idler, other.view)
    for deed in choice.sample([arrival, flag_change, departure], 3):
        await deed(idler, other, choice)
        await catch_up(other)
        await check_same(idler, other.view)
    if choice.random() < FLOODS and len(other.view) and other.is_strict:
        await flood(idler, other, choice)
        await check_same(idler, other.view, FLOOD_BOUND)


async def flood(idler, other, choice):
    """The one that idles does not read while there is more and more to tell it, until the server has to wait for it."""
    idler.session.wire.pause()
    try:
        for _ in range(FLOOD // (len(other.view) * sum(map(len, FILLERS)))):
            for how in ("add", "remove"):
                await changing.store(other, choice, flags=FILLERS, how=how, ranges=[(1, None)])
    finally:
        idler.session.wire.resume()


async def arrival(idler, other, choice):
    run = changing.AppendRun(other, choice, is_synchronizing=True, target=idler.view.name)
    await other.session.run(run.command)
    run.end()


async def flag_change(idler, other, choice):
    await changing.store(other, choice)


async def departure(idler, other, choice):
    await changing.store(other, choice, flags=[DELETED])
    await check_same(idler, other.view)
    await other.session.run(Command(b"NOOP", "NOOP"))
    await changing.expunge(other, choice, of_all=True)


async def look_around(watcher, clients, choice):
    world = watcher.world
    await folders.list_names(watcher, choice)
    await folders.list_subscribed(watcher, choice)
    for name in [name for name, mark in sorted(world.names.items()) if mark.value]:
        await look_into(watcher, clients, choice, name)


async def look_into(watcher, clients, choice, name):
    world = watcher.world
    counts = await folders.status(watcher, choice, name)
    await folders.open_box(watcher, None, name, read_only=True)
    view = watcher.view
    box = view.box
    if world.box_of.get(name) is box:
        box.is_doomed = False
    if len(view):
        await watcher.session.run(Command(f"FETCH 1:* (UID FLAGS RFC822.SIZE INTERNALDATE {reading.WHICH})".encode(), "FETCH"))
    revived = [uid for uid in view.uids if uid <= box.settled_high and uid not in box.settled]
    if revived:
        raise Contradiction(f"{name} shows UIDs {revived}, which had gone before")
    check_counts(name, view, counts)
    settle(view, world)
    for _ in range(3):
        if len(view):
            await reading.search(watcher, choice)
    for client in clients:
        if client.view is not None and client.view.box is box:
            await check_same(client, view)


def check_counts(name, view, counts):
    box = view.box
    wanted = {
        "MESSAGES": len(view),
        "UNSEEN": sum("\\Seen" not in entry.flags for entry in view.entries),
        "SIZE": sum(box.messages[uid].size for uid in view.uids),
    }
    for item, value in wanted.items():
        if counts.get(item, value) != value:
            raise Contradiction(f"STATUS of {name}: {item} {counts[item]}, but it is {value}")


def settle(view, world):
    """What is there now is there for certain, and nothing else."""
    box = view.box
    present = set(view.uids)
    box.messages = {uid: message for uid, message in box.messages.items() if uid in present}
    for message in box.messages.values():
        message.threatened, message.alive = False, message.alive or world.step
    box.settled, box.settled_high = present, box.high


async def check_same(client, truth, bound=IDLE_BOUND):
    """A session that idles gets some time."""
    deadline = asyncio.get_running_loop().time() + (bound if client.is_idling else 0)
    while True:
        difference = difference_between(client.view, truth) if client.view is not None else None
        if difference is None:
            return
        if asyncio.get_running_loop().time() >= deadline:
            waits = f" after {bound:g} seconds of IDLE" if client.is_idling else ""
            raise Contradiction(f"{client.name}'s view of {truth.name} is wrong{waits}: {difference}")
        await asyncio.sleep(0.02)


def difference_between(view, truth):
    if len(view) != len(truth):
        return f"it has {len(view)} messages instead of {len(truth)}: UIDs {view.uids} instead of {truth.uids}"
    for index, (entry, true) in enumerate(zip(view.entries, truth.entries)):
        if entry.uid is not None and entry.uid != true.uid:
            return f"message {index + 1} has UID {entry.uid} instead of {true.uid}"
        if None not in (entry.flags, true.flags) and entry.flags != true.flags:
            return f"UID {true.uid} has the flags {sorted(entry.flags)} instead of {sorted(true.flags)}"
    return None
