"""A company, and administrators of it, of its domain and of the platform."""

import unittest

from . import running
from .administrators import Administrator
from .companies import Company

ROLES = ("owner", "operator", "auditor", "tenant-administrator", "help-desk", "domain-administrator")


class Administrators(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()
        cls.mine, cls.others = Company(cls.platform), Company(cls.platform)
        for company in (cls.mine, cls.others):
            cls.platform.casella("alias", "create", f"info@{company.domain}", "--to", company.address("ann"))

    def part(self, role, company=None):
        company = company or self.mine
        if role in ("tenant-administrator", "help-desk"):
            return {"tenant": company.name}
        return {"domain": company.domain} if role == "domain-administrator" else {}

    def make(self, role, **options):
        return Administrator(self.platform, role, **self.part(role), **options)
