"""Tenants that are made by files that say how they are to be."""

import itertools
import tempfile
import unittest
from pathlib import Path

from . import running

HASH = "{SSHA}f0CceVSke+IK0le3znCfxtpRGtRzQGx0"
_numbers = itertools.count(1)


class Applying(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()

    def setUp(self):
        self.name = f"desired{next(_numbers)}"
        self.domain = f"{self.name}.example"
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def address(self, local_part):
        return f"{local_part}@{self.domain}"

    def file(self, text):
        path = Path(self.folder.name) / f"{next(_numbers)}.yaml"
        path.write_text(text)
        return path

    def tenant(self, *users, aliases="", more="", name=None):
        lines = "".join(f"\n  - {user if user.startswith('{') else f'{{address: {self.address(user)}}}'}" for user in users)
        return self.file(
            f"tenants:\n- name: {name or self.name}\n  {more}\n  domains: [{{name: {self.domain}, aliases: [also-{self.domain}]}}]\n"
            f"  users:{lines or ' []'}\n  aliases: [{aliases}]\n"
        )

    def apply(self, path, *options, status=0):
        done = self.platform.casella("apply", path, *options, check=False)
        self.assertEqual(status, done.returncode, done.stdout + done.stderr)
        return done

    def number(self):
        return str(self.platform.ask("applies", "--tenant", self.name)[0]["number"])

    def users(self):
        return {user["address"]: user for user in self.platform.ask("user", "list", "--tenant", self.name)}

    def export(self):
        return self.platform.casella("export", self.name).stdout
