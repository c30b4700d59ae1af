"""The test runner behind script/test.

    script/test [--quick] [--list] [part...]

Runs the parts below in order (or those named) and counts every single test in them. Each part writes
build/test-logs/<part>.log, whose end is shown when something failed. `--quick` leaves out those that take long and seldom fail alone.
The last line is `N passed, N failed`; the exit code is 0 only when nothing failed.
"""

import argparse
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
from typing import Callable

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOGS = ROOT / "build" / "test-logs"
CORES = os.cpu_count() or 1

# The sanitized build: address and undefined, with the fuzzers' instrumentation, so that one build serves both.
SANITIZED = "fuzz"
RACE_TESTS = ("rt_test", "cache_test", "origin_test")
# Programs of test/CMakeLists.txt.
WORLDS = {"simulation": ("sim_support_test", "network_test"), "scenarios": ("scenarios_test",)}
FUZZ_SECONDS = 5
SEEDS = 1000  # with every trouble at once the network runs ten times as many


@dataclasses.dataclass
class Count:
    passed: int = 0
    failed: int = 0

    def add(self, good: bool) -> None:
        self.passed += good
        self.failed += not good

    def __iadd__(self, other: "Count") -> "Count":
        self.passed += other.passed
        self.failed += other.failed
        return self


class Log:
    """One part's log file, and the way it runs commands: output goes to the log, a deadline ends the whole group."""

    def __init__(self, part: str) -> None:
        LOGS.mkdir(parents=True, exist_ok=True)
        self.path = LOGS / f"{part}.log"
        self._file = self.path.open("w")

    def write(self, text: str) -> None:
        self._file.write(text.rstrip() + "\n")
        self._file.flush()

    def run(self, *command: object, seconds: float, environment: dict[str, str] | None = None) -> bool:
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen([str(word) for word in command], cwd=ROOT, stdout=output, stderr=output,
                                       stdin=subprocess.DEVNULL, start_new_session=True,
                                       env={**os.environ, **(environment or {})})
            try:
                code: object = process.wait(seconds)
            except subprocess.TimeoutExpired:
                code = f"none within {seconds:.0f} s"
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            output.seek(0)
            text = output.read().decode(errors="replace")
        self.write(f"$ {' '.join(str(word) for word in command)}\n{text.rstrip()}\n(exit code {code})\n")
        return code == 0

    def tail(self, lines: int) -> str:
        return "\n".join(self.path.read_text(errors="replace").splitlines()[-lines:])


def sources(*endings: str) -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "src", "test", "bench", "tools"],
                            cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    return [name for name in listed if name.endswith(endings) and (ROOT / name).is_file()]


def build(log: Log, preset: str, *targets: str) -> bool:
    return log.run("script/build", preset, *targets, seconds=1200)


def has_target(preset: str, target: str) -> bool:
    ninja = ROOT / "build" / preset / "build.ninja"
    return ninja.exists() and re.search(rf"^build (bin/)?{re.escape(target)}: ", ninja.read_text(), re.M) is not None


def configure(log: Log, preset: str) -> bool:
    return (ROOT / "build" / preset / "build.ninja").exists() or log.run("cmake", "--preset", preset, seconds=120)


def test_programs(preset: str) -> dict[str, list[str]]:
    """What CMake registered with add_test, name to command."""
    shown = subprocess.run(["ctest", "--test-dir", f"build/{preset}", "--show-only=json-v1"], cwd=ROOT,
                           capture_output=True, text=True, check=True).stdout
    return {test["name"]: test["command"] for test in json.loads(shown)["tests"] if "command" in test}


def run_programs(log: Log, programs: dict[str, list[str]], seconds: float,
                 environment: dict[str, str] | None = None) -> Count:
    """Runs test programs side by side and counts GoogleTest's own tests; a program that dies counts as one failure."""
    count = Count()
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(CORES) as pool:
        def run(item: tuple[str, list[str]]) -> tuple[str, bool, pathlib.Path]:
            report = pathlib.Path(folder) / f"{item[0]}.json"
            return item[0], log.run(*item[1], seconds=seconds,
                                    environment={"GTEST_OUTPUT": f"json:{report}", **(environment or {})}), report

        for name, good, report in pool.map(run, programs.items()):
            found = json.loads(report.read_text()) if report.exists() else {"tests": 0, "failures": 0, "errors": 0}
            bad = found["failures"] + found.get("errors", 0)
            count.passed += found["tests"] - bad - found.get("disabled", 0)
            count.failed += bad
            if not report.exists():
                count.add(good)
            elif not good and bad == 0:
                count.failed += 1
            if not good:
                log.write(f"FAILED: {name}")
    return count


def format_part(log: Log) -> Count:
    good = log.run("clang-format-19", "--dry-run", "-Werror", *sources(".cc", ".h"), seconds=120)
    return Count(int(good), int(not good))


def docs_part(log: Log) -> Count:
    """Every relative link of every page leads somewhere, and the table of rules is that of the tests."""
    count = Count()
    pages = [page for page in ROOT.glob("**/*.md") if not {"build", "node_modules"} & set(page.parts)]
    for page in sorted(pages):
        links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text())
        lost = [link for link in links if "://" not in link and not (page.parent / link).exists()]
        log.write(f"{page.relative_to(ROOT)}: " + (f"no such file: {', '.join(lost)}" if lost else "ok"))
        count.add(not lost)
    count.add(log.run("tools/rules/table.py", "--check", seconds=60))
    return count


def unit_part(log: Log) -> Count:
    """Every test program under sanitizers; the simulation with few seeds, as it is slow there."""
    if not build(log, SANITIZED):
        return Count(0, 1)
    return run_programs(log, test_programs(SANITIZED), seconds=300, environment={"GUST_SIM_SEEDS": "10"})


def world_part(part: str) -> Callable[[Log], Count]:
    """Simulation and scenarios run from the release build: a thousand seeds in a minute is a promise of that build."""
    def run(log: Log) -> Count:
        if not build(log, "release", *WORLDS[part]):
            return Count(0, 1)
        return run_programs(log, {name: [f"build/release/bin/{name}"] for name in WORLDS[part]}, seconds=240,
                            environment={"GUST_SIM_SEEDS": str(SEEDS)})
    return run


def end_to_end(preset: str, patience: int) -> Callable[[Log], Count]:
    """The real program of a build; one under sanitizers is slower, so what the tests wait for may take longer."""
    def run(log: Log) -> Count:
        if not build(log, preset, "gustfront"):
            return Count(0, 1)
        with tempfile.TemporaryDirectory() as folder:
            report = pathlib.Path(folder) / "report.json"
            good = log.run("/usr/bin/python3", "test/e2e/run.py", "--report", report, seconds=600,
                           environment={"GUSTFRONT": f"build/{preset}/bin/gustfront",
                                        "GUSTFRONT_PATIENCE": str(patience)})
            if not report.exists():
                return Count(0, 1)
            found = json.loads(report.read_text())
            return Count(found["passed"], max(found["failed"], int(not good)))
    return run


def reporting(script: str, what: str, *arguments: str, targets: tuple[str, ...] = ("gustfront",),
              seconds: int = 900) -> Callable[[Log], Count]:
    """A script below test/ that runs release programs and writes {passed, failed} where --report says."""
    def part(log: Log) -> Count:
        if not build(log, "release", *targets):
            return Count(0, 1)
        with tempfile.TemporaryDirectory() as folder:
            report = pathlib.Path(folder) / "report.json"
            good = log.run("/usr/bin/python3", f"test/{script}", *arguments, "--report", report, seconds=seconds)
            if not report.exists():
                return Count(0, 1)
            found = json.loads(report.read_text())
            return Count(found["passed"], max(found["failed"], int(not good)))

    part.__doc__ = what
    return part


conformance_part = reporting("conformance/run.py", "The public HTTP cache suite, in both profiles and by one tier and two.")
clients_part = reporting("clients/run.py", "AWS's SDK for JavaScript and a template of the CDK.")


round_trips_part = reporting(
    "conformance/shapes.py", "Every operation of the models by botocore's serializer and parser.", "--echo",
    "build/release/bin/shape_echo", targets=("shape_echo", "api_coverage"), seconds=300)


def shapes_part(log: Log) -> Count:
    """The round trips, and that the table of what is answered is as printed."""
    count = round_trips_part(log)
    count.add(log.run("sh", "-c", "build/release/bin/api_coverage | diff docs/api-coverage.md -", seconds=60))
    return count


def bench_part(log: Log) -> Count:
    """The benchmark's own tests, and every suite for a moment with what is installed; no verdict on times, but one on
    how many instructions a request costs."""
    count = Count()
    count.add(log.run("/usr/bin/python3", "-m", "unittest", "discover", "-s", "bench", "-p", "*_test.py", seconds=60))
    count.add(build(log, "release", "gustfront") and log.run("bench/run.py", "--smoke", seconds=300)
              and log.run("bench/control.py", "--smoke", seconds=60))
    count.add(build(log, "release", "gustfront", "bench_origin")
              and log.run("bench/instructions.py", "--check", "--built", seconds=300))
    return count


def tidy_part(log: Log) -> Count:
    # The build brings the generated headers.
    good = build(log, SANITIZED) and log.run("script/tidy", "--build", f"build/{SANITIZED}", seconds=2400)
    return Count(int(good), int(not good))


def race_part(log: Log) -> Count:
    if not configure(log, "tsan"):
        return Count(0, 1)
    targets = [name for name in RACE_TESTS if has_target("tsan", name)]
    if not build(log, "tsan", *targets):
        return Count(0, 1)
    return run_programs(log, {name: [f"build/tsan/bin/{name}"] for name in targets}, seconds=240)


def fuzz_part(log: Log) -> Count:
    """A few seconds for each fuzzer, from its seeds."""
    if not build(log, SANITIZED):
        return Count(0, 1)

    def run(source: str) -> bool:
        name = pathlib.Path(source).stem
        seeds = ROOT / "test" / "fuzz_seeds" / name
        with tempfile.TemporaryDirectory() as corpus:
            folders = [corpus, *([seeds] if seeds.is_dir() else [])]
            return log.run(f"build/{SANITIZED}/bin/{name}", f"-max_total_time={FUZZ_SECONDS}", "-timeout=5",
                           "-rss_limit_mb=2048", "-print_final_stats=1", f"-artifact_prefix={LOGS}/", *folders,
                           seconds=FUZZ_SECONDS + 60)

    count = Count()
    with concurrent.futures.ThreadPoolExecutor(CORES) as pool:
        for good in pool.map(run, sources("_fuzz.cc")):
            count.add(good)
    return count


# In order: what is cheap and fails often comes first.
PARTS: dict[str, tuple[Callable[[Log], Count], str]] = {
    "format": (format_part, "clang-format agrees with every C++ file"),
    "docs": (docs_part, "links between pages lead somewhere"),
    "end-to-end": (end_to_end("release", 1), "the real program with the AWS CLI and curl (release build)"),
    "conformance": (conformance_part, "the public HTTP cache suite from npm against real edges (release build)"),
    "shapes": (shapes_part, "requests and answers of every operation, by botocore; docs/api-coverage.md (release build)"),
    "clients": (clients_part, "AWS's SDK for JavaScript and a template of the CDK from npm (release build)"),
    "simulation": (world_part("simulation"), "whole topologies under seeds (release build)"),
    "scenarios": (world_part("scenarios"), "test/scenarios, simulated and over sockets (release build)"),
    "bench": (bench_part, "the benchmarks run, and no request costs over 5 % more instructions than recorded"),
    "unit": (unit_part, "tests beside the code, and all others, under address and undefined sanitizers"),
    "sanitized": (end_to_end(SANITIZED, 5), "the end-to-end tests against the sanitized program"),
    "fuzz": (fuzz_part, f"every fuzzer for {FUZZ_SECONDS} s"),
    "race": (race_part, f"{', '.join(RACE_TESTS)} under the thread sanitizer"),
    "tidy": (tidy_part, "clang-tidy over what changed since it was last clean"),
}
SLOW = ("sanitized", "fuzz", "race", "tidy")


def main() -> int:
    arguments = argparse.ArgumentParser(prog="script/test", description=__doc__,
                                        formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--quick", action="store_true", help=f"leave out {', '.join(SLOW)}")
    arguments.add_argument("--list", action="store_true", help="name the parts and end")
    arguments.add_argument("parts", nargs="*", metavar="part")
    chosen = arguments.parse_args()
    if chosen.list:
        print("\n".join(f"{name:<12} {text}" for name, (_, text) in PARTS.items()))
        return 0
    for name in chosen.parts:
        if name not in PARTS:
            arguments.error(f"no part '{name}'; there are {', '.join(PARTS)}")
    names = chosen.parts or [name for name in PARTS if not (chosen.quick and name in SLOW)]

    total = Count()
    for name in names:
        started, log = time.monotonic(), Log(name)
        try:
            count = PARTS[name][0](log)
        except Exception as trouble:  # one broken part must not hide the others
            log.write(f"the runner itself failed: {trouble!r}")
            count = Count(0, 1)
        total += count
        verdict = "ok" if count.failed == 0 else f"{count.failed} FAILED"
        print(f"{name:<12} {count.passed:>5} ok  {verdict:<10} {time.monotonic() - started:6.0f} s", flush=True)
        if count.failed:
            print(f"--- end of {log.path.relative_to(ROOT)} ---\n{log.tail(80)}\n---", flush=True)
    print(f"{total.passed} passed, {total.failed} failed")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
