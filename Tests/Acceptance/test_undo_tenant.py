"""The undo of what made a tenant deletes it, and the undo of that brings it back, with mail."""

import base64
import hashlib
import imaplib

from support import clients, messages
from support.desired import Applying
from support.waiting import eventually

PASSWORD = "a password of ann's own"


class UndoneTenant(Applying):
    def setUp(self):
        super().setUp()
        secret = base64.b64encode(hashlib.sha1(f"{PASSWORD}pepper".encode()).digest() + b"pepper").decode()
        ann = f'{{address: {self.address("ann")}, passwordHash: "{{SSHA}}{secret}"}}'
        self.apply(self.tenant(ann, more="quota: 5GB"), "--yes")

    def undo(self, number, *options):
        return self.platform.casella("undo", number, *options).stdout

    def delivered(self):
        clients.deliver(self.platform, messages.message(self.address("ann")), self.address("ann"))

    def contents(self):
        with imaplib.IMAP4_SSL("127.0.0.1", self.platform.port("imaps"), ssl_context=clients.tls()) as session:
            session.login(self.address("ann"), PASSWORD)
            return clients.all_messages(session), session.response("UIDVALIDITY")[1]

    def exists(self):
        return self.platform.casella("tenant", "show", self.name, check=False).returncode == 0

    def test_it_goes_and_comes_back_with_its_mail(self):
        self.delivered()
        before, state, number = self.contents(), self.export(), self.number()
        shown = self.undo(number, "--dry-run")
        self.assertIn(f"Tenant {self.name}, to be deleted", shown)
        self.assertIn(f"- tenant {self.name}\n", shown)
        kept = r"Deletes 1 tenant, 1 user and 1 domain with 1 message \(.*\), kept until \d{4}-.*: undoing it brings all back, like `"
        self.assertRegex(shown, kept)
        self.assertTrue(self.exists())
        self.undo(number, "--yes")
        self.assertFalse(self.exists())
        (kept,) = self.platform.ask("deleted", "list", "--tenant", self.name)
        self.assertEqual(("tenant", self.name), (kept["level"], kept["name"]))
        with self.assertRaises(AssertionError, msg="nobody takes mail for it"):
            self.delivered()
        self.assertIn("Nothing to do", self.undo(number, "--yes"))
        again = self.number()
        self.assertEqual(int(number), self.platform.ask("applies", "--tenant", self.name)[0]["undoes"])
        shown = self.undo(again, "--dry-run")
        self.assertIn("Brings the tenant back as it was", shown)
        self.assertIn(f"Brings 1 user back with all mail: {self.address('ann')}.", shown)
        self.assertFalse(self.exists(), "it was only looked at")
        self.undo(again, "--yes")
        self.assertEqual((before, state), (self.contents(), self.export()))
        eventually(lambda: self.delivered() or True, what="mail comes again")
        self.assertIn("Nothing to do", self.undo(again, "--yes"))
        self.undo(self.number(), "--yes")
        self.assertFalse(self.exists(), "that is undone like anything else")

    def test_it_stays_where_something_else_came_into_it(self):
        number, other = self.number(), f"other-{self.domain}"
        self.platform.casella("domain", "create", other, "--tenant", self.name)
        reason = f"The tenant {self.name} stays, for the domain {other} is in it."
        self.assertIn(reason, self.undo(number, "--dry-run"))
        self.undo(number, "--yes")
        self.assertTrue(self.exists())
        again = self.undo(number, "--yes")
        self.assertIn(reason, again)
        self.assertIn("Nothing to do", again)
        self.platform.casella("domain", "delete", other, "--now", "--yes")
        self.undo(number, "--yes")
        self.assertFalse(self.exists())

    def test_where_nothing_is_kept_it_is_destroyed(self):
        number = self.number()
        self.platform.casella("plan", "override", self.name, "--kept-days", "0")
        self.assertRegex(self.undo(number, "--dry-run"), "Deletes 1 tenant, .*, for ever: it cannot be undone; ")
        self.undo(number, "--yes")
        self.assertFalse(self.exists())
        self.assertEqual([], self.platform.ask("deleted", "list", "--tenant", self.name))
        done = self.platform.casella("undo", number, check=False)
        self.assertEqual(66, done.returncode)
        self.assertIn("none of one that is destroyed", done.stderr)
