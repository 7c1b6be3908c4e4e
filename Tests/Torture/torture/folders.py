"""Operations on mailboxes as a whole: opening them, asking about them, making, renaming and deleting them."""

from .facts import Contradiction
from .reading import WHICH
from .session import Command
from .view import View
from .writing import Writing

# SELECT and EXAMINE


async def open_box(client, choice, name=None, read_only=None):
    """SELECT or EXAMINE, and a FETCH that shows all UIDs and flags; both sent together at times."""
    session, world = client.session, client.world
    name = name or client.some_name(choice)
    read_only = choice.random() < 0.25 if read_only is None else read_only
    floors = world.floors()
    session.opening = View(name, read_only, world.tick())
    session.view, session.closing = None, session.view
    command = Command(f"{'EXAMINE' if read_only else 'SELECT'} {name}".encode(), "SELECT")
    try:
        await session.run(command)
        if not command.is_ok:
            if world.name(name).since(command.begin) is True:
                raise Contradiction(f"{command.text!r} was refused: {command.answer}")
            return
        see_opening(client, command, session.opening, floors)
        session.view = session.opening
    finally:
        session.opening, session.closing = None, None
    await learn(client, choice is None or choice.random() < 0.5)
    check_opening(client, session.view)


def see_opening(client, command, view, floors):
    """RFC 3501 §6.3.1: what must be told."""
    if client.world.name(view.name).since(command.begin) is False:
        raise Contradiction(f"{command.text!r} succeeded, but there is no such mailbox")
    counts = [response.number for response in command.data if response.kind == "EXISTS"]
    recents = [response.number for response in command.data if response.kind == "RECENT"]
    validity, uidnext = command.code("UIDVALIDITY"), command.code("UIDNEXT")
    if len(counts) != 1 or not recents or validity is None or uidnext is None or not command.of("FLAGS"):
        raise Contradiction(f"{command.text!r} did not tell all of EXISTS, RECENT, FLAGS, UIDVALIDITY and UIDNEXT")
    allowed = "READ-ONLY" if view.is_read_only else "READ-WRITE"
    if command.code("READ-ONLY" if allowed == "READ-WRITE" else "READ-WRITE") is not None:
        raise Contradiction(f"{command.text!r} was not answered with {allowed}")
    view.box = client.world.seen_box(view.name, int(validity), command.begin)
    view.box.see_uidnext(int(uidnext), floors.get(view.box, 1), command.text.decode())
    view.uidnext, view.count_when_opened = int(uidnext), len(view)
    view.recent, view.unseen = recents[-1], command.code("UNSEEN")


async def learn(client, by_number=True):
    """Asks for the UIDs and flags of all messages whose UID is not known. What is expunged meanwhile is reported by NOOP."""
    session = client.session
    for _ in range(20):
        view = session.view
        if view.is_complete:
            return
        numbers = [index + 1 for index, entry in enumerate(view.entries) if entry.uid is None]
        command = Command(f"FETCH {numbers[0]}:{numbers[-1]} (UID FLAGS)".encode(), "FETCH")
        if not by_number and len(numbers) == len(view):
            command = Command(b"UID FETCH 1:* (FLAGS)", "UID FETCH")
        await session.run(command)
        if view.is_complete:
            return
        await session.run(Command(b"NOOP", "NOOP"))
    raise Contradiction(f"the UIDs of {view.name} could not be learnt: {view.uids}")


def check_opening(client, view):
    """What SELECT promised of the messages, and that none is missing of those that were acknowledged before it."""
    present = set(view.uids)
    for message in view.box.messages.values():
        if message.is_certain and message.alive < view.opened and message.uid not in present:
            raise Contradiction(f"{view.name} was opened and UID {message.uid} ({message.identifier}) is missing")
    recents = sum(bool(entry.is_recent) for entry in view.entries)
    if view.recent is not None and len(view) == view.count_when_opened and recents != view.recent:
        raise Contradiction(f"RECENT {view.recent}, but {recents} messages of {view.name} are \\Recent")
    if view.unseen is not None and client.is_strict:
        check_unseen(view, int(view.unseen))


def check_unseen(view, number):
    for index, entry in enumerate(view.entries[:number]):
        seen = view.box.messages[entry.uid].mark("\\Seen").since(view.opened)
        if seen is (index + 1 == number):
            raise Contradiction(f"UNSEEN {number}, but message {index + 1} (UID {entry.uid}) is {'seen' if seen else 'unseen'}")


async def leave_box(client, choice):
    if client.server.has("UNSELECT"):
        command = await client.session.run(Command(b"UNSELECT", "UNSELECT"))
        if not command.is_ok:
            raise Contradiction(f"UNSELECT was refused: {command.answer}")
        client.session.view = None


# STATUS, LIST, LSUB


async def status(client, choice, name=None):
    name = name or client.some_name(choice)
    world = client.world
    items = ["MESSAGES", "UIDNEXT", "UIDVALIDITY", "UNSEEN", "RECENT"] + (["SIZE"] if client.server.has("STATUS=SIZE") else [])
    floors = world.floors()
    command = await client.session.run(Command(f"STATUS {name} ({' '.join(items)})".encode(), "STATUS"))
    exists = world.name(name).since(command.begin)
    if not command.is_ok:
        if exists is True:
            raise Contradiction(f"{command.text!r} was refused: {command.answer}")
        return None
    answers = command.of("STATUS")
    if len(answers) != 1 or answers[0][0] != name or set(answers[0][1]) != set(items):
        raise Contradiction(f"{command.text!r} was answered with {answers}")
    values = answers[0][1]
    box = world.seen_box(name, values["UIDVALIDITY"], command.begin)
    # Of the selected mailbox some tell what the session knows, not what is.
    is_fresh = client.is_strict or client.view is None or client.view.box is not box
    box.see_uidnext(values["UIDNEXT"], floors.get(box, 1) if is_fresh else 1, command.text.decode())
    certain = sum(message.is_certain and message.alive < command.begin for message in box.messages.values())
    if values["MESSAGES"] < certain and is_fresh:
        raise Contradiction(f"{command.text!r} counts {values['MESSAGES']} messages, but {certain} are there for certain")
    if max(values["UNSEEN"], values["RECENT"]) > values["MESSAGES"]:
        raise Contradiction(f"{command.text!r} counts more unseen or recent messages than messages: {values}")
    return values


async def list_names(client, choice):
    await check_names(client, "LIST", client.world.names)


async def list_subscribed(client, choice):
    await check_names(client, "LSUB", client.world.subscribed)


async def check_names(client, word, marks):
    command = await client.session.run(Command(f'{word} "" "*"'.encode(), word))
    if not command.is_ok:
        raise Contradiction(f"{word} was refused: {command.answer}")
    listed = [name for attributes, name in command.of(word) if "\\noselect" not in attributes]
    if len(listed) != len(set(listed)):
        raise Contradiction(f"{word} shows a name twice: {sorted(listed)}")
    for name, mark in marks.items():
        if not mark.agrees(name in listed, command.begin):
            shows = "shows" if name in listed else "does not show"
            raise Contradiction(f"{word} {shows} {name}, and was acknowledged to be otherwise")


async def subscribe(client, choice):
    name, on = client.some_name(choice), choice.random() < 0.5
    with Writing(client.world, client.name) as writing:
        writing.mark(client.world.subscription(name), on)
        command = await client.session.run(Command(f"{'SUBSCRIBE' if on else 'UNSUBSCRIBE'} {name}".encode(), "SUBSCRIBE"))
        writing.end(command.is_ok)


# CREATE, DELETE, RENAME: each client changes its own names only, and uses those of all


async def change_names(client, choice):
    own = client.own_names()
    form = choice.random()
    if form < 0.15 and client.is_strict:  # some give INBOX's UIDVALIDITY to the new mailbox
        await rename_inbox(client)
    elif not own or (form < 0.4 and len(own) < 3):
        await create(client)
    elif form < 0.7:
        await delete(client, choice.choice(own))
    else:
        await rename(client, choice.choice(own))


async def create(client):
    name = client.fresh_name()
    with Writing(client.world, client.name) as writing:
        writing.mark(client.world.name(name), True)
        await accepted(client, f"CREATE {name}")
        writing.end(True)


async def delete(client, name):
    world = client.world
    await step_out_of(client, name)
    with Writing(world, client.name) as writing:
        writing.mark(world.name(name), False)
        box = world.box_of.pop(name, None)
        if box is not None:
            box.is_doomed = True
        await accepted(client, f"DELETE {name}")
        if box is not None:
            box.is_deleted = True
        writing.end(True)


async def rename(client, name):
    world, new = client.world, client.fresh_name()
    with Writing(world, client.name) as writing:
        writing.mark(world.name(name), False)
        writing.mark(world.name(new), True)
        box = world.box_of.pop(name, None)
        await accepted(client, f"RENAME {name} {new}")
        if box is not None:
            world.box_of[new] = box
        view = client.session.view
        if view is not None and view.name == name:
            view.name = new
        writing.end(True)


async def rename_inbox(client):
    """Moves the messages into a new mailbox and leaves INBOX (RFC 3501 §6.3.5)."""
    world, new = client.world, client.fresh_name()
    inbox = world.box_of["INBOX"]
    certain = [message for message in inbox.messages.values() if message.is_certain]
    with Writing(world, client.name) as writing:
        writing.mark(world.name(new), True)
        writing.removal(inbox, None, only_deleted=False)
        is_alone = len(inbox.removals) == 1
        command = await accepted(client, f"RENAME INBOX {new}")
        is_alone = is_alone and len(inbox.removals) == 1 and inbox.last_end < command.begin
        for message in certain:
            message.dead = message.dead or world.step
        # Nobody else uses the new name yet.
        await open_box(client, None, new, read_only=True)
        await client.session.run(Command(f"UID FETCH 1:* ({WHICH})".encode(), "UID FETCH"))
        arrived = client.view.box.messages.values()
        # Of some it may only be known that they exist, by their UIDs: they are counted.
        known = {message.identifier for message in certain if message.identifier is not None}
        missing = known - {message.identifier for message in arrived}
        if is_alone and (missing or len(arrived) < len(certain)):
            raise Contradiction(f"RENAME INBOX {new} lost {sorted(missing)}: {len(arrived)} of {len(certain)} messages arrived")
        writing.end(True)


async def accepted(client, text):
    command = await client.session.run(Command(text.encode(), text.split(" ")[0]))
    if not command.is_ok:
        raise Contradiction(f"{text} was refused: {command.answer}")
    return command


async def step_out_of(client, name):
    view = client.session.view
    # It may have been selected under another name.
    if view is not None and (view.name == name or view.box is client.world.box_of.get(name)):
        await leave_box(client, None)

