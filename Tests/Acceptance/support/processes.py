"""What Linux says of a process: memory, descriptors, processor time."""

import os
import pathlib
import subprocess
import sys
import threading
import time


def anonymous_kilobytes(pid):
    """RssAnon: memory that is the process's own."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1])
    raise AssertionError(f"process {pid} shows no RssAnon")


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def kernel_kilobytes():
    """Memory of the kernel itself for the whole machine: slabs and what sockets hold (in pages)."""
    slab = next(int(line.split()[1]) for line in pathlib.Path("/proc/meminfo").read_text().splitlines() if line.startswith("Slab:"))
    pages = sum(
        int(line.split(" mem ")[1].split()[0])
        for line in pathlib.Path("/proc/net/sockstat").read_text().splitlines()
        if " mem " in line
    )
    return slab + pages * os.sysconf("SC_PAGE_SIZE") // 1024


def limit_descriptors(pid, count):
    """Sets how many descriptors a process may have open, as its own user, who needs no privilege for that. Returns what it was."""
    fields = {line.split(":")[0]: line.split() for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()}
    program = (
        "import resource, sys; pid, count = map(int, sys.argv[1:]); soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE); "
        "resource.prlimit(pid, resource.RLIMIT_NOFILE, (min(count, hard), hard)); print(soft)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(pid), str(count)],
        user=int(fields["Uid"][1]),
        group=int(fields["Gid"][1]),
        extra_groups=[],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


class PeakMemory:
    """The most anonymous memory that each of some processes had while the block ran: `{name: kB}`."""

    def __init__(self, pids):
        self.pids, self.peaks, self.over = pids, {name: 0 for name in pids}, threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def _watch(self):
        while not self.over.is_set():
            for name, pid in self.pids.items():
                try:
                    self.peaks[name] = max(self.peaks[name], anonymous_kilobytes(pid))
                except (FileNotFoundError, ProcessLookupError, AssertionError):
                    pass
            time.sleep(0.03)
