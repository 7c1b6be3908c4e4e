"""A session: sends commands, reads what comes, and holds it against what this session and the others were told before."""

import asyncio
import contextlib
import dataclasses

from . import grammar, messages
from .facts import Contradiction
from .wire import Lost, Wire

# How long any answer may take.
PATIENCE = 30.0


@dataclasses.dataclass(eq=False)
class Command:
    """One command. `text` without tag and line end; where it is a list, its parts are sent each after a continuation."""

    text: bytes | list
    """The name that decides what may be sent meanwhile, such as FETCH or UID FETCH."""
    name: str
    begin: int = 0
    tag: str = ""
    answer: grammar.Response | None = None
    """FETCH responses by UID (None: not known), items of all responses to one message together; in the order of coming."""
    fetched: list = dataclasses.field(default_factory=list)
    data: list = dataclasses.field(default_factory=list)
    codes: list = dataclasses.field(default_factory=list)
    """Called as soon as the answer has come, before what comes behind it is read."""
    on_answer: object = None

    @property
    def is_ok(self):
        return self.answer.kind == "OK"

    def code(self, name):
        """The arguments of a response code that came with it; None when there was none."""
        return next((arguments for code, arguments in self.codes if code == name), None)

    def of(self, kind):
        return [response.data for response in self.data if response.kind == kind]


class Session:
    def __init__(self, server, world, transcript, name, is_strict=True):
        self.server, self.world, self.transcript, self.name, self.is_strict = server, world, transcript, name, is_strict
        self.wire, self.view, self.awaited = None, None, []
        """The view that SELECT is opening, and the one that it closes."""
        self.opening, self.closing = None, None
        self.number, self.connected = 0, 0
        self.last_begin = 0

    # Life

    async def open(self, within=PATIENCE):
        """Connects and logs in; tries again for a while where the server was just killed."""
        deadline = asyncio.get_running_loop().time() + within
        while True:
            try:
                self.connected = self.world.tick()
                self.transcript.note("connects")
                async with asyncio.timeout(PATIENCE):
                    self.wire = await Wire.open(self.server, self.transcript)
                    greeting = await self.wire.response()
                if greeting.kind == "OK":
                    user, password = (f'"{text}"'.encode() for text in (self.world.user, self.server.passwords[self.world.user]))
                    login = await self.run(Command(b"LOGIN " + user + b" " + password, "LOGIN"))
                    if login.is_ok:
                        return
                    if login.code("UNAVAILABLE") is None:
                        raise Contradiction(f"LOGIN was refused: {login.answer}")
            except (Lost, OSError) as error:
                if not self.was_killed and not isinstance(error, OSError):
                    raise Contradiction(f"the connection was closed before or in LOGIN: {error}") from None
            self.close()
            if asyncio.get_running_loop().time() > deadline:
                raise Contradiction(f"no login within {within:g} seconds")
            await asyncio.sleep(0.05)

    def close(self):
        self.view, self.opening, self.closing, self.awaited = None, None, None, []
        if self.wire is not None:
            self.wire.close()
            self.wire = None

    @property
    def was_killed(self):
        """The server's process was killed in this session's life, or so shortly before that the session may still have met it."""
        return self.world.kills > 0 and self.connected <= self.world.last_kill

    @property
    def may_be_closed(self):
        """A mailbox that this session has selected may be deleted."""
        if not self.is_strict and self.view is not None:
            return True
        boxes = [view.box for view in (self.view, self.closing) if view is not None]
        return self.was_killed or any(box is not None and box.is_doomed for box in boxes)

    # Commands

    async def run(self, command):
        (command,) = await self.run_all([command])
        return command

    async def run_all(self, commands):
        """Sends the commands in one go and waits for all answers.

        - Raises `Lost` where the connection may end, `Contradiction` where it may not."""
        async with self.patience(PATIENCE):
            self.send(commands)
            while self.awaited:
                await self.receive()
        return commands

    @contextlib.asynccontextmanager
    async def patience(self, seconds):
        """For what waits for the server: turns what may not happen into contradictions."""
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError:
            raise Contradiction(f"no answer in time to {self.awaited[0].text!r}") from None
        except grammar.Malformed as error:
            raise Contradiction(str(error)) from None
        except Lost:
            if self.may_be_closed:
                raise
            raise Contradiction("the server closed the connection") from None

    def send(self, commands):
        for command in commands:
            self.number += 1
            command.tag = f"t{self.number}"
            command.begin = self.last_begin = self.world.tick()
            first = command.text if isinstance(command.text, bytes) else command.text[0]
            self.wire.send(command.tag.encode() + b" " + first + b"\r\n")
            self.awaited.append(command)

    async def receive(self):
        """Takes one response, whatever it is."""
        response = await self.wire.response()
        self.world.tick()
        command = self.awaited[0] if self.awaited else None
        if response.tag is not None:
            if command is None or response.tag != command.tag:
                raise Contradiction(f"an answer with tag {response.tag}, while {command.tag if command else 'nothing'} is awaited")
            if response.kind == "NO" and self.may_be_closed:
                raise Lost("the mailbox was deleted under the session")
            command.answer = response
            if response.code:
                command.codes.append(response.code)
            self.awaited.pop(0)
            if command.on_answer is not None:
                command.on_answer()
        elif response.kind == "+":
            self.go_on(command)
        elif response.kind == "BYE" and (command is None or command.name != "LOGOUT"):
            if not self.may_be_closed:
                raise Contradiction("the server said BYE")
            raise Lost("BYE")
        else:
            self.take(response, command)
        return response

    def go_on(self, command):
        if command is not None and command.name == "IDLE":
            command.data.append(grammar.Response("+"))
            return
        if command is None or isinstance(command.text, bytes) or len(command.text) < 2:
            raise Contradiction("a continuation that nobody waits for")
        command.text = command.text[1:]
        self.wire.send(command.text[0] + b"\r\n")

    def take(self, response, command):
        """Untagged data."""
        begin = command.begin if command is not None else self.last_begin
        view = self.view if self.opening is None else self.opening
        if response.kind in ("OK", "NO", "BAD"):
            if command is not None and response.code:
                command.codes.append(response.code)
            return
        if response.kind in ("EXISTS", "RECENT", "EXPUNGE", "FETCH") and view is None:
            raise Contradiction(f"{response.kind} while no mailbox is selected")
        if response.kind == "EXISTS":
            view.exists(response.number)
        elif response.kind == "RECENT":
            if response.number > len(view):
                raise Contradiction(f"RECENT {response.number} of {len(view)} messages")
        elif response.kind == "EXPUNGE":
            self.expunge(view, response.number, command)
        elif response.kind == "FETCH":
            self.fetch(view, response.number, response.data, command, begin)
        if command is not None:
            command.data.append(response)

    def expunge(self, view, number, command):
        # RFC 3501 §7.4.1: else numbers in commands under way would change their meaning.
        if command is None or command.name in ("FETCH", "STORE", "SEARCH"):
            raise Contradiction(f"EXPUNGE while {command.name if command else 'no command'} is answered")
        entry = view.expunge(number)
        if entry.uid is not None and view.box is not None:
            view.box.die(entry.uid, self.world.step, f"EXPUNGE {number} in {view.name}")

    def fetch(self, view, number, items, command, begin):
        entry = view.entry(number, "FETCH")
        where = f"FETCH {number} in {view.name}"
        if "UID" in items:
            view.name_uid(number, items["UID"])
        message = None
        if entry.uid is not None and view.box is not None:
            message = view.box.message(entry.uid, begin)
            where = f"UID {entry.uid} in {view.name}"
            if message.dead is not None and message.dead < view.opened:
                raise Contradiction(f"{where}: it was expunged before this mailbox was opened")
        if "FLAGS" in items:
            view.see_flags(number, items["FLAGS"], self.world.step, self.is_strict)
            if message is not None:
                if self.is_strict:
                    message.see_flags(items["FLAGS"], begin, where)
                self.see_recent(view, message, items["FLAGS"], where)
        if message is not None:
            # Of a message that is gone already a server may show empty items (RFC 2180 §4.1.3).
            if self.is_strict or not message.threatened:
                see_items(message, items, where)
        if command is not None:
            command.fetched.append((entry, items))

    def see_recent(self, view, message, flags, where):
        """At most one session that may take `\\Recent` from others is told that a message is (RFC 3501 §2.3.2)."""
        if "\\Recent" in flags and not view.is_read_only and not self.was_killed:
            if message.recent_to not in (None, view):
                raise Contradiction(f"{where}: \\Recent, as another session was told already")
            message.recent_to = view

    # Ends of what a session does

    async def leave(self):
        with contextlib.suppress(Lost):
            await self.run(Command(b"LOGOUT", "LOGOUT"))
        self.close()


def see_items(message, items, where):
    """Compares what FETCH shows of a message with what it must be."""
    for name, value in items.items():
        if name in ("BODY[]", "RFC822", "BODY[HEADER]", "RFC822.HEADER", f"BODY[HEADER.FIELDS ({messages.FIELD.upper()})]"):
            if value is None:
                raise Contradiction(f"{where}: {name} is NIL")
            identifier = messages.identifier(value)
            if identifier is None:
                raise Contradiction(f"{where}: {name} is no message of ours: {value[:200]!r}")
            message.learn_identifier(identifier, where)
    if "INTERNALDATE" in items:
        message.learn_date(items["INTERNALDATE"], where)
    if message.identifier is None:
        return
    for name, value in items.items():
        wanted = expected(name, message.identifier)
        if wanted is not None and value != wanted:
            raise Contradiction(f"{where}: {name} of {message.identifier} is {brief(value)} instead of {brief(wanted)}")
    envelope = items.get("ENVELOPE")
    if envelope is not None and (len(envelope) != 10 or envelope[9] != f"<{message.identifier}@client.example>".encode()):
        raise Contradiction(f"{where}: ENVELOPE of {message.identifier} is {envelope}")


def expected(name, identifier):
    """What an item must show; None when it is not compared."""
    whole = messages.content(identifier)
    if name in ("BODY[]", "RFC822"):
        return whole
    if name in ("BODY[HEADER]", "RFC822.HEADER"):
        return messages.header(identifier)
    if name in ("BODY[TEXT]", "RFC822.TEXT", "BODY[1]"):
        return messages.text(identifier)
    if name == f"BODY[HEADER.FIELDS ({messages.FIELD.upper()})]":
        return messages.field(identifier)
    if name == "RFC822.SIZE":
        return len(whole)
    return None


def brief(value):
    return f"{len(value)} octets {value[:60]!r}…" if isinstance(value, bytes) and len(value) > 80 else repr(value)
