"""What an intruder in a tenant's worker, in the gateway or in the relay can't do: each refusal, from inside the very cage."""

import contextlib
import os
import socket
import struct
import subprocess
import unittest

from support import cage, running
from support.cage import AT_FDCWD, buffer, ipv4_address, octets, unix_address
from support.companies import Company
from support.forbidden import FORBIDDEN, WITHOUT_INTERNET
from support.waiting import eventually

O_RDONLY, O_RDWR, O_CREAT, O_DIRECTORY = os.O_RDONLY, os.O_RDWR, os.O_CREAT, os.O_DIRECTORY
PROT_READ, PROT_WRITE = 1, 2
MAP_PRIVATE, MAP_ANONYMOUS = 2, 0x20


class Cages(unittest.TestCase):
    """A platform of its own, whose programs the probe takes the place of."""

    @classmethod
    def setUpClass(cls):
        cls.is_root = os.getuid() == 0
        cls.platform = running.Platform().start()
        cls.addClassCleanup(cls.platform.remove)
        cls.left, cls.right = Company(cls.platform, users=("ann",)), Company(cls.platform, users=("ann",))
        # Asked for beforehand: the platform asks a company's worker first, and waits two seconds for one that is a probe.
        cls.tenants = {company: company.tenant_id() for company in (cls.left, cls.right)}
        cage.lay(cls.platform, "casella-tenant")
        cls.sibling = cls.worker(cls.right)
        cls.addClassCleanup(cls.sibling.close)
        cls.sibling_pid = cls.sibling.pid()

    @classmethod
    def door(cls, company, name):
        return cls.platform.data / "run/tenants" / str(cls.tenants[company]) / name

    @classmethod
    def worker(cls, company):
        return cage.Probe(cls.door(company, "lmtp"))

    @classmethod
    def folder(cls, company):
        return cls.platform.data / "tenants" / str(cls.tenants[company])

    def setUp(self):
        self.probe = self.worker(self.left)
        self.addCleanup(self.probe.close)

    def refused(self, probe, call):
        """Makes a call of the tables above and checks that it fails as they say."""
        *call, expected = call if isinstance(call[-1], str) and call[-1] in ("EACCES", "ENOSYS", "ENOTTY") else (*call, "EPERM")
        name, *arguments = [self.sibling_pid if word == "{sibling}" else int(word) if isinstance(word, int) else word for word in call]
        self.assertEqual(expected, probe.call(name, *arguments), (name, arguments))

    def test_what_no_process_needs_is_refused_to_a_worker(self):
        for what, calls in FORBIDDEN.items():
            for call in calls:
                with self.subTest(what):
                    self.refused(self.probe, call)
        for call in WITHOUT_INTERNET:
            self.refused(self.probe, call)
        self.assertEqual(self.sibling_pid, self.sibling.pid(), "the sibling is alive and well")

    def test_another_companys_folder_is_out_of_reach_also_when_everybody_may_read_it(self):
        secret = self.folder(self.right) / "blobs/left-behind"
        secret.write_text("mail")
        secret.chmod(0o666)
        for folder in (self.folder(self.right), self.folder(self.right) / "blobs"):
            self.addCleanup(folder.chmod, folder.stat().st_mode & 0o777)
            folder.chmod(0o777)
        self.assertEqual("EACCES", self.probe.call("openat", AT_FDCWD, str(secret), O_RDONLY, 0))
        self.assertEqual("EACCES", self.probe.call("openat", AT_FDCWD, str(secret), O_RDWR, 0))
        self.assertEqual("EACCES", self.probe.call("openat", AT_FDCWD, str(secret.parent), O_RDONLY | O_DIRECTORY, 0))
        self.assertEqual("EACCES", self.probe.call("openat", AT_FDCWD, str(secret.parent / "new"), O_RDWR | O_CREAT, 0o600))
        self.assertEqual("EACCES", self.probe.call("unlinkat", AT_FDCWD, str(secret), 0))
        self.assertEqual("EACCES", self.probe.call("mkdirat", AT_FDCWD, str(secret.parent / "new"), 0o700))

    def test_nothing_is_read_or_written_outside_its_folder(self):
        data = self.platform.data
        places = ["/etc/passwd", "/etc/shadow", "/root", "/usr/bin/env", "/bin", "/tmp", "/dev/shm", str(data)]
        places += [str(data / name) for name in ("secrets/master", "postgres/PG_VERSION", "log/control.log", "tls", "relay")]
        for place in places:
            self.assertEqual("EACCES", self.probe.call("openat", AT_FDCWD, place, O_RDONLY, 0), place)
        for place in ("/tmp/casella-intruder", "/dev/shm/casella-intruder", str(data / "intruder"), str(data / "tenants/intruder")):
            self.assertEqual("EACCES", self.probe.call("openat", AT_FDCWD, place, O_RDWR | O_CREAT, 0o600), place)

    def test_its_own_folder_holds_plain_files_and_folders_alone(self):
        folder = self.folder(self.left)
        file = str(folder / "file")
        descriptor = self.probe.call("openat", AT_FDCWD, file, O_RDWR | O_CREAT, 0o600)
        self.assertIsInstance(descriptor, int)
        self.assertEqual("EPERM", self.probe.call("openat", AT_FDCWD, str(folder / "privileged"), O_RDWR | O_CREAT, 0o4755))
        self.assertEqual("EPERM", self.probe.call("fchmod", descriptor, 0o4755))
        self.assertEqual("EPERM", self.probe.call("fchmodat", AT_FDCWD, file, 0o4755))
        self.assertEqual("EPERM", self.probe.call("fchownat", AT_FDCWD, file, 0, 0, 0))
        self.assertEqual("EPERM", self.probe.call("setxattr", AT_FDCWD, "user.x", "x", 1, 0))
        self.assertEqual("EPERM", self.probe.call("utimensat", AT_FDCWD, file, 0, 0))
        self.assertEqual("EPERM", self.probe.call("mknodat", AT_FDCWD, str(folder / "device"), 0o20600, 0x103))
        self.assertEqual("EPERM", self.probe.call("mknodat", AT_FDCWD, str(folder / "pipe"), 0o10600, 0))
        self.assertEqual("EPERM", self.probe.call("symlinkat", "/etc/passwd", AT_FDCWD, str(folder / "link")))
        self.assertEqual("EPERM", self.probe.call("linkat", AT_FDCWD, "/etc/passwd", AT_FDCWD, str(folder / "link"), 0))
        self.assertEqual("EPERM", self.probe.call("linkat", AT_FDCWD, file, AT_FDCWD, str(folder / "link"), 0))
        for target in ("/tmp/casella-intruder", str(self.folder(self.right) / "intruder")):
            self.assertIn(self.probe.call("renameat2", AT_FDCWD, file, AT_FDCWD, target, 0), ("EACCES", "EXDEV"), target)
        self.assertEqual({"blobs", "file"}, {entry.name for entry in folder.iterdir()})

    def test_no_door_that_is_not_its_own_opens(self):
        def connected(path):
            descriptor = self.probe.call("socket", socket.AF_UNIX, socket.SOCK_STREAM, 0)
            address = unix_address(path)
            return self.probe.call("connect", descriptor, octets(address), len(address))

        if self.is_root:
            for door in ("lmtp", "session"):
                self.assertEqual("EACCES", connected(str(self.door(self.right, door))))
            for door in ("account.sock", "remote-admin.sock"):
                self.assertEqual("EACCES", connected(str(self.platform.data / "run" / door)), "it is the gateway's alone")
        self.assertEqual(0, connected(str(self.platform.data / "run/relay.sock")), "its mail has to leave")
        self.assertEqual(0, connected(str(self.platform.data / "run/postgres/.s.PGSQL.5432")), "its rows are there")

    def test_a_clients_socket_that_a_worker_is_handed_leads_nowhere_else(self):
        if cage.landlock_abi() < 4:
            self.skipTest("this kernel's Landlock knows no TCP, so no worker is handed a socket")
        with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_server(("127.0.0.1", 0)) as other:
            client = socket.create_connection(listener.getsockname())
            self.addCleanup(client.close)
            served, _ = listener.accept()
            descriptor = self.probe.take(served)
            served.close()
            self.assertEqual(5, self.probe.call("sendto", descriptor, octets(b"hello"), 5, 0, 0, 0))
            self.assertEqual(b"hello", client.recv(5))
            lingering = ("setsockopt", descriptor, socket.SOL_SOCKET, socket.SO_LINGER, octets(struct.pack("=ii", 1, 3600)), 8)
            self.assertEqual("EPERM", self.probe.call(*lingering), "the gateway, which closes it last, would stand still")
            # Taken apart, it is a TCP socket like a new one.
            self.assertEqual(0, self.probe.call("connect", descriptor, octets(bytes(16)), 16))
            address = octets(ipv4_address(*other.getsockname()))
            self.assertEqual("EACCES", self.probe.call("connect", descriptor, address, 16))
            for name, arguments in {
                "sendto": (octets(b"hello"), 5, socket.MSG_FASTOPEN, address, 16),
                "sendmsg": (buffer(64), socket.MSG_FASTOPEN),
                "sendmmsg": (buffer(64), 1, socket.MSG_FASTOPEN),
            }.items():
                self.assertEqual("EPERM", self.probe.call(name, descriptor, *arguments), name)
            self.assertEqual("EPERM", self.probe.call("bind", descriptor, octets(ipv4_address("127.0.0.1", 0)), 16))
            self.assertEqual(0, self.probe.call("listen", descriptor, 16), "said to be done")
            self.assertEqual("EINVAL", self.probe.call("accept", descriptor, 0, 0), "but nobody can come")
            other.settimeout(0.2)
            with self.assertRaises(TimeoutError, msg="nothing came through"):
                other.accept()

    def test_the_admin_door_hears_no_worker(self):
        descriptor = self.probe.call("socket", socket.AF_UNIX, socket.SOCK_STREAM, 0)
        address = unix_address(str(self.platform.data / "run/admin.sock"))
        if self.probe.call("connect", descriptor, octets(address), len(address)) != 0:
            return
        if not self.is_root:
            self.skipTest("everything is one user's, who owns the platform")
        request = b"GET /tenants HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        self.probe.call("write", descriptor, octets(request), len(request))
        answer = self.probe.call("read", descriptor, buffer(65536), 65536)
        self.assertIn(answer, (0, "ECONNRESET"), "not a word")

    def test_an_abstract_socket_of_another_process_is_out_of_reach(self):
        name = f"casella-test-{os.getpid()}"
        with cage.abstract_listener(name):
            descriptor = self.probe.call("socket", socket.AF_UNIX, socket.SOCK_STREAM, 0)
            address = unix_address("\0" + name)
            answer = self.probe.call("connect", descriptor, octets(address), len(address))
        if cage.landlock_abi() < 6:
            self.skipTest("this kernel's Landlock has no scopes; no process of ours can make such a socket either")
        self.assertEqual("EPERM", answer)

    def test_no_other_process_is_seen_in_proc(self):
        own = self.probe.pid()
        self.assertIsInstance(self.probe.call("openat", AT_FDCWD, f"/proc/{own}/stat", O_RDONLY, 0), int)
        for process in (1, self.sibling_pid, self.platform.control_pid()):
            for file in ("environ", "mem", "maps", "fd/0", "root", "cwd"):
                answer = self.probe.call("openat", AT_FDCWD, f"/proc/{process}/{file}", O_RDONLY, 0)
                self.assertIn(answer, ("ENOENT", "EACCES", "EPERM"), (process, file))
        if self.is_root and self.has_proc_of_its_own():
            for path in ("/proc/1/stat", f"/proc/{self.sibling_pid}/cmdline", "/proc/meminfo", "/proc/net", "/proc/sys/kernel/hostname"):
                self.assertEqual("ENOENT", self.probe.call("openat", AT_FDCWD, path, O_RDONLY, 0), path)

    def has_proc_of_its_own(self):
        """Even root may not mount where it is not root of the machine."""
        return subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode == 0

    def test_what_it_takes_of_the_machine_is_bounded(self):
        probe = self.probe
        descriptors, error = probe.repeat(40_000, "dup", 0)
        self.assertEqual("EMFILE", error)
        self.assertLess(descriptors, 32_768)
        anonymous = ("mmap", 0, 256 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        pieces, error = probe.repeat(40, *anonymous)
        self.assertEqual("ENOMEM", error)
        self.assertLess(pieces * 256, 2048, "MiB")
        limit = buffer(16)
        self.assertEqual("EPERM", probe.call("prlimit64", 0, 7, octets(struct.pack("=QQ", 1 << 30, 1 << 30)), limit))
        probe.end()

    def test_a_file_and_a_core_dump_are_bounded(self):
        pid = self.probe.pid()
        limits = {line[:25].strip(): line[25:].split()[:2] for line in open(f"/proc/{pid}/limits").read().splitlines()[1:]}
        self.assertEqual([str(4 << 30)] * 2, limits["Max file size"])
        self.assertEqual(["0", "0"], limits["Max core file size"])
        self.assertEqual(["0", "0"], limits["Max locked memory"])

    @unittest.skipUnless(os.getuid() == 0, "threads are counted where a process has a user of its own")
    def test_threads_are_bounded(self):
        started = int(self.probe.ask("threads", 2000))
        self.assertGreater(started, 100)
        self.assertLess(started, 512)
        self.probe.end()

    def test_a_worker_logs_in_as_itself_alone(self):
        left, right = self.tenants[self.left], self.tenants[self.right]
        self.assertEqual("ok", self.probe.ask("login", f"casella_t{left}"))
        for role in (f"casella_t{right}", "casella_control", "casella_relay", "postgres"):
            self.assertIn("authentication failed", self.probe.ask("login", role), role)

    def test_what_a_worker_needs_works(self):
        self.assertEqual("0", self.probe.ask("thread"))
        file = str(self.folder(self.left) / "blobs/works")
        descriptor = self.probe.call("openat", AT_FDCWD, file, O_RDWR | O_CREAT, 0o600)
        self.assertEqual(5, self.probe.call("pwrite64", descriptor, octets(b"bytes"), 5, 0))
        self.assertEqual(0, self.probe.call("fdatasync", descriptor))
        self.assertEqual(5, self.probe.call("pread64", descriptor, buffer(16), 16, 0))
        self.assertEqual(0, self.probe.call("renameat2", AT_FDCWD, file, AT_FDCWD, file + "-still", 0))
        self.assertEqual(0, self.probe.call("unlinkat", AT_FDCWD, file + "-still", 0))
        self.assertEqual(0, self.probe.call("setpriority", 0, 0, -4), "libdispatch may believe so")
        pid = self.probe.pid()
        self.assertEqual(0, self.probe.call("tgkill", pid, pid, 0), "raise")

    def test_a_worker_that_aborts_dies_of_its_own_signal(self):
        with self.assertRaises(ConnectionError):
            self.probe.ask("abort")
        worker = f"tenant:{self.left.name}"
        eventually(lambda: "signal 6" in (self.platform.workers()[worker].get("lastExit") or ""), what="the abort is told")

    def test_the_gateway_is_caged(self):
        with self.service("casella-gateway", "gateway", self.platform.port("smtp")) as probe:
            for calls in FORBIDDEN.values():
                for call in calls:
                    self.refused(probe, call)
            for call in WITHOUT_INTERNET:
                self.refused(probe, call)
            places = [str(self.platform.data / "tls"), str(self.folder(self.left)), str(self.platform.data / "relay"), "/etc/passwd"]
            for place in places:
                self.assertEqual("EACCES", probe.call("openat", AT_FDCWD, place, O_RDONLY, 0), place)
            for door in ("account.sock", "remote-admin.sock"):
                descriptor = probe.call("socket", socket.AF_UNIX, socket.SOCK_STREAM, 0)
                address = unix_address(str(self.platform.data / "run" / door))
                self.assertEqual(0, probe.call("connect", descriptor, octets(address), len(address)), door)
            if self.is_root:
                self.assertGreater(probe.call("getuid"), 0)

    def test_the_relay_is_caged_and_reaches_other_hosts(self):
        with self.service("casella-relay", "relay", self.platform.data / "run/relay.sock") as probe:
            for calls in FORBIDDEN.values():
                for call in calls:
                    self.refused(probe, call)
            for place in (str(self.platform.data / "tls"), str(self.folder(self.left)), "/etc/passwd", "/root"):
                self.assertEqual("EACCES", probe.call("openat", AT_FDCWD, place, O_RDONLY, 0), place)
            listener = socket.create_server(("127.0.0.1", 0))
            self.addCleanup(listener.close)
            descriptor = probe.call("socket", socket.AF_INET, socket.SOCK_STREAM, 0)
            address = ipv4_address(*listener.getsockname())
            self.assertEqual(0, probe.call("connect", descriptor, octets(address), len(address)))
            self.assertIsInstance(probe.call("socket", socket.AF_INET, socket.SOCK_DGRAM, 0), int)
            if cage.landlock_abi() >= 4:
                served = probe.call("socket", socket.AF_INET, socket.SOCK_STREAM, 0)
                address = ipv4_address("127.0.0.1", running.free_port())
                self.assertEqual("EACCES", probe.call("bind", served, octets(address), len(address)), "it serves nobody")

    @contextlib.contextmanager
    def service(self, program, name, door):
        """The probe as the gateway or the relay, for a while."""
        place = self.platform.data / "bin" / program
        kept = place.read_bytes()
        cage.lay(self.platform, program)
        cage.restarted(self.platform, name)
        probe = cage.Probe(door)
        try:
            yield probe
        finally:
            probe.close()
            place.unlink()
            place.write_bytes(kept)
            place.chmod(0o755)
            cage.restarted(self.platform, name)
