"""What many tests begin with: the platform that all share, and a company with the users ann and bob."""

import unittest

from . import running
from .companies import Company


class OneCompany(unittest.TestCase):
    """The tests of a class have one company together."""

    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()
        cls.company = Company(cls.platform)
        cls.ann, cls.bob = cls.company.address("ann"), cls.company.address("bob")


class CompanyForEach(unittest.TestCase):
    """Each test has a company of its own."""

    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()

    def setUp(self):
        self.company = Company(self.platform)
        self.ann, self.bob = self.company.address("ann"), self.company.address("bob")
