#!/usr/bin/python3
"""Our server beside Debian's nginx, Varnish, Traffic Server, HAProxy and h2o, and beside the least a program must do.

    bench/run.py                            every suite that compares servers: hit, miss, latency
    bench/run.py --suite hit,miss --write   tables and pictures go into docs/figures.md and docs/figures/
    bench/run.py --servers gustfront,nginx --rounds 5 --seconds 3
    bench/run.py --smoke                    every suite for a moment, with what is installed: shows that it runs

Every server is pinned to one core, load generators and origins to another; rounds are interleaved. The figure to compare
is the server's CPU time per request, from its processes' own accounting; requests per second and latencies belong to the
machine and to its other users too. Peers come from `script/deps --bench`, their configurations are in bench/peers.
A wrong answer, a failed request or a miss where a hit is measured ends the run.
"""

import argparse
import importlib
import os
import pathlib
import pkgutil
import signal
import sys
import tempfile
import types

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import context  # noqa: E402
import figures  # noqa: E402
import load  # noqa: E402
import network  # noqa: E402
import programs  # noqa: E402
import servers  # noqa: E402
import suites  # noqa: E402

DEFAULT = ("hit", "miss", "latency")


def find_suites() -> dict[str, types.ModuleType]:
    """Those that compare servers first, as they are what most runs are about."""
    names = [module.name for module in pkgutil.iter_modules(suites.__path__) if not module.name.endswith("_test")]
    names.sort(key=lambda name: (DEFAULT.index(name) if name in DEFAULT else len(DEFAULT), name))
    return {name: importlib.import_module(f"suites.{name}") for name in names}


def read_arguments(found: dict[str, types.ModuleType]) -> argparse.Namespace:
    default = ",".join(name for name in found if name in DEFAULT)
    arguments = argparse.ArgumentParser(prog="bench/run.py", description=__doc__,
                                        formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--suite", help=f"of {', '.join(found)} (default: {default}; with --smoke all)")
    arguments.add_argument("--servers", default=",".join(servers.STARTERS), help="default: %(default)s")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--seconds", type=float, default=2, help="of load in each measurement (default: %(default)s)")
    arguments.add_argument("--congestion", default="reno",
                           help="TCP congestion control, in a network namespace of the run; `machine`: no namespace, what "
                                "the machine has (default: %(default)s; bench/network.py says why)")
    arguments.add_argument("--smoke", action="store_true", help="one round of a third of a second, no verdict on times")
    arguments.add_argument("--write", action="store_true", help="put the tables into docs/figures.md")
    arguments.add_argument("--built", action="store_true", help="take the programs as they are, without building them")
    for name, suite in found.items():
        if hasattr(suite, "add_arguments"):
            suite.add_arguments(arguments.add_argument_group(f"suite {name}: {suite.TITLE}"))
    chosen = arguments.parse_args()
    chosen.suite = chosen.suite.split(",") if chosen.suite else [*found] if chosen.smoke else default.split(",")
    chosen.servers = chosen.servers.split(",")
    for kind, asked, known in (("suite", chosen.suite, found), ("server", chosen.servers, servers.STARTERS)):
        if unknown := [name for name in asked if name not in known]:
            arguments.error(f"no {kind} '{unknown[0]}'; there are {', '.join(known)}")
    if chosen.smoke:
        chosen.rounds, chosen.seconds = 1, 0.3
    return chosen


def main() -> int:
    found = find_suites()
    chosen = read_arguments(found)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))  # servers are stopped on the way out
    usable = sorted(os.sched_getaffinity(0))
    if len(usable) == 1 and not chosen.smoke:
        print("run.py: one core only: the load generator takes its share of the server's core", file=sys.stderr)
    if not chosen.built:
        targets = (target for name in chosen.suite for target in getattr(found[name], "TARGETS", ()))
        programs.build("gustfront", *sorted({*servers.FLOORS, load.TARGET, *targets}))
    # After the build, which may have to fetch packages.
    if chosen.congestion != "machine" and not network.take_own(chosen.congestion):
        print(f"run.py: no network namespace with {chosen.congestion}: the machine's loopback and "
              f"{network.congestion_control()} it is", file=sys.stderr)
    for name in chosen.servers:
        if not servers.is_installed(name):
            print(f"run.py: {name} is not installed and left out (script/deps --bench)", file=sys.stderr)
    names = [name for name in chosen.servers if servers.is_installed(name)]

    for name in chosen.suite:
        suite = found[name]
        with tempfile.TemporaryDirectory(prefix="gustfront-bench-") as folder:
            pathlib.Path(folder).chmod(0o755)  # Traffic Server runs as a user of its own
            results = suite.measure(context.Context(chosen, names, chosen.rounds, chosen.seconds, chosen.smoke,
                                                    usable[0], usable[-1], pathlib.Path(folder)))
        text = suite.tables(results)
        print(f"## {suite.TITLE}\n\n{text}\n", flush=True)
        if chosen.write and not chosen.smoke:
            figures.write(name, suite.TITLE, text, suite.pictures(results) if hasattr(suite, "pictures") else {})
    return 0


if __name__ == "__main__":
    sys.exit(main())
