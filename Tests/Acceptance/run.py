"""Runs the acceptance tests: `run.py [NAME…]`, where a NAME is test_quota, test_quota.UserQuota or a single test below that.

Prints a line a test; on failure the traceback and the end of every running platform's log; at the end one line that counts.
"""

import pathlib
import signal
import sys
import time
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))

from support.running import Platform  # noqa: E402  (the path is set above)

# A test that takes longer hangs: it fails, and the others go on.
SECONDS_A_TEST = 240


class Result(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.passed, self.failed, self.log_sizes = 0, [], {}

    def startTest(self, test):
        super().startTest(test)
        self.began = time.monotonic()
        self.log_sizes = {platform: platform.log_size() for platform in Platform.running}
        signal.alarm(SECONDS_A_TEST)

    def stopTest(self, test):
        signal.alarm(0)
        super().stopTest(test)

    def addSuccess(self, test):
        self.passed += 1
        self.report("ok  ", test)

    def addFailure(self, test, error):
        self.add_problem(test, error)

    def addError(self, test, error):
        self.add_problem(test, error)

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self.add_problem(subtest, error)

    def add_problem(self, test, error):
        signal.alarm(0)
        self.failed.append(test)
        self.report("FAIL", test)
        print(self._exc_info_to_string(error, test) if hasattr(test, "failureException") else repr(error[1]))
        for platform in Platform.running:
            print(platform.log_tail(since=self.log_sizes.get(platform, 0)))
        sys.stdout.flush()

    def wasSuccessful(self):
        return not self.failed

    def report(self, verdict, test):
        seconds = time.monotonic() - getattr(self, "began", time.monotonic())
        name = getattr(test, "_testMethodName", None)
        words = f"{type(test).__name__}: {name.removeprefix('test_').replace('_', ' ')}" if name else str(test)
        print(f"{verdict} {words} ({seconds:.1f} s)", flush=True)


def overdue(signal_number, frame):
    raise TimeoutError(f"the test took longer than {SECONDS_A_TEST} seconds")


def main(names):
    signal.signal(signal.SIGALRM, overdue)
    loader = unittest.TestLoader()
    suite = loader.loadTestsFromNames(names) if names else loader.discover(str(FOLDER), "test_*.py", str(FOLDER))
    for problem in loader.errors:
        print(problem)
    result = Result()
    suite.run(result)
    while Platform.running:
        Platform.running[0].remove()
    print(f"{result.passed} passed, {len(result.failed)} failed")
    return 0 if result.passed and result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
