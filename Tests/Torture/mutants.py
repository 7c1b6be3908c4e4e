#!/usr/bin/python3
"""Shows that the tester catches bugs: lets it loose on servers with one known fault each, and prints which it finds, and how fast.

The faults are in torture/mutants.py, and how they get into a server is in torture/mutation.py. The worker is built with all of them in it
first, which takes some minutes; the other programs are those of the last release build.
"""

import argparse
import asyncio
import pathlib
import shutil
import sys
import time

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent / "Acceptance")]

from support.companies import Company  # noqa: E402  (the path is set above)
from support.running import Platform  # noqa: E402
from torture import mutation  # noqa: E402
from torture.facts import Contradiction  # noqa: E402
from torture.mutants import MUTANTS  # noqa: E402
from torture.run import Run, Server, first_contradiction  # noqa: E402
from torture.torn import Torn  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("name", nargs="*", help="mutants to look for (default: all)")
    parser.add_argument("--seconds", type=float, default=60, help="how long a mutant may stay hidden")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--mailboxes", type=int, default=3)
    parser.add_argument("--no-build", action="store_true", help="take the worker as it was built last")
    parser.add_argument("--check", action="store_true", help="only look whether every mutant's line is in the sources")
    parser.add_argument("--verbose", action="store_true", help="print the transcripts that show the fault")
    return parser.parse_args()


def main(options):
    problems = mutation.check()
    if problems or options.check:
        print("\n".join(problems) or f"{len(MUTANTS)} mutants have their places")
        return 1 if problems else 0
    known = {mutant.name: mutant for mutant in MUTANTS}
    unknown = [name for name in options.name if name not in known]
    if unknown:
        sys.exit(f"mutants.py: there is no mutant {', '.join(unknown)}")
    if not options.no_build:
        mutation.build()
    platform = Platform(plaintextLoginFromLoopback=True).start()
    try:
        lay_mutants(platform)
        hidden = [] if options.name else look_for(platform, None, options)
        for mutant in [known[name] for name in options.name] or MUTANTS:
            hidden += look_for(platform, mutant, options)
    finally:
        platform.remove()
    print(f"{len(options.name or known) - len(hidden)} found, {len(hidden)} not" + "".join(f"\n  {name}" for name in hidden))
    return 1 if hidden else 0


def lay_mutants(platform):
    """The worker that holds the mutants takes the place of the platform's own; another file, since that is shared with other platforms."""
    place = platform.data / "bin/casella-tenant"
    shutil.copy(mutation.PROGRAM, place.with_suffix(".new"))
    place.with_suffix(".new").chmod(0o755)
    place.with_suffix(".new").replace(place)


def look_for(platform, mutant, options):
    """Returns the names of what should have been found and was not, or was found and should not; prints a line."""
    name = mutant.name if mutant else "(none awake)"
    (platform.data / "bin/casella-tenant.mutant").write_text(mutant.name if mutant else "")
    torn = Torn(Company(platform))
    server = Server("127.0.0.1", platform.port("imap"), torn.passwords)
    worker = torn.worker if mutant and mutant.needs_kills else None
    compact = torn.compact if mutant is None or mutant.needs_compaction else None
    run = Run(server, options.seed, options.clients, options.mailboxes, shared=torn.shared)
    began, problem = time.monotonic(), None
    try:
        asyncio.run(run.go(options.seconds if mutant else min(options.seconds, 20), worker, compact))
    except (Contradiction, ExceptionGroup) as error:
        problem = first_contradiction(error)
    verdict = "found " if problem else "HIDDEN" if mutant else "clean "
    print(f"{verdict} {time.monotonic() - began:5.1f} s  {name:32} {str(problem or '')[:170]}", flush=True)
    if problem and (options.verbose or not mutant):
        print(run.report(problem))
    return [name] if (problem is None) is (mutant is not None) else []


if __name__ == "__main__":
    sys.exit(main(arguments()))
