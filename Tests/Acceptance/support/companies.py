"""Companies made for a test through the admin shell, with users whose passwords are known."""

import itertools
import secrets

_numbers = itertools.count(1)


class Company:
    """A tenant with a domain; every name carries a number of its own, so that tests do not meet."""

    def __init__(self, platform, users=("ann", "bob"), name=None, quota=None):
        self.platform = platform
        self.name = name or f"company{next(_numbers)}"
        self.domain = f"{self.name}.example"
        self.passwords = {}
        platform.casella("tenant", "create", self.name, *(["--quota", quota] if quota else []))
        platform.casella("domain", "create", self.domain, "--tenant", self.name)
        for user in users:
            self.add_user(user)

    def add_user(self, local_part, quota=None, domain=None, password=None):
        address = f"{local_part}@{domain or self.domain}"
        self.passwords[address] = password or secrets.token_urlsafe(15)
        options = ["--quota", quota] if quota else []
        self.platform.casella("user", "create", address, "--password-stdin", *options, stdin=self.passwords[address] + "\n")
        return address

    def address(self, local_part):
        return f"{local_part}@{self.domain}"

    def password(self, address):
        return self.passwords[address if "@" in address else self.address(address)]

    def tenant_id(self):
        return self.platform.ask("tenant", "show", self.name)["id"]

    def usage(self, target):
        """What the platform says that a tenant, a domain or an address holds: (bytes, messages). As of now, though rows follow seconds
        behind the acknowledgement: the platform has the company's worker commit them first."""
        report = self.platform.ask("quota", "show", target)
        usage = report["levels"][0]["usage"]
        return usage["bytes"], usage["messages"]
