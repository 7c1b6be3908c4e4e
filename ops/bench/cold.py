"""How long a tenant's worker that does not run takes to answer: through the gateway, and at its own door."""

import socket
import sys
import time

from imap_client import IMAPClient


def measure(platform, report, runs):
    report.heading(f"cold start  a tenant that nobody has touched since the platform started, {runs} runs, programs in the page cache")
    quiet = list(platform.untouched)
    tenants = {tenant["name"]: tenant["id"] for tenant in platform.casella("tenant", "list")}
    # The first worker of all also fills the page cache.
    door_greeting(platform, tenants["company01"])
    by_door, warm_door, by_gateway, warm_gateway = [], [], [], []
    for _ in range(runs):
        name, _ = quiet.pop()
        by_door.append(door_greeting(platform, tenants[name]))
        warm_door.append(door_greeting(platform, tenants[name]))
    for _ in range(runs):
        _, address = quiet.pop()
        by_gateway.append(login(platform, address))
        warm_gateway.append(login(platform, address))
    report.milliseconds("LMTP greeting, cold", by_door, "connect to the tenant's socket, worker started")
    report.milliseconds("LMTP greeting, warm", warm_door)
    report.milliseconds("IMAP login, cold", by_gateway, "LOGIN to its answer: Argon2id hash and worker start")
    report.milliseconds("IMAP login, warm", warm_gateway, "proof remembered, worker running")


def door_greeting(platform, tenant):
    """Milliseconds from connect to the first byte. Root is let in, and so is the platform's own user."""
    with socket.socket(socket.AF_UNIX) as door:
        door.settimeout(30)
        began = time.monotonic()
        door.connect(f"{platform.data}/run/tenants/{tenant}/lmtp")
        first = door.recv(512)
        milliseconds = 1000 * (time.monotonic() - began)
        if not first.startswith(b"220"):
            sys.exit(f"the worker of tenant {tenant} greeted with {first!r}")
        door.sendall(b"QUIT\r\n")
        door.recv(512)
    return milliseconds


def login(platform, address):
    client = IMAPClient(platform.port(143))
    began = time.monotonic()
    client.login(address, platform.passwords[address])
    milliseconds = 1000 * (time.monotonic() - began)
    client.close()
    return milliseconds
