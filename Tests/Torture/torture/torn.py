"""The company whose mailboxes are tortured, and what others do there meanwhile."""

import imaplib
import random


class Torn:
    # Octets that are stored and expunged before disk space is given back: more than all else, or nothing would be packed.
    WASTE = 2_000_000

    def __init__(self, company):
        self.company, self.platform = company, company.platform
        self.passwords = dict(company.passwords)
        """A mailbox that another account owns, by the name that the first user sees."""
        self.shared = [f"Shared/{company.address('desk')}"]
        self.platform.casella("mailbox", "create", company.address("desk"))
        member = next(iter(self.passwords))
        self.platform.casella("mailbox", "add", company.address("desk"), "--member", member, "--rights", "manage")
        self.wasteful = company.add_user("wasteful")

    def worker(self):
        return self.platform.worker_pid(f"tenant:{self.company.name}")

    def compact(self):
        """Where the worker dies meanwhile there is nothing to say."""
        try:
            self.waste()
        except (imaplib.IMAP4.error, OSError):
            return
        self.platform.casella("tenant", "compact", self.company.name, check=False)

    def waste(self):
        with imaplib.IMAP4("127.0.0.1", self.platform.port("imap"), timeout=30) as client:
            client.login(self.wasteful, self.company.password(self.wasteful))
            # It does not get smaller by compression.
            client.append("INBOX", None, None, b"Subject: waste\r\n\r\n" + random.randbytes(self.WASTE).hex().encode() + b"\r\n")
            client.select("INBOX")
            client.store("1:*", "+FLAGS.SILENT", r"(\Deleted)")
            client.expunge()
