"""The servers that bench/run.py compares: ours, the floors and the peers, each by the name used on the command line.

Every server runs in the foreground in a folder of its own, pinned to one core, as the user who runs the benchmark.
"""

import contextlib
import dataclasses
import functools
import pathlib
import sys
from typing import Callable, Iterator

import peers
from process import NotHere, Server, find_program, free_port, pinned
from programs import PROGRAMS, ROOT

sys.path.insert(0, str(ROOT / "test" / "e2e"))
import harness  # noqa: E402

FLOORS = ("bench_floor", "bench_floor_uring")  # CMake targets

# What is stored before a run: label, path and length. The origin knows them by the first letter of their paths.
OBJECTS = {"1 KiB": ("/small", 1024), "100 KiB": ("/large", 100 * 1024), "1 MiB": ("/huge", 1024 * 1024)}
# Any other number after /u is another object.
UNIQUE_PATH, UNIQUE_BYTES = "/u#", 10 * 1024


class Ours(Server):
    """`gustfront up` on one core: one edge in front of the regional cache and a bucket with the objects."""

    hit = "X-Cache=Hit from cloudfront"

    def __init__(self, name: str, core: int, *flags: str) -> None:
        self._server = harness.Gustfront("--cores", "1", "--edges", "BOM50", *flags,
                                         prefix=pinned(core))
        try:
            self._server.start()
        except AssertionError as trouble:
            self._server.close()
            if "--io" in flags:
                last = str(trouble).strip().splitlines()[-1]
                raise NotHere(f"it did not start with {' '.join(flags)}: {last}") from None
            raise RuntimeError(str(trouble)) from None
        self.name, self.port, self.process = name, self._server.edge_port(), self._server.process
        self.http2_port = self.port
        try:
            self.host = self._serve()
        except BaseException:
            self.stop()
            raise

    def _serve(self) -> str:
        """Sets up what it serves; the name of its distribution."""
        s3 = self._server.s3
        s3.create_bucket(Bucket="bench")
        for path, length in OBJECTS.values():
            s3.put_object(Bucket="bench", Key=path[1:], Body=b"x" * length, ACL="public-read",
                          CacheControl="max-age=86400", ContentType="application/octet-stream")
        return self._server.make_distribution("bench.s3.amazonaws.com")[1]

    def stop(self) -> None:
        with contextlib.suppress(AssertionError):  # it is killed then
            self._server.stop()
        self._server.close()


class OursWithOrigin(Ours):
    """One tier in front of an origin of its own on loopback."""

    def __init__(self, name: str, core: int, origin: int, *flags: str) -> None:
        self._origin = origin
        super().__init__(name, core, "--regional", "none", *flags)

    def _serve(self) -> str:
        return self._server.make_distribution("localhost", self._origin)[1]


def start_gustfront(core: int, _origin: int, _folder: pathlib.Path) -> Server:
    return Ours("Gustfront", core, "--access-log", "no")


def start_gustfront_log(core: int, _origin: int, _folder: pathlib.Path) -> Server:
    return Ours("Gustfront, access log on", core)


def start_gustfront_with(backend: str) -> "Starter":
    return lambda core, _origin, _folder: Ours(f"Gustfront, {backend}", core, "--access-log", "no", "--io", backend)


def start_floor(core: int, _origin: int, folder: pathlib.Path) -> Server:
    port = free_port()
    return Server("bare epoll floor", [str(PROGRAMS / "bench_floor"), str(port)], port, core, folder)


def start_floor_sendfile(core: int, _origin: int, folder: pathlib.Path) -> Server:
    port = free_port()
    return Server("bare epoll floor, sendfile", [str(PROGRAMS / "bench_floor"), str(port), "sendfile"], port, core,
                  folder)


def start_floor_uring(core: int, _origin: int, folder: pathlib.Path) -> Server:
    port = free_port()
    try:
        return Server("bare io_uring floor", [str(PROGRAMS / "bench_floor_uring"), str(port)], port, core, folder)
    except RuntimeError as trouble:  # the system may forbid it
        raise NotHere(str(trouble).strip().splitlines()[-1]) from None


Starter = Callable[[int, int, pathlib.Path], Server]  # core, the origin's port, an empty folder


@dataclasses.dataclass(frozen=True)
class Kind:
    start: Starter
    program: str | None = None       # of a package; ours and the floors are built
    asks_origin: bool = True         # takes part in misses
    # Without TLS, by prior knowledge. HAProxy does too, but finds nothing there of what came into its cache over HTTP/1.1.
    speaks_http2: bool = False


STARTERS: dict[str, Kind] = {
    "gustfront": Kind(start_gustfront, speaks_http2=True),
    "gustfront-log": Kind(start_gustfront_log, speaks_http2=True),
    "gustfront-epoll": Kind(start_gustfront_with("epoll"), asks_origin=False),
    "gustfront-uring": Kind(start_gustfront_with("io_uring"), asks_origin=False),
    "floor": Kind(start_floor, asks_origin=False),
    "floor-sendfile": Kind(start_floor_sendfile, asks_origin=False),
    "floor-uring": Kind(start_floor_uring, asks_origin=False),
    "haproxy": Kind(peers.start_haproxy, "haproxy"),
    "nginx": Kind(peers.start_nginx, "nginx", speaks_http2=True),
    "nginx-plain": Kind(peers.start_nginx_plain, "nginx"),
    "trafficserver": Kind(peers.start_traffic_server, "traffic_server"),
    "varnish": Kind(peers.start_varnish, "varnishd"),
    "h2o": Kind(functools.partial(peers.start_h2o, files=dict(OBJECTS.values())), "h2o", asks_origin=False,
                speaks_http2=True),
}


def is_installed(name: str) -> bool:
    program = STARTERS[name].program
    return program is None or find_program(program) is not None


@contextlib.contextmanager
def start_all(starters: dict[str, Starter], core: int, origin: int, base: pathlib.Path) -> Iterator[dict[str, Server]]:
    """Those of them that can run here, each in a folder of its own below `base`; stopped afterwards."""
    with contextlib.ExitStack() as stack:
        running = {}
        for name, start in starters.items():
            (base / name).mkdir()
            try:
                running[name] = start(core, origin, base / name)
            except NotHere as why:
                print(f"run.py: {name} is left out: {why}", file=sys.stderr)
                continue
            stack.callback(running[name].stop)
        yield running


@contextlib.contextmanager
def origin_on(core: int, base: pathlib.Path) -> Iterator[Server]:
    """The floor program as the origin of others."""
    (base / "origin").mkdir()
    origin = start_floor(core, 0, base / "origin")
    try:
        yield origin
    finally:
        origin.stop()


@contextlib.contextmanager
def origin_of_all(core: int, base: pathlib.Path) -> Iterator[Server]:
    """bench_origin, which has every object and counts what it is asked."""
    (base / "origin").mkdir()
    port = free_port()
    origin = Server("origin", [str(PROGRAMS / "bench_origin"), str(port)], port, core, base / "origin")
    try:
        yield origin
    finally:
        origin.stop()


@contextlib.contextmanager
def running_warm(names: list[str], core: int, base: pathlib.Path) -> Iterator[dict[str, Server]]:
    """The servers named with every object stored, their origin ended: from then on only hits are possible."""
    with contextlib.ExitStack() as stack:
        with origin_on(core, base) as origin:
            started = stack.enter_context(
                start_all({name: STARTERS[name].start for name in names}, core, origin.port, base))
            for server in started.values():
                warm(server)
        for server in started.values():
            for label in OBJECTS:
                check_hit(server, label)
        yield started


def warm(server: Server) -> None:
    for path, _ in OBJECTS.values():
        for _ in range(3):
            server.get(path)


def check_hit(server: Server, label: str) -> None:
    """One object comes whole and out of the cache, or RuntimeError."""
    path, length = OBJECTS[label]
    body, head = server.get(path)
    if len(body) != length:
        raise RuntimeError(f"{server.name}: {path} has {len(body)} bytes, not {length}")
    if not server.is_hit(head):
        raise RuntimeError(f"{server.name}: {path} was no hit: {head}")
