"""The company whose mailboxes are tortured, and what its administrator does meanwhile."""


class Torn:
    def __init__(self, company):
        self.company, self.platform = company, company.platform
        desk, member = company.address("desk"), next(iter(company.passwords))
        self.platform.casella("mailbox", "create", desk)
        self.platform.casella("mailbox", "add", desk, "--member", member, "--rights", "manage")
        """A mailbox that another account owns, by the name that the first user sees."""
        self.shared = [f"Shared/{desk}"]

    def worker(self):
        return self.platform.worker_pid(f"tenant:{self.company.name}")

    def compact(self):
        # Where the worker dies meanwhile there is nothing to say.
        self.platform.casella("tenant", "compact", self.company.name, check=False)
