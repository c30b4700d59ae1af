"""One core and two: what a 1 KiB hit costs when two loops share one cache.

On a machine of two cores the load generator needs as much of them as the server, so requests per second would show who got
the processor, and one loop beside a load generator is another machine than two beside two: what is sent stays in a core's
own caches or not. So two loops that share a cache are held against two servers of a loop each that share nothing, a loop on
each core, with the same load: on each core a load generator for each loop, so that of both servers half of the connections
cross over. What counts is the CPU time of a request, in which the load generators' is not: with nothing lost to
sharing it is the same, and two cores do twice the work of one. Beside it, how often a look-up found its part of the index locked by the other
core, which is worst here, as all ask for one object.
"""

import contextlib
import dataclasses
import json
import os
import pathlib
import statistics
import subprocess
import time
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
APART, SHARED = "two servers of one loop each", "one server of two loops"
CONNECTIONS = 32  # of each load generator; two of them for each loop
SATURATED = "saturated"
SHOWN_SECONDS = 0.3  # the node shows its counts ten times a second


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
        return 2 * self.median(work, APART, "cpu") / self.median(work, case, "cpu")


def start(cores: int) -> servers.harness.Gustfront:
    return servers.harness.Gustfront("--cores", str(cores), "--edges", "BOM50", "--regional", "none", "--access-log",
                                     "no").start()


def lock_waits(server: servers.harness.Gustfront) -> float | None:
    time.sleep(SHOWN_SECONDS)
    found = [value for name, value in server.metrics().items() if name.partition("{")[0] == WAITS]
    return sum(found) if found else None


def begin_load(port: int, host: str, core: int, seconds: float, rate: float) -> subprocess.Popen:
    return subprocess.Popen(["taskset", "-c", str(core), str(servers.PROGRAMS / "bench_load"), "--port", str(port), "--host", host, "--path", PATH,
                             "--seconds", f"{seconds:g}", "--connections", str(CONNECTIONS), "--rate", f"{rate:.0f}", "--hit",
                             servers.Ours.hit], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end_load(process: subprocess.Popen) -> dict:
    told, trouble = process.communicate()
    if process.returncode != 0:
        raise load.WrongAnswers(trouble)
    found = json.loads(told)
    if found["errors"] or not found["requests"] or found["hits"] != found["requests"]:
        raise load.WrongAnswers(f"{found['errors']} errors and {found['hits']} hits of {found['requests']} requests")
    return found


class Running:
    """Ours with a loop on each of some cores, and one object stored."""

    def __init__(self, cores: list[int], load_cores: tuple[int, int], origin: int) -> None:
        self.server, self.cores = start(len(cores)), cores
        try:
            self.port = self.server.edge_port()
            _, self.host = self.server.make_distribution("localhost", origin)
            servers.harness.fetch(self.port, self.host, PATH)
            self._pin(load_cores)
        except BaseException:
            self.close()
            raise

    def _pin(self, load_cores: tuple[int, int]) -> None:
        """Its loops are the threads that work while it is asked."""
        before = self._spent()
        for each in [begin_load(self.port, self.host, core, 0.3, 0) for core in load_cores]:
            end_load(each)
        spent = {thread: used - before.get(thread, 0) for thread, used in self._spent().items()}
        for thread, core in zip(sorted(spent, key=lambda thread: -spent[thread]), self.cores):
            os.sched_setaffinity(thread, {core})

    def close(self) -> None:
        self.server.close()

    def cpu_seconds(self) -> float:
        return sum(self._spent().values()) / 1e9

    def _spent(self) -> dict[int, int]:
        threads = pathlib.Path(f"/proc/{self.server.process.pid}/task").iterdir()
        return {int(thread.name): int((thread / "schedstat").read_text().split()[0]) for thread in threads}


def ask(running: list[Running], load_cores: tuple[int, int], seconds: float, rate: float) -> Sample:
    """A load generator for each loop on each core, and of `rate` its share; all at once."""
    waits, used = [lock_waits(each.server) for each in running], sum(each.cpu_seconds() for each in running)
    loads = [begin_load(each.port, each.host, core, seconds, rate / 4) for each in running for _ in each.cores
             for core in load_cores]
    found = [end_load(each) for each in loads]
    used = sum(each.cpu_seconds() for each in running) - used
    requests = sum(each["requests"] for each in found)
    after = [lock_waits(each.server) for each in running]
    more = None if None in waits or None in after else (sum(after) - sum(waits)) * 1e6 / requests
    return Sample(used * 1e6 / requests, sum(each["requests_per_second"] for each in found), more)


def measure(context: Context) -> Results:
    with contextlib.ExitStack() as stack:
        origin = stack.enter_context(servers.origin_of_all(context.load_core, context.folder))
        both = context.server_core, context.load_core
        running: dict[str, list[Running]] = {APART: [], SHARED: []}
        for case, cores in ((APART, [both[0]]), (APART, [both[1]]), (SHARED, [*both])):
            running[case].append(Running(cores, both, origin.port))
            stack.callback(running[case][-1].close)

        def at(rate: float) -> Callable[[str, str], Sample]:
            return lambda _, case: ask(running[case], both, context.seconds, rate)

        samples = context.interleave([SATURATED], [APART, SHARED], at(0))
        rate = round(statistics.median(sample.rate for sample in samples[SATURATED, APART]) / 2, -3)
        samples |= context.interleave([f"{rate:,.0f} requests/s"], [APART, SHARED], at(rate))
    setting = (f"{figures.machine()}; a 1 KiB hit, median of {context.rounds} interleaved rounds of {context.seconds:g} s, "
               f"a loop and two load generators with {CONNECTIONS} keep-alive connections each on either core.")
    return Results(setting, samples)


def tables(found: Results) -> str:
    rows = []
    for work, case in found.samples:
        waits = [sample.waits for sample in found.samples[work, case] if sample.waits is not None]
        rows.append([case, work, f"{found.median(work, case, 'cpu'):.2f}", f"{found.median(work, case, 'rate'):,.0f}",
                     f"{found.factor(work, case):.2f}", f"{statistics.median(waits):.1f}" if waits else "-"])
    factor = found.factor(SATURATED, SHARED)
    aim = (f"Two cores do {factor:.2f} times the work of one; aim at least {AIM}: "
           f"{'reached' if factor >= AIM else 'not reached'}.")
    return f"{found.setting}\n\n{aim}\n\n" + results.markdown(
        ["server", "load", "CPU µs a request", "requests/s", "times one core",
         "waits for the index, a million requests"], rows)
