#!/usr/bin/python3
"""Cached requests beside Debian's nginx, Varnish, Traffic Server and HAProxy, in one run.

    bench/hit.py [--rounds N] [--seconds S] [--servers a,b] [--write]
    bench/hit.py --smoke          one short round of what is installed; only shows that all of it runs

Every server is pinned to one core, the load generator (wrk, one thread, 64 keep-alive connections) to another; the same
1 KiB and 100 KiB objects, stored before the run (their origin is then stopped). Rounds are interleaved, so that whatever
else the machine does falls on all alike. The figure to compare is the server's CPU time per request; requests per second
depend on the machine and on its other users. `--write` puts the table into docs/figures.md.

Needs `script/deps --bench`; builds our server and the floor program by itself.
"""

import argparse
import dataclasses
import datetime
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys

import servers

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIGURES = ROOT / "docs" / "figures.md"
BEGIN, END = "<!-- bench/hit.py: begin -->", "<!-- bench/hit.py: end -->"
CONNECTIONS = 64
OURS = "gustfront"


@dataclasses.dataclass
class Sample:
    microseconds: float  # of server CPU, per request
    requests_per_second: float


def build() -> None:
    subprocess.run(["script/deps"], cwd=ROOT, check=True)
    subprocess.run(["cmake", "--preset", "release", "-DGUST_BENCH=ON"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["script/build", "release", "bench_floor", "gustfront"], cwd=ROOT, check=True,
                   stdout=subprocess.DEVNULL)


def measure(server: servers.Server, path: str, seconds: float, core: int) -> Sample:
    before = server.cpu_seconds()
    done = subprocess.run(["taskset", "-c", str(core), "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:g}s",
                           "-H", f"Host: {server.host}", f"http://127.0.0.1:{server.port}{path}"],
                          capture_output=True, text=True, check=True)
    used = server.cpu_seconds() - before
    if trouble := re.search(r"Non-2xx.*|Socket errors.*", done.stdout):
        raise RuntimeError(f"{server.name} {path}: {trouble.group(0)}")
    requests = int(re.search(r"(\d+) requests in", done.stdout).group(1))
    if requests == 0:
        raise RuntimeError(f"{server.name} {path}: no request was answered")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout).group(1))
    return Sample(used * 1e6 / requests, rate)


Samples = dict[tuple[str, str], list[Sample]]


def run_rounds(running: dict[str, servers.Server], labels: list[str], rounds: int, seconds: float,
               cores: tuple[int, int]) -> Samples:
    samples: Samples = {}
    for number in range(rounds):
        names = list(running)
        names = names[number % len(names):] + names[:number % len(names)]  # nobody is always first
        for label in labels:
            for name in names:
                sample = measure(running[name], servers.OBJECTS[label][0], seconds, cores[1])
                samples.setdefault((name, label), []).append(sample)
                print(f"round {number + 1}/{rounds}  {label:>7}  {running[name].name:<28} "
                      f"{sample.microseconds:7.1f} us  {sample.requests_per_second:9.0f} requests/s", file=sys.stderr)
    return samples


def table(running: dict[str, servers.Server], labels: list[str], samples: Samples) -> str:
    lines = []
    for label in labels:
        cost = {name: statistics.median(s.microseconds for s in samples[name, label]) for name in running}
        spread = {name: (min(s.microseconds for s in samples[name, label]),
                         max(s.microseconds for s in samples[name, label])) for name in running}
        rate = {name: statistics.median(s.requests_per_second for s in samples[name, label]) for name in running}
        lines += [f"**{label} hit**", "",
                  "| server | CPU µs a request (least to most) | requests/s | ours / this | this / floor |",
                  "| --- | --- | --- | --- | --- |"]
        for name in sorted(running, key=lambda name: cost[name]):
            ours = f"{cost[OURS] / cost[name]:.2f}" if OURS in cost and name != OURS else "-"
            floor = f"{cost[name] / cost['floor']:.2f}" if "floor" in cost and name != "floor" else "-"
            least, most = spread[name]
            lines.append(f"| {running[name].name} | {cost[name]:.1f} ({least:.1f} to {most:.1f}) | {rate[name]:,.0f} | {ours} | {floor} |")
        lines.append("")
    return "\n".join(lines).rstrip()


def processor() -> str:
    found = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return found.group(1).strip() if found else platform.processor()


def write_figures(text: str, rounds: int, seconds: float) -> None:
    page = FIGURES.read_text()
    kernel = platform.release().partition("-")[0]
    where = (f"{datetime.date.today()}, {processor()}, {os.cpu_count()} cores, Linux {kernel}; "
             f"median of {rounds} interleaved rounds of {seconds:g} s, {CONNECTIONS} keep-alive connections, "
             f"server and load generator on a core each.")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    FIGURES.write_text(f"{before}{BEGIN}\n{where}\n\n{text}\n{END}{after}")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--seconds", type=float, default=3)
    arguments.add_argument("--servers", default=",".join(servers.STARTERS), help="default: %(default)s")
    arguments.add_argument("--smoke", action="store_true")
    arguments.add_argument("--write", action="store_true", help=f"put the table into {FIGURES.relative_to(ROOT)}")
    chosen = arguments.parse_args()
    names = chosen.servers.split(",")
    if unknown := set(names) - set(servers.STARTERS):
        arguments.error(f"no server '{unknown.pop()}'; there are {', '.join(servers.STARTERS)}")
    usable = sorted(os.sched_getaffinity(0))
    cores = (usable[0], usable[-1])
    if cores[0] == cores[1] and not chosen.smoke:
        print("hit.py: one core only: the load generator takes its share of the server's core", file=sys.stderr)
    rounds, seconds = (1, 1.0) if chosen.smoke else (chosen.rounds, chosen.seconds)

    build()
    has_load = servers.find_program("wrk") is not None
    if not has_load and not chosen.smoke:
        print("hit.py: wrk is not installed (script/deps --bench)", file=sys.stderr)
        return 1
    with servers.running(names, cores[0]) as (running, missing):
        for name in missing:
            print(f"hit.py: {name} is not installed and left out (script/deps --bench)", file=sys.stderr)
        if not has_load:
            print(f"smoke: {len(running)} servers started, warmed and stopped; no load without wrk")
            return 0
        labels = list(servers.OBJECTS)
        samples = run_rounds(running, labels, rounds, seconds, cores)
        text = table(running, labels, samples)
    print(text)
    if chosen.write and not chosen.smoke:
        write_figures(text, rounds, seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
