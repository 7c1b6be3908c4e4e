"""Companies whose users and domains get other names."""

import imaplib
import unittest

from . import clients, messages, running
from .companies import Company


class Names(unittest.TestCase):
    def setUp(self):
        self.platform = running.shared()
        self.company = Company(self.platform)
        self.ann, self.bob = self.company.address("ann"), self.company.address("bob")
        self.password = self.company.password("ann")

    def fill(self, address):
        """Some mail with flags and gaps; returns what IMAP then says of it."""
        for number in range(4):
            clients.deliver(self.platform, messages.message(address, subject=f"kept {number}"), address)
        with clients.imap(self.company, address) as session:
            session.create("Projects")
            session.select("INBOX")
            session.uid("STORE", "2", "+FLAGS", "(\\Seen \\Flagged kept-word)")
            session.uid("COPY", "3", "Projects")
            session.uid("STORE", "3", "+FLAGS", "(\\Deleted)")
            session.expunge()
        return self.seen(address, self.password)

    def seen(self, address, password):
        """Names, UIDVALIDITY, UIDs and flags of all mailboxes."""
        with self.imap(address, password) as session:
            found = {}
            for line in session.list()[1]:
                name = line.decode().rsplit(" ", 1)[1].strip('"')
                session.select(name, readonly=True)
                validity = session.response("UIDVALIDITY")[1]
                flags = session.uid("FETCH", "1:*", "(FLAGS)")[1]
                found[name] = (validity, [str(message) for message in flags])
            return found

    def imap(self, address, password):
        session = imaplib.IMAP4_SSL("127.0.0.1", self.platform.port("imaps"), ssl_context=clients.tls())
        try:
            session.login(address, password)
        except imaplib.IMAP4.error:
            session.shutdown()
            raise
        return session

    def logs_in(self, address, password=None):
        try:
            with self.imap(address, password or self.password):
                return True
        except imaplib.IMAP4.error:
            return False

    def rcpt(self, address):
        with clients.smtp(self.platform) as client:
            client.ehlo()
            client.mail("stranger@elsewhere.example")
            return client.rcpt(address)[0]

    def count(self, address, password=None):
        with self.imap(address, password or self.password) as session:
            return int(session.select("INBOX", readonly=True)[1][0])

    def targets(self, alias):
        return self.platform.ask("alias", "show", alias)["targets"]

    def status(self, *words):
        return self.platform.casella(*words, check=False).returncode

    def agrees(self):
        """The counters are what is stored."""
        self.company.usage(self.company.name)  # has the rows committed
        self.platform.casella("quota", "check", self.company.name)

    def goodbye(self, session):
        """What the session is told when it ends."""
        said = b""
        while line := session.readline():
            said += line
        session.shutdown()
        return said.decode()
