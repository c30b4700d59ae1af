"""Load on a server: wrk with as many requests in flight as it has connections, and what came of it.

A run in which any answer is not 200, has another length than asked for or fails is an error, never a figure.
"""

import dataclasses
import pathlib
import re
import subprocess

import servers

SCRIPT = pathlib.Path(__file__).resolve().parent / "load.lua"
CONNECTIONS = 64
HEAD_BYTES_MAX = 2048  # of an answer; only to tell a body that is missing or doubled


class WrongAnswers(Exception):
    """The server answered, but not with what was asked for."""


@dataclasses.dataclass
class Load:
    requests: int
    seconds: float
    p50: float  # latencies in microseconds
    p99: float
    p999: float

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def read_report(text: str, body_bytes: int) -> Load:
    """What load.lua printed; WrongAnswers where an answer was not the one asked for."""
    line = re.search(r"^load (.*)$", text, re.M)
    if not line:
        raise WrongAnswers(f"no report of the load generator in:\n{text}")
    found = {name: float(value) for name, _, value in (word.partition("=") for word in line.group(1).split())}
    if found["errors"]:
        raise WrongAnswers(f"{found['errors']:.0f} of {found['requests']:.0f} requests failed or were not answered 200")
    if not found["requests"]:
        raise WrongAnswers("no request was answered")
    mean = found["bytes"] / found["requests"]
    # wrk counts the bytes of requests that the end of the run cut off too: one at most on each connection.
    slack = CONNECTIONS * (body_bytes + HEAD_BYTES_MAX) / found["requests"]
    if not body_bytes < mean <= body_bytes + HEAD_BYTES_MAX + slack:
        raise WrongAnswers(f"{mean:.0f} bytes an answer where the body alone should have {body_bytes}")
    return Load(int(found["requests"]), found["seconds"], found["p50"], found["p99"], found["p999"])


def is_installed() -> bool:
    return servers.find_program("wrk") is not None


def saturate(server: servers.Server, path: str, body_bytes: int, seconds: float, core: int, first: int = 0) -> Load:
    """64 keep-alive connections, each asking again as soon as it is answered. Where `path` ends in `#`, every request has
    a number of its own in that place, from `first` on."""
    command = ["taskset", "-c", str(core), servers.need("wrk"), "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s",
               "-s", str(SCRIPT), f"http://127.0.0.1:{server.port}/", "--", server.host, path, str(first)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise WrongAnswers(f"{server.name} {path}: {done.stderr or done.stdout}")
    try:
        return read_report(done.stdout, body_bytes)
    except WrongAnswers as trouble:
        raise WrongAnswers(f"{server.name} {path}: {trouble}") from None
