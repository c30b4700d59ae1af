"""The public HTTP cache suite (npm: http-cache-tests) against real edges in front of its own origin.

    /usr/bin/python3 test/conformance/run.py [--suite FOLDER] [--only PROFILE/TIERS] [--id TEST] [--write-docs]

Both profiles, each through an edge alone and through edge and regional cache, with all TTLs of the policy at 0, 0 and a
year, errors not cached by the distribution, and everything forwarded. Every required or optional test that is red must
be listed in expected/PROFILE.txt with its reason, and every one listed must be red. Checks of the suite, which have no
right answer, are counted only. The score through two tiers must be that through one. The suite runs a hundred tests at a
time and counts seconds, so that one that is red against expectation is run again by itself before it counts.

Without --suite the version of package.json is installed below build/. A checkout of the suite's repository may be given
instead: it has newer tests (CDN-Cache-Control, interim responses) and newer readings of RFC 9111. Install its
dependencies first (npm install in it).

$GUSTFRONT names another program than build/release/bin/gustfront. Ends with `N passed, N failed`: the comparisons.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import urllib.request
from typing import Iterator

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parent.parent
sys.path.insert(0, str(ROOT / "test" / "e2e"))

import harness  # noqa: E402

INSTALLED = ROOT / "build" / "conformance"
DOCS = ROOT / "docs" / "cache-conformance.md"
PROFILES = ("rfc9111", "cloudfront")
TIERS = {"1": "an edge", "2": "edge and regional cache"}
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
ERROR_CODES = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)
METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
SUITE_SECONDS = 300


@dataclasses.dataclass(frozen=True)
class Test:
    suite: str
    id: str
    kind: str  # required, optimal, check
    depends_on: tuple[str, ...]


class Suite:
    """A copy of the suite with what it needs to run."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder.resolve()
        # The repository has moved its engine since the version of the registry.
        self.is_repository = (self.folder / "test-engine").is_dir()
        self.engine = self.folder / "test-engine" if self.is_repository else self.folder
        listed = subprocess.run(["node", FOLDER / "list_tests.mjs", self.folder], capture_output=True, text=True,
                                check=True)
        self.tests = {test["id"]: Test(test["suite"], test["id"], test["kind"], tuple(test["depends_on"]))
                      for test in json.loads(listed.stdout)}

    @contextlib.contextmanager
    def origin(self) -> Iterator[int]:
        """Its origin server; the port."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        INSTALLED.mkdir(parents=True, exist_ok=True)
        process = subprocess.Popen(
            ["node", "--no-warnings", self.engine / "server" / "server.mjs"], cwd=self.folder,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
            env={**os.environ, "npm_config_protocol": "http", "npm_config_port": str(port),
                 "npm_config_pidfile": str(INSTALLED / f"origin-{port}.pid")})
        try:
            harness.wait_until(lambda: answers(port), "the suite's origin answers", 20)
            yield port
        finally:
            process.kill()
            process.wait()

    def run(self, base: str, test: str = "") -> str:
        """Its client's output: the results as JSON, or one test's messages."""
        done = subprocess.run(
            ["node", "--no-warnings", "--require", FOLDER / "localhost.cjs", self.engine / "cli.mjs"], cwd=self.folder,
            capture_output=True, text=True, timeout=SUITE_SECONDS,
            env={**os.environ, "npm_config_base": base, "npm_config_id": test,
                 "npm_package_config_id": ""})
        if done.returncode != 0:
            raise AssertionError(f"the suite's client failed: {done.stderr[-2000:]}")
        return done.stdout


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://localhost:{port}/LICENSE", timeout=1):
        return True
    return False


def install() -> pathlib.Path:
    """npm ci of package.json below build/; the suite's folder."""
    harness.npm_install(FOLDER, INSTALLED)
    return INSTALLED / "node_modules" / "http-cache-tests"


def make_distribution(server: harness.Gustfront, profile: str, origin_port: int) -> str:
    """The domain name of a distribution for the suite."""
    empty = {"Quantity": 0}
    policy = {"Name": "suite" + ("-rfc9111" if profile == "rfc9111" else ""),
              "MinTTL": 0, "DefaultTTL": 0, "MaxTTL": 31536000,
              "ParametersInCacheKeyAndForwardedToOrigin": {
                  "EnableAcceptEncodingGzip": False, "EnableAcceptEncodingBrotli": False,
                  "HeadersConfig": {"HeaderBehavior": "none"}, "CookiesConfig": {"CookieBehavior": "none"},
                  "QueryStringsConfig": {"QueryStringBehavior": "all"}}}
    made = server.cloudfront.create_cache_policy(CachePolicyConfig=policy)["CachePolicy"]
    errors = [{"ErrorCode": code, "ErrorCachingMinTTL": 0} for code in ERROR_CODES]
    config = {"CallerReference": f"suite-{profile}", "Comment": "", "Enabled": True,
              "Origins": {"Quantity": 1, "Items": [
                  {"Id": "o", "DomainName": "localhost", "CustomOriginConfig": {
                      "HTTPPort": origin_port, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}}]},
              "CustomErrorResponses": {"Quantity": len(errors), "Items": errors},
              "CacheBehaviors": empty,
              "DefaultCacheBehavior": {
                  "TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": made["Id"],
                  "OriginRequestPolicyId": ALL_VIEWER, "Compress": False,
                  "AllowedMethods": {"Quantity": len(METHODS), "Items": METHODS,
                                     "CachedMethods": {"Quantity": 2, "Items": ["GET", "HEAD"]}}}}
    distribution = server.cloudfront.create_distribution(DistributionConfig=config)["Distribution"]
    server.wait_deployed(distribution["Id"])
    return distribution["DomainName"]


class Verdicts:
    """What one run of the suite came to, counted as the suite's own page does."""

    def __init__(self, suite: Suite, results: dict) -> None:
        self.suite, self.results = suite, results
        self.kinds: dict[str, str] = {}
        for test in suite.tests.values():
            self.kind_of(test)

    def kind_of(self, test: Test) -> str:
        """pass, fail, or why it says nothing: untested, depends, setup."""
        if test.id not in self.kinds:
            result = self.results.get(test.id)
            lost = [other for other in test.depends_on if self.kind_of(self.suite.tests[other]) != "pass"]
            if result is None:
                kind = "untested"
            elif lost:
                kind = f"depends on {lost[0]}"
            elif result is True:
                kind = "pass"
            else:
                kind = "setup" if result[0] == "Setup" else "fail"
            self.kinds[test.id] = kind
        return self.kinds[test.id]

    def red(self) -> dict[str, str]:
        """The required and optional tests that do not pass, with what the suite says."""
        return {test.id: f"{self.kinds[test.id]}: {self.told(test.id)}" for test in self.suite.tests.values()
                if test.kind != "check" and self.kinds[test.id] != "pass"}

    def run_again(self, base: str, expected: set[str]) -> None:
        """Runs what is red against expectation once more, alone."""
        for name in set(self.red()) - expected:
            if "\u2705" in self.suite.run(base, name).rpartition("==== Results")[2]:
                self.results[name] = True
        self.kinds.clear()
        for test in self.suite.tests.values():
            self.kind_of(test)

    def told(self, test: str) -> str:
        result = self.results.get(test)
        return str(result[1]) if isinstance(result, list) and len(result) > 1 else ""

    def score(self, kind: str, suite: str = "") -> tuple[int, int]:
        """Passed of all."""
        tests = [test for test in self.suite.tests.values() if test.kind == kind and suite in ("", test.suite)]
        return sum(self.kinds[test.id] == "pass" for test in tests), len(tests)


def read_expected(profile: str, suite: Suite) -> dict[str, str]:
    """Red tests and their reasons, from expected/PROFILE.txt: `id  reason` lines; `[registry]` and `[repository]` begin
    those of one version of the suite, `[both]` those of both."""
    expected: dict[str, str] = {}
    wanted = ("both", "repository" if suite.is_repository else "registry")
    section = "both"
    for line in (FOLDER / "expected" / f"{profile}.txt").read_text().splitlines():
        if found := re.fullmatch(r"\[(\w+)\]", line):
            section = found[1]
        elif line and not line.startswith("#") and section in wanted:
            name, _, reason = line.partition(" ")
            if not reason.strip():
                raise AssertionError(f"expected/{profile}.txt: {name} has no reason")
            expected[name] = reason.strip()
    return expected


def table_of(suite: Suite, runs: dict[tuple[str, str], Verdicts]) -> str:
    """Scores by part of the suite, one column a run."""
    names = list(dict.fromkeys(test.suite for test in suite.tests.values()))
    lines = [f"{'':<20}" + "".join(f"{f'{profile}/{tiers}':>24}" for profile, tiers in runs),
             f"{'':<20}" + f"{'req      opt   checks':>24}" * len(runs)]
    for name in [*names, ""]:
        cells = []
        for verdicts in runs.values():
            scores = (verdicts.score(kind, name) for kind in ("required", "optimal", "check"))
            cells.append("".join(f"{f'{good}/{all_}' if all_ else '-':>8}" for good, all_ in scores))
        lines.append(f"{name or 'all':<20}" + "".join(cells))
    return "\n".join(lines)


def docs_rows(suite: Suite, runs: dict[tuple[str, str], Verdicts]) -> str:
    """Our table in docs."""
    rows = ["| | required | optional |", "| --- | --- | --- |"]
    for profile in PROFILES:
        (required, all_required), (optional, all_optional) = (runs[profile, "2"].score(kind)
                                                              for kind in ("required", "optimal"))
        rows.append(f"| Gustfront, profile `{profile}` | {required} / {all_required} | {optional} / {all_optional} |")
    return "\n".join(rows)


def docs_block(suite: Suite) -> tuple[str, str]:
    name = "repository" if suite.is_repository else "registry"
    return f"<!-- {name}: written by test/conformance/run.py --write-docs -->", f"<!-- end of {name} -->"


def compare(profile: str, tiers: str, verdicts: Verdicts) -> list[str]:
    """The differences to what is expected."""
    expected, red = read_expected(profile, verdicts.suite), verdicts.red()
    title = f"{profile} through {TIERS[tiers]}"
    found = [f"{title}: {name} is red: {why}" for name, why in red.items() if name not in expected]
    found += [f"{title}: {name} is green, but expected/{profile}.txt has it" for name in expected if name not in red]
    return found


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--suite", type=pathlib.Path, help="a copy of the suite instead of the registry's")
    arguments.add_argument("--only", metavar="PROFILE/TIERS", help="one of the four runs, such as rfc9111/1")
    arguments.add_argument("--id", default="", help="run one test and show what the suite says of it")
    arguments.add_argument("--write-docs", action="store_true", help=f"put the scores into {DOCS.relative_to(ROOT)}")
    arguments.add_argument("--report", type=pathlib.Path)
    chosen = arguments.parse_args()

    suite = Suite(chosen.suite or install())
    wanted = [(profile, tiers) for profile in PROFILES for tiers in TIERS
              if chosen.only in (None, f"{profile}/{tiers}")]
    with contextlib.ExitStack() as stack:
        port = stack.enter_context(suite.origin())
        bases = {}
        for tiers in dict.fromkeys(tiers for _, tiers in wanted):
            # Some tests break connections: for the others the origin is not down.
            flags = ("--edges", "BOM50", "--regional", "none" if tiers == "1" else "BOM52", "--circuit-failures", "0")
            server = stack.enter_context(harness.Gustfront(*flags))
            for profile in (profile for profile, t in wanted if t == tiers):
                bases[profile, tiers] = f"http://{make_distribution(server, profile, port)}:{server.edge_port()}"
        if chosen.id:
            for base in bases.values():
                print(suite.run(base, chosen.id))
            return 0
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            outputs = pool.map(suite.run, bases.values())
            runs = {run: Verdicts(suite, json.loads(output)) for run, output in zip(bases, outputs)}
        for (profile, tiers), verdicts in runs.items():
            verdicts.run_again(bases[profile, tiers], set(read_expected(profile, suite)))

    print(table_of(suite, runs))
    problems = {f"{profile}/{tiers}": compare(profile, tiers, verdicts) for (profile, tiers), verdicts in runs.items()}
    if not chosen.only:
        for profile in PROFILES:
            one, two = ({name: kind == "pass" for name, kind in runs[profile, tiers].kinds.items()
                         if suite.tests[name].kind != "check"} for tiers in TIERS)
            problems[f"{profile} through both"] = [f"{name}: one tier says {one[name]}, two say {two[name]}"
                                                   for name in one if one[name] != two[name]]
        begin, end = docs_block(suite)
        page, block = DOCS.read_text(), f"{begin}\n{docs_rows(suite, runs)}\n{end}"
        if chosen.write_docs:
            page = re.sub(f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: block, page, flags=re.S)
            DOCS.write_text(page)
        problems["docs"] = [] if block in page else [f"{DOCS.relative_to(ROOT)} has other scores: run --write-docs"]
    for found in problems.values():
        print("\n".join(found), end="\n" if found else "")
    counts = collections.Counter(not found for found in problems.values())
    print(f"{counts[True]} passed, {counts[False]} failed")
    if chosen.report:
        chosen.report.write_text(json.dumps({"passed": counts[True], "failed": counts[False]}))
    return 1 if counts[False] else 0


if __name__ == "__main__":
    sys.exit(main())
