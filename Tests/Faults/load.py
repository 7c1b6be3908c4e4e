"""Mail that flows while things break: strangers, submitters and IMAP users, who write down what they were promised."""

import base64
import contextlib
import random
import re
import smtplib
import threading
import time

import wire
from ledger import DONE, DOUBT, Copy, Deliver, Expunge, Move, Store
from letters import identifier_of, letter
from support import clients

INBOX, WORK, ARCHIVE, COPIES = "INBOX", "Work", "Filed", "Copies"
MAILBOXES = (INBOX, WORK, ARCHIVE, COPIES)
FLAGS = ("\\Seen", "\\Flagged", "\\Answered", "\\Draft", "$Urgent")
OUTSIDE = "them@scripted.example"  # a host of `support/outside.py`
# A client that waits longer than this gives up; what it asked for is in doubt then.
PATIENCE = 12


class Client(threading.Thread):
    """Connects, works until something breaks, and connects again. `done` counts what was acknowledged."""

    def __init__(self, load, name, seed):
        super().__init__(name=name, daemon=True)
        self.load, self.rng, self.done = load, random.Random(seed), 0

    def run(self):
        while not self.load.ended.is_set():
            self.load.may_run.wait()
            with self.load.at_work():
                try:
                    self.session()
                except (OSError, smtplib.SMTPException, wire.Refused, EOFError):
                    time.sleep(0.05)  # the door is closed at the moment
                except Exception as error:  # the test's own fault: it must not pass for a platform that works
                    self.load.ledger.problem(f"{self.name}: {error!r}")
                    return

    def is_wanted(self):
        return self.load.may_run.is_set() and not self.load.ended.is_set()

    def pause(self):
        time.sleep(self.rng.random() * self.load.rest)

    def end(self, event, outcome):
        self.load.ledger.end(event, outcome)
        self.done += outcome == DONE


class Sender(Client):
    """Mail over SMTP. A reply other than 250 to the final dot leaves it in doubt: it must not be there twice."""

    def connect(self):
        return clients.smtp(self.load.platform, timeout=PATIENCE)

    def choose(self):
        company, other = self.rng.sample(self.load.companies, 2)
        return self.rng.choice([
            [company.address("ann")], [company.address("bob")], [company.address("ann"), company.address("bob")],
            [company.address("bob"), other.address("ann")],
        ])

    sender = "stranger@elsewhere.example"

    def session(self):
        with self.connect() as client:
            client.ehlo_or_helo_if_needed()
            while self.is_wanted():
                self.send(client)
                self.pause()

    def send(self, client):
        recipients = self.choose()
        identifier, content = letter(self.rng, recipients[0], self.sender)
        for code, reply in [client.mail(self.sender), *(client.rcpt(recipient) for recipient in recipients)]:
            self.expect(code, reply)
        code, reply = client.docmd("DATA")
        self.expect(code, reply, 354)
        events = [self.load.ledger.begin((recipient, identifier), Deliver(INBOX)) for recipient in recipients]
        outcome = DOUBT
        try:
            client.send((b"." + content if content.startswith(b".") else content).replace(b"\r\n.", b"\r\n..") + b".\r\n")
            code, reply = client.getreply()
            outcome = DONE if code == 250 else DOUBT
        finally:
            for event in events:
                self.end(event, outcome)
        self.expect(code, reply)

    def expect(self, code, reply, wanted=250):
        if code >= 500:
            self.load.ledger.problem(f"{self.name} was refused for good: {code} {reply!r}")
        if code != wanted:
            raise smtplib.SMTPServerDisconnected(f"{code} {reply!r}")


class Submitter(Sender):
    """A user's mail to another company, by submission and the relay."""

    def __init__(self, load, name, seed, company):
        super().__init__(load, name, seed)
        self.company, self.sender = company, company.address("bob")

    @contextlib.contextmanager
    def connect(self):
        client = smtplib.SMTP("127.0.0.1", self.load.platform.port("submission"), "laptop.example", PATIENCE)
        try:
            client.ehlo()
            proof = base64.b64encode(f"\0{self.sender}\0{self.company.password('bob')}".encode()).decode()
            code, reply = client.docmd("AUTH", f"PLAIN {proof}")
            if code != 235:
                raise smtplib.SMTPServerDisconnected(f"{code} {reply!r}")
            yield client
        finally:
            client.close()

    def choose(self):
        other = self.rng.choice([company for company in self.load.companies if company is not self.company])
        return [other.address("bob")]


class Outgoer(Submitter):
    """A user's mail to a host outside. Kills may double it there, since SMTP has no way to ask again; it must never be lost."""

    def choose(self):
        return [OUTSIDE]


class Reader(Client):
    """An IMAP user, alone in their mailboxes: APPEND, STORE, COPY, MOVE and EXPUNGE."""

    def __init__(self, load, name, seed, company, user):
        super().__init__(load, name, seed)
        self.address, self.password = company.address(user), company.password(company.address(user))

    def session(self):
        with wire.IMAP(self.load.platform.port("imap"), self.address, self.password, PATIENCE) as imap:
            self.imap, self.here, self.validity = imap, {}, {}
            for mailbox in MAILBOXES:
                if mailbox != INBOX:
                    with contextlib.suppress(wire.Refused):
                        imap.command(f"CREATE {mailbox}")
                self.look(mailbox)
            while self.is_wanted():
                self.act()
                self.pause()

    def look(self, mailbox):
        """Selects a mailbox and learns which messages are in it."""
        self.validity[mailbox], _, count = self.imap.select(mailbox)
        known = self.here.setdefault(mailbox, {})
        if count:
            first = max(known, default=0) + 1
            found = self.imap.fetch(f"{first}:*", "UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]", despite_damage=True)
            for uid, (_, header) in found.items():
                if uid >= first:
                    known[uid] = self.learn(mailbox, uid, identifier_of(header))

    def learn(self, mailbox, uid, identifier):
        self.load.ledger.saw(self.address, mailbox, self.validity[mailbox], uid, identifier)
        return identifier

    def act(self):
        if self.rng.random() < 0.3:
            return self.append()
        mailbox = self.rng.choice(MAILBOXES)
        self.look(mailbox)
        here = self.here[mailbox]
        if here:
            uids = sorted(self.rng.sample(sorted(here), min(len(here), self.rng.choice([1, 1, 2, 5]))))
            self.rng.choice(self.possible(mailbox))(mailbox, uids)

    def possible(self, mailbox):
        possible = {INBOX: [self.store, self.move, self.move], WORK: [self.store, self.copy, self.move]}
        return possible.get(mailbox, [self.store, self.expunge])

    def some_flags(self):
        return frozenset(self.rng.sample(FLAGS, self.rng.randrange(1, 4)))

    def promised(self, operation, keys, text, literal=None):
        """Runs a command that changes these messages; returns its answer."""
        events = [self.load.ledger.begin((self.address, key), operation) for key in keys]
        outcome = DOUBT
        try:
            answer = self.imap.command(text, literal)
            outcome = DONE
        finally:
            for event in events:
                self.end(event, outcome)
        return answer

    def append(self):
        identifier, content = letter(self.rng, self.address, self.address)
        flags = self.some_flags()
        tagged, _ = self.promised(Deliver(WORK, flags), [identifier], f"APPEND {WORK} ({' '.join(flags)})", content)
        validity, uid = map(int, re.search(r"APPENDUID (\d+) (\d+)", tagged).groups())
        self.load.ledger.saw(self.address, WORK, validity, uid, identifier)

    def store(self, mailbox, uids):
        add, flags = self.rng.random() < 0.6, self.some_flags()
        self.promised(
            Store(mailbox, add, flags), [self.here[mailbox][uid] for uid in uids],
            f"UID STORE {joined(uids)} {'+' if add else '-'}FLAGS ({' '.join(flags)})")

    def copy(self, mailbox, uids):
        # Once a message at most, so that its UID there is one for ever.
        fresh = [uid for uid in uids if not self.load.ledger.knows(self.address, COPIES, self.here[mailbox][uid])]
        if fresh:
            tagged, _ = self.promised(Copy(mailbox, COPIES), self.identifiers(mailbox, fresh), f"UID COPY {joined(fresh)} {COPIES}")
            self.learn_copies(tagged, mailbox, fresh, COPIES)

    def move(self, mailbox, uids):
        identifiers = self.identifiers(mailbox, uids)
        _, untagged = self.promised(Move(mailbox, ARCHIVE), identifiers, f"UID MOVE {joined(uids)} {ARCHIVE}")
        self.learn_copies("\n".join(line for line, _ in untagged), mailbox, uids, ARCHIVE)
        for uid in uids:
            del self.here[mailbox][uid]

    def expunge(self, mailbox, uids):
        deleted = frozenset(["\\Deleted"])
        self.promised(Store(mailbox, True, deleted), self.identifiers(mailbox, uids), f"UID STORE {joined(uids)} +FLAGS (\\Deleted)")
        self.promised(Expunge(mailbox), self.identifiers(mailbox, uids), f"UID EXPUNGE {joined(uids)}")
        for uid in uids:
            del self.here[mailbox][uid]

    def identifiers(self, mailbox, uids):
        return [self.here[mailbox][uid] for uid in uids]

    def learn_copies(self, text, mailbox, uids, target):
        """COPYUID: which UIDs the copies have."""
        validity, sources, targets = re.search(r"COPYUID (\d+) (\S+) ([\d:,]+)", text).groups()
        if wire.uid_list(sources) != uids or int(validity) != self.validity[target]:
            self.load.ledger.problem(f"{self.address}: COPYUID {sources} in answer to a copy of {uids}")
        for source, uid in zip(wire.uid_list(sources), wire.uid_list(targets)):
            identifier = self.here[mailbox][source]
            self.here[target][uid] = self.learn(target, uid, identifier)


def joined(uids):
    return ",".join(map(str, uids))


class Load:
    """All clients of a platform. `rest`: seconds that each rests between two operations, at most."""

    def __init__(self, platform, companies, ledger, seed, rest=0.04, goes_out=False):
        self.platform, self.companies, self.ledger, self.rest = platform, companies, ledger, rest
        self.may_run, self.ended = threading.Event(), threading.Event()
        self.lock, self.working = threading.Condition(), 0
        rng = random.Random(seed)
        self.clients = [Sender(self, f"sender {number}", rng.random()) for number in range(3)]
        self.clients += [Submitter(self, "submitter", rng.random(), companies[0])]
        self.clients += [Outgoer(self, "outgoer", rng.random(), companies[1])] if goes_out else []
        self.clients += [Reader(self, f"reader {company.name}", rng.random(), company, "ann") for company in companies]
        for client in self.clients:
            client.start()

    @contextlib.contextmanager
    def at_work(self):
        with self.lock:
            self.working += 1
        try:
            yield
        finally:
            with self.lock:
                self.working -= 1
                self.lock.notify_all()

    def resume(self):
        self.may_run.set()

    def stop(self):
        """Returns when every client has finished or given up what it had begun, and is disconnected."""
        self.may_run.clear()
        with self.lock:
            if not self.lock.wait_for(lambda: self.working == 0, timeout=3 * PATIENCE):
                self.ledger.problem("a client does not come back from an operation")

    def end(self):
        self.ended.set()
        self.may_run.set()
        for client in self.clients:
            client.join(3 * PATIENCE)

    def progress(self):
        return {client.name: client.done for client in self.clients}
