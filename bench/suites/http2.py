"""Hits over HTTP/2 without TLS (prior knowledge): many streams on few connections, by h2load; objects stored before the run."""

import dataclasses
import re
import subprocess

import figures
import load
import results
import servers
from context import Context
from process import find_program

TITLE = "Cached requests over HTTP/2"
OURS = "gustfront"
CONNECTIONS, STREAMS = 16, 32
WORKS = ("1 KiB", "100 KiB")
AIMS = [results.Aim(work, "nginx", 0.7) for work in WORKS]
REPORT = re.compile(r"finished in .*?, (?P<rate>[\d.]+) req/s.*?"
                    r"requests: (?P<total>\d+) total, \d+ started, (?P<done>\d+) done, (?P<good>\d+) succeeded, "
                    r"(?P<failed>\d+) failed, (?P<errored>\d+) errored, (?P<timeout>\d+) timeout.*?"
                    r"status codes: (?P<ok>\d+) 2xx, (?P<bad>\d+) 3xx, 0 4xx, 0 5xx.*?traffic: .*? headers .*?, \S+ \((?P<content>\d+)\) data.*?"
                    r"time for request:\s+\S+\s+\S+\s+(?P<mean>[\d.]+)(?P<unit>us|ms|s)", re.S)


@dataclasses.dataclass
class Sample:
    """One server, one work, one round."""
    cpu: float   # server CPU in microseconds a request
    rate: float  # requests per second
    mean: float  # latency in microseconds
    memory: float

    def __str__(self) -> str:
        return f"{self.cpu:7.1f} us  {self.rate:9.0f} requests/s  mean {self.mean:7.0f} us"


def read_report(text: str, body_bytes: int) -> tuple[int, float, float]:
    """Requests, requests a second and mean latency in microseconds; load.WrongAnswers where not all answers were whole."""
    found = REPORT.search(text)
    if not found:
        raise load.WrongAnswers(f"h2load reported nothing that can be read:\n{text[-1000:]}")
    good, done = int(found["good"]), int(found["done"])
    under_way = CONNECTIONS * STREAMS  # at most; where the time is up they have brought a head, or some of their content
    if not good or good != done or int(found["failed"]) or int(found["errored"]) or int(found["bad"]):
        raise load.WrongAnswers(f"not all of {done} requests were answered with 200:\n{text[-1000:]}")
    if not good <= int(found["ok"]) <= good + under_way:
        raise load.WrongAnswers(f"{found['ok']} heads for {done} answers")
    if not good * body_bytes <= int(found["content"]) <= (good + under_way) * body_bytes:
        raise load.WrongAnswers(f"{int(found['content']) / good:.1f} bytes an answer, not {body_bytes}")
    return good, float(found["rate"]), float(found["mean"]) * {"us": 1, "ms": 1e3, "s": 1e6}[found["unit"]]


def run(server: servers.Server, path: str, body_bytes: int, seconds: float, core: int) -> tuple[int, float, float]:
    command = ["taskset", "-c", str(core), "h2load", "-D", f"{max(1, round(seconds))}", "-t", "1", "-c",
               str(CONNECTIONS), "-m", str(STREAMS), "-H", f":authority: {server.host}",
               f"http://127.0.0.1:{server.http2_port}{path}"]
    done = subprocess.run(command, capture_output=True, text=True)
    try:
        return read_report(done.stdout, body_bytes)
    except load.WrongAnswers as trouble:
        raise load.WrongAnswers(f"{server.name} {path}: {trouble}\n{done.stderr}") from None


def measure(context: Context) -> results.Results:
    if not find_program("h2load"):
        raise RuntimeError("h2load is not installed (script/deps)")
    names = [name for name in context.servers if servers.STARTERS[name].speaks_http2]
    with servers.running_warm(names, context.server_core, context.folder) as running:
        def one(work: str, name: str) -> Sample:
            server, (path, length) = running[name], servers.OBJECTS[work]
            before = server.cpu_seconds()
            requests, rate, mean = run(server, path, length, context.seconds, context.load_core)
            return Sample((server.cpu_seconds() - before) * 1e6 / requests, rate, mean, server.memory_mib())

        samples = context.interleave(list(WORKS), list(running), one)
        found = {name: server.name for name, server in running.items()}
    setting = (f"{figures.machine()}; median of {context.rounds} interleaved rounds of {context.seconds:g} s, {CONNECTIONS} "
               f"connections of {STREAMS} streams by h2load, server and load generator on a core each.")
    return results.Results(setting, found, list(WORKS), samples)


def picture_name(work: str) -> str:
    return f"http2-{work.replace(' ', '').lower()}.svg"


def cost_table(found: results.Results, work: str) -> str:
    rows = []
    for name in found.ranked(work):
        least, most = found.spread(work, name, "cpu")
        rows.append([results.named(found, name, OURS),
                     f"{found.median(work, name, 'cpu'):.1f} ({least:.1f} to {most:.1f})",
                     results.shown(found.ratio(work, OURS, name)),
                     *(f"{found.median(work, name, field):,.0f}" for field in ("rate", "mean", "memory"))])
    return results.markdown(["server", "CPU µs a request (least to most)", "ours / this", "requests/s", "mean µs",
                             "memory MiB"], rows)


def tables(found: results.Results) -> str:
    parts = [found.setting, results.aims_table(found, OURS, AIMS)]
    for work in found.works:
        parts += [f"**{work} hit over HTTP/2**", f"![CPU per {work} hit over HTTP/2](figures/{picture_name(work)})",
                  cost_table(found, work)]
    return "\n\n".join(filter(None, parts))


def pictures(found: results.Results) -> dict[str, str]:
    return {picture_name(work): results.picture(found, work, "cpu", f"{work} hit over HTTP/2",
                                                "server CPU in µs a request; less is better") for work in found.works}
