"""The admin shell: interactive at a terminal, one command at a time, and as a batch."""

import json
import pathlib
import re
import tempfile
import unittest

from support import running
from support.companies import Company
from support.company_tests import OneCompany
from support.terminal import PROMPT, Terminal

UP, TAB, CONTROL_C, CONTROL_D = "\x1b[A", "\t", "\x03", "\x04"


class Interactive(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = running.shared()
        cls.company = Company(cls.platform, name="zebra-works", users=("ann",))

    def setUp(self):
        self.home = tempfile.TemporaryDirectory()
        self.addCleanup(self.home.cleanup)

    def shell(self):
        environment = {"HOME": self.home.name, "CASELLA_HISTORY": f"{self.home.name}/history"}
        terminal = Terminal(self.platform.data / "bin/casella", "--data", self.platform.data, environment=environment)
        terminal.wait_for(PROMPT)
        return terminal

    def test_a_command_is_answered_with_a_table(self):
        with self.shell() as shell:
            printed = shell.enter("tenant list")
            self.assertIn("zebra-works", printed)

    def test_tab_completes_commands_and_live_names(self):
        with self.shell() as shell:
            shell.type("ten" + TAB)
            shell.wait_for("tenant ")
            shell.type("sh" + TAB)
            shell.wait_for("show ")
            shell.type("zeb" + TAB)
            shell.wait_for("zebra-works")
            shell.type("\r")
            self.assertIn("zebra-works", shell.wait_for(PROMPT))
            shell.type("domain show zebra-w" + TAB)
            shell.wait_for("zebra-works.example")
            shell.type("\r")
            shell.wait_for(PROMPT)
            shell.type("user show ann@zeb" + TAB)
            shell.wait_for("ann@zebra-works.example")
            shell.type("\r")
            self.assertIn("zebra-works", shell.wait_for(PROMPT))

    def test_a_completed_name_is_quoted_as_the_prompt_reads_it(self):
        yeti = "yeti'wren@zebra-works.example"
        self.platform.casella("user", "create", yeti, "--no-password")
        with self.shell() as shell:
            bare, single, double = r"yeti\'wren@", r"'yeti'\''wren@", "\"yeti'wren@"
            for typed, completed in (("yeti", bare), (r"yeti\'w", bare), ("'yeti", single), ('"yeti', double)):
                with self.subTest(typed):
                    shell.type(f"user show {typed}{TAB}")
                    shell.wait_for(f"user show {completed}zebra-works.example")
                    shell.type("\r")
                    self.assertIn(yeti, shell.wait_for(PROMPT))
        self.platform.casella("user", "delete", yeti, "--yes")

    def test_a_name_made_a_moment_ago_is_completed(self):
        with self.shell() as shell:
            shell.enter("tenant create quagga-farm")
            shell.type("tenant show quag" + TAB)
            shell.wait_for("quagga-farm")
            shell.type(CONTROL_C)
            shell.wait_for(PROMPT)
            shell.enter("tenant delete quagga-farm --yes")

    def test_history_comes_back_with_the_arrow_and_in_the_next_session(self):
        with self.shell() as shell:
            shell.enter("tenant show zebra-works")
            shell.type(UP)
            shell.wait_for("tenant show zebra-works")
            shell.type("\r")
            self.assertIn("zebra-works", shell.wait_for(PROMPT))
            shell.type(CONTROL_D)
            self.assertEqual(0, shell.status())
        with self.shell() as shell:
            shell.type(UP)
            shell.wait_for("tenant show zebra-works")
            shell.type("\r")
            shell.wait_for(PROMPT)
            shell.type("exit\r")
            self.assertEqual(0, shell.status())

    def test_a_mistyped_command_is_explained_and_the_shell_goes_on(self):
        with self.shell() as shell:
            printed = shell.enter("tenent list")
            self.assertIn('Did you mean "tenant"?', printed)
            printed = shell.enter("tenant lst")
            self.assertIn('Did you mean "tenant list"?', printed)
            self.assertIn("zebra-works", shell.enter("tenant list"))

    def test_nothing_is_deleted_without_confirmation(self):
        Company(self.platform, name="doomed-works", users=("ann",))
        with self.shell() as shell:
            shell.type("tenant delete doomed-works\r")
            said = re.sub(r"\s+", " ", shell.wait_for("go on:"))
            self.assertIn("with 0 it is destroyed at once, for ever", said)
            self.assertNotIn("can be brought back", said, "nobody knows what the plan says")
            shell.type("yes\r")  # the name is asked for, since much is lost
            self.assertIn("nothing was done", shell.wait_for(PROMPT))
            self.assertIn("doomed-works", shell.enter("tenant list"))
            shell.type("tenant delete doomed-works\r")
            shell.wait_for("go on:")
            shell.type("doomed-works\r")
            self.assertIn("Deleted tenant doomed-works", shell.wait_for(PROMPT))
            self.assertNotIn("doomed-works", shell.enter("tenant list"))

    def test_a_password_is_asked_for_twice_and_not_shown(self):
        with self.shell() as shell:
            shell.type("user create carl@zebra-works.example\r")
            shell.wait_for("Password for carl@zebra-works.example:")
            shell.type("a secret that is typed\r")
            shell.wait_for("Again:")
            shell.type("a secret that is typed\r")
            shell.wait_for("Created user")
            shell.wait_for(PROMPT)
            self.assertNotIn("a secret", shell.all)
            shell.enter("user delete carl@zebra-works.example --yes")

    def test_a_tenant_is_worked_on_for_a_while(self):
        name = self.company.name
        with self.shell() as shell:
            self.assertIn("There is no tenant nosuch", shell.enter("use nosuch"))
            shell.type("use zebra-w" + TAB + "\r")
            shell.wait_for(f"casella({name})> ")
            shell.type("domain list\r")
            listed = shell.wait_for(f"casella({name})> ")
            self.assertIn(self.company.domain, listed)
            self.assertEqual(4, len(listed.strip().splitlines()), listed)  # what was typed, a header, its one domain, the prompt
            shell.type(f"domain create second.{self.company.domain}\r")
            self.assertIn(f"of tenant {name}", shell.wait_for(f"casella({name})> "))
            shell.enter("use")
            other = Company(self.platform, users=())
            self.assertIn(other.domain, shell.enter("domain list"), "of all tenants again")

    def test_a_question_mark_explains(self):
        with self.shell() as shell:
            self.assertIn("Create a user.", shell.enter("user create ?"))
            self.assertIn("suspend", shell.enter("user ?"))
            self.assertIn("SUBCOMMANDS", shell.enter("?"))
            self.assertIn("exit", shell.enter("?"), "what is there at the prompt alone is told too")
            storage = shell.enter("user create --quota ?")
            self.assertIn("--quota <size>", storage)
            self.assertNotIn("--generate", storage)
            self.assertIn("suspend", shell.enter("tenant ? list"))
            self.assertRegex(shell.enter("domain list --tenant ?"), r"There are: .*(zebra-works|and (many|\d+) more)")
            self.assertIn("<selector>", shell.enter("dkim delete zebra-works.example ?"))
            self.assertIn('Did you mean "tenant"?', shell.enter("tenat ? list"))
            # In quotes it is what it is.
            self.assertIn("There is no user", shell.enter("vacation set nobody@zebra-works.example --subject '?' --text '?'"))

    def test_control_c_abandons_a_line_and_help_explains(self):
        with self.shell() as shell:
            shell.type("tenant del")
            shell.wait_for("del")
            shell.type(CONTROL_C)
            shell.wait_for(PROMPT)
            self.assertIn("--quota", shell.enter("help user create"))


class OneShot(OneCompany):
    def test_json_is_one_value_and_csv_a_header_and_rows(self):
        done = self.platform.casella("--format", "json", "user", "list")
        self.assertEqual("", done.stderr)
        self.assertIn(self.company.address("ann"), [user["address"] for user in json.loads(done.stdout)])
        rows = self.platform.casella("--format", "csv", "tenant", "list").stdout.splitlines()
        self.assertIn("tenant", rows[0].lower())
        self.assertTrue(any(row.startswith(self.company.name + ",") for row in rows), rows)

    def test_sizes_are_read_and_shown_as_people_write_them(self):
        for written, octets in (("500MB", 500_000_000), ("1.5GiB", 1_610_612_736), ("10GB", 10_000_000_000)):
            self.platform.casella("quota", "set", self.company.name, "--bytes", written)
            self.assertEqual(octets, self.platform.ask("quota", "show", self.company.name)["levels"][0]["limits"]["bytes"])
        self.assertRegex(self.platform.casella("quota", "show", self.company.name).stdout, r"10 ?GB")
        self.platform.casella("quota", "set", self.company.name, "--bytes", "unlimited")
        self.assertIsNone(self.platform.ask("quota", "show", self.company.name)["levels"][0]["limits"]["bytes"])

    def test_bad_input_is_answered_with_a_sentence_and_changes_nothing(self):
        before = [self.platform.casella("--format", "json", noun, "list").stdout for noun in ("tenant", "domain", "user")]
        ann = self.company.address("ann")
        for words in (
            ("tenant", "create", "Not A Name"),
            ("tenant", "create", ""),
            ("tenant", "create", "a" * 64),
            ("tenant", "create", self.company.name),
            ("tenant", "show", "nobody-here"),
            ("domain", "create", "no_such..domain", "--tenant", self.company.name),
            ("domain", "create", "x.example", "--tenant", "nobody-here"),
            ("domain", "create", self.company.domain, "--tenant", self.company.name),
            ("user", "create", "no-at-sign", "--generate"),
            ("user", "create", "x@unknown.example", "--generate"),
            ("user", "create", ann, "--generate"),
            ("user", "create", f"two words@{self.company.domain}", "--generate"),
            ("user", "password", ann, "--password-stdin"),
            ("user", "delete", ann),
            ("tenant", "delete", self.company.name),
            ("quota", "set", ann, "--bytes", "much"),
            ("quota", "set", ann, "--bytes=-1"),
            ("quota", "set", ann),
            ("alias", "create", f"loop@{self.company.domain}", "--to", ""),
            ("alias", "delete", f"nothing@{self.company.domain}", "--yes"),
            ("queue", "show", "abc"),
            ("queue", "delete", "999999999", "--yes"),
            ("worker", "restart", "nobody"),
            ("frobnicate",),
            ("tenant", "frobnicate"),
            ("--format", "xml", "tenant", "list"),
            ("tenant", "list", "--frob"),
            ("tenant", "create", "bad\x1b[31mname"),
            ("run", "/nonexistent/file"),
        ):
            with self.subTest(" ".join(words)):
                done = self.platform.casella(*words, check=False)
                self.assertNotEqual(0, done.returncode)
                self.assertEqual("", done.stdout)
                self.assertRegex(done.stderr, r"\w+ \w+", "a sentence")
                self.assertNotIn("\x1b", done.stderr)
                self.assertNotIn("Fatal error", done.stderr)
        after = [self.platform.casella("--format", "json", noun, "list").stdout for noun in ("tenant", "domain", "user")]
        self.assertEqual(before, after)

    def test_without_a_platform_it_says_what_to_do(self):
        with tempfile.TemporaryDirectory() as nothing:
            done = running.run([self.platform.data / "bin/casella", "--data", nothing, "tenant", "list"])
        self.assertNotEqual(0, done.returncode)
        self.assertIn(nothing, done.stderr)

    def test_a_batch_runs_line_by_line_and_stops_at_the_first_mistake(self):
        with tempfile.TemporaryDirectory() as folder:
            batch = pathlib.Path(folder, "batch")
            batch.write_text(
                "# a company in four lines\ntenant create batch-works --quota 1GB\ndomain create batch.example --tenant batch-works\n\n"
                "user create bea@batch.example --generate  # her password is printed\n"
                "alias create info@batch.example --to bea@batch.example\n"
            )
            self.platform.casella("run", batch)
            self.assertEqual(["bea@batch.example"], self.platform.ask("alias", "show", "info@batch.example")["targets"])
            batch.write_text("tenant suspend batch-works\ntenant frobnicate batch-works\ntenant delete batch-works --yes\n")
            done = self.platform.casella("run", batch, check=False)
            self.assertNotEqual(0, done.returncode)
            self.assertRegex(done.stderr, r"batch(:| line |, line )2")
            self.assertEqual("suspended", self.platform.ask("tenant", "show", "batch-works")["state"])
        self.platform.casella("tenant", "delete", "batch-works", "--now", "--yes")

    def test_every_command_explains_itself(self):
        nouns = {
            "tenant": "create list show suspend resume delete",
            "domain": "create list show rename delete alias unalias dns check claim verify claims unclaim",
            "user": "create list show suspend resume delete password rename",
            "alias": "create list show delete",
            "quota": "show set",
            "queue": "list show retry hold release delete",
            "worker": "list restart",
        }
        for noun, verbs in nouns.items():
            for verb in verbs.split():
                done = self.platform.casella(noun, verb, "--help")
                self.assertIn("USAGE", done.stdout.upper(), (noun, verb))
