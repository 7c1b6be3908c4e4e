"""A platform with a short time to log in and few connections for an address: who is slow, and who is many, hears it and has to go."""

import contextlib
import json
import socket
import time
import unittest

from support.companies import Company
from support.dialogue import Dialogue, imap_dialogue
from support.running import Platform, PORTS

LOGIN_TIME = 2


class OpenPlatform(Platform):
    """Listens on every address of the machine."""

    def up(self, *options):
        return super().up("--bind", "0.0.0.0", *options)


def own_address():
    """This machine's address towards others; None when it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        with contextlib.suppress(OSError):
            probe.connect(("192.0.2.1", 9))
            return probe.getsockname()[0]
    return None


class Deadlines(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = OpenPlatform(loginTime=LOGIN_TIME, connectionsPerAddress=3, sessionsPerTenant=2).start()

    @classmethod
    def tearDownClass(cls):
        cls.platform.remove()

    def test_who_does_not_log_in_in_time_is_cut_off_however_busy_it_is(self):
        lines = {"imap": b"a NOOP\r\n", "pop3": b"NOOP\r\n", "submission": b"NOOP\r\n"}
        # RFC 1939 §3: nothing is said then.
        endings = {"imap": rb"^\* BYE The time to log in is over", "submission": rb"^421 4\.4\.2 "}
        with contextlib.ExitStack() as stack:
            doors = {service: stack.enter_context(Dialogue(self.platform.port(service))) for service in lines}
            began, heard = time.monotonic(), dict.fromkeys(lines, b"")
            while len(doors) and time.monotonic() - began < LOGIN_TIME + 3:
                for service, door in list(doors.items()):
                    door.socket.settimeout(0.05)
                    try:
                        door.send(lines[service])
                        more = door.socket.recv(4096)
                    except TimeoutError:
                        continue
                    except ConnectionError:
                        more = b""
                    heard[service] += more
                    if not more:
                        del doors[service]
                time.sleep(0.3)
        self.assertEqual({}, doors)
        for service, ending in endings.items():
            self.assertRegex(heard[service].splitlines()[-1], ending, service)

    def test_a_session_that_is_logged_in_in_time_stays(self):
        company = Company(self.platform)
        with imap_dialogue(company, "ann") as imap:
            time.sleep(LOGIN_TIME + 1)
            self.assertTrue(imap.command("a", "NOOP")[-1].startswith(b"a OK"))

    def test_a_company_has_so_many_sessions_and_no_more(self):
        company = Company(self.platform)
        with imap_dialogue(company, "ann"), imap_dialogue(company, "bob"):
            with Dialogue(self.platform.port("imaps"), implicit_tls=True) as imap:
                imap.line()
                answer = imap.command("a", f'LOGIN {company.address("ann")} "{company.password("ann")}"')[-1]
                self.assertRegex(answer, rb"^a NO \[LIMIT\] ")
            said = self.platform.casella("--format", "json", "explain", "login", company.address("ann"), check=False).stdout
            decides = next(step for step in json.loads(said)["steps"] if step["verdict"] == "refuses")
            self.assertEqual((f"sessions of tenant {company.name}", "NO [LIMIT]"), (decides["rule"], decides["reply"]))
            self.assertIn("2 of 2 sessions", decides["says"])

    def test_an_address_has_so_many_connections_at_all_doors_together(self):
        address = own_address()
        if address is None:
            self.skipTest("this machine has no address but loopback ones")
        with contextlib.ExitStack() as stack:

            def door(service):
                client = socket.create_connection((address, self.platform.port_base + PORTS[service]), timeout=10)
                stack.callback(client.close)
                return client

            for service in ("smtp", "imap", "pop3"):
                self.assertRegex(door(service).recv(100), rb"^(220 |\* OK|\+OK)")
            self.assertRegex(door("smtp").recv(200), rb"^421 4\.7\.0 Too many connections")
            self.assertRegex(door("submission").recv(200), rb"^421 4\.7\.0 Too many connections")
            self.assertRegex(door("imap").recv(200), rb"^\* BYE \[UNAVAILABLE\] Too many connections")
            self.assertRegex(door("pop3").recv(200), rb"^-ERR \[SYS/TEMP\] Too many connections")
            began = time.monotonic()
            self.assertEqual(b"", door("imaps").recv(200))
            self.assertLess(time.monotonic() - began, 2, "what is refused holds no descriptor")
            with Dialogue(self.platform.port("smtp")) as loopback:  # another address
                self.assertEqual(220, loopback.reply()[0])
