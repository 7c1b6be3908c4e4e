"""Metrics in Prometheus' text format and health, as a scraper and a load balancer see them."""

import http.client
import imaplib
import json
import os
import re
import signal
import smtplib
import socket
import unittest
import urllib.error
import urllib.request

from support import clients, running
from support.companies import Company
from support.running import Platform
from support.waiting import eventually

SERIES = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=20)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(str(self.path))


def parse(text):
    """Every series by name and labels, by the format's rules: each family in one group, HELP and TYPE first, nothing twice."""
    assert text.endswith("\n") and "\r" not in text
    found, kinds, helped, group = {}, {}, set(), None
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            group = line.split(" ")[2]
            assert group not in helped, line
            helped.add(group)
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name == group and name not in kinds and kind in ("counter", "gauge", "summary"), line
            kinds[name] = kind
        else:
            name, labels, value = SERIES.fullmatch(line).groups()
            family = re.sub("_(sum|count)$", "", name) if kinds[group] == "summary" else name
            assert family == group, line
            pairs = LABEL.findall(labels or "")
            assert ",".join(f'{key}="{text}"' for key, text in pairs) == (labels or ""), line
            key = (name, frozenset(pairs))
            assert key not in found, line
            found[key] = float(value)
            assert kinds[group] != "counter" or found[key] >= 0, line
    return found


class Metrics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.port = running.free_port()
        cls.platform = Platform(metrics=f"127.0.0.1:{cls.port}", hangSeconds=3600, idleSeconds=3600).start()
        cls.addClassCleanup(cls.platform.remove)
        cls.company = Company(cls.platform)
        cls.ann = cls.company.address("ann")

    def get(self, path):
        """Status, type and text of an answer over TCP."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read().decode()
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.headers["Content-Type"], refusal.read().decode()

    def metrics(self):
        status, kind, text = self.get("/metrics")
        self.assertEqual((200, "text/plain; version=0.0.4; charset=utf-8"), (status, kind))
        return parse(text)

    def value(self, name, metrics=None, **labels):
        return (metrics or self.metrics()).get((name, frozenset(labels.items())), 0)

    def health(self, process=""):
        status, kind, text = self.get("/health" + (f"/{process}" if process else ""))
        self.assertEqual("application/json", kind)
        answer = json.loads(text)
        self.assertEqual(status == 200, answer["healthy"])
        return status, {entry["name"]: entry for entry in answer["processes"]}

    def send(self, count, to):
        with smtplib.SMTP("127.0.0.1", self.platform.port("smtp"), timeout=30) as session:
            for number in range(count):
                session.sendmail("someone@elsewhere.example", [to], f"Subject: {number}\r\n\r\nHello\r\n")

    def test_counters_move_by_exactly_what_was_sent(self):
        tenant = self.company.name
        before = self.metrics()
        self.send(7, self.ann)
        with imaplib.IMAP4_SSL("127.0.0.1", self.platform.port("imaps"), ssl_context=clients.tls()) as session:
            session.login(self.ann, self.company.password("ann"))
            during = self.metrics()
            for _ in range(5):
                session.noop()
        after = self.metrics()

        def moved(name, to=after, **labels):
            return self.value(name, to, **labels) - self.value(name, before, **labels)

        self.assertEqual(7, moved("casella_messages_received_total", reply="2xx"))
        self.assertEqual(7, moved("casella_deliveries_total", outcome="stored"))
        self.assertEqual(0, moved("casella_deliveries_total", outcome="refused"))
        self.assertEqual(7, moved("casella_tenant_deliveries_total", tenant=tenant, outcome="stored"))
        self.assertEqual(7, moved("casella_messages_flushed_total"))
        self.assertGreater(moved("casella_flush_seconds_count"), 0)
        self.assertGreater(moved("casella_flush_seconds_sum"), 0)
        self.assertEqual(1, moved("casella_connections_total", door="smtp"))
        self.assertEqual(1, moved("casella_connections_total", door="imaps"))
        self.assertEqual(5, moved("casella_imap_commands_total", command="NOOP"))
        self.assertEqual(1, moved("casella_logins_total", outcome="accepted"))
        self.assertEqual(1, moved("casella_logins_decided_total", outcome="accepted"))
        self.assertEqual(1, moved("casella_sessions_total", protocol="imap"))
        self.assertEqual(1, moved("casella_sessions", during, protocol="imap"))

    def test_counters_go_on_when_a_worker_ends(self):
        self.send(2, self.ann)
        before = self.value("casella_deliveries_total", outcome="stored")
        self.platform.casella("worker", "restart", f"tenant:{self.company.name}")
        self.assertEqual(before, self.value("casella_deliveries_total", outcome="stored"))
        self.send(1, self.ann)
        self.assertEqual(before + 1, self.value("casella_deliveries_total", outcome="stored"))

    def test_scraping_starts_no_worker(self):
        idle = Company(self.platform)
        self.platform.casella("worker", "restart", f"tenant:{idle.name}")
        self.assertIsNone(self.platform.worker_pid(f"tenant:{idle.name}"))
        metrics = self.metrics()
        self.assertFalse([key for key in metrics if ("tenant", idle.name) in key[1]])
        self.assertEqual(200, self.health(f"tenant:{idle.name}")[0])
        self.assertIsNone(self.platform.worker_pid(f"tenant:{idle.name}"))

    def test_the_unix_socket_tells_the_same_and_nothing_else_is_served(self):
        socket_path = self.platform.data / "run/metrics.sock"
        self.assertEqual(0o600, socket_path.stat().st_mode & 0o777)
        connection = UnixConnection(socket_path)
        for method, path, status in (
            ("HEAD", "/metrics", 200), ("GET", "/metrics", 200), ("HEAD", "/health", 200), ("GET", "/health?full=1", 200),
            ("POST", "/metrics", 405), ("HEAD", "/", 404), ("GET", "/", 404),
            ("GET", "/tenants", 404), ("GET", "/health/tenant%3Anobody-there", 404), ("GET", "/health/%zz", 404),
        ):
            connection.request(method, path)
            answer = connection.getresponse()
            text = answer.read().decode()
            # A body behind the answer to HEAD would be taken for the next answer.
            self.assertEqual(status, answer.status, (method, path))
            self.assertGreater(int(answer.headers["Content-Length"]), 0)
            if status == 405:
                self.assertEqual("GET, HEAD", answer.headers["Allow"])
            if (method, path, status) == ("GET", "/metrics", 200):
                names = {name for name, _ in parse(text)}
                self.assertEqual({name for name, _ in self.metrics()}, names)
        connection.close()

    def test_health_turns_when_a_worker_stands_still_and_back(self):
        self.send(1, self.ann)
        name = f"tenant:{self.company.name}"
        pid = self.platform.worker_pid(name)
        self.assertEqual(200, self.health()[0])
        os.kill(pid, signal.SIGSTOP)
        try:
            status, processes = self.health()
            self.assertEqual((503, False), (status, processes[name]["healthy"]))
            self.assertIn("does not answer", processes[name]["problem"])
            self.assertTrue(processes["gateway"]["healthy"] and processes["relay"]["healthy"])
            self.assertEqual((503, 200), (self.health(name)[0], self.health("gateway")[0]))
            self.assertEqual(1, self.value("casella_workers", state="silent"))
            self.assertIn(f"{name} does not answer", self.platform.casella("status").stdout)
        finally:
            os.kill(pid, signal.SIGCONT)
        eventually(lambda: self.health()[0] == 200, what="all is well again")

    def test_health_turns_when_the_database_stands_still_and_back(self):
        database = self.platform.worker_pid("database")
        everyone = [database, *self.platform.descendants(of=database)]
        for pid in everyone:
            os.kill(pid, signal.SIGSTOP)
        try:
            status, processes = self.health()
            self.assertEqual((503, False), (status, processes["database"]["healthy"]))
            self.assertEqual(503, self.health("database")[0])
            metrics = self.metrics()
            self.assertEqual(0, self.value("casella_up", metrics, process="database"))
            self.assertNotIn(("casella_queue_oldest_seconds", frozenset()), metrics)
        finally:
            for pid in everyone:
                os.kill(pid, signal.SIGCONT)
        eventually(lambda: self.health()[0] == 200, what="all is well again")

    def test_an_address_that_is_none_is_refused_with_a_sentence(self):
        other = Platform(metrics="localhost:1")
        try:
            done = other.up("--detach")
            self.assertNotEqual(0, done.returncode)
            self.assertIn('"metrics" is an IP address and a port', done.stdout + done.stderr)
        finally:
            other.remove()


if __name__ == "__main__":
    unittest.main()
