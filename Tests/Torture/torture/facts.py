"""What is true of one user's mailboxes, by what the server acknowledged to anybody.

Commands overlap, so a fact is certain only outside the commands that change it. Time is counted in steps: each command's sending and each
answer is one. An answer to a command sent at step t tells the state at t or later; so it must agree with every fact that was certain
at t and that no command has touched since.
"""

import dataclasses

from . import messages

SYSTEM = ("\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft")
KEYWORDS = ("$work", "$later", "todo", "blue-tag")
FLAGS = SYSTEM + KEYWORDS
DELETED = "\\Deleted"


class Contradiction(Exception):
    """The server contradicts itself, or the protocol."""

    """The client that met it."""
    client = None


class Mark:
    """Something that is true or false, or not certain at the moment: a flag of a message, the existence of a name."""

    __slots__ = ("value", "touched", "writers", "tangled")

    def __init__(self, value=None):
        self.value, self.touched, self.writers, self.tangled = value, 0, set(), False

    def begin(self, writer, step):
        # Where changes overlap nobody can say which is the last; they are certain again when all have ended and somebody looks.
        if self.writers:
            self.tangled = True
        self.writers.add(writer)
        self.value, self.touched = None, step

    def end(self, writer, step, value):
        if writer in self.writers:
            self.writers.discard(writer)
            self.touched = step
            if not self.tangled:
                self.value = value
            if not self.writers:
                self.tangled = False

    def since(self, step):
        """The value, if it is certain and was so for all the time since `step`."""
        return self.value if not self.writers and self.touched < step else None

    def is_settled(self, step):
        return not self.writers and self.touched < step

    def agrees(self, seen, step):
        """Whether what an answer to a command of `step` shows is possible; it is remembered."""
        if not self.is_settled(step):
            return True
        if self.value is None:
            self.value = seen
        return self.value == seen

    def settle(self, value):
        self.value, self.tangled = value, False
        self.writers.clear()


@dataclasses.dataclass(eq=False)
class Message:
    uid: int
    identifier: str | None = None
    """INTERNALDATE in seconds since 1970."""
    date: int | None = None
    """When it was acknowledged that it exists."""
    alive: int | None = None
    """When somebody was told that it is expunged."""
    dead: int | None = None
    """A command that may remove it has been sent."""
    threatened: bool = False
    marks: dict = dataclasses.field(default_factory=dict)
    """Who changed its flags last, and when: by the clients' names."""
    touches: dict = dataclasses.field(default_factory=dict)
    """The session that was told that it is `\\Recent`, of those that may take that from others."""
    recent_to: object = None

    def mark(self, flag):
        return self.marks.setdefault(flag, Mark())

    @property
    def is_certain(self):
        return self.alive is not None and self.dead is None and not self.threatened

    def see_flags(self, flags, step, where):
        for flag in FLAGS:
            if not self.mark(flag).agrees(flag in flags, step):
                raise Contradiction(f"{where}: {flag} is {'set' if flag in flags else 'not set'}, and was acknowledged to be otherwise")

    def learn_identifier(self, identifier, where):
        if self.identifier not in (None, identifier):
            raise Contradiction(f"{where}: it was the message {self.identifier}, and now is {identifier}")
        self.identifier = identifier

    def learn_date(self, date, where):
        if self.date not in (None, date):
            raise Contradiction(f"{where}: INTERNALDATE was {self.date}, and now is {date}")
        self.date = date

    @property
    def size(self):
        return None if self.identifier is None else len(messages.content(self.identifier))


class Box:
    """A mailbox from its CREATE to its DELETE, whatever its name is: named by its UIDVALIDITY."""

    def __init__(self, validity):
        self.validity = validity
        self.messages = {}
        """The highest UID and the highest UIDNEXT that the server spoke of."""
        self.high, self.uidnext = 0, 1
        self.removals = {}
        """When the last command ended that removes all messages marked `\\Deleted`, the last that removes all, and the last of any kind."""
        self.last_removal, self.last_sweep, self.last_end = 0, 0, 0
        """The UIDs that were there at the last comparison, and the highest of that time: others below have gone for ever."""
        self.settled, self.settled_high = set(), 0
        """DELETE has been sent; it was acknowledged."""
        self.is_doomed, self.is_deleted = False, False

    def __str__(self):
        return f"mailbox with UIDVALIDITY {self.validity}"

    def message(self, uid, step):
        """The message of a UID that an answer to a command of `step` spoke of."""
        if uid not in self.messages:
            self.messages[uid] = Message(uid, threatened=self.was_shrinking(step))
            self.high = max(self.high, uid)
        return self.messages[uid]

    def was_shrinking(self, step, is_deleted=True):
        """Whether a message may have been removed since `step` that nobody had spoken of: one that may be marked `\\Deleted`, or not."""
        # Commands that name UIDs are about messages that somebody had spoken of.
        of_all = [only_deleted for uids, only_deleted in self.removals.values() if uids is None]
        sweeps = False in of_all or self.last_sweep >= step or self.is_doomed
        return sweeps or (is_deleted and (True in of_all or self.last_removal >= step))

    def begin_removal(self, command, step, uids=None, only_deleted=True):
        """A command is sent that may remove messages: those in `uids`, or all."""
        self.removals[command] = (uids, only_deleted)
        for message in self.messages.values():
            if uids is None or message.uid in uids:
                if not only_deleted or message.mark(DELETED).value is not False:
                    message.threatened = True

    def end_removal(self, command, step):
        uids, only_deleted = self.removals.pop(command)
        self.last_end = step
        if uids is None:
            self.last_removal = step
            if not only_deleted:
                self.last_sweep = step

    def threaten_deleted(self, message):
        """`\\Deleted` may be set on it from now on."""
        for uids, _ in self.removals.values():
            if uids is None or message.uid in uids:
                message.threatened = True

    def see_uidnext(self, uidnext, floor, where):
        """`floor`: the lowest that it can be, by what was known when the command was sent."""
        if uidnext < floor:
            raise Contradiction(f"{where}: UIDNEXT {uidnext}, but UIDs below {floor} have been given, or {floor} has been predicted")
        self.uidnext = max(self.uidnext, uidnext)

    @property
    def floor(self):
        return max(self.uidnext, self.high + 1)

    def die(self, uid, step, where):
        """Somebody was told that the message is gone."""
        if uid <= self.settled_high and uid not in self.settled:
            return  # the news took its time
        message = self.message(uid, step)
        if not message.threatened and not self.is_doomed:
            raise Contradiction(f"{where}: UID {uid} of the {self} is gone, which nobody asked for")
        message.dead = message.dead or step


class World:
    """One user's mailboxes."""

    def __init__(self, user):
        self.user = user
        self.step = 0
        self.boxes = {}  # by UIDVALIDITY
        self.names = {}  # name: Mark, whether a mailbox of that name exists
        self.box_of = {}  # name: Box, while known
        self.subscribed = {}  # name: Mark
        self.kills = 0
        self.last_kill = 0

    def tick(self):
        self.step += 1
        return self.step

    def name(self, name):
        return self.names.setdefault(name, Mark())

    def subscription(self, name):
        return self.subscribed.setdefault(name, Mark())

    def floors(self):
        """The lowest UID that each mailbox can give to a message that comes from now on."""
        return {box: box.floor for box in self.boxes.values()}

    def seen_box(self, name, validity, begin):
        """The mailbox that an answer to a command sent at `begin` calls by this name and this UIDVALIDITY."""
        box = self.boxes.setdefault(validity, Box(validity))
        if self.name(name).since(begin) is True:
            known = self.box_of.setdefault(name, box)
            if known is not box or box.is_deleted:
                was = "that of a deleted mailbox" if box.is_deleted else f"before it was {known.validity}"
                raise Contradiction(f"{name} has UIDVALIDITY {validity}; {was}")
        return box

    def existing(self):
        """Names that are there for certain, in an order that does not depend on what happened."""
        return sorted(name for name, mark in self.names.items() if mark.value is True)

    def killed(self):
        """The server's process was killed: what is under way has an open end, and `\\Recent` may be told anew."""
        self.kills += 1
        self.last_kill = self.tick()
        for box in self.boxes.values():
            for message in box.messages.values():
                message.recent_to = None
