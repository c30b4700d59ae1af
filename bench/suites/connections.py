"""What an idle keep-alive connection costs: 2,000 plain ones that had one request each for the same 1 KiB.

Process: resident memory of the server's processes, with them less without. Kernel: what sockets, files and epoll entries
of the whole machine, and TCP's buffers, grew by; halved, as both ends of each connection are on this machine.
"""

import contextlib
import dataclasses
import gc
import pathlib
import re
import resource
import socket
from typing import Iterator

import figures
import results
import servers
from context import Context

TITLE = "Memory of idle connections"
OURS, OBJECT = "gustfront", "1 KiB"
AIM_KIB = 6
CONNECTIONS, SMOKE_CONNECTIONS = 2000, 100
# They come up in the first connections: pools, the first page of each, code that was not run yet.
WARMING = 64
# Names in /proc/slabinfo.
SLABS = frozenset(("TCP", "TCPv6", "sock_inode_cache", "filp", "eventpoll_epi", "eventpoll_pwq"))


@dataclasses.dataclass
class Cost:
    process: float  # KiB a connection
    kernel: float | None

    def __str__(self) -> str:
        return f"{self.process:6.2f} KiB in the process, {results.shown(self.kernel)} KiB in the kernel"


@dataclasses.dataclass
class Results:
    setting: str
    names: dict[str, str]
    costs: dict[str, Cost]


def kernel_kib(slabinfo: str, sockstat: str) -> float:
    """What sockets are made of, and pages of TCP's buffers."""
    slabs = 0
    for line in slabinfo.splitlines():
        name, *fields = line.split()
        if name in SLABS:
            slabs += int(fields[0]) * int(fields[2])  # objects in use, and bytes of one
    pages = int(re.search(r"^TCP:.* mem (\d+)", sockstat, re.M).group(1))
    return (slabs + pages * resource.getpagesize()) / 1024


def kernel_now() -> float | None:
    """None where the system does not tell, as it does to root alone."""
    try:
        return kernel_kib(pathlib.Path("/proc/slabinfo").read_text(), pathlib.Path("/proc/net/sockstat").read_text())
    except OSError:
        return None


@contextlib.contextmanager
def idle_connections(server: servers.Server, count: int) -> Iterator[None]:
    """So many connections that had one request each; closed afterwards."""
    path, length = servers.OBJECTS[OBJECT]
    request = f"GET {path} HTTP/1.1\r\nHost: {server.host}\r\n\r\n".encode()
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            viewer = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), 10))
            viewer.sendall(request)
            got = b""
            while len(got.partition(b"\r\n\r\n")[2]) < length:
                part = viewer.recv(65536)
                if not part:
                    raise RuntimeError(f"{server.name} closed a connection behind {got[:200]!r}")
                got += part
            if not got.startswith(b"HTTP/1.1 200 "):
                raise RuntimeError(f"{server.name}: {got[:200]!r}")
        yield


def measure(context: Context) -> Results:
    count = SMOKE_CONNECTIONS if context.smoke else CONNECTIONS
    least, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * CONNECTIONS  # servers get it from us
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(least, min(wanted, most)), most))
    names = [name for name in context.servers if name not in ("gustfront-log", "nginx-plain", "floor-sendfile", "h2o")]
    with servers.running_warm(names, context.server_core, context.folder) as running:
        costs: dict[str, Cost] = {}
        for name, server in running.items():  # once each: what was held before is not given back to the system
            with idle_connections(server, WARMING):
                gc.collect()
                process, kernel = server.memory_mib() * 1024, kernel_now()
                with idle_connections(server, count):
                    process, after = server.memory_mib() * 1024 - process, kernel_now()
            costs[name] = Cost(process / count, (after - kernel) / count / 2 if kernel and after else None)
            context.say(f"{name:<28} {costs[name]}")
        shown = {name: server.name for name, server in running.items()}
    return Results(f"{figures.machine()}; {count:,} connections.", shown, costs)


def tables(found: Results) -> str:
    rows = []
    for name, cost in sorted(found.costs.items(), key=lambda item: item[1].process):
        shown = f"**{found.names[name]}**" if name == OURS else found.names[name]
        rows.append([shown, f"{max(cost.process, 0):.1f}", results.shown(cost.kernel, ".1f")])
    aim = ""
    if OURS in found.costs:
        reached = found.costs[OURS].process <= AIM_KIB
        aim = f"Aim: at most {AIM_KIB} KiB in the process; {'reached' if reached else 'not reached'}.\n\n"
    return f"{found.setting}\n\n{aim}" + results.markdown(["server", "KiB a connection, process", "kernel"], rows)
