"""A synthetic day of a CDN over sockets: bench/traces/generate.py, replayed in its order as fast as a server answers.

Every cache has a hundredth of what the trace asks for altogether, starts empty and is one tier in front of bench_origin,
which has every object and counts what it is asked; what a server missed is what its origin was asked. Popularity is Zipf
(exponent 0.9) with churn and objects that are asked for once. The trace has a tenth of the generator's requests, so that a
replay takes less than a minute, and its objects end at 8 MiB, which to these caches is what 100 MiB are to a hundredth of the
whole. Each seed is another trace.

What is not equal: Traffic Server has its memory on disk once more, since it keeps nothing in memory that is not on disk too;
nginx looks only every 10 s how much it holds, so it is bounded by its table of keys instead, which has room for as many
objects as fit on average; HAProxy stores nothing above 4 MiB. What each really had is in the table.
"""

import contextlib
import dataclasses
import functools
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import charts
import figures
import load
import peers
import results
import servers
from context import Context

TITLE = "A trace over sockets"
TARGETS = ("bench_load", "bench_origin")
OURS = "gustfront"
# Ours with other weights of sizes (docs/cache-policies.md): by name, what it is started with.
WEIGHTS = {"gustfront-140": "140", "gustfront-0": "0"}
GENERATOR = servers.ROOT / "bench" / "traces" / "generate.py"
MEMORY = pathlib.Path("/dev/shm")
MEMORY_SHARE = 100  # of the footprint, each cache has one
LARGEST_BYTES = 8 * 1024 * 1024
SMOKE_REQUESTS = 3000
FAILED_MAX = 0.01
PICTURE = "trace-misses.svg"


@dataclasses.dataclass
class Replay:
    object_misses: float  # share of requests
    byte_misses: float    # share of bytes
    cpu: float            # server CPU in microseconds a request
    rate: float           # requests per second
    p99: float            # latency in microseconds
    held: float           # MiB that its processes and its folder in memory had, on average over the second half
    held_most: float
    failed: float         # share of requests that were not answered with 200

    def __str__(self) -> str:
        return (f"misses {self.object_misses:.3f} of objects, {self.byte_misses:.3f} of bytes  {self.cpu:6.1f} us  "
                f"{self.rate:7.0f} requests/s  {self.held:5.0f} MiB, {self.held_most:.0f} at most" + (f"  {self.failed:.2%} failed" if self.failed else ""))


@dataclasses.dataclass
class Results:
    setting: str
    names: dict[str, str]
    samples: dict[str, list[Replay]]

    def median(self, name: str, field: str) -> float:
        return statistics.median(getattr(sample, field) for sample in self.samples[name])


def add_arguments(parser) -> None:
    parser.add_argument("--trace-requests", type=int, default=200_000, help="default: %(default)s")
    parser.add_argument("--trace-seeds", default="20240917,1,2", help="default: %(default)s")


def generate(target: pathlib.Path, requests: int, seed: int) -> str:
    """Writes the trace; what the generator says of it."""
    done = subprocess.run([sys.executable, str(GENERATOR), "--requests", str(requests), "--ranks", str(requests * 4 // 25),
                           "--seed", str(seed), "--max-size", str(LARGEST_BYTES), "--output", str(target)], check=True,
                          capture_output=True, text=True)
    return done.stderr


def starter(name: str, memory_mib: int, folder: pathlib.Path, mean_bytes: float) -> servers.Starter:
    if name == OURS or name in WEIGHTS:
        weight = ("--eviction-size-weight", WEIGHTS[name]) if name in WEIGHTS else ()
        shown = f"Gustfront, size weight {WEIGHTS[name]}" if name in WEIGHTS else "Gustfront"
        return lambda core, origin, _: servers.OursWithOrigin(
            shown, core, origin, "--access-log", "no", "--edge-memory", f"{memory_mib}MiB", *weight)
    if name == "nginx":
        # Without open files remembered: it serves from those after their eviction, and their memory is in no account.
        return functools.partial(peers.start_nginx_in_memory, cache=folder, keys=nginx_keys(memory_mib, mean_bytes), files="off")
    return functools.partial(servers.STARTERS[name].start, memory=memory_mib)


def nginx_keys(memory_mib: int, mean_bytes: float) -> str:
    """Room for the keys of as many objects as the memory holds: 128 bytes each, and what the table itself takes."""
    return f"{round(memory_mib * 1024**2 / mean_bytes * 128 / 1024) + 36}k"


class Watch:
    """What a server and its folder in memory have, looked at every quarter of a second."""

    def __init__(self, server: servers.Server, folder: pathlib.Path) -> None:
        self._server, self._folder, self._end = server, folder, threading.Event()
        self._seen: list[float] = []
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            self._seen.append(self._server.memory_mib() + folder_mib(self._folder))
            if self._end.wait(0.25):
                return

    def held_mib(self) -> tuple[float, float]:
        """On average over the second half of the time so far, and at most."""
        seen = list(self._seen)
        return statistics.mean(seen[len(seen) // 2:]), max(seen)


def folder_mib(folder: pathlib.Path) -> float:
    blocks = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):  # gone meanwhile
            blocks += path.lstat().st_blocks if path.is_file() else 0
    return blocks * 512 / (1024 * 1024)


def read_replay(report: str, stats: dict[str, int], cpu_seconds: float, held: tuple[float, float]) -> Replay:
    """A replay in which more than a few requests failed is an error. Varnish fails some that are large, where giving up
    many objects makes no room for one."""
    found = json.loads(report)
    requests = found["requests"]
    failed = 1 - found["statuses"].get("200", 0) / (requests + found["errors"]) if requests else 1
    if failed > FAILED_MAX:
        raise load.WrongAnswers(f"{found['errors']} errors and {found['statuses']} of {requests} answers")
    return Replay(stats["requests"] / requests, stats["bytes"] / found["content_bytes"], cpu_seconds * 1e6 / requests,
                  found["requests_per_second"], found["latency_us"]["p99"], *held, failed)


@dataclasses.dataclass
class Trace:
    path: pathlib.Path
    objects: int
    footprint: int  # bytes of all objects together

    @property
    def memory_mib(self) -> int:
        return max(round(self.footprint / MEMORY_SHARE / 1024**2), 64)


def replay(context: Context, name: str, trace: Trace) -> tuple[str, Replay]:
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(dir=context.folder)))
        folder.chmod(0o755)
        memory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(
            prefix="gustfront-bench-", dir=MEMORY if MEMORY.is_dir() else context.folder)))
        memory.chmod(0o777)  # nginx's worker may be another user
        origin = stack.enter_context(servers.origin_of_all(context.load_core, folder))
        start = starter(name, trace.memory_mib, memory, trace.footprint / trace.objects)
        server = stack.enter_context(servers.start_all({name: start}, context.server_core, origin.port, folder))[name]
        watch = stack.enter_context(Watch(server, memory))
        before = server.cpu_seconds()
        done = subprocess.run(["taskset", "-c", str(context.load_core), str(servers.PROGRAMS / "bench_load"), "--port",
                               str(server.port), "--host", server.host, "--trace", str(trace.path), "--connections",
                               str(load.CONNECTIONS)], capture_output=True, text=True)
        if done.returncode != 0:
            raise load.WrongAnswers(f"{server.name}: {done.stderr}")
        used = server.cpu_seconds() - before
        try:
            return server.name, read_replay(done.stdout, json.loads(origin.get("/stats")[0]), used, watch.held_mib())
        except load.WrongAnswers as trouble:
            raise load.WrongAnswers(f"{server.name}: {trouble}") from None


def measure(context: Context) -> Results:
    names = [name for name in context.servers
             if servers.STARTERS[name].asks_origin and name not in ("gustfront-log", "nginx-plain")]
    if OURS in names and not context.smoke:
        names[names.index(OURS) + 1:names.index(OURS) + 1] = WEIGHTS
    requests = SMOKE_REQUESTS if context.smoke else context.options.trace_requests
    seeds = [int(seed) for seed in context.options.trace_seeds.split(",")][:1 if context.smoke else None]
    traces = {}
    for seed in seeds:
        path = context.folder / f"trace-{seed}.csv"
        told = dict(line.split(" ", 1) for line in generate(path, requests, seed).splitlines() if " " in line)
        traces[f"seed {seed}"] = Trace(path, int(told["objects"]), int(told["footprint"].split()[0]))
    shown: dict[str, str] = {}

    def one(work: str, name: str) -> Replay:
        shown[name], found = replay(context, name, traces[work])
        return found

    # A round of each seed: another trace says more than the same again.
    gathered = dataclasses.replace(context, rounds=1).interleave(list(traces), names, one)
    objects, footprints, memories = ([f"{value:,}" for value in values] for values in zip(
        *((trace.objects, round(trace.footprint / 1024**2), trace.memory_mib) for trace in traces.values())))
    setting = (f"{figures.machine()}; {requests:,} requests of the seeds {', '.join(map(str, seeds))}, for {', '.join(objects)} "
               f"objects of {', '.join(footprints)} MiB; each cache has {', '.join(memories)} MiB; {load.CONNECTIONS} keep-alive "
               "connections; the server on a core, load generator and origin on another. Median of the seeds, with least and "
               "most.")
    return Results(setting, shown, {name: [gathered[work, name][0] for work in traces] for name in names})


def ranked(found: Results, field: str) -> list[str]:
    return sorted(found.samples, key=lambda name: found.median(name, field))


def verdict(found: Results) -> str:
    """Whether ours has the most hits and the most requests for a second of CPU."""
    if OURS not in found.samples or len(found.samples) < 2:
        return ""
    words = {"object_misses": "hits", "byte_misses": "bytes from the cache", "cpu": "requests for a second of CPU"}
    said = []
    for field, what in words.items():
        order = [name for name in ranked(found, field) if name not in WEIGHTS]
        other = order[1] if order[0] == OURS else order[0]
        ratio = found.median(OURS, field) / found.median(other, field)
        said.append(f"most {what}: {'yes' if order[0] == OURS else f'no, {found.names[order[0]]} has more'}"
                    f" ({field.replace('_', ' ')} {ratio:.2f} of {found.names[other]}'s)")
    return "Aims: " + "; ".join(said) + "."


def spread(found: Results, name: str, field: str) -> str:
    values = [getattr(sample, field) for sample in found.samples[name]]
    return f"{found.median(name, field):.3f} ({min(values):.3f} to {max(values):.3f})"


def tables(found: Results) -> str:
    rows = []
    for name in ranked(found, "object_misses"):
        median = functools.partial(found.median, name)
        shown = f"**{found.names[name]}**" if name == OURS else found.names[name]
        rows.append([shown, spread(found, name, "object_misses"), spread(found, name, "byte_misses"), f"{median('cpu'):.1f}",
                     f"{1e6 / median('cpu'):,.0f}", f"{median('rate'):,.0f}", f"{median('p99') / 1000:.1f}",
                     f"{median('held'):,.0f}, {median('held_most'):,.0f}", f"{median('failed'):.2%}" if median("failed") else "none"])
    table = results.markdown(["server", "objects missed", "bytes missed", "CPU µs a request", "requests a second of CPU",
                              "requests/s", "p99 ms", "held, and at most, MiB", "failed"], rows)
    return "\n\n".join(part for part in (found.setting, verdict(found),
                                         f"![objects and bytes missed](figures/{PICTURE})", table) if part)


def pictures(found: Results) -> dict[str, str]:
    def place(name: str) -> tuple[float, float]:
        return found.median(name, "object_misses"), found.median(name, "byte_misses")

    ours = [name for name in ("gustfront-140", OURS, "gustfront-0") if name in found.samples]
    series = {"Gustfront, weight 140 to 0": [place(name) for name in ours]} if ours else {}
    series |= {" ".join(found.names[name].split()[:2]): [place(name)] for name in found.samples if name not in ours}
    return {PICTURE: charts.points("What is missed over sockets; nearer to the lower left is better", "missed requests",
                                   "missed bytes", series)}
