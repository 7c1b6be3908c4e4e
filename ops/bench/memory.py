"""Memory of every process of the platform, from /proc. PSS and anonymous memory count; RSS counts shared file pages again and again."""

import os
import statistics
import time

# Idle database connections are closed after a few seconds; rest begins behind that.
SETTLING = 10


def measure(platform, report, when):
    time.sleep(SETTLING)
    report.heading(f"memory  {when}; medians, lower is better")
    report.text(f"{'program':<18} {'processes':>9} {'RSS':>10} {'RssAnon':>10} {'PSS':>10} {'PSS of all':>11}")
    groups = {}
    for process in family(int(open(f"{platform.data}/run/control.pid").readline())):
        if figures := read(process):
            groups.setdefault(figures[0], []).append(figures[1:])
    total = 0
    for program, rows in sorted(groups.items()):
        rss, anonymous, pss = (statistics.median(column) for column in zip(*rows))
        sum_pss = sum(row[2] for row in rows)
        total += sum_pss
        report.values.append({"what": f"memory {when}", "name": program, "kilobytes (RSS, RssAnon, PSS)": rows})
        report.text(f"{program:<18} {len(rows):>9} {mb(rss):>10} {mb(anonymous):>10} {mb(pss):>10} {mb(sum_pss):>11}")
    report.text(f"{'all':<18} {sum(map(len, groups.values())):>9} {'':>10} {'':>10} {'':>10} {mb(total):>11}")


def mb(kilobytes):
    return f"{kilobytes / 1024:.1f} MB"


def family(root):
    """The process and all its descendants."""
    children = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as file:
                parent = int(file.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(name))
    found, waiting = [], [root]
    while waiting:
        process = waiting.pop()
        found.append(process)
        waiting += children.get(process, [])
    return found


def read(process):
    """The program's name, RSS, RssAnon and PSS in kilobytes; None for one that has just ended."""
    try:
        program = os.path.basename(os.readlink(f"/proc/{process}/exe").removesuffix(" (deleted)"))
        with open(f"/proc/{process}/status") as file:
            status = dict(line.split(":", 1) for line in file)
        with open(f"/proc/{process}/smaps_rollup") as file:
            pss = next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
        return program, int(status["VmRSS"].split()[0]), int(status["RssAnon"].split()[0]), pss
    except (OSError, KeyError, StopIteration):
        return None
