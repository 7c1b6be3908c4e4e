#!/usr/bin/env python3
"""How quickly `casella apply` makes tenants, on a fresh platform: a file of companies with domains and users whose passwords are hashed
already is written, applied, and applied again, which must change nothing. Casella alone, without a peer: Postfix and Dovecot have no such
thing. Prints users a second, what the control plane took, and how long single commands and completion take when all of it is there, each
beside its aim; the last line names those that exceed it.
"""

import argparse
import base64
import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
CHECKOUT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
ENOUGH = 500  # users a second
# Milliseconds that a single command may take, its program's start included, and that completion may.
COMMAND, COMPLETION = 50, 30
# Seconds between the two readings of `top`, which are no work.
INTERVAL = 0.1


def main():
    options = arguments()
    # /var/tmp lies on a disk; /tmp may be memory, where flushing costs nothing.
    scratch = tempfile.mkdtemp(prefix="casella-bench-", dir="/var/tmp")
    os.chmod(scratch, 0o755)
    data, file = os.path.join(scratch, "casella"), os.path.join(scratch, "tenants.yaml")
    try:
        write(file, options)
        up(data, options)
        try:
            measure(data, file, options)
        finally:
            subprocess.run([f"{CHECKOUT}/ops/down", "--data", data], stdout=subprocess.DEVNULL)
    finally:
        if not options.keep:
            shutil.rmtree(scratch, ignore_errors=True)


def write(path, options):
    with open(path, "w") as file:
        file.write("tenants:\n")
        for tenant in range(options.tenants):
            domains = [f"d{number}.c{tenant}.example" for number in range(options.domains)]
            file.write(f"- name: c{tenant}\n  domains: [{', '.join(f'{{name: {name}}}' for name in domains)}]\n  users:\n")
            for domain in domains:
                for user in range(options.users):
                    file.write(f'  - {{address: u{user}@{domain}, quota: 1GB, passwordHash: "{hashed(user)}"}}\n')
            aliases = ", ".join(f"{{address: info@{name}, targets: [u0@{name}]}}" for name in domains)
            file.write(f"  aliases: [{aliases}]\n")


def hashed(number):
    """Salted SHA-256, which is quick to make; what is measured does not depend on the kind."""
    salt = number.to_bytes(8, "big")
    return "{SSHA256}" + base64.b64encode(hashlib.sha256(b"correct horse" + salt).digest() + salt).decode()


def up(data, options):
    os.makedirs(data, mode=0o755)
    environment = {**os.environ, "CASELLA_BUILD": "debug" if options.debug else "release"}
    words = [f"{CHECKOUT}/ops/up", "--data", data, "--port-base", str(options.port_base), "--detach"]
    words += [] if options.build else ["--no-build"]
    done = subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"Casella did not start: {done.stderr.strip()}")


def measure(data, file, options):
    users = options.tenants * options.domains * options.users
    print(f"{options.tenants} tenants × {options.domains} domains × {options.users} users, {os.path.getsize(file) / 1e6:.1f} MB of YAML")
    with open(f"{data}/run/control.pid") as pid:
        process = int(pid.readline())
    before = memory(process)
    took, _ = casella(data, "apply", file, "--yes")
    rate = users / took
    print(f"  apply            {took:8.1f} s   {rate:8.0f} users/s   {'enough' if rate > ENOUGH else f'less than {ENOUGH}'}")
    took, output = casella(data, "apply", file, "--yes")
    print(f"  apply again      {took:8.1f} s   {output.strip()}")
    print(f"  control plane    {before[0]:8.1f} MB before, {memory(process)[0]:.1f} MB after, {memory(process)[1]:.1f} MB at most")
    late = [name for name, aim, ask in questions(data, options) if not is_quick(name, aim, ask, options.runs)]
    print(f"longer than their aims: {', '.join(late)}" if late else "all within their aims")


def questions(data, options):
    """(name, aim in milliseconds or None, what is done; it is given the number of the repetition and returns seconds)"""
    tenant = f"c{options.tenants - 1}"
    domain = f"d{options.domains - 1}.{tenant}.example"
    last = f"u{options.users - 1}@{domain}"
    for words in (
        ("user", "show", last), ("user", "list", "--domain", domain), ("tenant", "show", tenant), ("tenant", "list"), ("domain", "list"),
        ("domain", "list", "--tenant", tenant), ("alias", "list"), ("alias", "list", "--tenant", tenant), ("quota", "show", last),
        ("domain", "show", domain), ("domain", "dns", domain), ("plan", "list"), ("plan", "limits", last), ("group", "list"),
        ("forward", "list"), ("vacation", "list"), ("mailbox", "list"), ("dkim", "list"), ("deleted", "list"), ("hold", "list"),
        ("queue", "list"), ("administrator", "list"), ("certificate", "list"), ("login", "list"), ("applies",), ("usage",),
        ("session", "list"), ("session", "history"), ("worker", "list"), ("audit", "list"), ("export", tenant), ("status",),
        ("explain", "delivery", "--from", "ann@elsewhere.example", "--to", last, "--size", "1MB"),
        ("explain", "login", last, "--protocol", "imap", "--from", "192.0.2.7"), ("explain", "send", last, "--as", last),
    ):
        yield " ".join(words), COMMAND, lambda _, words=words: casella(data, *words)[0]
    yield "top", COMMAND, lambda _: casella(data, "top", "--once", "--interval", str(INTERVAL))[0] - INTERVAL
    create = ("user", "create")
    yield "user create --hash", COMMAND, lambda number: casella(data, *create, f"new{number}@{domain}", "--hash", hashed(number))[0]
    yield "user list: every user", None, lambda _: casella(data, "user", "list")[0]
    yield "alias create", COMMAND, lambda number: casella(data, "alias", "create", f"other{number}@{domain}", "--to", last)[0]
    yield "user suspend", COMMAND, lambda _: casella(data, "user", "suspend", last, "--login", "--reason", "moved")[0]
    yield "user create --dry-run", COMMAND, lambda _: casella(data, *create, f"dry@{domain}", "--hash", hashed(0), "--dry-run")[0]
    yield "quota set", COMMAND, lambda number: casella(data, "quota", "set", last, "--bytes", f"{number + 2}GB")[0]
    yield "complete", COMPLETION, lambda _: casella(data, "complete", f"casella user show {last[:-8]}")[0]
    yield "Tab", COMPLETION, lambda _: completion(data, last[:-8])


def is_quick(name, aim, ask, runs):
    times = [1000 * ask(number) for number in range(runs)]
    median = statistics.median(times)
    enough = aim is None or median < aim
    aimed = "" if aim is None else f", aim {aim}{'' if enough else ': EXCEEDED'}"
    print(f"  {name:<48.48} {median:8.1f} ms ({min(times):.1f}–{max(times):.1f}){aimed}")
    return enough


def casella(data, *words):
    """(seconds, standard output)."""
    began = time.monotonic()
    done = subprocess.run([f"{data}/bin/casella", "--data", data, *words], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        sys.exit(f"casella {' '.join(words)}: {done.stderr.strip()}")
    return time.monotonic() - began, done.stdout.strip().rpartition("\n")[2]


def completion(data, prefix):
    """What the Tab key asks at the prompt."""
    import http.client
    import socket
    import urllib.parse

    connection = http.client.HTTPConnection("localhost")
    began = time.monotonic()
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(f"{data}/run/admin.sock")
    connection.request("GET", f"/names?kind=addresses&prefix={urllib.parse.quote(prefix)}")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != 200:
        sys.exit(f"completion: status {answer.status}")
    return time.monotonic() - began


def memory(process):
    """Resident megabytes, now and at most."""
    with open(f"/proc/{process}/status") as status:
        lines = dict(line.split(":", 1) for line in status if ":" in line)
    return tuple(int(lines[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tenants", type=int, default=1000)
    parser.add_argument("--domains", type=int, default=2, help="of a tenant")
    parser.add_argument("--users", type=int, default=50, help="of a domain")
    parser.add_argument("--runs", type=int, default=7, help="repetitions of the short questions (default 7)")
    parser.add_argument("--port-base", type=int, default=21000)
    parser.add_argument("--debug", action="store_true", help="a debug build; the figures mean little")
    parser.add_argument("--build", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--keep", action="store_true", help="leave the data in place")
    return parser.parse_args()


if __name__ == "__main__":
    main()
