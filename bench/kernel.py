#!/usr/bin/python3
"""Where the CPU time of a 1 KiB hit goes, the kernel's part included: ours beside the floor and peers.

    bench/kernel.py [--servers gustfront,floor,nginx,haproxy] [--seconds 2] [--rounds 3] [--write]

Each server is pinned to one core and saturated from another over 64 connections, on a loopback of its own (bench/network.py),
while `perf record` takes its stack 5,000 times a second; a sample belongs to the first of PARTS that one of its functions
names. What a part takes is its share of the samples times the CPU time of a request by the process's own accounting. Needs
perf, and root for the kernel's names. perf itself adds some tenths of a microsecond to a request.
"""

import argparse
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import figures  # noqa: E402
import load  # noqa: E402
import network  # noqa: E402
import process  # noqa: E402
import programs  # noqa: E402
import results  # noqa: E402
import servers  # noqa: E402

PAGE = figures.ROOT / "docs" / "hit-profile.md"
NAME = "bench/kernel.py"
OBJECT = "1 KiB"
# Part to what functions of its samples are called, the first that fits. On loopback the sender's core does the receiver's
# work up to its socket, the viewer's acknowledgements included: those are softirqs, begun from within a send or a receive.
PARTS = {
    "to the viewer's socket and back, by loopback": r"^(__do_softirq|handle_softirqs|do_softirq.*|net_rx_action)$",
    "send": r"^(tcp_sendmsg|__sys_sendmsg|__sys_sendto|do_writev|__x64_sys_writev|ksys_write|do_sendfile|__sock_sendmsg|"
            r"sock_sendmsg|io_send.*)$",
    "receive": r"^(tcp_recvmsg|__sys_recvfrom|__sys_recvmsg|ksys_read|do_readv|sock_recvmsg|io_recv.*)$",
    "wait for what is ready": r"^(do_epoll_wait|do_epoll_ctl|ep_.*|__x64_sys_epoll.*|__(x64|do)_sys_io_uring_enter|io_.*)$",
    "other system calls": r"^__(x64|se)_sys_.*$",
    "in and out of the kernel": r"^(do_syscall_64|entry_SYSCALL.*|syscall_.*)$",
}
KERNEL_REST, USER = "the rest of the kernel", "user space"
ORDER = ["receive", "send", "to the viewer's socket and back, by loopback", "wait for what is ready", "other system calls",
         "in and out of the kernel", KERNEL_REST, USER]


def part_of(functions: list[tuple[str, bool]]) -> str:
    """Of one sample's functions, each with whether it is the kernel's."""
    kernel = [name for name, is_kernel in functions if is_kernel]
    if not kernel:
        return USER
    return next((part for part, names in PARTS.items() if any(re.match(names, name) for name in kernel)), KERNEL_REST)


def read_samples(text: str) -> dict[str, float]:
    """The share of each part, of what `perf script -F ip,sym,dso` printed: a line for a function, an empty one between
    samples."""
    counts = dict.fromkeys(ORDER, 0)
    for sample in re.split(r"\n\s*\n", text):
        functions = [(found[1], found[2] == "[kernel.kallsyms]" or found[2].endswith(".ko"))
                     for found in re.finditer(r"^\s*[0-9a-f]+ (.*?) \((.*?)\)\s*$", sample, re.M)]
        if functions:
            counts[part_of(functions)] += 1
    total = sum(counts.values())
    if not total:
        raise RuntimeError("perf saw nothing")
    return {part: count / total for part, count in counts.items()}


def measure(server: servers.Server, seconds: float, core: int, folder: pathlib.Path) -> dict[str, float]:
    """Microseconds of a request by part."""
    data, (path, length) = folder / "perf.data", servers.OBJECTS[OBJECT]
    members = ",".join(map(str, process.family(server.process.pid)))
    perf = subprocess.Popen(["perf", "record", "--quiet", "--event", "cpu-clock", "--freq", "5000", "-g", "--pid", members,
                             "--output", str(data), "--", "sleep", f"{seconds:g}"])
    before = server.cpu_seconds()
    done = load.run(server, path, length, seconds, core)
    used = (server.cpu_seconds() - before) * 1e6 / done.requests
    if perf.wait() != 0:
        raise RuntimeError("perf could not watch it")
    text = subprocess.run(["perf", "script", "--input", str(data), "-F", "ip,sym,dso"], check=True, capture_output=True,
                          text=True).stdout
    return {part: share * used for part, share in read_samples(text).items()}


def table(names: dict[str, str], found: dict[str, list[dict[str, float]]]) -> str:
    def median(name: str, part: str) -> float:
        return statistics.median(sample[part] for sample in found[name])

    rows = [[part, *(f"{median(name, part):.2f}" for name in names)] for part in ORDER]
    whole = ["**all**", *(f"**{statistics.median(sum(sample.values()) for sample in found[name]):.2f}**" for name in names)]
    return results.markdown(["µs a request", *names.values()], [*rows, whole])


def main() -> int:
    arguments = argparse.ArgumentParser(prog=NAME, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--servers", default="gustfront,floor,nginx,haproxy", help="default: %(default)s")
    arguments.add_argument("--seconds", type=float, default=2)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--write", action="store_true", help="put the table into docs/hit-profile.md")
    arguments.add_argument("--built", action="store_true", help="take the programs as they are")
    chosen = arguments.parse_args()
    if not chosen.built:
        programs.build("gustfront", load.TARGET, *servers.FLOORS)
    network.take_own("reno")
    cores = sorted(os.sched_getaffinity(0))
    found: dict[str, list[dict[str, float]]] = {}
    with tempfile.TemporaryDirectory(prefix="gustfront-bench-") as folder:
        pathlib.Path(folder).chmod(0o755)
        wanted = [name for name in chosen.servers.split(",") if servers.is_installed(name)]
        with servers.running_warm(wanted, cores[0], pathlib.Path(folder)) as running:
            for _ in range(chosen.rounds):
                for name, server in running.items():
                    found.setdefault(name, []).append(measure(server, chosen.seconds, cores[-1], pathlib.Path(folder)))
            names = {name: server.name for name, server in running.items()}
    text = (f"{figures.machine()}; median of {chosen.rounds} interleaved rounds of {chosen.seconds:g} s, "
            f"{load.CONNECTIONS} keep-alive connections, a core each.\n\n{table(names, found)}")
    print(text)
    if chosen.write:
        PAGE.write_text(figures.placed_between(PAGE.read_text(), figures.marks_of(NAME), "The kernel's part", text))
    return 0


if __name__ == "__main__":
    sys.exit(main())
