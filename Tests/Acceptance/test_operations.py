"""./ops/up and ./ops/down, and what the platform keeps over them."""

import os
import shutil
import socket
import subprocess
import tempfile
import unittest

from support import clients, messages
from support.companies import Company
from support.running import CHECKOUT, Platform, run
from support.waiting import eventually


class Operations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = Platform().start()

    @classmethod
    def tearDownClass(cls):
        cls.platform.remove()

    def test_up_says_where_it_listens_and_a_second_up_changes_nothing(self):
        keeper = (self.platform.data / "run/keeper.pid").read_text()
        done = self.platform.up("--detach")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("already runs", done.stdout)
        self.assertEqual(keeper, (self.platform.data / "run/keeper.pid").read_text())
        for service in ("smtp", "submission", "imap", "pop3"):
            with socket.create_connection(("127.0.0.1", self.platform.port(service)), timeout=10) as connection:
                self.assertIn(connection.recv(1), b"2*+")

    def test_down_ends_every_process_and_up_finds_everything_as_it_was(self):
        company = Company(self.platform)
        ann = company.address("ann")
        content = messages.message(ann)
        clients.deliver(self.platform, content, ann)
        with clients.imap(company, "ann") as imap:
            imap.create("Kept")
            imap.select("INBOX")
            imap.store("1", "+FLAGS", r"(\Flagged)")
        processes = [self.platform.control_pid(), *self.platform.descendants()]
        self.assertGreaterEqual(len(processes), 4)
        done = self.platform.stop()
        self.assertIn("is stopped", done.stdout)
        eventually(lambda: not [pid for pid in processes if os.path.exists(f"/proc/{pid}")], within=5, what="all processes are gone")
        for service in ("smtp", "imap"):
            with self.assertRaises(OSError):
                socket.create_connection(("127.0.0.1", self.platform.port(service)), timeout=2).close()
        self.platform.start()
        with clients.imap(company, "ann") as imap:
            self.assertEqual([content], [m[-len(content) :] for m in clients.all_messages(imap).values()])
            self.assertEqual(1, len(imap.search(None, "FLAGGED")[1][0].split()))
            self.assertEqual("OK", imap.select("Kept")[0])
        self.assertEqual(1, company.usage(ann)[1])

    def test_a_tenants_worker_starts_on_first_use_and_stops_when_idle(self):
        self.platform.stop()
        settings = self.platform.data / "casella.json"
        before = settings.read_text()
        try:
            settings.write_text(before.replace("{", '{"idleSeconds": 1,', 1))
            self.platform.start()
            company = Company(self.platform)
            name = f"tenant:{company.name}"
            self.assertIsNone(self.platform.worker_pid(name))
            clients.deliver(self.platform, messages.message(company.address("ann")), company.address("ann"))
            self.assertIsNotNone(self.platform.worker_pid(name))
            eventually(lambda: self.platform.worker_pid(name) is None, within=15, what="the idle worker ends")
            self.assertEqual(0, self.platform.workers()[name]["crashes"])
            with clients.imap(company, "ann") as imap:
                self.assertEqual(1, len(clients.all_messages(imap)))
        finally:
            self.platform.stop()
            settings.write_text(before)
            self.platform.start()

    def test_a_mistake_in_the_configuration_is_named(self):
        self.platform.stop()
        settings = self.platform.data / "casella.json"
        before = settings.read_text()
        try:
            settings.write_text('{"hostname": "mx.example", "hostnam": "x"}')
            done = self.platform.up("--detach")
            self.assertNotEqual(0, done.returncode)
            self.assertIn("hostnam", done.stderr)
        finally:
            settings.write_text(before)
            self.platform.start()

    def test_a_changed_old_migration_is_refused(self):
        self.platform.stop()
        try:
            with tempfile.TemporaryDirectory() as folder:
                os.chmod(folder, 0o755)
                migrations = shutil.copytree(CHECKOUT / "Migrations", os.path.join(folder, "Migrations"))
                first = sorted(os.listdir(migrations))[0]
                with open(os.path.join(migrations, first), "a") as file:
                    file.write("\n-- changed\n")
                done = subprocess.run(
                    [
                        self.platform.data / "bin/casella-control",
                        "--data",
                        self.platform.data,
                        "--port-base",
                        str(self.platform.port_base),
                        "--migrations",
                        migrations,
                        "--programs",
                        self.platform.data / "bin",
                    ],
                    capture_output=True,
                    text=True,
                    timeout=60,
                    stdin=subprocess.DEVNULL,
                )
                self.assertNotEqual(0, done.returncode)
                self.assertIn(first.split("_")[0], done.stderr)
                self.assertRegex(done.stderr, "changed|checksum")
        finally:
            self.platform.start()

    def test_two_platforms_run_side_by_side(self):
        other = Platform()
        try:
            other.start()
            here, there = Company(self.platform, name="same-name"), Company(other, name="same-name")
            clients.deliver(other, messages.message(there.address("ann")), there.address("ann"))
            self.assertEqual(0, here.usage(here.address("ann"))[1])
            self.assertEqual(1, there.usage(there.address("ann"))[1])
        finally:
            other.remove()
        self.assertTrue(self.platform.answers())

    def test_down_without_a_platform_says_so(self):
        with tempfile.TemporaryDirectory() as folder:
            done = run([CHECKOUT / "ops/down", "--data", folder])
        self.assertEqual(0, done.returncode)
        self.assertIn("does not run", done.stdout)


class Demo(unittest.TestCase):
    def test_it_shows_two_companies_and_a_message_between_them(self):
        platform = Platform()
        try:
            done = platform.up("--detach", "--demo")
            Platform.running.append(platform)
            self.assertEqual(0, done.returncode, done.stdout + done.stderr)
            self.assertRegex(done.stdout, r"ann@acme\.example +\S{8,}")
            self.assertIn("Subject: Good morning from Acme", done.stdout)
            self.assertEqual({"acme", "globex"}, {tenant["name"] for tenant in platform.ask("tenant", "list")})
            again = platform.up("--detach", "--demo")
            self.assertEqual(0, again.returncode, again.stdout + again.stderr)
            self.assertIn("exist already", again.stdout)
        finally:
            platform.remove()
