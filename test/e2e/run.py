"""Runs the end-to-end tests: every test class in a process of its own, several at a time.

    /usr/bin/python3 test/e2e/run.py [--jobs N] [--report FILE] [-k WORD]

$GUSTFRONT names another program than build/release/bin/gustfront. Prints each failure, then `N passed, N failed`.
"""

import argparse
import collections
import concurrent.futures
import json
import multiprocessing
import pathlib
import sys
import time
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))

import harness  # noqa: E402


class Result(unittest.TestResult):
    def __init__(self) -> None:
        super().__init__()
        self.passed: list[str] = []
        self.failed: list[tuple[str, str]] = []

    def addSuccess(self, test: unittest.TestCase) -> None:
        self.passed.append(test.id())

    def addFailure(self, test: unittest.TestCase, error: tuple) -> None:
        self.failed.append((test.id(), self._exc_info_to_string(error, test)))

    def addError(self, test: unittest.TestCase, error: tuple) -> None:
        self.addFailure(test, error)

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, error: tuple | None) -> None:
        if error:
            self.failed.append((str(subtest), self._exc_info_to_string(error, test)))
        else:
            self.passed.append(str(subtest))


def run_class(name: str, tests: list[str]) -> tuple[str, int, list[tuple[str, str]], float]:
    started = time.monotonic()
    result = Result()
    unittest.defaultTestLoader.loadTestsFromNames(tests).run(result)
    return name, len(result.passed), result.failed, time.monotonic() - started


def find_tests(word: str) -> dict[str, list[str]]:
    """The tests whose name contains `word`, by class."""
    found: dict[str, list[str]] = collections.defaultdict(list)
    waiting = [unittest.defaultTestLoader.discover(str(FOLDER))]
    while waiting:
        item = waiting.pop(0)
        if isinstance(item, unittest.TestSuite):
            waiting.extend(item)
        elif word.lower() in item.id().lower():
            found[item.id().rpartition(".")[0]].append(item.id())
    return found


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--jobs", type=int, default=4)
    arguments.add_argument("--report", type=pathlib.Path)
    arguments.add_argument("-k", metavar="WORD", default="", help="only tests whose name contains WORD")
    chosen = arguments.parse_args()
    if not harness.BINARY.exists():
        print(f"{harness.BINARY} is not built (script/build)", file=sys.stderr)
        return 2

    passed, failed = 0, 0
    classes = find_tests(chosen.k)
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(chosen.jobs, mp_context=context) as pool:
        jobs = [pool.submit(run_class, name, tests) for name, tests in classes.items()]
        for job in concurrent.futures.as_completed(jobs):
            name, good, bad, seconds = job.result()
            passed += good
            failed += len(bad)
            print(f"{name}: {good} ok, {len(bad)} failed ({seconds:.1f} s)", flush=True)
            for test, text in bad:
                print(f"--- {test}\n{text}", flush=True)
    print(f"{passed} passed, {failed} failed")
    if chosen.report:
        chosen.report.write_text(json.dumps({"passed": passed, "failed": failed}))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
