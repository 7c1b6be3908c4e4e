"""Companies with something to delete, to hold and to bring back."""

import imaplib
import itertools

from . import clients, database, messages
from .company_tests import CompanyForEach
from .waiting import eventually

numbers = itertools.count(1)


class LifeCycle(CompanyForEach):
    def status(self, *words):
        return self.platform.casella(*words, check=False).returncode

    def refused(self, *words):
        done = self.platform.casella(*words, check=False)
        self.assertNotEqual(0, done.returncode, words)
        return done.stderr

    def rcpt(self, address):
        with clients.smtp(self.platform) as client:
            client.ehlo()
            client.mail("stranger@elsewhere.example")
            code, text = client.rcpt(address)
            return f"{code} {text.decode()}"

    def is_refused(self, address, code="550"):
        """Its worker is told of the deletion while the shell is answered: within seconds, and no later."""
        eventually(lambda: self.rcpt(address).startswith(code), within=5, what=f"{address} takes no mail")

    def logs_in(self, user):
        try:
            with clients.imap(self.company, user):
                return True
        except imaplib.IMAP4.error:
            return False

    def deliver(self, address):
        clients.deliver(self.platform, messages.message(address), address)

    def contents(self, user):
        """Messages with UIDs and flags, and UIDVALIDITY."""
        with clients.imap(self.company, user) as imap:
            found = clients.all_messages(imap)
            flags = imap.uid("FETCH", "1:*", "(FLAGS)")[1] if found else []
            return found, flags, imap.response("UIDVALIDITY")[1]

    def kept(self, *words):
        return self.platform.ask("deleted", "list", "--tenant", self.company.name, *words)

    def sql(self, statement):
        return database.sql(self.platform, "postgres", statement)
