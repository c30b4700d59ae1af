"""Measurements of several servers doing the same works in interleaved rounds, and the figures made of them."""

import dataclasses
import statistics
from typing import Any, Callable

import charts


@dataclasses.dataclass
class Sample:
    """One server, one work, one round."""
    cpu: float     # server CPU in microseconds a request: user and system time of all its processes
    rate: float    # requests per second
    p50: float     # latencies in microseconds
    p99: float
    p999: float
    memory: float  # MiB resident, what processes share counted once

    def __str__(self) -> str:
        return f"{self.cpu:7.1f} us  {self.rate:9.0f} requests/s  p99 {self.p99:7.0f} us  {self.memory:6.0f} MiB"


@dataclasses.dataclass
class Results:
    setting: str                                   # when, where and how, one sentence
    names: dict[str, str]                          # server to what the tables call it
    works: list[str]
    # By work and server, absent where a server cannot do the work; Sample or another dataclass of numbers.
    samples: dict[tuple[str, str], list[Any]]

    def values(self, work: str, name: str, field: str) -> list[float]:
        return [getattr(sample, field) for sample in self.samples[work, name]]

    def median(self, work: str, name: str, field: str) -> float:
        return statistics.median(self.values(work, name, field))

    def spread(self, work: str, name: str, field: str) -> tuple[float, float]:
        values = self.values(work, name, field)
        return min(values), max(values)

    def ranked(self, work: str, field: str = "cpu") -> list[str]:
        """The servers that did this work, least of `field` first."""
        done = [name for name in self.names if (work, name) in self.samples]
        return sorted(done, key=lambda name: self.median(work, name, field))

    def ratio(self, work: str, name: str, other: str, field: str = "cpu") -> float | None:
        """How `name` stands to `other`; none where one of them did not do this work."""
        if (work, name) not in self.samples or (work, other) not in self.samples or name == other:
            return None
        divisor = self.median(work, other, field)
        return self.median(work, name, field) / divisor if divisor else None


@dataclasses.dataclass(frozen=True)
class Aim:
    """How ours should stand to another server in one work, and to which: a name, or `best` among the peers."""
    work: str
    other: str
    most: float
    field: str = "cpu"


def kind(name: str) -> str:
    """What a server is to a reader: ours, floor or peer."""
    return "ours" if name.startswith("gustfront") else "floor" if name.startswith("floor") else "peer"


def aims_table(results: Results, ours: str, aims: list[Aim]) -> str:
    """What of the aims was reached; aims whose servers did not take part are left out. Empty where that is all."""
    rows = []
    for aim in aims:
        others = [name for name in results.ranked(aim.work, aim.field)
                  if name == aim.other or (aim.other == "best" and kind(name) == "peer")]
        ratio = results.ratio(aim.work, ours, others[0], aim.field) if others else None
        if ratio is None:
            continue
        what = f"{results.names[others[0]]}{', best of the peers' if aim.other == 'best' else ''}"
        rows.append([aim.work, what, f"{aim.most:.2f}", f"{ratio:.2f}", "yes" if ratio <= aim.most else "no"])
    return markdown(["work", "ours to", "aim, at most", "measured", "reached"], rows) if rows else ""


def shown(value: float | None, how: str = ".2f") -> str:
    return "-" if value is None else format(value, how)


def markdown(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def named(results: Results, name: str, ours: str) -> str:
    return f"**{results.names[name]}**" if name == ours else results.names[name]


def picture(results: Results, work: str, field: str, title: str, unit: str,
            without: Callable[[str], object] = lambda _name: False) -> str:
    """A bar for each server but those `without`, least first, with its spread over the rounds."""
    return charts.bars(title, unit, [charts.Bar(results.names[name], results.median(work, name, field), kind(name),
                                                *results.spread(work, name, field))
                                     for name in results.ranked(work, field) if not without(name)])


def cost_table(results: Results, work: str, ours: str, floor: str | None) -> str:
    """One work: CPU per request first, since it belongs to the server; the rest belongs to the machine too."""
    heads = ["server", "CPU µs a request (least to most)", "ours / this"]
    heads += ["this / floor"] if floor else []
    heads += ["requests/s", "p50 µs", "p99 µs", "p99.9 µs", "memory MiB"]
    rows = []
    for name in results.ranked(work):
        least, most = results.spread(work, name, "cpu")
        row = [named(results, name, ours),
               f"{results.median(work, name, 'cpu'):.1f} ({least:.1f} to {most:.1f})",
               shown(results.ratio(work, ours, name))]
        row += [shown(results.ratio(work, name, floor))] if floor else []
        row += [f"{results.median(work, name, 'rate'):,.0f}"]
        row += [f"{results.median(work, name, field):,.0f}" for field in ("p50", "p99", "p999", "memory")]
        rows.append(row)
    return markdown(heads, rows)
