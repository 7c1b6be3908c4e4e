"""The run itself: every row on every system, taking turns, so that a slow minute of the machine hits both."""

import resource
import sys
import time
import traceback

from load.arrivals import Arrivals


# Seconds after a failed row until the next one begins.
SETTLING = 10


class Bench:
    def __init__(self, systems, table, runs, quick, tools, sink_port):
        self.systems, self.table, self.runs, self.quick = systems, table, runs, quick
        self.tools, self.sink_port = tools, sink_port
        self.failures = []
        self._arrivals = {}

    def of(self, full, quick):
        """An amount of work: the full one, or a small one that only shows that the row runs."""
        return quick if self.quick else full

    def arrivals(self, system):
        return self._arrivals.setdefault(system.name, Arrivals(system))

    def run(self, families):
        rows = [row for _, rows in families for row in rows]
        for system in self.systems:
            system.provision([company for row in rows if row.runs_on(system) for company in row.companies()])
        for title, rows in families:
            self.table.heading(title)
            for row in rows:
                self._measure(row)
            self._forget_arrivals()

    def _forget_arrivals(self):
        for arrivals in self._arrivals.values():
            arrivals.close()

    def _measure(self, row):
        systems = [system for system in self.systems if row.runs_on(system)]
        if not systems:
            return
        values, busy, began = {}, 0.0, time.monotonic()
        try:
            for system in systems:
                row.prepare(system)
            for run in range(min(self.runs, row.repeats or self.runs)):
                for system in systems:
                    wall, cpu = time.monotonic(), generator_seconds()
                    for name, value in row.measure(system, run).items():
                        values.setdefault(name, {}).setdefault(system.name, []).append(value)
                    busy = max(busy, (generator_seconds() - cpu) / (time.monotonic() - wall))
        except Exception as problem:
            self.failures.append(row.name)
            traceback.print_exc(file=sys.stderr)
            self.table.failed(row.name, problem)
            # What is still on its way must not be counted as the next row's.
            time.sleep(SETTLING)
            self._forget_arrivals()
        finally:
            for system in systems:
                row.finish(system)
        for name, by_system in values.items():
            self.table.line(row, name, by_system, busy, time.monotonic() - began)


def generator_seconds():
    """Processor time of this process and of the load generators that it has waited for."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, kinds))
