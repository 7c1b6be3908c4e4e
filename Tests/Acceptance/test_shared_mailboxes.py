"""Shared mailboxes: the commands that make them, who may open them, what is refused of them, and their life cycle."""

import imaplib
import tempfile
import unittest

from support import clients, database, messages
from support.administrators import Administrator
from support.companies import Company
from support.company_tests import CompanyForEach
from support.waiting import eventually


class SharedMailboxes(CompanyForEach):
    def setUp(self):
        super().setUp()
        self.desk = self.company.address("desk")
        self.platform.casella("mailbox", "create", self.desk)

    def add(self, *members, rights="write", options=()):
        words = [word for member in members for word in ("--member", member)]
        return self.platform.ask("mailbox", "add", self.desk, *words, "--rights", rights, *options)

    def members(self):
        found = self.platform.ask("mailbox", "show", self.desk)["members"]
        return {member["address"]: (member["rights"], member["sends"]) for member in found}

    def refused(self, *words, stdin=""):
        done = self.platform.casella(*words, check=False, stdin=stdin)
        self.assertNotEqual(0, done.returncode, words)
        return done.stderr

    def rows(self, table):
        return int(database.sql(self.platform, "postgres", f"SELECT count(*) FROM {table} WHERE tenant_id = {self.company.tenant_id()}"))

    def test_members_come_change_and_leave(self):
        self.assertEqual({}, self.members())
        self.assertEqual(2, self.add(self.ann, self.bob)["memberCount"])
        self.assertEqual({self.ann: ("write", False), self.bob: ("write", False)}, self.members())
        self.add(f"{self.ann}", rights="manage", options=["--sends"])
        self.assertEqual({self.ann: ("manage", True), self.bob: ("write", False)}, self.members())
        with clients.imap(self.company, "bob") as session:
            self.platform.casella("mailbox", "remove", self.desk, "--member", self.bob)
            eventually(lambda: self.is_over(session), what="the end of the session")
        self.assertEqual({self.ann: ("manage", True)}, self.members())
        listed = self.platform.ask("mailbox", "list", "--domain", self.company.domain)
        self.assertEqual([(self.desk, 1)], [(one["address"], one["memberCount"]) for one in listed])
        users = self.platform.ask("user", "list", "--domain", self.company.domain)
        self.assertEqual({self.ann, self.bob}, {one["address"] for one in users})
        other = Company(self.platform)
        strangers = {self.desk: "opens no other", other.address("ann"): "another tenant", self.company.address("no"): "no user"}
        for member, said in strangers.items():
            self.assertIn(said, self.refused("mailbox", "add", self.desk, "--member", member, "--rights", "read"))

    def is_over(self, session):
        try:
            session.noop()
            return False
        except (imaplib.IMAP4.error, OSError):
            return True

    def test_how_many_a_user_opens_is_bounded(self):
        def boxes(count):
            member = f"{{address: {self.ann}, rights: read}}"
            one = "  - {{address: {}, members: [{}]}}\n"
            return "  mailboxes:\n" + "".join(one.format(self.company.address(f"box{number}"), member) for number in range(count))

        self.assertIn("more than 100 shared mailboxes", self.apply(self.written(boxes(101)), "--yes", check=False))
        self.apply(self.written(boxes(100)), "--yes")
        said = self.refused("mailbox", "add", self.desk, "--member", f"{self.bob},{self.ann}", "--rights", "read")
        self.assertIn(f"{self.ann} would open more than 100 shared mailboxes", said)
        self.assertEqual({}, self.members())
        # What is there may change, and one that goes makes room.
        box = self.company.address("box0")
        self.platform.casella("mailbox", "add", box, "--member", self.ann, "--rights", "write")
        self.platform.casella("mailbox", "remove", box, "--member", self.ann)
        self.add(self.ann)
        with clients.imap(self.company, "ann") as session:
            self.assertEqual(100, sum(line.endswith(self.company.domain.encode()) for line in session.list('""', "Shared/*")[1]))
            self.assertEqual(1, len(session.list('""', "INBOX")[1]))

    def test_nothing_gives_it_a_login(self):
        for words, said in (
            (("user", "password", self.desk, "--generate"), "has no login"),
            (("user", "must-change", self.desk), "has no login"),
            (("user", "totp", self.desk), "has no login"),
            (("app-password", "create", self.desk, "--name", "phone"), "has no login"),
            (("user", "create", self.desk, "--generate"), "is a shared mailbox"),
            (("user", "rename", self.ann, self.desk), "is a shared mailbox"),
            (("alias", "create", self.desk, "--to", self.ann), "is a shared mailbox"),
            (("group", "create", self.desk, "--member", self.ann), "is a shared mailbox"),
            (("user", "show", self.desk), "mailbox show"),
            (("user", "delete", self.desk, "--yes"), "mailbox show"),
            (("mailbox", "create", self.desk), "is a shared mailbox"),
            (("mailbox", "create", self.ann), "is a user"),
            (("mailbox", "show", self.ann), "no shared mailbox"),
            (("mailbox", "delete", self.ann, "--yes"), "no shared mailbox"),
        ):
            with self.subTest(words):
                self.assertIn(said, self.refused(*words))
        with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
            file.write(f"address,password\n{self.desk},a password of four words\n")
            file.flush()
            done = self.platform.casella("user", "import", file.name, "--yes", check=False)
            self.assertIn("is a shared mailbox", done.stdout + done.stderr)
        self.assertEqual(2, self.rows("credentials"))
        told = []
        for address in (self.desk, self.company.address("nobody")):
            with imaplib.IMAP4_SSL("127.0.0.1", self.platform.port("imaps"), ssl_context=clients.tls()) as session:
                with self.assertRaises(imaplib.IMAP4.error) as error:
                    session.login(address, "a password of four words")
                told.append(str(error.exception))
        self.assertEqual(told[0], told[1])
        done = self.platform.casella("explain", "login", self.desk, check=False)
        self.assertEqual(2, done.returncode)
        self.assertIn("shared mailbox, without a login", done.stdout)

    def test_the_database_refuses_a_login_too(self):
        shared = f"FROM users WHERE tenant_id = {self.company.tenant_id()} AND shared"
        for statement in (
            f"INSERT INTO credentials (tenant_id, user_id, hash) SELECT tenant_id, user_id, 'x' {shared}",
            "INSERT INTO app_passwords (tenant_id, user_id, name, digest, services) "
            f"SELECT tenant_id, user_id, 'x', 'x', '{{imap}}' {shared}",
        ):
            with self.assertRaisesRegex(database.Refused, "no login"):
                database.sql(self.platform, "postgres", statement)

    def test_who_may_send_as_it_is_explained(self):
        words = ("explain", "send", self.ann, "--as", self.desk)
        self.assertIn("has no access to it", self.platform.casella(*words, check=False).stdout)
        self.add(self.ann)
        self.assertIn("does not send as", self.platform.casella(*words, check=False).stdout)
        self.add(self.ann, options=["--sends"])
        self.assertIn(f"that {self.ann} may send as", self.platform.casella(*words, check=False).stdout)
        # In the order in which the worker looks: an address by itself, before what stands in front of its +.
        news, contact = self.desk.replace("@", "+news@"), self.company.address("contact")
        said = self.platform.casella("explain", "send", self.ann, "--as", news).stdout
        self.assertIn(f"leads to {self.desk}, a shared mailbox that {self.ann} may send as", said)
        self.platform.casella("alias", "create", news, "--to", self.company.address("bob"))
        self.platform.casella("alias", "create", contact, "--to", self.desk)
        said = self.platform.casella("explain", "send", self.ann, "--as", news, check=False).stdout
        self.assertIn("It is somebody else's", said)
        said = self.platform.casella("explain", "send", self.ann, "--as", contact).stdout
        self.assertIn(f"leads to {self.desk}, a shared mailbox that {self.ann} may send as", said)
        self.platform.casella("user", "suspend", self.desk, "--outgoing")
        self.assertIn("which is suspended", self.platform.casella(*words, check=False).stdout)

    def test_of_another_tenants_mailbox_nothing_is_explained(self):
        others = Company(self.platform)
        sales = others.address("sales")
        self.platform.casella("mailbox", "create", sales)
        done = self.platform.casella("explain", "send", self.ann, "--as", sales, check=False)
        self.assertIn("is no domain of the user's tenant", done.stdout)
        self.assertNotIn("shared mailbox", done.stdout)

    def test_mail_for_it_counts_in_its_quota_and_it_counts_as_a_user(self):
        clients.deliver(self.platform, messages.message(self.desk), self.desk)
        self.assertEqual(1, self.company.usage(self.desk)[1])
        self.assertEqual(1, self.platform.ask("mailbox", "show", self.desk)["usage"]["messages"])
        self.platform.casella("quota", "set", self.desk, "--messages", "1")
        self.assertEqual(1, self.platform.ask("mailbox", "show", self.desk)["quota"]["messages"])
        self.assertEqual(3, self.platform.ask("tenant", "show", self.company.name)["users"])
        self.platform.casella("plan", "override", self.company.name, "--users", "3")
        self.assertIn("3", self.refused("mailbox", "create", self.company.address("more")))
        self.platform.casella("vacation", "set", self.desk, "--subject", "Closed", "--text", "Until Monday.")

    def test_it_is_deleted_kept_and_brought_back_with_its_members(self):
        self.add(self.ann, rights="read")
        self.assertIn("Deleted shared mailbox", self.platform.casella("--dry-run", "mailbox", "delete", self.desk, "--yes").stdout)
        self.platform.casella("mailbox", "delete", self.desk, "--yes")
        self.assertIn("no shared mailbox", self.refused("mailbox", "show", self.desk))
        self.assertIn("Shared mailbox", self.platform.casella("user", "undelete", self.desk).stdout)
        self.assertEqual({self.ann: ("read", False)}, self.members())
        # A member is hidden while kept, and back with its rights.
        self.platform.casella("user", "delete", self.ann, "--yes")
        self.assertEqual({}, self.members())
        self.platform.casella("user", "undelete", self.ann)
        renamed, moved = self.company.address("anna"), self.company.address("office")
        self.platform.casella("user", "rename", self.ann, renamed)
        self.assertIn("Shared mailbox", self.platform.casella("user", "rename", self.desk, moved).stdout)
        self.desk = moved
        self.assertEqual({renamed: ("read", False)}, self.members())
        self.platform.casella("user", "delete", renamed, "--now", "--yes", stdin=renamed + "\n")
        self.assertEqual(0, self.rows("shared_access"))
        self.platform.casella("hold", "set", self.desk, "--reason", "a case")
        self.refused("mailbox", "delete", self.desk, "--now", "--yes", stdin=self.desk + "\n")
        self.platform.casella("hold", "release", self.desk, "--yes")
        self.platform.casella("mailbox", "delete", self.desk, "--now", "--yes", stdin=self.desk + "\n")
        self.assertIn("no shared mailbox", self.refused("mailbox", "delete", self.desk, "--now", "--yes"))

    def test_a_domains_administrator_manages_mailboxes_and_members_of_the_domain(self):
        other = f"other-{self.company.domain}"
        self.platform.casella("domain", "create", other, "--tenant", self.company.name)
        eve = self.company.add_user("eve", domain=other)
        self.add(eve, rights="read")
        administrator = Administrator(self.platform, "domain-administrator", tenant=self.company.name, domain=self.company.domain)
        more = self.company.address("more")
        self.assertEqual(200, administrator.request("POST", "/mailboxes", {"address": more})[0])
        for member, expected in ((self.ann, 200), (eve, 404)):
            body = {"members": [member], "rights": "write", "sends": False}
            self.assertEqual(expected, administrator.request("POST", f"/mailboxes/{self.desk}/add", body)[0], member)
        status, shown = administrator.request("GET", f"/mailboxes/{self.desk}")
        self.assertEqual((200, [self.ann]), (status, [member["address"] for member in shown["members"]]))
        self.assertEqual(200, administrator.request("POST", f"/mailboxes/{self.desk}/remove", {"members": [self.ann, eve]})[0])
        self.assertEqual({eve: ("read", False)}, self.members())
        self.assertEqual(200, administrator.request("DELETE", f"/mailboxes/{more}")[0])
        helper = Administrator(self.platform, "help-desk", tenant=self.company.name)
        self.assertEqual(200, helper.request("GET", f"/mailboxes/{self.desk}")[0])
        self.assertEqual(403, helper.request("DELETE", f"/mailboxes/{self.desk}")[0])

    def apply(self, text, *options, check=True):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(text)
            file.flush()
            done = self.platform.casella("apply", file.name, *options, check=check)
        return done.stdout + done.stderr

    def written(self, text):
        return f"tenants:\n- name: {self.company.name}\n{text}"

    def test_a_desired_state_has_it_with_its_members(self):
        self.add(self.ann, options=["--sends"])
        exported = self.platform.casella("export", self.company.name).stdout
        self.assertIn(f"members: [{{address: {self.ann}, rights: write, sends: true}}]", exported)
        self.apply(exported, "--prune", "--yes")
        self.assertEqual(exported, self.platform.casella("export", self.company.name).stdout)
        self.assertEqual({self.ann: ("write", True)}, self.members())
        for part in (f"users:\n  - {{address: {self.desk}}}", f"aliases:\n  - {{address: {self.desk}, targets: [{self.ann}]}}"):
            self.assertIn("shared mailbox", self.apply(self.written(f"  {part}\n"), "--yes", check=False))
        nobody = f"  mailboxes:\n  - {{address: {self.desk}, members: [{{address: {self.desk}, rights: read}}]}}\n"
        self.assertIn("is no user of the tenant", self.apply(self.written(nobody), "--yes", check=False))
        # Other rights, another member, another mailbox; and all of it back.
        more = self.company.address("more")
        text = f"  mailboxes:\n  - {{address: {self.desk}, members: [{{address: {self.bob}, rights: manage}}]}}\n  - {{address: {more}}}\n"
        self.apply(self.written(text), "--yes")
        self.assertEqual({self.bob: ("manage", False)}, self.members())
        self.assertEqual(2, self.rows("credentials"), "none for the new one")
        number = str(self.platform.ask("applies", "--tenant", self.company.name)[0]["number"])
        self.platform.casella("undo", number, "--yes")
        self.assertEqual({self.ann: ("write", True)}, self.members())
        self.assertEqual([self.desk], [one["address"] for one in self.platform.ask("mailbox", "list", "--tenant", self.company.name)])

    def test_an_undo_lets_no_successor_in(self):
        self.add(self.ann, self.bob)
        self.apply(self.written(f"  mailboxes:\n  - {{address: {self.desk}, members: []}}\n"), "--yes")
        number = str(self.platform.ask("applies", "--tenant", self.company.name)[0]["number"])
        self.platform.casella("user", "delete", self.ann, "--yes")
        self.company.add_user("ann")
        self.platform.casella("undo", number, "--yes")
        self.assertEqual({self.bob: ("write", False)}, self.members())

    def test_pruned_it_is_kept_and_an_undo_brings_it_back(self):
        self.add(self.ann)
        clients.deliver(self.platform, messages.message(self.desk), self.desk)
        exported = self.platform.casella("export", self.company.name).stdout
        without = "\n".join(line for line in exported.splitlines() if "mailboxes:" not in line and self.desk not in line) + "\n"
        self.assertIn(f"- shared mailbox {self.desk}", self.apply(without, "--prune", "--yes"))
        self.assertIn(self.desk, [kept["name"] for kept in self.platform.ask("deleted", "list", "--tenant", self.company.name)])
        number = str(self.platform.ask("applies", "--tenant", self.company.name)[0]["number"])
        self.platform.casella("undo", number, "--yes")
        self.assertEqual({self.ann: ("write", False)}, self.members())
        self.assertEqual(1, self.company.usage(self.desk)[1])


if __name__ == "__main__":
    unittest.main()
