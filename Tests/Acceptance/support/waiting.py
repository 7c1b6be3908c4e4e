"""Waiting for a condition with a deadline: no test sleeps in the hope that something has happened by then."""

import time


def eventually(condition, within=15.0, what="the condition", every=0.05):
    """Returns the first true answer of `condition`. An AssertionError inside it counts as "not yet" until the deadline."""
    deadline = time.monotonic() + within
    while True:
        problem = None
        try:
            answer = condition()
        except AssertionError as error:
            answer, problem = None, error
        if answer:
            return answer
        if time.monotonic() >= deadline:
            raise AssertionError(f"{what}: not within {within:g} seconds" + (f" ({problem})" if problem else ""))
        time.sleep(every)
