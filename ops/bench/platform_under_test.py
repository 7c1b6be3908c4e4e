"""A Casella of the benchmark's own: started, provisioned, asked and removed through the doors that operators have."""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile

CHECKOUT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))


class Platform:
    def __init__(self, data, port_base, build, keep):
        # /var/tmp lies on a disk; /tmp may be memory, where flushing costs nothing.
        self._parent = None if data else tempfile.mkdtemp(prefix="casella-bench-", dir="/var/tmp")
        if self._parent:
            os.chmod(self._parent, 0o755)
        self.data = os.path.realpath(data) if data else os.path.join(self._parent, "data")
        self.port_base, self._build, self._keep = port_base, build, keep
        self.passwords = {}
        self.domains = []
        self.untouched = []

    def port(self, standard):
        return self.port_base + standard

    def __enter__(self):
        if os.path.exists(self.data):
            sys.exit(f"{self.data} exists already; the benchmark needs a fresh directory.")
        os.makedirs(self.data, mode=0o755)
        with open(os.path.join(self.data, "casella.json"), "w") as file:
            # Plain logins spare the measuring side its own TLS work; many connections come from one address here.
            json.dump({"hostname": "bench.casella.example", "plaintextLoginFromLoopback": True, "connectionsPerAddress": 1000}, file)
        command = [f"{CHECKOUT}/ops/up", "--data", self.data, "--port-base", str(self.port_base), "--detach"]
        try:
            subprocess.run(command + ([] if self._build else ["--no-build"]), check=True, stdin=subprocess.DEVNULL)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self._keep:
            print(f"\nThe platform runs on; stop it with ./ops/down --data {self.data}")
            return
        subprocess.run([f"{CHECKOUT}/ops/down", "--data", self.data], stdout=subprocess.DEVNULL)
        shutil.rmtree(self._parent or self.data, ignore_errors=True)

    def provision(self, companies, users, untouched):
        """Company nn has domain dnn.example with users 1u, 2u, …: the names that `smtp-source -N` counts through."""
        lines, addresses = [], {}

        def add(line, address=None):
            lines.append(line)
            if address:
                addresses[len(lines)] = address

        for number in range(1, companies + 1):
            domain = f"d{number:02}.example"
            self.domains.append(domain)
            add(f"tenant create company{number:02}")
            add(f"domain create {domain} --tenant company{number:02}")
            for user in range(1, users + 1):
                add(f"user create {user}u@{domain} --generate", f"{user}u@{domain}")
        for number in range(1, untouched + 1):
            name, address = f"quiet{number:02}", f"ann@quiet{number:02}.example"
            self.untouched.append((name, address))
            add(f"tenant create {name}")
            add(f"domain create {name}.example --tenant {name}")
            add(f"user create {address} --generate", address)
        batch = os.path.join(self.data, "provision.casella")
        with open(batch, "w") as file:
            file.write("\n".join(lines) + "\n")
        for answer in self.casella("run", batch):
            if answer["line"] in addresses:
                self.passwords[addresses[answer["line"]]] = answer["result"]["generatedPassword"]
        assert len(self.passwords) == len(addresses), "not every user got a password"

    def casella(self, *words):
        command = [f"{self.data}/bin/casella", "--data", self.data, "--format", "json", *words]
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            sys.exit(f"casella {' '.join(words)}: {done.stderr.strip()}")
        return json.loads(done.stdout) if done.stdout.strip() else None

    def stored_messages(self):
        return sum(tenant["usage"]["messages"] for tenant in self.casella("tenant", "list"))

    def description(self):
        with open("/proc/cpuinfo") as file:
            model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), "unknown processor")
        return (
            f"casella  {os.cpu_count()} cores ({model}), kernel {platform.release()}, data on {file_system(self.data)}, "
            f"release build, {len(self.domains)} companies"
        )


def file_system(path):
    best = ("/", "?")
    with open("/proc/mounts") as file:
        for line in file:
            _, mount, kind, *_ = line.split()
            if path.startswith(mount) and len(mount) >= len(best[0]):
                best = (mount, kind)
    return best[1]
