#!/usr/bin/python3
"""Tortures an IMAP server with many random sessions that hold it to everything it told them: `run.py --help`.

The same seed makes every client choose the same operations at the same steps, as far as what it is told is the same; how the network
mixes the clients' commands is different each time.
"""

import argparse
import asyncio
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent / "Acceptance")]

from torture.facts import Contradiction  # noqa: E402  (the path is set above)
from torture.run import Run, Server, first_contradiction  # noqa: E402
from torture.torn import Torn  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--mailboxes", type=int, default=3, help="mailboxes that all clients share, INBOX among them")
    parser.add_argument("--kills", action="store_true", help="kill the tenant's worker at random moments")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, help="a server that runs already, of any make; else a platform is started")
    parser.add_argument("--tls", action="store_true", help="with --port: TLS from the first octet on")
    parser.add_argument("--address", action="append", help="with --port: a login name; may be given several times")
    parser.add_argument("--password", help="with --port: the password of all of them")
    parser.add_argument(
        "--loose", action="store_true", help="with --port: a session need not see another's change before its next NOOP or IDLE"
    )
    return parser.parse_args()


def main(options):
    if options.port is not None:
        if not options.address or not options.password:
            sys.exit("run.py: --port needs --address and --password")
        server = Server(options.host, options.port, dict.fromkeys(options.address, options.password), options.tls)
        return torture(server, options)
    from support.companies import Company
    from support.running import Platform

    platform = Platform(plaintextLoginFromLoopback=True).start()
    try:
        torn = Torn(Company(platform))
        server = Server("127.0.0.1", platform.port("imap"), torn.passwords)
        return torture(server, options, torn)
    finally:
        platform.remove()


def torture(server, options, torn=None):
    return asyncio.run(tortured(server, options, torn))


async def tortured(server, options, torn):
    run = Run(server, options.seed, options.clients, options.mailboxes, not options.loose, torn.shared if torn else ())
    try:
        await run.go(options.seconds, torn.worker if torn and options.kills else None, torn.compact if torn else None)
    except (Contradiction, ExceptionGroup) as problem:
        print(run.report(first_contradiction(problem)))
        return 1
    print(f"seed {options.seed}: {run.summary()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(arguments()))
