"""The admin API's socket, spoken to without our own client."""

import json
import random
import socket
import unittest

from support import running


class AdminDoor(unittest.TestCase):
    def setUp(self):
        self.platform = running.shared()

    def say(self, octets, goes_on=False):
        """Everything that comes back until the door closes; we close our half behind the octets unless more may come."""
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(5)
            door.connect(str(self.platform.data / "run/admin.sock"))
            heard = b""
            try:
                door.sendall(octets)
                if not goes_on:
                    door.shutdown(socket.SHUT_WR)
                while piece := door.recv(65_536):
                    heard += piece
            except ConnectionError:
                pass
            return heard

    def request(self, method, target, body=b""):
        head = f"{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        return self.say(head.encode() + body, goes_on=True)

    def tearDown(self):
        self.assertTrue(self.request("GET", "/tenants").startswith(b"HTTP/1.1 200 "), "the door still works")

    def test_wrong_requests_are_answered_with_their_error(self):
        wrong = {
            ("GET", "/nowhere", b""): b"404",
            ("POST", "/tenants", b""): b"4",
            ("POST", "/tenants", b"{"): b"4",
            ("POST", "/tenants", b"[1]"): b"4",
            ("POST", "/tenants", b'{"name": 5}'): b"4",
            ("POST", "/tenants", b'{"name": "\xff"}'): b"4",
            ("POST", "/tenants", b'{"name": "Not A Name"}'): b"4",
            ("POST", "/tenants", b"[" * 100_000): b"4",
            ("POST", "/tenants", b" " * 1_000_000): b"4",
        }
        for request, status in wrong.items():
            with self.subTest(request[1], body=request[2][:20]):
                heard = self.request(*request)
                self.assertTrue(heard.startswith(b"HTTP/1.1 " + status), heard[:200])
                self.assertTrue(json.loads(heard.split(b"\r\n\r\n", 1)[1]))

    def test_what_is_no_http_leaves_the_door_open_for_others(self):
        generator = random.Random(9112)
        good = b'POST /tenants HTTP/1.1\r\nHost: x\r\nContent-Length: 14\r\n\r\n{"name": "A B"}'
        for _ in range(300):
            octets = bytearray(good)
            for _ in range(generator.randrange(1, 6)):
                octets[generator.randrange(len(octets))] = generator.randrange(256)
            self.say(bytes(octets[: generator.randrange(1, len(octets) + 1)]))
        self.say(b"GET /" + b"a" * 1_000_000)
        self.say(b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 100_000)
