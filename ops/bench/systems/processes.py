"""Time and memory of processes, from /proc.

PSS shares out what several processes map, so that it may be added up; RSS may not. Time of processes that have ended is kept by the
parent that waited for them, so a whole family's time is each member's own and its ended children's.
"""

import os

TICK = os.sysconf("SC_CLK_TCK")


def family(roots):
    """The processes and all their descendants."""
    children = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        if fields := stat(int(name)):
            children.setdefault(int(fields[1]), []).append(int(name))
    found, waiting = [], list(roots)
    while waiting:
        process = waiting.pop()
        found.append(process)
        waiting += children.get(process, [])
    return found


def stat(process):
    """The fields behind the program's name, which may hold blanks and brackets; None for one that has ended."""
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()
    except OSError:
        return None


def cpu_seconds(members):
    return sum(sum(map(int, fields[11:15])) for member in members if (fields := stat(member))) / TICK


def pss(members):
    return sum(rollup(member).get("Pss", 0) for member in members)


def anonymous(member):
    """Kilobytes that only this process's own work has filled (RssAnon)."""
    try:
        with open(f"/proc/{member}/status") as file:
            return next((int(line.split()[1]) for line in file if line.startswith("RssAnon")), 0)
    except OSError:
        return 0


def rollup(member):
    """Kilobytes by name, such as Pss; empty for a process that has ended."""
    try:
        with open(f"/proc/{member}/smaps_rollup") as file:
            return {line.split(":")[0]: int(line.split()[1]) for line in file.readlines()[1:]}
    except OSError:
        return {}


def program(member):
    try:
        return os.path.basename(os.readlink(f"/proc/{member}/exe").removesuffix(" (deleted)"))
    except OSError:
        return ""
