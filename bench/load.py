"""Load on a server by bench_load, and what came of it.

A run in which any answer fails, is not 200, is no hit where the server tells, or has another length than asked for is an
error, never a figure.
"""

import dataclasses
import json
import subprocess

import process
import servers

TARGET = "bench_load"
CONNECTIONS = 64


class WrongAnswers(Exception):
    """The server answered, but not with what was asked for."""


@dataclasses.dataclass
class Load:
    requests: int
    rate: float  # answers a second
    p50: float   # latencies in microseconds
    p99: float
    p999: float
    unsent: int  # open loop: due, but every connection was still waiting for an answer


def read_report(text: str, body_bytes: int, all_hits: bool) -> Load:
    """What bench_load printed; WrongAnswers where an answer was not the one asked for."""
    found = json.loads(text)
    requests, latency = found["requests"], found["latency_us"]
    if found["errors"]:
        raise WrongAnswers(f"{found['errors']} requests were not answered")
    if not requests:
        raise WrongAnswers("no request was answered")
    if found["statuses"] != {"200": requests}:
        raise WrongAnswers(f"not all of {requests} answers were 200: {found['statuses']}")
    if found["content_bytes"] != requests * body_bytes:
        raise WrongAnswers(f"{found['content_bytes'] / requests:.1f} bytes an answer, not {body_bytes}")
    if all_hits and found["hits"] != requests:
        raise WrongAnswers(f"only {found['hits']} of {requests} answers were hits")
    return Load(requests, found["requests_per_second"], latency["p50"], latency["p99"], latency["p999"],
                found["unsent"])


def run(server: servers.Server, path: str, body_bytes: int, seconds: float, core: int, *, rate: float = 0,
        first: int = 1, hits: bool = True, realtime: bool = False) -> Load:
    """64 keep-alive connections. Each asks again as soon as it is answered; with `rate`, so many requests a second are
    due whatever comes back. A `#` in `path` stands for a number that no other request of the run has, from `first` on.
    With `hits` every answer has to be one; with `realtime` the load generator goes before all ordinary processes."""
    rule = server.hit if hits else ""
    command = [*(process.realtime() if realtime else ()), "taskset", "-c", str(core), str(servers.PROGRAMS / TARGET), "--port", str(server.port), "--host",
               server.host, "--path", path, "--seconds", f"{seconds:g}", "--connections", str(CONNECTIONS), "--rate",
               f"{rate:.0f}", "--first", str(first), "--hit", rule]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise WrongAnswers(f"{server.name} {path}: {done.stderr or done.stdout}")
    try:
        return read_report(done.stdout, body_bytes, bool(rule))
    except WrongAnswers as trouble:
        raise WrongAnswers(f"{server.name} {path}: {trouble}") from None
