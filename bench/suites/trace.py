"""A synthetic day of a CDN over sockets: bench/traces/generate.py, replayed in its order as fast as a server answers.

Every cache has 256 MiB, starts empty and is one tier in front of bench_origin, which has every object and counts what it is
asked; what a server missed is what its origin was asked. Popularity is Zipf (exponent 0.9) with churn and objects that are
asked for once; sizes are a third of the generator's own (median 8 KiB, a few up to 33 MiB), so that a replay takes some
20 s.

What is not equal: Traffic Server has 256 MiB in memory and as much on disk, since it keeps nothing in memory that is not on
disk too; nginx looks only every 10 s how much it holds, so it is bounded by its table of keys instead, which has room for
as many objects as fit on average; HAProxy stores nothing above 4 MiB, Gustfront nothing above an eighth of its cache.
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
GENERATOR = servers.ROOT / "bench" / "traces" / "generate.py"
MEMORY = pathlib.Path("/dev/shm")
MEMORY_MIB = 256
SCALE = 3  # sizes of the generator by this
SMOKE_REQUESTS = 3000
FAILED_MAX = 0.01


@dataclasses.dataclass
class Replay:
    object_misses: float  # share of requests
    byte_misses: float    # share of bytes
    cpu: float            # server CPU in microseconds a request
    rate: float           # requests per second
    p99: float            # latency in microseconds
    held: float           # MiB that its processes and its folder in memory had at most
    failed: float         # share of requests that were not answered with 200

    def __str__(self) -> str:
        return (f"misses {self.object_misses:.3f} of objects, {self.byte_misses:.3f} of bytes  {self.cpu:6.1f} us  "
                f"{self.rate:7.0f} requests/s  {self.held:5.0f} MiB" + (f"  {self.failed:.2%} failed" if self.failed else ""))


@dataclasses.dataclass
class Results:
    setting: str
    names: dict[str, str]
    samples: dict[str, list[Replay]]

    def median(self, name: str, field: str) -> float:
        return statistics.median(getattr(sample, field) for sample in self.samples[name])


def add_arguments(parser) -> None:
    parser.add_argument("--trace-requests", type=int, default=250_000, help="default: %(default)s")
    parser.add_argument("--trace-seed", type=int, default=20240917, help="default: %(default)s")


def generate(target: pathlib.Path, requests: int, seed: int) -> str:
    """Writes the trace; what the generator says of it."""
    done = subprocess.run([sys.executable, str(GENERATOR), "--requests", str(requests), "--ranks", str(requests * 4 // 25),
                           "--seed", str(seed), "--median", str(24 * 1024 // SCALE), "--tail-from",
                           str(1024 * 1024 // SCALE), "--max-size", str(100 * 1024 * 1024 // SCALE), "--output",
                           str(target)], check=True, capture_output=True, text=True)
    return done.stderr


def starter(name: str, memory: pathlib.Path, mean_bytes: float) -> servers.Starter:
    if name == OURS:
        return lambda core, origin, _: servers.OursWithOrigin(
            "Gustfront", core, origin, "--access-log", "no", "--edge-memory", f"{MEMORY_MIB}MiB")
    if name == "nginx":
        return functools.partial(peers.start_nginx_in_memory, cache=memory, keys=nginx_keys(mean_bytes))
    return servers.STARTERS[name].start


def nginx_keys(mean_bytes: float) -> str:
    """Room for the keys of as many objects as the memory holds: 128 bytes each, and what the table itself takes."""
    return f"{round(MEMORY_MIB * 1024**2 / mean_bytes * 128 / 1024) + 36}k"


class Peak:
    """The most that a server and its folder in memory had, looked at every quarter of a second."""

    def __init__(self, server: servers.Server, folder: pathlib.Path) -> None:
        self._server, self._folder, self._end = server, folder, threading.Event()
        self.mib = 0.0
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            self.mib = max(self.mib, self._server.memory_mib() + folder_mib(self._folder))
            if self._end.wait(0.25):
                return


def folder_mib(folder: pathlib.Path) -> float:
    blocks = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):  # gone meanwhile
            blocks += path.lstat().st_blocks if path.is_file() else 0
    return blocks * 512 / (1024 * 1024)


def read_replay(report: str, stats: dict[str, int], cpu_seconds: float, held: float) -> Replay:
    """A replay in which more than a few requests failed is an error. Varnish fails some that are large, where giving up
    many objects makes no room for one."""
    found = json.loads(report)
    requests = found["requests"]
    failed = 1 - found["statuses"].get("200", 0) / (requests + found["errors"]) if requests else 1
    if failed > FAILED_MAX:
        raise load.WrongAnswers(f"{found['errors']} errors and {found['statuses']} of {requests} answers")
    return Replay(stats["requests"] / requests, stats["bytes"] / found["content_bytes"], cpu_seconds * 1e6 / requests,
                  found["requests_per_second"], found["latency_us"]["p99"], held, failed)


def replay(context: Context, name: str, trace: pathlib.Path, mean_bytes: float) -> tuple[str, Replay]:
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(dir=context.folder)))
        folder.chmod(0o755)
        memory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(
            prefix="gustfront-bench-", dir=MEMORY if MEMORY.is_dir() else context.folder)))
        memory.chmod(0o777)  # nginx's worker may be another user
        origin = stack.enter_context(servers.origin_of_all(context.load_core, folder))
        server = stack.enter_context(servers.start_all({name: starter(name, memory, mean_bytes)}, context.server_core, origin.port,
                                                       folder))[name]
        peak = stack.enter_context(Peak(server, memory))
        before = server.cpu_seconds()
        done = subprocess.run(["taskset", "-c", str(context.load_core), str(servers.PROGRAMS / "bench_load"), "--port",
                               str(server.port), "--host", server.host, "--trace", str(trace), "--connections",
                               str(load.CONNECTIONS)], capture_output=True, text=True)
        if done.returncode != 0:
            raise load.WrongAnswers(f"{server.name}: {done.stderr}")
        used = server.cpu_seconds() - before
        try:
            return server.name, read_replay(done.stdout, json.loads(origin.get("/stats")[0]), used, peak.mib)
        except load.WrongAnswers as trouble:
            raise load.WrongAnswers(f"{server.name}: {trouble}") from None


def measure(context: Context) -> Results:
    names = [name for name in context.servers
             if servers.STARTERS[name].asks_origin and name not in ("gustfront-log", "nginx-plain")]
    trace = context.folder / "trace.csv"
    requests = SMOKE_REQUESTS if context.smoke else context.options.trace_requests
    about = generate(trace, requests, context.options.trace_seed)
    told = dict(line.split(" ", 1) for line in about.splitlines() if " " in line)
    footprint = int(told["footprint"].split()[0])
    shown: dict[str, str] = {}

    def one(_work: str, name: str) -> Replay:
        shown[name], found = replay(context, name, trace, footprint / int(told["objects"]))
        return found

    gathered = context.interleave(["trace"], names, one)
    setting = (f"{figures.machine()}; median of {context.rounds} interleaved rounds; {requests:,} requests for "
               f"{int(told['objects']):,} objects of {footprint / 1024**3:.1f} GiB, of which {MEMORY_MIB} MiB are "
               f"{MEMORY_MIB * 1024**2 / footprint:.1%}; {load.CONNECTIONS} keep-alive connections; the server on a core, "
               "load generator and origin on another.")
    return Results(setting, shown, {name: gathered["trace", name] for name in names})


def ranked(found: Results, field: str) -> list[str]:
    return sorted(found.samples, key=lambda name: found.median(name, field))


def verdict(found: Results) -> str:
    """Whether ours has the most hits and the most requests for a second of CPU."""
    if OURS not in found.samples or len(found.samples) < 2:
        return ""
    words = {"object_misses": "hits", "byte_misses": "bytes from the cache", "cpu": "requests for a second of CPU"}
    said = []
    for field, what in words.items():
        order = ranked(found, field)
        other = order[1] if order[0] == OURS else order[0]
        ratio = found.median(OURS, field) / found.median(other, field)
        said.append(f"most {what}: {'yes' if order[0] == OURS else f'no, {found.names[order[0]]} has more'}"
                    f" ({field.replace('_', ' ')} {ratio:.2f} of {found.names[other]}'s)")
    return "Aims: " + "; ".join(said) + "."


def tables(found: Results) -> str:
    rows = []
    for name in ranked(found, "object_misses"):
        median = functools.partial(found.median, name)
        shown = f"**{found.names[name]}**" if name == OURS else found.names[name]
        rows.append([shown, f"{median('object_misses'):.3f}", f"{median('byte_misses'):.3f}", f"{median('cpu'):.1f}",
                     f"{1e6 / median('cpu'):,.0f}", f"{median('rate'):,.0f}", f"{median('p99') / 1000:.1f}",
                     f"{median('held'):,.0f}", f"{median('failed'):.2%}" if median("failed") else "none"])
    table = results.markdown(["server", "objects missed", "bytes missed", "CPU µs a request", "requests a second of CPU",
                              "requests/s", "p99 ms", "held at most, MiB", "failed"], rows)
    return "\n\n".join(part for part in (found.setting, verdict(found),
                                         "![objects missed](figures/trace-misses.svg)", table) if part)


def pictures(found: Results) -> dict[str, str]:
    def bars(field: str, title: str, unit: str) -> str:
        return charts.bars(title, unit, [charts.Bar(found.names[name], found.median(name, field), results.kind(name),
                                                    min(getattr(sample, field) for sample in found.samples[name]),
                                                    max(getattr(sample, field) for sample in found.samples[name]))
                                         for name in ranked(found, field)])

    return {"trace-misses.svg": bars("object_misses", "Objects missed", "share of requests; less is better")}
