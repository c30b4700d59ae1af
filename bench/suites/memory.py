"""The bound on the cache's memory under churn: objects of one size drive out those of another, several times over.

One edge, one tier. Each phase asks for new objects, all of the same size, until they add up to three times the cache; the
last one mixes all sizes. The cache's own account has to stay within its bound, and the process's resident memory, less what
it had before the first object, is compared with the bound: the difference is what the allocator holds in pieces that fit
nothing, beside connections and everything else. It is read at the end of each phase, and again a second later.
"""

import contextlib
import dataclasses
import pathlib
import re
import subprocess
import time

import figures
import load
import results
import servers
from context import Context

TITLE = "Memory under churn"
TARGETS = ("bench_load", "bench_origin")
AIM = 1.02
CACHE_MIB, SMOKE_CACHE_MIB = 64, 8
TIMES = 3  # the cache's size, in each phase
SETTLE_SECONDS = 1
SIZES = (1024, 100 * 1024, 10 * 1024, 1024 * 1024, 3 * 1024)


@dataclasses.dataclass
class Phase:
    what: str
    requests: int
    account: float   # MiB, of the cache, behind the phase
    resident: float  # MiB over what the process had at first
    settled: float   # the same a second later


@dataclasses.dataclass
class Results:
    setting: str
    bound: float  # MiB
    phases: list[Phase]


def phases(cache_bytes: int, times: int) -> dict[str, list[tuple[int, int]]]:
    """Requests (id and size) of each phase, every id but once."""
    made: dict[str, list[tuple[int, int]]] = {}
    number = 0
    for size in SIZES:
        count = cache_bytes * times // size
        made[f"{size // 1024} KiB"] = [(number + i, size) for i in range(count)]
        number += count
    rounds = cache_bytes * times // sum(SIZES)
    made["all sizes"] = [(number + i, SIZES[i % len(SIZES)]) for i in range(rounds * len(SIZES))]
    return made


def resident_mib(process: int) -> float:
    status = pathlib.Path(f"/proc/{process}/status").read_text()
    return int(re.search(r"^VmRSS:\s+(\d+) kB", status, re.M).group(1)) / 1024


def measure(context: Context) -> Results:
    cache_mib = SMOKE_CACHE_MIB if context.smoke else CACHE_MIB
    with contextlib.ExitStack() as stack:
        origin = stack.enter_context(servers.origin_of_all(context.load_core, context.folder))
        server = servers.harness.Gustfront("--cores", "1", "--edges", "BOM50", "--regional", "none", "--access-log", "no",
                                           "--edge-memory", f"{cache_mib}MiB")
        stack.callback(server.close)
        server.start()
        _, host = server.make_distribution("localhost", origin.port)
        before, done = resident_mib(server.process.pid), []
        for what, requests in phases(cache_mib * 1024 * 1024, 1 if context.smoke else TIMES).items():
            trace = context.folder / "trace.csv"
            trace.write_text("".join(f"{number},{size}\n" for number, size in requests))
            ran = subprocess.run(["taskset", "-c", str(context.load_core), str(servers.PROGRAMS / "bench_load"), "--port",
                                  str(server.edge_port()), "--host", host, "--trace", str(trace)],
                                 capture_output=True, text=True)
            if ran.returncode != 0 or '"errors": 0,' not in ran.stdout:
                raise load.WrongAnswers(f"{what}: {ran.stderr}{ran.stdout}")
            resident = resident_mib(server.process.pid) - before
            time.sleep(SETTLE_SECONDS)
            done.append(Phase(what, len(requests), server.metric("gustfront_cache_bytes") / 1024**2, resident,
                              resident_mib(server.process.pid) - before))
            context.say(f"{what:>10}  account {done[-1].account:7.2f} MiB  resident {resident:7.2f} MiB, then "
                        f"{done[-1].settled:7.2f} MiB")
    return Results(f"{figures.machine()}; a cache of {cache_mib} MiB, {before:.0f} MiB resident before the first object.",
                   cache_mib, done)


def tables(found: Results) -> str:
    rows = [[phase.what, f"{phase.requests:,}", f"{phase.account:.1f}", f"{phase.account / found.bound:.2f}",
             f"{phase.resident / found.bound:.2f}", f"{phase.settled / found.bound:.2f}"] for phase in found.phases]
    account = max(phase.account for phase in found.phases) / found.bound
    settled = max(phase.settled for phase in found.phases) / found.bound
    aim = (f"Aim: at most {AIM} of the bound. By the cache's account {account:.2f} ({'' if account <= AIM else 'not '}"
           f"reached), in resident memory that has settled {settled:.2f} ({'' if settled <= AIM else 'not '}reached).")
    return f"{found.setting}\n\n{aim}\n\n" + results.markdown(
        ["objects of", "requests", "account, MiB", "of the bound", "resident at once, of the bound", "a second later"], rows)
