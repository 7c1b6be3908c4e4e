"""What a measured value is: its unit, and which way is better."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    unit: str
    higher_is_better: bool

    def text(self, value):
        return f"{self.number(value)}{'' if self.unit.startswith('/') else ' '}{self.unit}"

    @staticmethod
    def number(value):
        if value >= 100:
            return f"{value:.0f}"
        return f"{value:.1f}" if value >= 10 else f"{value:.2f}"

    def ratio(self, casella, peer):
        """How many times better Casella is."""
        better, worse = (casella, peer) if self.higher_is_better else (peer, casella)
        return better / worse if worse else float("inf")


RATE = Figure("/s", higher_is_better=True)
MILLISECONDS = Figure("ms", higher_is_better=False)
SECONDS = Figure("s", higher_is_better=False)
KILOBYTES = Figure("kB", higher_is_better=False)
