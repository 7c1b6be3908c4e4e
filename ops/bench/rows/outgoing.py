"""Submission with TLS, and how quickly the queue that it filled drains to smtp-sink.

The sink is stopped while mail is submitted: its kernel takes connections, nobody greets. So both halves are measured by themselves.
"""

import time

from figure import RATE
from load import smtp
from load.messages import message
from load.smtp_sink import SMTPSink
from population import Company
from row import Row


class Outgoing(Row):
    name = "10 KiB, 10 connections"
    figures = {"submission, STARTTLS": RATE, "relay drain to smtp-sink": RATE}

    def __init__(self, bench):
        super().__init__(bench)
        self._senders = Company("senders", 10)
        self._messages = bench.of(500, 50)

    def companies(self):
        return [self._senders]

    def measure(self, system, run):
        shares = [self._share(system, address) for address in self._senders.addresses()]
        with SMTPSink(self.bench.tools, self.bench.sink_port, self._messages) as sink:
            sink.pause()
            submitting = smtp.submit(system.port(587), shares)
            began = time.monotonic()
            sink.go_on()
            sink.wait_for_all()
            draining = time.monotonic() - began
        return {"submission, STARTTLS": self._messages / submitting, "relay drain to smtp-sink": self._messages / draining}


    def _share(self, system, address):
        pairs = []
        for number in range(self._messages // self._senders.users):
            recipient = f"someone{number}@far{number % 20}.example"
            pairs.append((recipient, message(10240, recipient, sender=address)))
        return address, system.passwords[address], pairs


def rows(bench):
    yield Outgoing(bench)
