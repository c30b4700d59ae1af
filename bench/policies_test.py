"""Runs over traces become tables and a picture; a program that fails ends them."""

import contextlib
import io
import pathlib
import subprocess
import tempfile
import unittest
import unittest.mock
import xml.etree.ElementTree

import policies
import programs

# Stands for bench_policies: misses by the order of the policies, so that a row in the wrong place shows.
PROGRAM = """#!/usr/bin/python3
import json, sys
for number, word in enumerate(sys.argv[2:]):
    row = {"hit_ns": number, "insert_ns": 10 * number} if sys.argv[1] == "--cost" else {"omr": 0.4 + number / 100, "bmr": 0.6}
    print(json.dumps({"policy": word.split("/")[0], **row}), flush=True)
"""


class Policies(unittest.TestCase):
    def run_with(self, program: str, elsewhere: list[str]) -> tuple[str, dict[str, dict]]:
        with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
            path = pathlib.Path(folder) / "bench_policies"
            path.write_text(program)
            path.chmod(0o755)
            stack.enter_context(unittest.mock.patch.object(programs, "PROGRAMS", pathlib.Path(folder)))
            stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
            return policies.measure(1000, {"1 %": 100, "10 %": 10}, elsewhere)

    def test_every_policy_has_its_row_and_every_trace_its_column(self) -> None:
        text, rows = self.run_with(PROGRAM, ["seed 1, Zipf 0.9"])
        self.assertIn("| policy | 1 % | 10 % | ns a hit | ns an insert and eviction |", text)
        self.assertIn("| **LSG, weight 90 (default)** | 0.410 / 0.600 | 0.410 / 0.600 | 1 | 10 |", text)
        self.assertIn("| LRU | 0.490 / 0.600 | 0.490 / 0.600 | 9 | 90 |", text)
        self.assertIn("| policy | seed 1, Zipf 0.9 |", text)
        self.assertIn(f"(figures/{policies.PICTURE})", text)
        drawn = xml.etree.ElementTree.fromstring(policies.picture(rows))
        names = {words.text for words in drawn.iter("{http://www.w3.org/2000/svg}text")}
        self.assertLessEqual({"LSG, weight 140 to 0", "GDSF", "LRU", "S3-FIFO", "SIEVE"}, names)

    def test_one_trace_makes_one_table(self) -> None:
        text, _ = self.run_with(PROGRAM, [])
        self.assertEqual(text.count("| policy |"), 1)

    def test_a_program_that_fails_ends_it(self) -> None:
        with self.assertRaises(subprocess.CalledProcessError):
            self.run_with("#!/bin/sh\nexit 1\n", [])

    def test_every_policy_has_a_name(self) -> None:
        self.assertEqual(set(policies.NAMES), set(policies.POLICIES))
