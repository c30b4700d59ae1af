"""One core and two: what a 1 KiB hit costs when two loops share one cache.

On a machine of two cores the load generator needs as much of them as the server, so requests per second would show who got
the processor. What sharing costs does show in the CPU time of a request: with nothing lost, two cores do twice the work of
one, so `twice the cost on one core / cost on two` is the factor that two cores give. Beside it, how often a look-up found
its part of the index locked by the other core.
"""

import contextlib
import dataclasses
import json
import os
import pathlib
import statistics
import subprocess

import figures
import load
import process
import results
import servers
from context import Context

TITLE = "Two cores"
TARGETS = ("bench_load", "bench_origin")
AIM = 1.9
PATH = "/o/1-1024"
WAITS = "gustfront_cache_lock_waits"


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
    samples: dict[str, list[Sample]]

    def median(self, cores: str, field: str) -> float:
        return statistics.median(getattr(sample, field) for sample in self.samples[cores])

    def factor(self) -> float:
        return 2 * self.median("1", "cpu") / self.median("2", "cpu")


def start(cores: int) -> servers.harness.Gustfront:
    return servers.harness.Gustfront("--cores", str(cores), "--edges", "BOM50", "--regional", "none", "--access-log",
                                     "no").start()


def lock_waits(server: servers.harness.Gustfront) -> float | None:
    found = [value for name, value in server.metrics().items() if name.partition("{")[0] == WAITS]
    return sum(found) if found else None


def run_load(port: int, host: str, path: str, seconds: float) -> dict:
    done = subprocess.run([str(servers.PROGRAMS / "bench_load"), "--port", str(port), "--host", host, "--path", path,
                           "--seconds", f"{seconds:g}", "--hit", servers.Ours.hit], capture_output=True, text=True)
    if done.returncode != 0:
        raise load.WrongAnswers(done.stderr)
    return json.loads(done.stdout)


class Running:
    """Ours with some loops, wherever the system puts them, and one object stored."""

    def __init__(self, cores: int, origin: int) -> None:
        self._server = start(cores)
        try:
            _, self._host = self._server.make_distribution("localhost", origin)
            run_load(self._server.edge_port(), self._host, PATH, 0.2)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._server.close()

    def measure(self, seconds: float) -> Sample:
        waits, used = lock_waits(self._server), self._cpu_ticks()
        found = run_load(self._server.edge_port(), self._host, PATH, seconds)
        used, requests = self._cpu_ticks() - used, found["requests"]
        if found["errors"] or not requests or found["hits"] != requests:
            raise load.WrongAnswers(f"{found['errors']} errors and {found['hits']} hits of {requests} requests")
        after = lock_waits(self._server)
        more = None if waits is None or after is None else (after - waits) * 1e6 / requests
        return Sample(used * 1e6 / os.sysconf("SC_CLK_TCK") / requests, found["requests_per_second"], more)

    def _cpu_ticks(self) -> int:
        return process.cpu_ticks(pathlib.Path(f"/proc/{self._server.process.pid}/stat").read_text())


def measure(context: Context) -> Results:
    with contextlib.ExitStack() as stack:
        origin = stack.enter_context(servers.origin_of_all(context.load_core, context.folder))
        running = {}
        for cores in (1, 2):
            running[str(cores)] = Running(cores, origin.port)
            stack.callback(running[str(cores)].close)
        gathered = context.interleave(["hit"], list(running), lambda _, name: running[name].measure(context.seconds))
    setting = (f"{figures.machine()}; a 1 KiB hit, median of {context.rounds} interleaved rounds of {context.seconds:g} s, "
               f"{load.CONNECTIONS} keep-alive connections, server and load generator wherever the system puts them.")
    return Results(setting, {name: gathered["hit", name] for name in running})


def tables(found: Results) -> str:
    rows = []
    for cores in found.samples:
        waits = [sample.waits for sample in found.samples[cores] if sample.waits is not None]
        rows.append([cores, f"{found.median(cores, 'cpu'):.2f}", f"{found.median(cores, 'rate'):,.0f}",
                     f"{statistics.median(waits):.1f}" if waits else "-"])
    factor = found.factor()
    aim = (f"Two cores do {factor:.2f} times the work of one; aim at least {AIM}: "
           f"{'reached' if factor >= AIM else 'not reached'}.")
    return f"{found.setting}\n\n{aim}\n\n" + results.markdown(
        ["loops", "CPU µs a request", "requests/s", "waits for the index, a million requests"], rows)
