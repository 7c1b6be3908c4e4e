"""The table: one heading for what was done, one line for each figure with its median and range."""

import statistics


class Report:
    def __init__(self):
        self.values = []
        self._heading = None

    def heading(self, text):
        self._heading = text
        print(f"\n{text}", flush=True)

    def rate(self, name, values, note=""):
        """Things a second."""
        self._line(name, values, "higher", lambda value: f"{value:.0f}/s", note)

    def milliseconds(self, name, values, note=""):
        self._line(name, values, "lower", lambda value: f"{value:.1f} ms", note)

    def text(self, line):
        print(f"  {line}", flush=True)

    def _line(self, name, values, better, unit, note):
        low, middle, high = min(values), statistics.median(values), max(values)
        self.values.append({"what": self._heading, "name": name, "values": values})
        figures = f"casella {unit(middle)} ({unit(low).split('/')[0].split(' ')[0]}–{unit(high).split('/')[0].split(' ')[0]})"
        print(f"  {name:<22} {figures:<34} {better} is better{'   ' + note if note else ''}", flush=True)
