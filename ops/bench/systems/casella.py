"""A Casella of the benchmark's own: started, provisioned, asked and removed through the doors that operators have."""

import json
import os
import subprocess
import time
from contextlib import contextmanager

from . import certificate
from .mail_system import MailSystem

CHECKOUT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))


# Seconds after which the rows of messages that are visible are in the database, as a rule, and in any case.
ROWS_FOLLOW, PATIENCE = 5, 120


class Casella(MailSystem):
    name = "casella"

    def __init__(self, scratch, port_base, sink_port, build):
        super().__init__(scratch, port_base)
        self.data = os.path.join(scratch, "casella")
        self._sink_port, self._build = sink_port, build

    def start(self):
        os.makedirs(self.data, mode=0o755)
        public, private = certificate.make(self.scratch)
        with open(os.path.join(self.data, "casella.json"), "w") as file:
            json.dump(
                {
                    "hostname": "bench.example",
                    # The rows that are not about TLS spare the measuring side its share of it.
                    "plaintextLoginFromLoopback": True,
                    # One user's thousands of idle sessions are what a row measures.
                    "sessionsPerUser": 100_000,
                    "tls": {"certificate": public, "key": private},
                    "routes": [{"domain": "*", "host": "127.0.0.1", "port": self._sink_port}],
                },
                file,
            )
        command = [f"{CHECKOUT}/ops/up", "--data", self.data, "--port-base", str(self.port_base), "--detach"]
        environment = {**os.environ, "CASELLA_BUILD": "release"}
        words = command + ([] if self._build else ["--no-build"])
        done = subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"Casella did not start: {done.stderr.strip()}")

    def stop(self):
        subprocess.run([f"{CHECKOUT}/ops/down", "--data", self.data], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def keeping(self):
        return f"./ops/down --data {self.data}"

    def provision(self, companies):
        lines, addresses = [], {}
        for company in dict.fromkeys(companies):
            # A quota that never binds, at each level: it must be counted all the same, as on the peer.
            lines.append(f"tenant create {company.name} --quota 900GB")
            lines.append(f"domain create {company.domain} --tenant {company.name}")
            for address in company.addresses():
                lines.append(f"user create {address} --quota 90GB {'--generate' if company.password else '--no-password'}")
                if company.password:
                    addresses[len(lines)] = address
        batch = os.path.join(self.scratch, "provision.casella")
        with open(batch, "w") as file:
            file.write("\n".join(lines) + "\n")
        for answer in self.ask("run", batch):
            if answer["line"] in addresses:
                self.passwords[addresses[answer["line"]]] = answer["result"]["generatedPassword"]

    def ask(self, *words):
        command = [f"{self.data}/bin/casella", "--data", self.data, "--format", "json", *words]
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise RuntimeError(f"casella {' '.join(words)}: {done.stderr.strip()}")
        return json.loads(done.stdout) if done.stdout.strip() else None

    def roots(self):
        with open(f"{self.data}/run/control.pid") as file:
            return [int(file.readline())]

    def start_afresh(self, company):
        self.ask("worker", "restart", f"tenant:{company.name}")

    @contextmanager
    def storing(self, count):
        """Rows follow their messages, and belong to what the messages cost. Asking for them costs something too, so it begins late."""
        before = self.stored_messages()
        yield
        began = time.monotonic()
        time.sleep(ROWS_FOLLOW)
        while (stored := self.stored_messages() - before) < count:
            if time.monotonic() - began > PATIENCE:
                raise RuntimeError(f"the rows of {count - stored} messages did not follow within {PATIENCE} s")
            time.sleep(0.5)
        if stored > count:
            raise RuntimeError(f"{stored - count} messages were delivered twice")

    def stored_messages(self):
        return sum(tenant["usage"]["messages"] for tenant in self.ask("tenant", "list"))

    def tenant_ids(self):
        return {tenant["name"]: tenant["id"] for tenant in self.ask("tenant", "list")}

    def description(self):
        return "release build, a worker for each company, every flush waited for"
