"""Breaks a running platform in every way that we know, and audits the mail afterwards.

run.py [--seconds N] [--seed N] [--only NAME] [--every] [--strict]

Without options: each fault once, in an order drawn from the seed. With --seconds, faults go on being drawn until the time is
up. --help names the faults. What this machine does not let us break is named at the end, and with --strict it is a failure.
"""

import argparse
import pathlib
import random
import signal
import sys
import time

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent / "Acceptance")]

import damage  # noqa: E402  (the path is set above)
import faults  # noqa: E402
from audit import audit  # noqa: E402
from ledger import Deliver, Ledger  # noqa: E402
from letters import identifier_of, is_whole  # noqa: E402
from load import OUTSIDE, Load  # noqa: E402
from power_cut import power_cut  # noqa: E402
from stage import Stage  # noqa: E402
from support import outside  # noqa: E402
from support.waiting import eventually  # noqa: E402

# Everything works again this soon after the fault is over; loaded machines are slow, so it is far above what is usual.
HEALED_WITHIN = 60
# A platform is used for so many faults; then a fresh one shows that nothing depends on its age.
FAULTS_A_PLATFORM = 30


class Campaign:
    """One platform, its load and its ledger, through one fault after another."""

    def __init__(self, seed):
        self.stage, self.ledger = Stage(routes=outside.settings()["routes"]), Ledger()
        self.outside = outside.ScriptedHost()
        self.outside.__enter__()
        self.stage.mount_disks()
        self.stage.start()
        faults.prepare_flush_fails(self.stage)
        self.stage.found()
        self.load = Load(self.stage, self.stage.companies, self.ledger, seed, goes_out=True)
        self.damaged, self.messages = set(), 0
        self.load.resume()
        self.heals()

    def end(self):
        self.load.end()
        self.stage.remove()
        self.outside.__exit__()

    def heals(self):
        """Every client is served again, without anybody's help."""
        before = self.load.progress()

        def all_served():
            waiting = [name for name, done in self.load.progress().items() if done < before[name] + 2]
            assert not waiting, f"not served: {', '.join(waiting)}"
            return True

        eventually(all_served, within=HEALED_WITHIN, what="every client is served again")

    def survive(self, name, rng):
        """Returns what is wrong after the fault."""
        self.load.resume()
        time.sleep(rng.random())
        begun, fresh = self.stage.log_size(), set()
        if name in damage.ALL:
            self.load.stop()
            self.settle()
            fresh = damage.ALL[name](self.stage, rng)
            self.damaged |= fresh
            self.load.resume()
        else:
            faults.ALL[name](self.stage, rng)
        self.heals()
        self.load.stop()
        self.settle()
        hurt = damage.damaged_places(self.stage, self.damaged)
        problems, self.messages = audit(self.stage, self.ledger, hurt)
        problems += self.ledger.settle(OUTSIDE, self.gone_out(problems))
        log = self.stage.log_since(begun)
        if damage.damaged_places(self.stage, fresh):
            if not any(f"segment {segment}, offset {offset}:" in log for _, segment, offset in fresh):
                problems.append("the log names no damaged record")
        problems += self.ledger.problems
        self.ledger.problems = []
        return problems

    def gone_out(self, problems):
        """What the host outside has, each message once however often it came."""
        found = {}
        for _, _, content in self.outside.messages:
            if not is_whole(content):
                problems.append(f"a message reached the host outside in pieces: {content[:200]!r}")
            found[identifier_of(content)] = Deliver("INBOX").arrival()
        return found

    def settle(self):
        eventually(self.stage.is_empty_handed, within=HEALED_WITHIN, what="the queue is empty", every=0.1)


# Not a fault of a campaign: it brings its own platforms.
POWER_CUT = "power-cut"


def names():
    return [*faults.ALL, *damage.ALL, POWER_CUT]


def run(arguments):
    rng = random.Random(arguments.seed)
    begun, verdicts, skipped, campaign, age = time.monotonic(), [], {}, None, 0
    todo = [arguments.only] if arguments.only else rng.sample(names(), len(names()))
    print(f"seed {arguments.seed}", flush=True)
    try:
        while todo or time.monotonic() - begun < arguments.seconds:
            name = todo.pop(0) if todo else arguments.only or rng.choice(names())
            if name != POWER_CUT and campaign is None:
                campaign, age = Campaign(rng.random()), 0
            try:
                verdicts.append(cut_power(rng, arguments) if name == POWER_CUT else one(campaign, name, rng))
            except faults.Skipped as reason:
                print(f"skip {name}: {reason}", flush=True)
                skipped[name] = reason
                continue
            if name == POWER_CUT:
                continue
            age += 1
            if not verdicts[-1] or age >= FAULTS_A_PLATFORM:
                campaign.end()
                campaign = None
    finally:
        if campaign:
            campaign.end()
    print(f"{verdicts.count(True)} faults survived, {verdicts.count(False)} not")
    for name, reason in skipped.items():
        print(f"not tried: {name}, since {reason}")
    return 0 if True in verdicts and False not in verdicts and not (arguments.strict and skipped) else 1


def cut_power(rng, arguments):
    begun = time.monotonic()
    if arguments.every:
        problems, words = power_cut(rng, load=1.0, every=True)
    elif arguments.seconds:
        problems, words = power_cut(rng, cuts=100, load=6.0, budget=120)
    else:
        problems, words = power_cut(rng)
    return report(POWER_CUT, begun, problems, words, [])


def one(campaign, name, rng):
    begun, log = time.monotonic(), campaign.stage.log_size()
    try:
        problems = campaign.survive(name, rng)
    except (AssertionError, OSError) as error:
        problems = [f"{type(error).__name__}: {error}", *campaign.ledger.problems]
    ledger = campaign.ledger
    words = f"{campaign.messages} messages; {ledger.acknowledged} acknowledged, {ledger.doubtful} in doubt so far"
    complaints = [line for line in campaign.stage.log_since(log).splitlines() if '"level":"info"' not in line]
    return report(name, begun, problems, words, complaints)


def report(name, begun, problems, words, log):
    seconds = time.monotonic() - begun
    if problems:
        print(f"FAIL {name} ({seconds:.1f} s; {len(problems)} problems)", *problems[:20], *log[-15:], sep="\n     ", flush=True)
    else:
        print(f"ok   {name} ({seconds:.1f} s; {words})", flush=True)
    return not problems


def main(words):
    parser = argparse.ArgumentParser(prog="./ops/test faults", description="Breaks a running platform and audits its mail.")
    parser.add_argument("--seconds", type=int, default=0, help="go on drawing faults until so much time has passed")
    parser.add_argument("--seed", type=int, default=1, help="another seed draws other moments, victims and orders")
    parser.add_argument("--only", choices=names(), metavar="NAME", help=f"one fault: {', '.join(names())}")
    parser.add_argument("--every", action="store_true", help=f"with --only {POWER_CUT}: cut at every flush point, in all ways; takes long")
    parser.add_argument("--strict", action="store_true", help="fail where a fault cannot be made on this machine")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    arguments = parser.parse_args(words)
    if arguments.every and arguments.only != POWER_CUT:
        parser.error(f"--every goes with --only {POWER_CUT}")
    return run(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
