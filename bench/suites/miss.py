"""Misses: objects of 10 KiB that nobody asked for before, fetched from an origin on loopback through one tier and stored.

The origin is the floor program on the load generator's core; its CPU does not count. Every cache may hold 256 MiB, which a
few seconds fill, so that what eviction costs is in the figures. The origin counts what it is asked: as often as the load
generator asked, and not again for an object that was just stored, or the run ends.
"""

import contextlib
import functools
import pathlib
import tempfile

import figures
import load
import peers
import results
import servers
from context import Context

TITLE = "Misses over HTTP/1.1"
OURS, WORK, PICTURE = "gustfront", "10 KiB miss", "miss-10kib.svg"
AIMS = [results.Aim(WORK, "nginx", 0.8)]
NUMBERS_A_RUN = 100_000_000
MEMORY = pathlib.Path("/dev/shm")


def starter(name: str, memory: pathlib.Path | None) -> servers.Starter:
    if name == "gustfront":
        return lambda core, origin, _: servers.OursWithOrigin("Gustfront", core, origin, "--access-log", "no")
    if name == "gustfront-log":
        return lambda core, origin, _: servers.OursWithOrigin("Gustfront, access log on", core, origin)
    if name == "nginx" and memory:
        return functools.partial(peers.start_nginx_in_memory, cache=memory)
    return servers.STARTERS[name].start


class Counted:
    """The origin, which counts how often it was asked for unique objects."""

    def __init__(self, origin: servers.Server) -> None:
        self._origin = origin

    @property
    def asked(self) -> int:
        return int(self._origin.get("/count")[0])

    def check_stores(self, server: servers.Server, path: str) -> None:
        """An object is stored when it is asked for, or RuntimeError."""
        before = self.asked
        for _ in range(2):
            body, head = server.get(path)
            if len(body) != servers.UNIQUE_BYTES:
                raise RuntimeError(f"{server.name}: {path} has {len(body)} bytes, not {servers.UNIQUE_BYTES}")
        if self.asked != before + 1 or not server.is_hit(head):
            raise RuntimeError(f"{server.name}: {path} was not stored: {head}")


def measure(context: Context) -> results.Results:
    names = [name for name in context.servers if servers.STARTERS[name].asks_origin]
    first_numbers = iter(range(NUMBERS_A_RUN, 2**62, NUMBERS_A_RUN))
    with contextlib.ExitStack() as stack:
        memory = None
        if MEMORY.is_dir():
            memory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gustfront-bench-", dir=MEMORY)))
            memory.chmod(0o777)  # nginx's worker may be another user
        origin = stack.enter_context(servers.origin_on(context.load_core, context.folder))
        counted = Counted(origin)
        running = stack.enter_context(servers.start_all({name: starter(name, memory) for name in names},
                                                        context.server_core, origin.port, context.folder))

        def one(_work: str, name: str) -> results.Sample:
            server, number = running[name], next(first_numbers)
            counted.check_stores(server, f"/u{number}")
            asked, used = counted.asked, server.cpu_seconds()
            done = load.run(server, servers.UNIQUE_PATH, servers.UNIQUE_BYTES, context.seconds, context.load_core,
                            first=number + 1, hits=False)
            used, asked = server.cpu_seconds() - used, counted.asked - asked
            if asked != done.requests:
                raise RuntimeError(f"{server.name}: {done.requests} requests, but the origin was asked {asked} times")
            return results.Sample(used * 1e6 / done.requests, done.rate, done.p50, done.p99, done.p999,
                                  server.memory_mib())

        samples = context.interleave([WORK], list(running), one)
        shown = {name: server.name for name, server in running.items()}
    setting = (f"{figures.machine()}; median of {context.rounds} interleaved rounds of {context.seconds:g} s, "
               f"{load.CONNECTIONS} keep-alive connections; the server on a core, load generator and origin on another.")
    return results.Results(setting, shown, [WORK], samples)


def tables(found: results.Results) -> str:
    parts = [found.setting, results.aims_table(found, OURS, AIMS), f"![CPU per {WORK}](figures/{PICTURE})",
             results.cost_table(found, WORK, OURS, None)]
    return "\n\n".join(filter(None, parts))


def pictures(found: results.Results) -> dict[str, str]:
    return {PICTURE: results.picture(found, WORK, "cpu", WORK,
                                     "server CPU in µs a request, without the origin's; less is better")}
