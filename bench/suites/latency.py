"""Latency of a 1 KiB hit at a constant rate: requests are due whether or not the server keeps up, and wait in the figures.

Two rates: half of what saturates each server, and for all alike half of what saturates ours.

Many short rounds, of which the median counts, and real-time scheduling for server and load generator where the system allows
it: a percentile is lost to a single other process that had the core when requests came.
"""

import dataclasses
import functools
import statistics

import figures
import load
import process
import results
import servers
from context import Context

TITLE = "Latency at half of the saturating load"
OURS, OBJECT = "gustfront", "1 KiB"
OWN, SAME = "half of its own", "half of ours"  # saturating load
AIMS = [results.Aim(OWN, "best", 1, "p99"), results.Aim(SAME, "best", 1, "p99")]
UNSENT_MAX = 0.005  # what a stall at the very end may leave
PARTS = 5  # of a round, each measured on its own
LEFT_OUT = ("floor-sendfile", "nginx-plain")  # as another for an object of this size, and never the best


@dataclasses.dataclass
class Latency:
    asked: float  # requests per second
    cpu: float    # server CPU in microseconds a request
    p50: float
    p99: float
    p999: float
    unsent: float  # share of the requests due that were not sent, as every connection still waited for an answer

    def __str__(self) -> str:
        return (f"{self.asked:9.0f} requests/s  p50 {self.p50:6.0f}  p99 {self.p99:7.0f}  p99.9 {self.p999:7.0f} us"
                + (f"  {self.unsent:.1%} unsent" if self.unsent else ""))


def measure(context: Context) -> results.Results:
    path, length = servers.OBJECTS[OBJECT]
    wanted = [name for name in context.servers if name not in LEFT_OUT]
    with servers.running_warm(wanted, context.server_core, context.folder) as running:
        names = list(running)
        is_realtime = process.may_take_realtime()
        if is_realtime:
            for server in running.values():
                server.take_realtime()

        def saturate(_work: str, name: str) -> float:
            return load.run(running[name], path, length, context.seconds, context.load_core, realtime=is_realtime).rate

        found = context.interleave(["saturate"], names, saturate)
        saturating = {name: statistics.median(found["saturate", name]) for name in names}

        part_seconds = context.seconds if context.smoke else context.seconds / PARTS

        def one(work: str, name: str) -> Latency:
            server = running[name]
            rate = saturating[name if work == OWN else OURS] / 2
            before = server.cpu_seconds()
            done = load.run(server, path, length, part_seconds, context.load_core, rate=rate, realtime=is_realtime)
            used = server.cpu_seconds() - before
            return Latency(rate, used * 1e6 / done.requests, done.p50, done.p99, done.p999,
                           done.unsent / (done.requests + done.unsent))

        works = [OWN, SAME] if OURS in names else [OWN]
        rounds = dataclasses.replace(context, rounds=1 if context.smoke else PARTS * context.rounds)
        samples = rounds.interleave(works, names, one)
        shown = {name: server.name for name, server in running.items()}
    setting = (f"{figures.machine()}; a {OBJECT} hit, median of {rounds.rounds} interleaved rounds of "
               f"{part_seconds:g} s, {load.CONNECTIONS} keep-alive connections, server and load generator on a core each"
               f"{', both in real-time scheduling' if is_realtime else ''}. Latencies count from when a request was due, in "
               "µs.")
    return results.Results(setting, shown, works, samples)


def picture_name(work: str) -> str:
    return f"latency-{work.replace(' ', '-')}.svg"


def fell_behind(found: results.Results, work: str, name: str) -> bool:
    """Whether the server is saturated: what is due waits longer and longer, and latency is that of the run's length."""
    return found.median(work, name, "unsent") > UNSENT_MAX


def p99(found: results.Results, work: str, name: str) -> str:
    least, most = found.spread(work, name, "p99")
    return f"{found.median(work, name, 'p99'):,.0f} ({least:,.0f} to {most:,.0f})"


def tables(found: results.Results) -> str:
    parts = [found.setting, results.aims_table(found, OURS, AIMS)]
    for work in found.works:
        rows = []
        for name in found.ranked(work, "p99"):
            verdict = ", not kept up with" if fell_behind(found, work, name) else ""
            rows.append([results.named(found, name, OURS), f"{found.median(work, name, 'asked'):,.0f}{verdict}",
                         f"{found.median(work, name, 'p50'):,.0f}", p99(found, work, name),
                         f"{found.median(work, name, 'p999'):,.0f}", results.shown(found.ratio(work, OURS, name, "p99")), f"{found.median(work, name, 'cpu'):.1f}"])
        parts += [f"**{work[0].upper()}{work[1:]}**", f"![p99 at {work}](figures/{picture_name(work)})",
                  results.markdown(["server", "requests/s", "p50 µs", "p99 µs (least to most)", "p99.9 µs", "p99, ours / this",
                                    "CPU µs a request"], rows)]
    return "\n\n".join(filter(None, parts))


def pictures(found: results.Results) -> dict[str, str]:
    return {picture_name(work): results.picture(found, work, "p99", f"p99 of a {OBJECT} hit at a rate of {work}",
                                                "µs from when the request was due; less is better",
                                                without=functools.partial(fell_behind, found, work))
            for work in found.works}
