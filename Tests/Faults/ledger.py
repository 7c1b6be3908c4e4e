"""What must be true of each message: its possible worlds, narrowed by acknowledgements and widened by doubt.

A world says where a message is, and with which flags: a frozenset of (mailbox, frozenset of flags). None is the world in which
it has not arrived (yet); the empty world, the one in which it is gone. An operation that was acknowledged took place in every
world; one whose answer was lost may have or not, so both stay possible. Afterwards the platform shows one world: it must be
among them.
"""

import dataclasses
import threading

DONE, DOUBT = "done", "doubt"


@dataclasses.dataclass(frozen=True)
class Deliver:
    mailbox: str
    flags: frozenset = frozenset()

    def arrival(self):
        return frozenset([(self.mailbox, self.flags)])


@dataclasses.dataclass(frozen=True)
class Store:
    mailbox: str
    add: bool
    flags: frozenset

    def after(self, flags):
        changed = flags | self.flags if self.add else flags - self.flags
        return [(self.mailbox, changed)]


@dataclasses.dataclass(frozen=True)
class Copy:
    mailbox: str
    target: str

    def after(self, flags):
        return [(self.mailbox, flags), (self.target, flags)]


@dataclasses.dataclass(frozen=True)
class Move:
    mailbox: str
    target: str

    def after(self, flags):
        return [(self.target, flags)]


@dataclasses.dataclass(frozen=True)
class Expunge:
    mailbox: str

    def after(self, flags):
        return []


@dataclasses.dataclass(eq=False)
class Event:
    """An operation on one message. The marks are points of a recording (`power_cut.py`), else 0."""

    key: tuple
    operation: object
    begun: int
    ended: int = None
    outcome: str = DOUBT


def changed(world, operation):
    """The world after the operation; None when it cannot have taken place there."""
    for mailbox, flags in world or ():
        if mailbox == operation.mailbox:
            return frozenset([place for place in world if place[0] != mailbox] + operation.after(flags))
    return None


def step(worlds, operation, outcome):
    if isinstance(operation, Deliver):
        worlds = worlds or {None, operation.arrival()}
        return worlds - {None} if outcome == DONE else worlds
    after = {changed(world, operation) for world in worlds} - {None}
    return after if outcome == DONE else worlds | after


class Ledger:
    """Keys are (address of the user, message id). Threads may call everything."""

    def __init__(self, mark=lambda: 0):
        self.mark, self.lock = mark, threading.Lock()
        self.worlds, self.events, self.problems = {}, [], []
        self.uids, self.places, self.known_validities, self.highest = {}, {}, {}, {}
        self.sightings = []
        self.acknowledged = self.doubtful = 0

    def begin(self, key, operation):
        event = Event(key, operation, self.mark())
        with self.lock:
            self.events.append(event)
            if isinstance(operation, Deliver):
                self.worlds[key] = step(set(), operation, DOUBT)
        return event

    def end(self, event, outcome):
        event.ended, event.outcome = self.mark(), outcome
        with self.lock:
            if outcome == DONE:
                self.acknowledged += 1
            else:
                self.doubtful += 1
            self.worlds[event.key] = step(self.worlds[event.key], event.operation, outcome)
            if not self.worlds[event.key]:
                self.problems.append(f"{event.key}: {event.operation} was acknowledged, but the message could not be there")

    def problem(self, text):
        with self.lock:
            self.problems.append(text)

    def saw(self, user, mailbox, validity, uid, identifier):
        """A UID was told: it names this message for ever, and no other."""
        with self.lock:
            self.sightings.append((self.mark(), (user, mailbox, validity, uid, identifier)))
            self.known_validities.setdefault((user, mailbox), set()).add(validity)
            self.highest[user, mailbox, validity] = max(uid, self.highest.get((user, mailbox, validity), 0))
            known = self.uids.setdefault((user, mailbox, validity, uid), identifier)
            if known != identifier:
                self.problems.append(f"UID {uid} of {user} {mailbox} was {known} and is now {identifier}")
            earlier = self.places.setdefault((user, mailbox, validity, identifier), uid)
            if earlier != uid:
                self.problems.append(f"{identifier} in {user} {mailbox} had UID {earlier} and has now {uid}")

    def lost(self, user, mailbox, validity, uid, identifier):
        """The test destroyed the message, so it may be gone, or come again under another UID; this one it had, and no other may have."""
        with self.lock:
            if (user, identifier) in self.worlds:
                self.worlds[user, identifier] = self.worlds[user, identifier] | {None}
            self.uids.setdefault((user, mailbox, validity, uid), identifier)
            self.highest[user, mailbox, validity] = max(uid, self.highest.get((user, mailbox, validity), 0))
            self.places.pop((user, mailbox, validity, identifier), None)

    def knows(self, user, mailbox, identifier):
        """Whether the message was ever seen in the mailbox."""
        with self.lock:
            validities = self.known_validities.get((user, mailbox), ())
            return any((user, mailbox, validity, identifier) in self.places for validity in validities)

    def highest_uid(self, user, mailbox, validity):
        return self.highest.get((user, mailbox, validity), 0)

    def settle(self, user, found):
        """Compares a user's messages, {identifier: world}, with what may be. Returns the problems; what is left becomes certain."""
        problems = []
        with self.lock:
            for identifier in set(found) - {identifier for one, identifier in self.worlds if one == user}:
                problems.append(f"{user} has {identifier}, which was never sent to them")
            for key in [key for key in self.worlds if key[0] == user]:
                seen, possible = found.get(key[1], frozenset()), self.worlds[key]
                # What is in doubt and never came may still come, once.
                left = possible if not seen and None in possible else possible & {seen}
                if not left:
                    problems.append(f"{key[1]} of {user} is {told(seen)}; it should be {' or '.join(map(told, possible))}")
                    left = {seen}
                self.worlds[key] = left
        return problems

    def as_of(self, position):
        """The ledger at an earlier point of the recording: what ended later is in doubt, what began later did not happen."""
        past = Ledger()
        with self.lock:
            for event in sorted(self.events, key=lambda event: event.begun):
                if event.begun <= position:
                    outcome = event.outcome if event.ended is not None and event.ended <= position else DOUBT
                    past.worlds[event.key] = step(past.worlds.get(event.key, set()), event.operation, outcome)
        for mark, sighting in self.sightings:
            if mark <= position:
                past.saw(*sighting)
        return past

    def acknowledged_by(self, position):
        return sum(1 for event in self.events if event.outcome == DONE and event.ended is not None and event.ended <= position)


def told(world):
    if world is None:
        return "not there yet"
    return " and ".join(f"in {mailbox} with ({' '.join(sorted(flags))})" for mailbox, flags in sorted(world, key=str)) or "gone"
