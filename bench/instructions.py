#!/usr/bin/python3
"""How many instructions a request costs in user space, counted by callgrind: the same from run to run, unlike times.

    bench/instructions.py             counts, compares with bench/instructions.json, shows where the instructions go
    bench/instructions.py --check     the same; exit code 1 where a request costs over 5 % more than recorded
    bench/instructions.py --record    writes the counts to bench/instructions.json, and the tables into docs/hit-profile.md

One edge of `gustfront up` (one loop with epoll, no regional cache, no access log) answers one request after another over one
keep-alive connection under valgrind. Each kind of request is counted for N and for 2N requests; half the difference
leaves out what is not done for each. The processor's own variants of memcpy and its kin are switched off, so that two
machines with the same packages agree. What the kernel does is not counted.

Needs valgrind (script/deps) and builds the release programs by itself, unless --built.
"""

import argparse
import contextlib
import dataclasses
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
from typing import Iterator

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import callgrind  # noqa: E402
import figures  # noqa: E402
import programs  # noqa: E402
import servers  # noqa: E402

RECORD = servers.ROOT / "bench" / "instructions.json"
PAGE = servers.ROOT / "docs" / "hit-profile.md"
RISE_MAX = 1.05
TOP = 25  # functions in the table

# Kind of request: path (`#` is another number each time), field line, status, bytes of content, and whether it is a hit.
KINDS = {
    "1 KiB hit": ("/o/1-1024", "", 200, 1024, True),
    "100 KiB hit": ("/o/2-102400", "", 200, 102400, True),
    "304": ("/o/1-1024", 'If-None-Match: "1"\r\n', 304, 0, True),
    "10 KiB miss": ("/o/#-10240", "", 200, 10240, False),
}


class Viewer:
    """One keep-alive connection."""

    def __init__(self, port: int, host: str) -> None:
        self._host, self._number = host, 1000
        self._socket = socket.socket()
        # Room for a whole answer, so that the server never has to wait for the reader: how often would be chance.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._socket.connect(("127.0.0.1", port))

    def ask(self, kind: str, times: int, warms: bool = False) -> None:
        """Answers that are not what the kind says are an error; those that warm the cache may be misses."""
        path, field, status, length, is_hit = KINDS[kind]
        for _ in range(times):
            self._number += 1
            request = f"GET {path.replace('#', str(self._number))} HTTP/1.1\r\nHost: {self._host}\r\n{field}\r\n"
            self._socket.sendall(request.encode())
            head, body = self._read(length)
            if not head.startswith(f"HTTP/1.1 {status} ") or body != length or (
                    not warms and ("X-Cache: Hit" in head) != is_hit):
                raise RuntimeError(f"{kind}: {body} bytes with this head:\n{head}")

    def _read(self, length: int) -> tuple[str, int]:
        got = b""
        while True:
            part = self._socket.recv(1 << 20)
            if not part:
                raise RuntimeError(f"the connection was closed behind {got!r}")
            got += part
            head, found, body = got.partition(b"\r\n\r\n")
            if found and len(body) >= length:
                return head.decode("latin-1"), len(body)

    def close(self) -> None:
        self._socket.close()


@dataclasses.dataclass
class Edge:
    process: int
    viewer: Viewer


@contextlib.contextmanager
def edge_before_origin(binary: pathlib.Path, *prefix: str) -> Iterator[Edge]:
    """One edge, started with `prefix`, in front of an origin that has every object."""
    with tempfile.TemporaryDirectory(prefix="gustfront-bench-") as folder, contextlib.ExitStack() as stack:
        origin = stack.enter_context(servers.origin_of_all(max(os.sched_getaffinity(0)), pathlib.Path(folder)))
        servers.harness.BINARY = binary
        server = servers.harness.Gustfront(
            "--cores", "1", "--edges", "BOM50", "--regional", "none", "--access-log", "no", "--io", "epoll",
            prefix=prefix,
            # These variants stand for all that glibc chooses by processor.
            environment={"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX2,-AVX,-AVX_Fast_Unaligned_Load,-ERMS,-FSRM,-RTM,-BMI2"})
        stack.callback(server.close)
        server.start()
        _, host = server.make_distribution("localhost", origin.port)
        viewer = Viewer(server.edge_port(), host)
        stack.callback(viewer.close)
        yield Edge(server.process.pid, viewer)


def count(kinds: list[str], times: int) -> dict[str, dict[str, float]]:
    """Instructions of one request by function, for each kind."""
    counted = {}
    with tempfile.TemporaryDirectory(prefix="gustfront-bench-") as folder:
        stripped = pathlib.Path(folder) / "gustfront"
        # Debian 12's valgrind cannot read the debug data of clang 19; the names of functions stay.
        subprocess.run(["objcopy", "--strip-debug", servers.PROGRAMS / "gustfront", stripped], check=True)
        with edge_before_origin(stripped, *callgrind.command(pathlib.Path(folder))) as edge:
            counter = callgrind.Counter(edge.process, pathlib.Path(folder))
            for kind in kinds:
                edge.viewer.ask(kind, times, warms=True)
                few, many = (counter.during(lambda: edge.viewer.ask(kind, asked)) for asked in (times, 2 * times))
                counted[kind] = {name: (many.get(name, 0) - few.get(name, 0)) / times for name in few | many}
    return counted


def rises(counted: dict[str, int], recorded: dict[str, int]) -> list[str]:
    """What costs more than it may, in sentences."""
    return [f"{kind}: {now:,} instructions where {recorded[kind]:,} are recorded ({now / recorded[kind] - 1:+.1%})"
            for kind, now in counted.items() if kind in recorded and now > recorded[kind] * RISE_MAX]


def tables(counted: dict[str, dict[str, float]]) -> str:
    totals = {kind: callgrind.total(found) for kind, found in counted.items()}
    groups = {kind: callgrind.by_module(found) for kind, found in counted.items()}
    names = sorted({name for found in groups.values() for name in found},
                   key=lambda name: -max(found.get(name, 0) for found in groups.values()))
    lines = ["| | " + " | ".join(counted) + " |", "| --- |" + " ---: |" * len(counted),
             "| **all** | " + " | ".join(f"**{totals[kind]:,.0f}**" for kind in counted) + " |"]
    lines += [f"| {name} | " + " | ".join(f"{groups[kind].get(name, 0):,.0f}" for kind in counted) + " |"
              for name in names if max(found.get(name, 0) for found in groups.values()) >= 1]
    first = next(iter(counted))
    lines += ["", f"The {TOP} functions with most of a {first}:", "", "| instructions | share | function |",
              "| ---: | ---: | --- |"]
    for name, cost in sorted(counted[first].items(), key=lambda item: -item[1])[:TOP]:
        lines.append(f"| {cost:,.0f} | {cost / totals[first]:.1%} | `{callgrind.short(name)}` |")
    return "\n".join(lines)


def main() -> int:
    arguments = argparse.ArgumentParser(prog="bench/instructions.py", description=__doc__,
                                        formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--kinds", default=",".join(KINDS), help="default: %(default)s")
    arguments.add_argument("--times", type=int, default=200, help="N (default: %(default)s)")
    arguments.add_argument("--check", action="store_true")
    arguments.add_argument("--record", action="store_true")
    arguments.add_argument("--built", action="store_true", help="take the programs as they are")
    chosen = arguments.parse_args()
    kinds = chosen.kinds.split(",")
    if unknown := set(kinds) - set(KINDS):
        arguments.error(f"no kind '{unknown.pop()}'; there are {', '.join(KINDS)}")
    if not chosen.built:
        programs.build("gustfront", "bench_origin")

    counted = count(kinds, chosen.times)
    totals = {kind: round(callgrind.total(found)) for kind, found in counted.items()}
    recorded = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    text = tables(counted)
    print(text)
    for kind, now in totals.items():
        before = f"{recorded[kind]:,} recorded, {now / recorded[kind] - 1:+.1%}" if kind in recorded else "none recorded"
        print(f"{kind}: {now:,} instructions ({before})")
    if chosen.record:
        RECORD.write_text(json.dumps(recorded | totals, indent=2) + "\n")
        PAGE.write_text(figures.placed_between(PAGE.read_text(), figures.marks_of("bench/instructions.py --record"),
                                               "Instructions by module", text))
    dear = rises(totals, recorded)
    if dear and chosen.check:
        print("\n".join(dear) + f"\nMore than {RISE_MAX - 1:.0%} over the record. Find out why from the tables above (the "
              "recorded ones are in docs/hit-profile.md); where the work is worth it, bench/instructions.py --record "
              "makes these figures the record, and the commit says what they buy.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
