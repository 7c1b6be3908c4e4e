"""Operations that read: FETCH in its forms, and SEARCH."""

import datetime

from . import messages
from .facts import KEYWORDS, SYSTEM, Contradiction
from .session import Command, expected
from .view import set_text
from .writing import Writing

WHICH = f"BODY.PEEK[HEADER.FIELDS ({messages.FIELD})]"


def some(choice, view, of_uids):
    """A random set, in one of the many ways to write one; not empty."""
    ranges = any_set(choice, view, of_uids)
    if not view.is_pinned:
        return ranges
    largest = view.uids[-1] if of_uids else len(view)
    return [(min(first or largest, largest), last or largest) for first, last in ranges]


def any_set(choice, view, of_uids):
    largest = len(view)

    def pick():
        index = int(choice.random() * largest)
        return view.uids[index] if of_uids else index + 1

    form = choice.random()
    if form < 0.35:
        first = pick()
        return [(first, first)]
    if form < 0.55:
        return [(pick(), pick())]  # either end may be the larger one (RFC 3501 §9, seq-range)
    if form < 0.65:
        return [(pick(), None)]
    if form < 0.72:
        return [(None, None)]
    if form < 0.78:
        return [(1, None)]
    if form < 0.84 and of_uids:
        return [(4_000_000_000, None)]  # holds the largest UID, whatever that is (RFC 3501 §6.4.8)
    return [(number, number) for number in (pick() for _ in range(choice.randint(2, 4)))]


class Chosen:
    """The messages that a command is about."""

    def __init__(self, view, ranges, of_uids):
        self.text = set_text(ranges)
        numbers = view.of_uids(ranges) if of_uids else view.numbered(ranges)
        self.entries = [view.entries[number - 1] for number in numbers]
        self.uids = [entry.uid for entry in self.entries]
        self.prefix = "UID " if of_uids else ""

    def messages(self, view):
        return [view.box.messages[uid] for uid in self.uids]


# FETCH

ITEMS = [
    ["FLAGS"],
    ["UID", "FLAGS"],
    ["RFC822.SIZE"],
    ["INTERNALDATE", "RFC822.SIZE", "FLAGS"],
    ["ENVELOPE"],
    ["BODYSTRUCTURE", "UID"],
    [WHICH],
    ["BODY.PEEK[]"],
    ["BODY.PEEK[HEADER]", "UID"],
    ["BODY.PEEK[TEXT]", "RFC822.SIZE"],
    ["BODY[]"],
    ["BODY[1]"],
    ["BODY[TEXT]", "FLAGS"],
    ["RFC822"],
    ["BODY.PEEK[]<{origin}.{count}>"],
]


def fetch_command(client, choice, of_uids):
    """A FETCH, what it is about, and its items as they come back."""
    view = client.view
    ranges = some(choice, view, of_uids)
    chosen = Chosen(view, ranges, of_uids)
    items = [item.format(origin=choice.randint(0, 2000), count=choice.randint(1, 1500)) for item in choice.choice(ITEMS)]
    if len(chosen.uids) > 12 and any(item.startswith(("BODY", "RFC822")) and item != "RFC822.SIZE" for item in items):
        items = ["FLAGS"]  # whole messages by the dozen tell nothing more
    text = f"{chosen.prefix}FETCH {chosen.text} ({' '.join(items)})"
    return Command(text.encode(), f"{chosen.prefix}FETCH"), chosen, items


def marks_seen(items):
    return any(item == "RFC822" or item == "RFC822.TEXT" or (item.startswith("BODY[")) for item in items)


async def fetch(client, choice):
    if len(client.view):
        with Writing(client.world, client.name) as writing:
            await client.session.run(prepared_fetch(client, choice, choice.random() < 0.5, writing))


def prepared_fetch(client, choice, of_uids, writing):
    """A FETCH that checks its answer itself."""
    command, chosen, items = fetch_command(client, choice, of_uids)
    expect_seen(client, writing, chosen, items)

    def end():
        check_fetch(client, command, chosen, items)
        writing.end(command.is_ok)
        check_seen(client, command, chosen, items)

    command.on_answer = end
    return command


def expect_seen(client, writing, chosen, items):
    if marks_seen(items) and not client.view.is_read_only:
        for message in chosen.messages(client.view):
            writing.flags(client.view.box, message, {"\\Seen": True})


def check_fetch(client, command, chosen, items):
    """All that was asked for came, for all messages that are there, and nothing else."""
    box = client.view.box
    if not command.is_ok and not any(message.threatened for message in chosen.messages(client.view)):
        raise Contradiction(f"{command.text!r} was refused: {command.answer}")
    shown = {}
    for entry, got in command.fetched:
        shown.setdefault(entry, {}).update(got)
    wanted = {named(item) for item in items} | ({"UID"} if chosen.prefix else set())
    for entry, uid in zip(chosen.entries, chosen.uids):
        missing = wanted - set(shown.get(entry, {}))
        if missing and command.is_ok and not box.messages[uid].threatened:
            raise Contradiction(f"{command.text!r} did not answer {', '.join(sorted(missing))} of UID {uid}")
        check_pieces(box.messages[uid], items, shown.get(entry, {}))
    for entry, got in shown.items():
        if entry not in chosen.entries and set(got) - {"FLAGS", "UID"}:
            raise Contradiction(f"{command.text!r} answered for UID {entry.uid} too: {', '.join(got)}")


def named(item):
    """The name that an item comes back with."""
    name = item.upper().replace("BODY.PEEK[", "BODY[")
    return name.split(".", 1)[0] + ">" if name.endswith(">") and name.startswith("BODY[]<") else name


def check_pieces(message, items, got):
    for item in items:
        if item.endswith(">") and named(item) in got and message.identifier is not None and not message.threatened:
            origin, count = (int(number) for number in item[item.index("<") + 1 : -1].split("."))
            piece = expected("BODY[]", message.identifier)[origin : origin + count]
            if got[named(item)] != piece:
                raise Contradiction(f"{item} of UID {message.uid} is {got[named(item)][:80]!r} instead of {piece[:80]!r}")


def check_seen(client, command, chosen, items):
    """FETCH that set `\\Seen` says so (RFC 3501 §6.4.5, BODY[…])."""
    if not marks_seen(items) or client.view.is_read_only or not command.is_ok or not client.is_strict:
        return
    for entry, message in zip(chosen.entries, chosen.messages(client.view)):
        if entry.flags is not None and "\\Seen" not in entry.flags and message.mark("\\Seen").since(client.world.step + 1) is True:
            if not message.threatened:
                raise Contradiction(f"{command.text!r} marked UID {message.uid} as seen without saying so")


# SEARCH

DAYS = [datetime.date(2026, 1, day) for day in range(1, 29)]


def key(choice, view, depth=0):
    """A random search key: its text, and what it says of (entry, message, certain): true, false, or None where that is not known."""
    form = choice.random()
    if depth < 3 and form < 0.3:
        return combination(choice, view, depth)
    if form < 0.5:
        flag = choice.choice(SYSTEM)
        word, wanted = flag[1:].upper(), choice.random() < 0.5
        return word if wanted else "UN" + word, lambda e, m, certain: known(certain(m, flag), lambda value: value is wanted)
    if form < 0.6:
        word, wanted = choice.choice(KEYWORDS), choice.random() < 0.5
        spelled = word.upper() if choice.random() < 0.5 else word
        return f"{'' if wanted else 'UN'}KEYWORD {spelled}", lambda e, m, certain: known(certain(m, word), lambda value: value is wanted)
    return plain_key(choice, view, form)


def plain_key(choice, view, form):
    if form < 0.68 and len(view):
        ranges = some(choice, view, True)
        meant = {view.entries[number - 1] for number in view.of_uids(ranges)}
        return f"UID {set_text(ranges)}", lambda e, m, certain: e in meant
    if form < 0.74 and len(view) and not view.may_shift:
        ranges = some(choice, view, False)
        meant = {view.entries[number - 1] for number in view.numbered(ranges)}
        return set_text(ranges), lambda e, m, certain: e in meant
    if form < 0.82:
        identifiers = [view.box.messages[uid].identifier for uid in view.uids] or [None]
        identifier = identifiers[int(choice.random() * len(identifiers))] or "nobody"
        if form < 0.78:
            size, word = len(messages.content(identifier)) + choice.randint(-1, 1), choice.choice(["LARGER", "SMALLER"])
            return f"{word} {size}", lambda e, m, certain: known(m.size, lambda it: it > size if word == "LARGER" else it < size)
        return f"HEADER {messages.FIELD} {identifier}", lambda e, m, certain: known(m.identifier, lambda it: identifier in it)
    if form < 0.88:
        colour = choice.choice(messages.COLOURS)
        return f"SUBJECT {colour}", lambda e, m, certain: known(m.identifier, lambda it: messages.colour(it) == colour)
    if form < 0.93:
        day, word = choice.choice(DAYS), choice.choice(["SINCE", "BEFORE", "ON"])
        compare = {"SINCE": lambda it: it >= day, "BEFORE": lambda it: it < day, "ON": lambda it: it == day}[word]
        return f"{word} {day.day}-Jan-2026", lambda e, m, certain: known(m.date, lambda it: compare(day_of(it)))
    if form < 0.97:
        word = choice.choice(["RECENT", "OLD"])
        return word, lambda e, m, certain: known(e.is_recent, lambda it: it is (word == "RECENT"))
    return "ALL", lambda e, m, certain: True


def combination(choice, view, depth):
    one, holds_one = key(choice, view, depth + 1)
    form = choice.random()
    if form < 0.3:
        return f"NOT {one}", lambda *subject: known(holds_one(*subject), lambda value: not value)
    other, holds_other = key(choice, view, depth + 1)

    def either(*subject):
        values = (holds_one(*subject), holds_other(*subject))
        return True if True in values else None if None in values else False

    def both(*subject):
        values = (holds_one(*subject), holds_other(*subject))
        return False if False in values else None if None in values else True

    return (f"OR {one} {other}", either) if form < 0.65 else (f"({one} {other})", both)


def known(value, follows):
    return None if value is None else follows(value)


def day_of(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).date()


def search_command(client, choice, of_uids):
    text, holds = key(choice, client.view)
    prefix = "UID " if of_uids else ""
    command = Command(f"{prefix}SEARCH {text}".encode(), f"{prefix}SEARCH")
    known_before = set(client.view.entries)  # what comes with the answer may have come behind the search
    command.on_answer = lambda: check_search(client, command, holds, known_before)
    return command


async def search(client, choice):
    await client.session.run(search_command(client, choice, choice.random() < 0.5))


def check_search(client, command, holds, known_before):
    found = command.of("SEARCH")
    if not command.is_ok or len(found) != 1:
        raise Contradiction(f"{command.text!r} was answered with {len(found)} SEARCH responses and {command.answer}")
    of_uids, view = command.name.startswith("UID"), client.view
    names = {entry.uid if of_uids else index + 1: entry for index, entry in enumerate(view.entries)}
    strangers = set(found[0]) - set(names)
    if strangers and not of_uids:
        raise Contradiction(f"{command.text!r} found {sorted(strangers)}, which do not exist")

    def certain(message, flag):
        return message.mark(flag).since(command.begin)

    for name, entry in names.items():
        if entry not in known_before or entry.uid is None or not client.is_strict:
            continue
        message = view.box.message(entry.uid, command.begin)
        value = holds(entry, message, certain)
        if value is False and name in found[0]:
            raise Contradiction(f"{command.text!r} found {name} (UID {entry.uid}), which does not match")
        if value is True and name not in found[0] and not message.threatened:
            raise Contradiction(f"{command.text!r} did not find {name} (UID {entry.uid}), which matches")
