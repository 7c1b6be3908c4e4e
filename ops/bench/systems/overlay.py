"""Runs a program as if its package were installed: in a mount namespace where the package's files lie over /usr.

Both servers have paths such as /usr/bin/doveconf compiled in. Outside of the namespace nothing of it is to be seen.
"""

import subprocess

SCRIPT = 'mount -t overlay overlay -o "lowerdir=$1:/usr" /usr && shift && exec "$@"'


def start(tree, command, log):
    """The process that it returns is the program itself: neither unshare nor the shell stays between."""
    with open(log, "w") as output:
        return subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", SCRIPT, "sh", f"{tree}/usr", *command],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            # Postfix ends its whole process group when it stops.
            start_new_session=True)


def told(log):
    with open(log) as output:
        return output.read().strip()
