"""Latency of a 1 KiB hit at a constant rate: requests are due whether or not the server keeps up, and wait in the figures.

Two rates: half of what saturates each server, and for all alike half of what saturates ours.
"""

import dataclasses
import statistics

import charts
import figures
import load
import results
import servers
from context import Context
from suites.hit import kind

TITLE = "Latency at half of the saturating load"
OURS, OBJECT = "gustfront", "1 KiB"
OWN, SAME = "half of its own", "half of ours"
ALIKE = ("floor-sendfile",)  # does the same as another for an object of this size


@dataclasses.dataclass
class Latency:
    asked: float  # requests per second
    cpu: float    # server CPU in microseconds a request
    p50: float
    p99: float
    p999: float
    unsent: int   # due, but not sent, as the server did not keep up

    def __str__(self) -> str:
        return (f"{self.asked:9.0f} requests/s  p50 {self.p50:6.0f}  p99 {self.p99:7.0f}  p99.9 {self.p999:7.0f} us"
                + (f"  {self.unsent} unsent" if self.unsent else ""))


@dataclasses.dataclass
class Latencies:
    setting: str
    names: dict[str, str]
    saturating: dict[str, float]  # requests per second
    samples: dict[tuple[str, str], list[Latency]]

    def median(self, work: str, name: str, field: str) -> float:
        return statistics.median(getattr(sample, field) for sample in self.samples[work, name])


def measure(context: Context) -> Latencies:
    names = [name for name in context.servers if name not in ALIKE]
    path, length = servers.OBJECTS[OBJECT]
    with servers.running_warm(names, context.server_core, context.folder) as running:
        def saturate(_work: str, name: str) -> float:
            return load.run(running[name], path, length, context.seconds, context.load_core).rate

        found = context.interleave(["saturate"], names, saturate)
        saturating = {name: statistics.median(found["saturate", name]) for name in names}

        def one(work: str, name: str) -> Latency:
            server = running[name]
            rate = saturating[name if work == OWN else OURS] / 2
            before = server.cpu_seconds()
            done = load.run(server, path, length, context.seconds, context.load_core, rate=rate)
            used = server.cpu_seconds() - before
            return Latency(rate, used * 1e6 / done.requests, done.p50, done.p99, done.p999, done.unsent)

        works = [OWN, SAME] if OURS in names else [OWN]
        samples = context.interleave(works, names, one)
        shown = {name: server.name for name, server in running.items()}
    setting = (f"{figures.machine()}; a {OBJECT} hit, median of {context.rounds} interleaved rounds of "
               f"{context.seconds:g} s, {load.CONNECTIONS} keep-alive connections, server and load generator on a core "
               "each. Latencies count from when a request was due, in µs.")
    return Latencies(setting, shown, saturating, samples)


def works_of(found: Latencies) -> list[str]:
    return list(dict.fromkeys(work for work, _ in found.samples))


def ranked(found: Latencies, work: str) -> list[str]:
    return sorted(found.names, key=lambda name: found.median(work, name, "p99"))


def picture_name(work: str) -> str:
    return f"latency-{work.replace(' ', '-')}.svg"


def tables(found: Latencies) -> str:
    parts = [found.setting]
    for work in works_of(found):
        rows = []
        for name in ranked(found, work):
            p99 = found.median(work, name, "p99")
            ratio = found.median(work, OURS, "p99") / p99 if OURS in found.names and name != OURS and p99 else None
            kept_up = all(sample.unsent == 0 for sample in found.samples[work, name])
            rows.append([f"**{found.names[name]}**" if name == OURS else found.names[name],
                         f"{found.median(work, name, 'asked'):,.0f}" + ("" if kept_up else ", not kept up with"),
                         *(f"{found.median(work, name, field):,.0f}" for field in ("p50", "p99", "p999")),
                         results.shown(ratio), f"{found.median(work, name, 'cpu'):.1f}"])
        parts += [f"**{work[0].upper()}{work[1:]}**", f"![p99 at {work}](figures/{picture_name(work)})",
                  results.markdown(["server", "requests/s", "p50 µs", "p99 µs", "p99.9 µs", "p99, ours / this",
                                    "CPU µs a request"], rows)]
    return "\n\n".join(parts)


def pictures(found: Latencies) -> dict[str, str]:
    drawn = {}
    for work in works_of(found):
        rows = []
        for name in ranked(found, work):
            values = [sample.p99 for sample in found.samples[work, name]]
            rows.append(charts.Bar(found.names[name], statistics.median(values), kind(name), min(values), max(values)))
        drawn[picture_name(work)] = charts.bars(f"p99 of a {OBJECT} hit at {work} saturating load",
                                                "µs from when the request was due; less is better", rows)
    return drawn
