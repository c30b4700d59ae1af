"""The servers that bench/hit.py compares: how each is started on the server's core, and stopped.

Every server runs in the foreground in a folder of its own, from the configuration in bench/peers (with @DIR@, @PORT@,
@ORIGIN@ and @USER@ filled in), pinned to one core, as the user who runs the benchmark.
"""

import contextlib
import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from typing import Callable, Iterator

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "test" / "e2e"))
import harness  # noqa: E402

PEERS = ROOT / "bench" / "peers"
SMALL_BYTES, LARGE_BYTES = 1024, 100 * 1024
FLOOR = ROOT / "build" / "release" / "bin" / "bench_floor"


class NotInstalled(Exception):
    """The peer's program is not on this machine."""


def free_port() -> int:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return listener.getsockname()[1]


def fill_in(template: pathlib.Path, target: pathlib.Path, **values: object) -> None:
    text = template.read_text()
    for name, value in values.items():
        text = text.replace(f"@{name.upper()}@", str(value))
    target.write_text(text)


# The objects: label, path and length.
OBJECTS = {"1 KiB": ("/small", SMALL_BYTES), "100 KiB": ("/large", LARGE_BYTES)}


class Server:
    """A running server: where it listens, and what its processes have used."""

    def __init__(self, name: str, command: list[str], port: int, core: int, folder: pathlib.Path) -> None:
        self.name, self.port, self.host = name, port, f"127.0.0.1:{port}"
        self._log = folder / "output.log"
        with self._log.open("w") as log:
            self.process = subprocess.Popen(["taskset", "-c", str(core), *command], stdout=log, stderr=log, cwd=folder,
                                            start_new_session=True)
        self._wait_until_open()

    def _wait_until_open(self) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"{self.name} did not start:\n{self._log.read_text(errors='replace')[-2000:]}")

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()

    def get(self, path: str) -> tuple[int, dict[str, str]]:
        """Body length and head of one GET; an answer other than 200 is an error."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers={"Host": self.host})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return len(answer.read()), {name.lower(): value for name, value in answer.headers.items()}

    def cpu_seconds(self) -> float:
        """User and system time so far of the process and all below it."""
        children: dict[int, list[int]] = {}
        used: dict[int, int] = {}
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError, ValueError):
                fields = stat.read_text().rpartition(") ")[2].split()
                pid = int(stat.parent.name)
                children.setdefault(int(fields[1]), []).append(pid)
                used[pid] = int(fields[11]) + int(fields[12])
        ticks, waiting = 0, [self.process.pid]
        while waiting:
            pid = waiting.pop()
            ticks += used.get(pid, 0)
            waiting.extend(children.get(pid, []))
        return ticks / os.sysconf("SC_CLK_TCK")


class Ours(Server):
    """`gustfront up` on one core: one edge in front of the regional cache and a bucket with the two objects."""

    def __init__(self, name: str, core: int, *flags: str) -> None:
        self._server = harness.Gustfront("--cores", "1", "--edges", "BOM50", *flags,
                                         prefix=("taskset", "-c", str(core))).start()
        s3 = self._server.s3
        s3.create_bucket(Bucket="bench")
        for path, length in OBJECTS.values():
            s3.put_object(Bucket="bench", Key=path[1:], Body=b"x" * length, ACL="public-read",
                          CacheControl="max-age=86400", ContentType="application/octet-stream")
        _, self.host = self._server.make_distribution("bench.s3.amazonaws.com")
        self.name, self.port, self.process = name, self._server.edge_port(), self._server.process

    def stop(self) -> None:
        self._server.stop()
        self._server.close()


def start_gustfront(core: int, _origin: int, _folder: pathlib.Path) -> Server:
    return Ours("Gustfront", core, "--access-log", "no")


def start_gustfront_log(core: int, _origin: int, _folder: pathlib.Path) -> Server:
    return Ours("Gustfront, access log on", core)


def find_program(program: str) -> str | None:
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/bin")


def need(program: str) -> str:
    found = find_program(program)
    if not found:
        raise NotInstalled(program)
    return found


def version(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    found = re.search(r"\d+\.\d+(\.\d+)?", done.stdout + done.stderr)
    return found.group(0) if found else ""


def start_floor(core: int, _origin: int, folder: pathlib.Path) -> Server:
    port = free_port()
    return Server("bare epoll floor", [str(FLOOR), str(port)], port, core, folder)


def start_floor_sendfile(core: int, _origin: int, folder: pathlib.Path) -> Server:
    port = free_port()
    return Server("bare epoll floor, sendfile", [str(FLOOR), str(port), "sendfile"], port, core, folder)


def start_nginx(core: int, origin: int, folder: pathlib.Path) -> Server:
    program, port = need("nginx"), free_port()
    fill_in(PEERS / "nginx.conf", folder / "nginx.conf", dir=folder, port=port, origin=origin)
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    return Server(f"nginx {version(program, '-v')} proxy_cache", command, port, core, folder)


def start_varnish(core: int, origin: int, folder: pathlib.Path) -> Server:
    program, port = need("varnishd"), free_port()
    fill_in(PEERS / "varnish.vcl", folder / "varnish.vcl", origin=origin)
    command = [program, "-F", "-j", "none", "-n", str(folder / "state"), "-f", str(folder / "varnish.vcl"),
               "-a", f"127.0.0.1:{port}", "-s", "malloc,256M", "-T", "none", "-p", "thread_pools=1",
               "-p", "thread_pool_min=100", "-p", "timeout_idle=300"]
    return Server(f"Varnish {version(program, '-V')}", command, port, core, folder)


def start_haproxy(core: int, origin: int, folder: pathlib.Path) -> Server:
    program, port = need("haproxy"), free_port()
    fill_in(PEERS / "haproxy.cfg", folder / "haproxy.cfg", port=port, origin=origin)
    command = [program, "-db", "-f", str(folder / "haproxy.cfg")]
    return Server(f"HAProxy {version(program, '-v')} cache", command, port, core, folder)


def start_traffic_server(core: int, origin: int, folder: pathlib.Path) -> Server:
    program, port = need("traffic_server"), free_port()
    for name in ("etc", "log", "run", "cache"):
        (folder / name).mkdir()
    # It refuses to run as root; the package brings a user for it.
    user = "trafficserver" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    for template in (PEERS / "trafficserver").iterdir():
        fill_in(template, folder / "etc" / template.name, dir=folder, port=port, origin=origin, user=user)
    shutil.copy("/etc/trafficserver/ip_allow.yaml", folder / "etc")
    (folder / "runroot.yaml").write_text(
        "prefix: /usr\nexec_prefix: /usr\nbindir: /usr/bin\nsbindir: /usr/bin\nlibdir: /usr/lib/trafficserver\n"
        "libexecdir: /usr/lib/trafficserver/modules\nincludedir: /usr/include\ndatadir: /usr/share/trafficserver\n"
        f"sysconfdir: {folder}/etc\nlogdir: {folder}/log\nruntimedir: {folder}/run\nlocalstatedir: {folder}/run\n"
        f"cachedir: {folder}/cache\n")
    for path in [folder, *folder.rglob("*")]:
        shutil.chown(path, user)
    return Server(f"Traffic Server {version(program, '--version')}", [program, f"--run-root={folder}/runroot.yaml"],
                  port, core, folder)


STARTERS: dict[str, Callable[[int, int, pathlib.Path], Server]] = {
    "gustfront": start_gustfront,
    "gustfront-log": start_gustfront_log,
    "floor": start_floor,
    "floor-sendfile": start_floor_sendfile,
    "haproxy": start_haproxy,
    "nginx": start_nginx,
    "trafficserver": start_traffic_server,
    "varnish": start_varnish,
}


@contextlib.contextmanager
def running(names: list[str], core: int) -> Iterator[tuple[dict[str, Server], list[str]]]:
    """Starts the servers named, warms them from one origin, ends the origin: from then on only hits are possible.
    Gives the servers by name, and the names that are not installed."""
    with contextlib.ExitStack() as stack:
        base = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gustfront-bench-")))
        base.chmod(0o755)

        def folder_of(name: str) -> pathlib.Path:
            (base / name).mkdir()
            return base / name

        origin = start_floor(core, 0, folder_of("origin"))
        stack.callback(origin.stop)
        servers, missing = {}, []
        for name in names:
            try:
                servers[name] = STARTERS[name](core, origin.port, folder_of(name))
            except NotInstalled:
                missing.append(name)
                continue
            stack.callback(servers[name].stop)
            warm(servers[name])
        origin.stop()
        for server in servers.values():
            warm(server)
        yield servers, missing


def warm(server: Server) -> None:
    for path, length in OBJECTS.values():
        for _ in range(3):
            size, _head = server.get(path)
            if size != length:
                raise RuntimeError(f"{server.name}: {path} has {size} bytes, not {length}")
