"""One core and two: what a 1 KiB hit costs when two loops share one cache.

On a machine of two cores the load generator needs as much of them as the server, so requests per second would show who got
the processor. What sharing costs does show in the CPU time of a request: with nothing lost, two cores do twice the work of
one, so `twice the cost on one core / cost on two` is the factor that two cores give, with the load generator's share taken
out. It is taken with as many connections for each loop, since a loop that finds half as many requests ready asks the system
twice as often for them; a row with as many connections altogether shows that. Then all at the same offered load. Beside it, how
often a look-up found its part of the index locked by the other core.
"""

import contextlib
import dataclasses
import json
import pathlib
import statistics
import subprocess
from typing import Callable

import figures
import load
import results
import servers
from context import Context

TITLE = "Two cores"
TARGETS = ("bench_load", "bench_origin")
AIM = 1.9
PATH = "/o/1-1024"
WAITS = "gustfront_cache_lock_waits"
ONE, TWO = "1 loop, 64 connections", "2 loops, 128 connections"
CASES = {ONE: (1, 64), TWO: (2, 128), "2 loops, 64 connections": (2, 64)}  # loops, connections
SATURATED = "saturated"


@dataclasses.dataclass
class Sample:
    cpu: float           # server CPU in microseconds a request
    rate: float          # requests per second
    waits: float | None  # for a locked part of the index, a million requests; none where the program does not count

    def __str__(self) -> str:
        waits = "" if self.waits is None else f"  {self.waits:.1f} lock waits a million"
        return f"{self.cpu:6.2f} us  {self.rate:9.0f} requests/s{waits}"


@dataclasses.dataclass
class Results:
    setting: str
    samples: dict[tuple[str, str], list[Sample]]  # by what was asked for, and case

    def median(self, work: str, case: str, field: str) -> float:
        return statistics.median(getattr(sample, field) for sample in self.samples[work, case])

    def factor(self, work: str, case: str) -> float:
        return CASES[case][0] * self.median(work, ONE, "cpu") / self.median(work, case, "cpu")


def start(cores: int) -> servers.harness.Gustfront:
    return servers.harness.Gustfront("--cores", str(cores), "--edges", "BOM50", "--regional", "none", "--access-log",
                                     "no").start()


def lock_waits(server: servers.harness.Gustfront) -> float | None:
    found = [value for name, value in server.metrics().items() if name.partition("{")[0] == WAITS]
    return sum(found) if found else None


def run_load(port: int, host: str, seconds: float, connections: int, rate: float) -> dict:
    done = subprocess.run([str(servers.PROGRAMS / "bench_load"), "--port", str(port), "--host", host, "--path", PATH,
                           "--seconds", f"{seconds:g}", "--connections", str(connections), "--rate", f"{rate:.0f}", "--hit",
                           servers.Ours.hit], capture_output=True, text=True)
    if done.returncode != 0:
        raise load.WrongAnswers(done.stderr)
    return json.loads(done.stdout)


class Running:
    """Ours with some loops, wherever the system puts them, and one object stored."""

    def __init__(self, cores: int, origin: int) -> None:
        self._server = start(cores)
        try:
            _, self._host = self._server.make_distribution("localhost", origin)
            run_load(self._server.edge_port(), self._host, 0.2, 1, 0)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._server.close()

    def measure(self, seconds: float, connections: int, rate: float) -> Sample:
        waits, used = lock_waits(self._server), self._cpu_seconds()
        found = run_load(self._server.edge_port(), self._host, seconds, connections, rate)
        used, requests = self._cpu_seconds() - used, found["requests"]
        if found["errors"] or not requests or found["hits"] != requests:
            raise load.WrongAnswers(f"{found['errors']} errors and {found['hits']} hits of {requests} requests")
        after = lock_waits(self._server)
        more = None if waits is None or after is None else (after - waits) * 1e6 / requests
        return Sample(used * 1e6 / requests, found["requests_per_second"], more)

    def _cpu_seconds(self) -> float:
        threads = pathlib.Path(f"/proc/{self._server.process.pid}/task").iterdir()
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9


def measure(context: Context) -> Results:
    with contextlib.ExitStack() as stack:
        origin = stack.enter_context(servers.origin_of_all(context.load_core, context.folder))
        running = {}
        for cores in (1, 2):
            running[cores] = Running(cores, origin.port)
            stack.callback(running[cores].close)

        def at(rate: float) -> Callable[[str, str], Sample]:
            return lambda _, case: running[CASES[case][0]].measure(context.seconds, CASES[case][1], rate)

        samples = context.interleave([SATURATED], list(CASES), at(0))
        rate = round(statistics.median(sample.rate for sample in samples[SATURATED, ONE]) / 2, -3)
        samples |= context.interleave([f"{rate:,.0f} requests/s"], list(CASES), at(rate))
    setting = (f"{figures.machine()}; a 1 KiB hit, median of {context.rounds} interleaved rounds of {context.seconds:g} s, "
               "keep-alive connections, server and load generator wherever the system puts them.")
    return Results(setting, samples)


def tables(found: Results) -> str:
    rows = []
    for work, case in found.samples:
        waits = [sample.waits for sample in found.samples[work, case] if sample.waits is not None]
        rows.append([case, work, f"{found.median(work, case, 'cpu'):.2f}", f"{found.median(work, case, 'rate'):,.0f}",
                     f"{found.factor(work, case):.2f}", f"{statistics.median(waits):.1f}" if waits else "-"])
    factor = found.factor(SATURATED, TWO)
    aim = (f"Two cores do {factor:.2f} times the work of one; aim at least {AIM}: "
           f"{'reached' if factor >= AIM else 'not reached'}.")
    return f"{found.setting}\n\n{aim}\n\n" + results.markdown(
        ["server", "load", "CPU µs a request", "requests/s", "work of all loops, times one",
         "waits for the index, a million requests"], rows)
