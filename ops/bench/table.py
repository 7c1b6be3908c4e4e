"""The table: one line for each figure, with medians of both systems, their ranges, and how many times better Casella is."""

import json
import statistics

from figure import Figure

# Share of one core above which the clients, not the servers, may be what a row measures.
BUSY = 0.85


class Table:
    def __init__(self):
        self.values = []
        self._heading = None

    def text(self, line):
        print(line, flush=True)

    def heading(self, title):
        self._heading = title
        print(f"\n{title:<46} {'peer':>12} {'range':>15} {'casella':>12} {'range':>15} {'ratio':>7}", flush=True)

    def line(self, row, name, by_system, busy, seconds):
        figure = row.figures[name]
        title = f"{row.name}: {name}" if name else row.name
        medians = {system: statistics.median(values) for system, values in by_system.items()}
        columns = [self._columns(figure, by_system.get(system)) for system in ("peer", "casella")]
        ratio = figure.ratio(medians["casella"], medians["peer"]) if len(medians) == 2 else None
        note = f"   the clients took {100 * busy:.0f} % of a core" if busy > BUSY else ""
        print(f"  {title:<44} {' '.join(columns)} {f'{ratio:.2f}' if ratio else '':>7}{note}", flush=True)
        self.values.append(
            {
                "family": self._heading, "row": title, "unit": figure.unit, "higher is better": figure.higher_is_better,
                "values": by_system, "medians": medians, "ratio": ratio, "clients' share of a core": round(busy, 2),
                "seconds for the whole row": round(seconds, 1),
            })

    def failed(self, name, problem):
        print(f"  {name:<44} FAILED: {problem}", flush=True)
        self.values.append({"family": self._heading, "row": name, "failed": str(problem)})

    def write(self, path):
        with open(path, "w") as file:
            json.dump(self.values, file, indent=2)

    def write_markdown(self, path):
        """The medians as a table for a README."""
        with open(path, "w") as file:
            file.write("| what | Postfix + Dovecot | Casella | ratio |\n|---|---|---|---|\n")
            for value in self.values:
                file.write(f"| {' | '.join(markdown_cells(value))} |\n")

    @staticmethod
    def _columns(figure, values):
        if not values:
            return f"{'':>12} {'':>15}"
        span = f"{figure.number(min(values))}–{figure.number(max(values))}" if len(values) > 1 else ""
        return f"{figure.text(statistics.median(values)):>12} {span:>15}"


def markdown_cells(value):
    name = f"{value['family']}: {value['row']}"
    if "failed" in value:
        return name, "", "did not run", ""
    figure = Figure(value["unit"], value["higher is better"])
    medians = [figure.text(median) if (median := value["medians"].get(system)) is not None else "" for system in ("peer", "casella")]
    return name, *medians, f"{value['ratio']:.2f}" if value["ratio"] else ""
