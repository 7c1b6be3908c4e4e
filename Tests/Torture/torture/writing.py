"""What a command is about to change, from before it is sent until its answer has come or can come no more."""

from .facts import DELETED, FLAGS, Contradiction, Mark


class Writing:
    """A context: leaving it before `end` was called leaves open what the command changed."""

    def __init__(self, world, client):
        self.world, self.client = world, client
        self.marks, self.boxes = [], []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end(False)

    def end(self, is_done):
        """The answer has come: what was to change has changed for certain, or nobody knows."""
        step = self.world.tick()
        for mark, value in self.marks:
            mark.end(self, step, value if is_done else None)
        for box in self.boxes:
            box.end_removal(self, step)
        self.marks, self.boxes = [], []

    def mark(self, mark, value):
        mark.begin(self, self.world.tick())
        self.marks.append((mark, value))

    def flags(self, box, message, values):
        """Flags of a message become as in `values`; None: nobody knows."""
        step = self.world.tick()
        for flag, value in values.items():
            self.mark(message.mark(flag), value)
        if values.get(DELETED, False) is not False:
            box.threaten_deleted(message)
        message.touches[self.client] = step

    def removal(self, box, uids=None, only_deleted=True):
        box.begin_removal(self, self.world.tick(), uids, only_deleted)
        self.boxes.append(box)


def changed_flags(how, flags):
    """What STORE makes of each flag that it touches."""
    if how == "replace":
        return {flag: flag in flags for flag in FLAGS}
    return {flag: how == "add" for flag in flags}


def arrived(box, uid, begin, step, flags, identifier=None, date=None):
    """APPEND or COPY acknowledged a message: `flags` says of each flag whether it came with it, None where that is not known.

    - Returns: the message."""
    is_new = uid not in box.messages
    message = box.message(uid, step)
    if is_new:
        # Nobody can have acted on it by its UID; what removes all deleted messages may have met it.
        message.threatened = box.was_shrinking(begin, is_deleted=flags.get(DELETED) is not False)
    message.alive = message.alive or step
    if identifier is not None:
        message.learn_identifier(identifier, f"UID {uid} of the {box}")
    if date is not None:
        message.learn_date(date, f"UID {uid} of the {box}")
    for flag in FLAGS:
        mark = message.marks.setdefault(flag, Mark())
        if mark.touched == 0 and not mark.writers and flags.get(flag) is not None:
            if mark.value not in (None, flags[flag]):
                was = "set" if flags[flag] else "not set"
                raise Contradiction(f"UID {uid} of the {box}: {flag} was {was} where it comes from, and is otherwise here")
            mark.value = flags[flag]
    return message
