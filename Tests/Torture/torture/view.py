"""What one session knows of its selected mailbox, by what it was told and by nothing else."""

import dataclasses

from .facts import Contradiction


@dataclasses.dataclass(eq=False)
class Entry:
    """A message at a sequence number. What was not told yet is None."""

    uid: int | None = None
    flags: frozenset | None = None
    is_recent: bool | None = None
    """When its flags were told last."""
    told: int = 0


class View:
    def __init__(self, name, is_read_only, step):
        self.name, self.is_read_only, self.opened = name, is_read_only, step
        self.box = None
        self.entries = []
        """Commands are being sent together, so none may speak of `*`, and with UID commands none of sequence numbers: their meaning can
        change between them (RFC 3501 §5.5)."""
        self.is_pinned, self.may_shift = False, False
        """The highest UID that was ever in it, and UIDNEXT when it was opened: what comes later is above both."""
        self.high, self.uidnext = 0, 0
        self.count_when_opened = 0
        """What RECENT and the code UNSEEN said when it was opened, as long as nothing has come or gone since."""
        self.recent, self.unseen = None, None

    def __len__(self):
        return len(self.entries)

    @property
    def is_complete(self):
        return all(entry.uid is not None for entry in self.entries)

    @property
    def uids(self):
        return [entry.uid for entry in self.entries]

    def entry(self, number, what):
        if not 1 <= number <= len(self.entries):
            raise Contradiction(f"{what} speaks of message {number} of {len(self.entries)}")
        return self.entries[number - 1]

    def number(self, uid):
        for index, entry in enumerate(self.entries):
            if entry.uid == uid:
                return index + 1
        return None

    def exists(self, count):
        if count < len(self.entries):
            raise Contradiction(f"EXISTS {count}, but there were {len(self.entries)} messages and none was reported as expunged")
        if count > len(self.entries):
            self.recent = None
        self.entries += [Entry() for _ in range(count - len(self.entries))]

    def expunge(self, number):
        entry = self.entry(number, "EXPUNGE")
        if number <= self.count_when_opened:
            self.count_when_opened -= 1
        self.recent = self.unseen = None
        del self.entries[number - 1]
        return entry

    def name_uid(self, number, uid):
        """The message at `number` has this UID."""
        entry = self.entry(number, "FETCH")
        if entry.uid is not None:
            if entry.uid != uid:
                raise Contradiction(f"message {number} had UID {entry.uid}, and now has UID {uid}")
            return entry
        below = next((other.uid for other in reversed(self.entries[: number - 1]) if other.uid is not None), 0)
        above = next((other.uid for other in self.entries[number:] if other.uid is not None), None)
        if uid <= below or (above is not None and uid >= above):
            raise Contradiction(f"message {number} has UID {uid}, between UIDs {below} and {above}")
        if number > self.count_when_opened and uid < self.uidnext:
            raise Contradiction(f"message {number} came after UIDNEXT {self.uidnext} was told, and has UID {uid}")
        entry.uid = uid
        self.high = max(self.high, uid)
        return entry

    def see_flags(self, number, flags, step, is_strict):
        entry = self.entry(number, "FETCH")
        is_recent = "\\Recent" in flags
        if is_strict and entry.is_recent not in (None, is_recent):
            raise Contradiction(f"message {number} {'became' if is_recent else 'is no longer'} \\Recent within a session")
        entry.flags, entry.is_recent, entry.told = flags - {"\\Recent"}, is_recent, step
        return entry

    # Sets: lists of (first, last), None for `*`

    def numbered(self, ranges):
        """The sequence numbers that a set means, ascending."""
        largest = len(self.entries)
        found = set()
        for first, last in ranges:
            low, high = sorted((first or largest, last or largest))
            found.update(range(low, high + 1))
        return sorted(number for number in found if 1 <= number <= largest)

    def of_uids(self, ranges):
        """The sequence numbers of the messages that a set of UIDs means, ascending."""
        largest = max((uid for uid in self.uids if uid is not None), default=0)
        bounds = [sorted((first or largest, last or largest)) for first, last in ranges]
        return [
            index + 1
            for index, entry in enumerate(self.entries)
            if entry.uid is not None and any(low <= entry.uid <= high for low, high in bounds)
        ]


def set_text(ranges):
    def end(number):
        return "*" if number is None else str(number)

    return ",".join(end(first) if first == last else f"{end(first)}:{end(last)}" for first, last in ranges)
