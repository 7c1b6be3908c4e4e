#!/usr/bin/env python3
"""How quickly `casella apply` makes tenants, on a fresh platform: a file of companies with domains and users whose passwords are hashed
already is written, applied, and applied again, which must change nothing. Casella alone, without a peer: Postfix and Dovecot have no such
thing. Prints users a second, what the control plane took, and how long `user show`, `top` and completion take when all of it is there.
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
    last = f"u{options.users - 1}@d{options.domains - 1}.c{options.tenants - 1}.example"
    for name, words in (
        ("user show", ("user", "show", last)),
        ("tenant show", ("tenant", "show", f"c{options.tenants - 1}")),
        ("export", ("export", f"c{options.tenants - 1}")),
        ("status", ("status",)),
        ("top of 0.1 s", ("top", "--once", "--interval", "0.1")),  # two readings, with so long between them
        ("complete", ("complete", f"casella user show {last[:-8]}")),
    ):
        times = [casella(data, *words)[0] * 1000 for _ in range(options.runs)]
        print(f"  {name:<16} {statistics.median(times):8.1f} ms ({min(times):.1f}–{max(times):.1f})")
    times = [completion(data, last[:-8]) * 1000 for _ in range(options.runs)]
    print(f"  {'Tab':<16} {statistics.median(times):8.1f} ms ({min(times):.1f}–{max(times):.1f})")


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
