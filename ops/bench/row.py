"""One thing that is measured, on every system in the same way."""


import abc


class Row(abc.ABC):
    """`name` stands in the table and is what --rows looks in; `figures` names what `measure` returns, each with its `Figure`.

    Where a figure has no name of its own, it goes by the row's. `repeats` bounds the repetitions where one says all.
    """

    name = ""
    figures = {}
    casella_only = False
    repeats = None

    def __init__(self, bench):
        self.bench = bench

    def runs_on(self, system):
        return system.name == "casella" or not self.casella_only

    def companies(self):
        """Who must exist; they do before the first row begins."""
        return []

    def prepare(self, system):
        """Once for each system, before anything of this row is measured."""

    @abc.abstractmethod
    def measure(self, system, run):
        """Returns `{name: value}` for the row's figures."""

    def finish(self, system):
        """Once for each system, when the row is done, also when it failed."""
