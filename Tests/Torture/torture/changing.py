"""Operations that change messages: STORE, COPY, MOVE, APPEND and the forms of EXPUNGE."""

import datetime

from . import folders, grammar, messages
from .facts import DELETED, FLAGS, KEYWORDS, SYSTEM, Contradiction
from .reading import DAYS, Chosen, some
from .session import Command
from .writing import Writing, arrived, changed_flags

# Mailboxes are kept about this large.
ENOUGH = 40
SIGNS = {"replace": "", "add": "+", "remove": "-"}


def some_flags(choice, at_least=0):
    weights = {flag: 0.3 if flag != DELETED else 0.12 for flag in SYSTEM + KEYWORDS}
    flags = [flag for flag, weight in weights.items() if choice.random() < weight]
    while len(flags) < at_least:
        flags = [choice.choice(SYSTEM + KEYWORDS)]
    return flags


def spelled(choice, flags):
    return " ".join(flag.title() if not flag.startswith("\\") and choice.random() < 0.3 else flag for flag in flags)


# STORE


class StoreRun:
    """A STORE, what it is about, and what its answer must be."""

    def __init__(self, client, choice, of_uids, writing, flags=None, how="add", ranges=None):
        view = client.view
        self.client, self.view, self.writing = client, view, writing
        self.chosen = Chosen(view, ranges or some(choice, view, of_uids), of_uids)
        self.how = how if flags else choice.choice(["replace", "add", "add", "add", "remove", "remove"])
        self.is_silent = choice.random() < 0.4
        self.flags = flags or some_flags(choice, at_least=0 if self.how == "replace" else 1)
        text = f"{self.chosen.prefix}STORE {self.chosen.text} {SIGNS[self.how]}FLAGS{'.SILENT' if self.is_silent else ''}"
        self.command = Command(f"{text} ({spelled(choice, self.flags)})".encode(), f"{self.chosen.prefix}STORE")
        self.changes = changed_flags(self.how, self.flags)
        self.before = {}
        self.begin()
        self.command.on_answer = self.end

    def begin(self):
        for entry, message in zip(self.chosen.entries, self.chosen.messages(self.view)):
            others = [step for name, step in message.touches.items() if name != self.client.name]
            pending = any(mark.writers for mark in message.marks.values())
            self.before[entry] = entry.flags, entry.told, max(others, default=0), pending
            self.writing.flags(self.view.box, message, self.changes)

    def end(self):
        command = self.command
        if not command.is_ok and not (command.answer.kind == "NO" and any(m.threatened for m in self.chosen.messages(self.view))):
            raise Contradiction(f"{command.text!r} was refused: {command.answer}")
        told = {entry: items for entry, items in command.fetched if "FLAGS" in items}
        for entry in self.chosen.entries:
            if entry in told:
                self.check_told(entry, told[entry])
            elif self.is_silent and command.is_ok and entry.flags is not None:
                entry.flags = self.changed(entry.flags)
            elif self.is_silent or not command.is_ok:
                entry.flags = None
            elif self.client.is_strict and not self.view.box.messages[entry.uid].threatened:
                raise Contradiction(f"{command.text!r} did not answer with the flags of UID {entry.uid}")
            else:
                entry.flags = None
        self.writing.end(command.is_ok)

    def changed(self, flags):
        kept = {flag for flag in flags if flag not in self.changes and self.how != "replace"}
        return frozenset(kept | {flag for flag, value in self.changes.items() if value})

    def check_told(self, entry, items):
        if self.chosen.prefix and "UID" not in items and (self.client.is_strict or not self.is_silent):
            raise Contradiction(f"{self.command.text!r} answered without UID (RFC 3501 §6.4.8)")
        flags, told, others, pending = self.before[entry]
        if not self.is_silent or not self.client.is_strict or flags is None or pending or others >= told:
            return
        message = self.view.box.messages[entry.uid]
        overlapped = any(step > told for name, step in message.touches.items() if name != self.client.name)
        if not overlapped and items["FLAGS"] - {"\\Recent"} == self.changed(flags):
            raise Contradiction(f"{self.command.text!r} told the flags of UID {entry.uid}, which nobody else has changed")


async def store(client, choice, flags=None, **more):
    if client.view.is_read_only:
        command = await client.session.run(Command(rb"STORE 1 +FLAGS (\Flagged)", "STORE"))
        if command.is_ok and client.is_strict:  # some say OK and do nothing
            raise Contradiction("STORE in a mailbox opened by EXAMINE was accepted")
        return
    if not len(client.view):
        return
    with Writing(client.world, client.name) as writing:
        await client.session.run(StoreRun(client, choice, choice.random() < 0.5, writing, flags, **more).command)


# COPY and MOVE


async def copy(client, choice, moves=False):
    view = client.view
    if not len(view) or (moves and view.is_read_only):
        return
    of_uids = choice.random() < 0.5
    chosen = Chosen(view, some(choice, view, of_uids)[:1], of_uids)
    if len(chosen.uids) > 8 and not moves:
        return
    target = client.some_name(choice)
    word = f"{chosen.prefix}{'MOVE' if moves else 'COPY'}"
    command = Command(f"{word} {chosen.text} {target}".encode(), word)
    with Writing(client.world, client.name) as writing:
        floors = client.world.floors()
        if moves:
            writing.removal(view.box, set(chosen.uids), only_deleted=False)
        await client.session.run(command)
        name = client.world.name(target)
        if not command.is_ok:
            if name.since(command.begin) is True and not any(m.threatened for m in chosen.messages(view)):
                raise Contradiction(f"{command.text!r} was refused: {command.answer}")
            return
        if name.since(command.begin) is False:
            raise Contradiction(f"{command.text!r} succeeded, but there is no such mailbox")
        copied = check_copy(client, command, chosen, target, floors)
        if moves:
            end_move(client, command, view, copied)


def check_copy(client, command, chosen, target, floors):
    """Follows COPYUID (RFC 4315 §3). Returns the UIDs that were copied."""
    view, world, code = client.view, client.world, command.code("COPYUID")
    if code is None:
        lost = [message.uid for message in chosen.messages(view) if not message.threatened]
        if lost and client.server.has("UIDPLUS"):
            raise Contradiction(f"{command.text!r} succeeded without COPYUID, but UIDs {lost} were there")
        return []
    validity, sources, copies = code.split(" ")
    sources, copies = grammar.uid_set(sources), grammar.uid_set(copies)
    box = client.world.seen_box(target, int(validity), command.begin)
    if len(sources) != len(copies) or not set(sources) <= set(chosen.uids) or len(set(copies)) != len(copies):
        raise Contradiction(f"{command.text!r}: COPYUID {code} does not fit the set, UIDs {chosen.uids}")
    missing = [uid for uid in chosen.uids if uid not in sources and not view.box.messages[uid].threatened]
    if missing:
        raise Contradiction(f"{command.text!r}: COPYUID {code} leaves out UIDs {missing}, which were there")
    for source, uid in zip(sources, copies):
        if uid < floors.get(box, 1):
            raise Contradiction(f"{command.text!r}: the copy has UID {uid}, but {floors[box]} was the next UID before it")
        message = view.box.messages[source]
        # Some copy the flags that the session knows of, not those that are.
        flags = {flag: message.mark(flag).since(command.begin) for flag in FLAGS} if client.is_strict else {}
        made = arrived(box, uid, command.begin, world.tick(), flags, message.identifier, message.date)
        if made.identifier is not None:
            message.learn_identifier(made.identifier, f"{command.text!r}, UID {source}")
    return sources


def end_move(client, command, view, moved):
    step = client.world.tick()
    for uid in moved:
        view.box.messages[uid].dead = view.box.messages[uid].dead or step
        if view.number(uid) is not None:
            raise Contradiction(f"{command.text!r} moved UID {uid}, which was not reported as expunged")


async def move(client, choice):
    if client.server.has("MOVE"):
        await copy(client, choice, moves=True)


# APPEND


class AppendRun:
    def __init__(self, client, choice, is_synchronizing, target=None):
        self.client = client
        self.target = target or client.some_name(choice)
        self.identifier = client.new_identifier()
        self.flags = some_flags(choice)
        day = choice.choice(DAYS)
        noon = datetime.datetime(day.year, day.month, day.day, 12, 0, 0, tzinfo=datetime.timezone.utc)
        self.date = int(noon.timestamp()) if choice.random() < 0.6 else None
        parts = [f"APPEND {self.target}"]
        if self.flags or choice.random() < 0.5:
            parts.append(f"({spelled(choice, self.flags)})")
        if self.date is not None:
            parts.append(f'"{noon.day:2}-Jan-2026 12:00:00 +0000"')
        content = messages.content(self.identifier)
        start = " ".join(parts).encode()
        if is_synchronizing:
            self.command = Command([start + b" {%d}" % len(content), content], "APPEND")
        else:
            self.command = Command(start + b" {%d+}\r\n" % len(content) + content, "APPEND")
        self.floors = client.world.floors()

    def end(self):
        command, world = self.command, self.client.world
        name = world.name(self.target)
        if not command.is_ok:
            if name.since(command.begin) is True:
                raise Contradiction(f"APPEND to {self.target} was refused: {command.answer}")
            return
        if name.since(command.begin) is False:
            raise Contradiction(f"APPEND to {self.target} succeeded, but there is no such mailbox")
        code = command.code("APPENDUID")
        if code is None:
            if self.client.server.has("UIDPLUS"):
                raise Contradiction(f"APPEND to {self.target} succeeded without APPENDUID")
            return
        validity, uid = (int(number) for number in code.split(" "))
        box = self.client.world.seen_box(self.target, validity, command.begin)
        if uid < self.floors.get(box, 1):
            raise Contradiction(f"APPEND to {self.target}: APPENDUID {uid}, but {self.floors[box]} was the next UID before it")
        if uid in box.messages and box.messages[uid].alive is not None:
            raise Contradiction(f"APPEND to {self.target}: APPENDUID {uid} is another message, {box.messages[uid].identifier}")
        arrived(box, uid, command.begin, world.tick(), {flag: flag in self.flags for flag in FLAGS}, self.identifier, self.date)


async def append(client, choice):
    is_synchronizing = choice.random() < 0.5 or not client.server.has("LITERAL+")
    run = AppendRun(client, choice, is_synchronizing)
    await client.session.run(run.command)
    run.end()


# EXPUNGE, UID EXPUNGE, CLOSE


async def expunge(client, choice, of_all=False):
    view = client.view
    if view.is_read_only:
        return
    uids, text = None, b"EXPUNGE"
    if len(view) and client.server.has("UIDPLUS") and not of_all and choice.random() < 0.5:
        chosen = Chosen(view, some(choice, view, True), True)
        uids, text = set(chosen.uids), f"UID EXPUNGE {chosen.text}".encode()
    with Writing(client.world, client.name) as writing:
        writing.removal(view.box, uids)
        command = await client.session.run(Command(text, text.split(b" ")[0].decode() if uids is None else "UID EXPUNGE"))
        if not command.is_ok:
            raise Contradiction(f"{command.text!r} was refused: {command.answer}")
        left = [message.uid for message in certainly_deleted(view, command.begin, uids)]
        if left:
            raise Contradiction(f"{command.text!r} did not report UIDs {left}, which were marked \\Deleted")


def certainly_deleted(view, begin, uids=None):
    for uid in view.uids:
        if uid is not None and (uids is None or uid in uids):
            message = view.box.messages[uid]
            if message.mark(DELETED).since(begin) is True:
                yield message


async def close(client, choice):
    """CLOSE expunges and says nothing (RFC 3501 §6.4.2)."""
    view, world = client.view, client.world
    with Writing(world, client.name) as writing:
        if not view.is_read_only:
            writing.removal(view.box)
        command = await client.session.run(Command(b"CLOSE", "CLOSE"))
        if not command.is_ok:
            raise Contradiction(f"CLOSE was refused: {command.answer}")
        if any(response.kind == "EXPUNGE" for response in command.data):
            raise Contradiction("CLOSE sent EXPUNGE")
        if not view.is_read_only:
            for message in list(certainly_deleted(view, command.begin)):
                message.dead = message.dead or world.step
    client.session.view = None


async def thin_out(client, choice):
    """Keeps mailboxes small, so that sessions meet."""
    if client.view.is_read_only or len(client.view) < ENOUGH:
        return
    await store(client, choice, flags=[DELETED])
    if choice.random() < 0.6:
        await folders.learn(client)
        await expunge(client, choice)
