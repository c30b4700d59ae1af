"""What the suites of memory, cores and the trace make of what they read."""

import json
import unittest

import load
import results
from suites import connections, cores, http2, memory, trace

REPORT = {"requests": 100, "errors": 0, "statuses": {"200": 100}, "content_bytes": 10_000, "requests_per_second": 50.0,
          "latency_us": {"p99": 7.0}}


class Trace(unittest.TestCase):
    def test_misses_are_what_the_origin_was_asked(self) -> None:
        found = trace.read_replay(json.dumps(REPORT), {"requests": 40, "bytes": 2_500}, 0.002, (300, 310))
        self.assertEqual((found.object_misses, found.byte_misses, found.cpu), (0.4, 0.25, 20))

    def test_failed_and_wrong_answers_are_no_figure(self) -> None:
        for changed in ({"errors": 5}, {"statuses": {"200": 95, "502": 5}}, {"requests": 0, "statuses": {}}):
            with self.assertRaises(load.WrongAnswers):
                trace.read_replay(json.dumps(REPORT | changed), {"requests": 1, "bytes": 1}, 1, (1, 1))

    def test_a_few_failures_are_told(self) -> None:
        found = trace.read_replay(json.dumps(REPORT | {"requests": 500, "statuses": {"200": 499, "503": 1}}),
                                  {"requests": 1, "bytes": 1}, 1, (1, 1))
        self.assertAlmostEqual(found.failed, 0.002)

    def test_the_verdict_names_who_is_ahead(self) -> None:
        def replay(misses: float, cpu: float) -> list[trace.Replay]:
            return [trace.Replay(misses, misses, cpu, 1, 1, 1, 1, 0)]

        found = trace.Results("", {"gustfront": "Ours", "nginx": "nginx"},
                              {"gustfront": replay(0.4, 30), "nginx": replay(0.5, 20)})
        said = trace.verdict(found)
        self.assertIn("most hits: yes (object misses 0.80 of nginx's)", said)
        self.assertIn("most requests for a second of CPU: no, nginx has more (cpu 1.50 of nginx's)", said)


class Connections(unittest.TestCase):
    def test_the_kernel_s_part_is_sockets_and_buffers(self) -> None:
        slabinfo = ("slabinfo - version: 2.1\n# name <active_objs> ...\nTCP 10 20 2048 13 8 : tunables 0 0 0\n"
                    "dentry 1000 1000 192 21 1 : tunables 0 0 0\nfilp 4 4 256 21 1 : tunables 0 0 0\n")
        sockstat = "sockets: used 16\nTCP: inuse 1 orphan 0 tw 2 alloc 1 mem 2\n"
        pages = connections.resource.getpagesize() * 2 / 1024
        self.assertEqual(connections.kernel_kib(slabinfo, sockstat), 20 + 1 + pages)

    def test_a_system_that_does_not_tell_leaves_a_gap(self) -> None:
        found = connections.Results("", {"gustfront": "Ours"}, {"gustfront": connections.Cost(2.5, None)})
        self.assertIn("| **Ours** | 2.5 | - |", connections.tables(found))


class Memory(unittest.TestCase):
    def test_every_phase_fills_the_cache_as_often_as_wanted_with_new_objects(self) -> None:
        made = memory.phases(8 * 1024 * 1024, 2)
        for what, requests in made.items():
            self.assertGreater(sum(size for _, size in requests), 14 * 1024 * 1024, what)
            self.assertLessEqual(sum(size for _, size in requests), 16 * 1024 * 1024, what)
        numbers = [number for requests in made.values() for number, _ in requests]
        self.assertEqual(len(numbers), len(set(numbers)))


class Cores(unittest.TestCase):
    def test_two_loops_at_the_cost_of_two_that_share_nothing_are_worth_two(self) -> None:
        found = cores.Results("", {(cores.SATURATED, cores.APART): [cores.Sample(5, 1, None)],
                                   (cores.SATURATED, cores.SHARED): [cores.Sample(5, 1, 3.0)]})
        self.assertEqual(found.factor(cores.SATURATED, cores.SHARED), 2)
        self.assertIn("times the work of one; aim at least 1.9: reached", cores.tables(found))
        self.assertIn("| two servers of one loop each | saturated | 5.00 | 1 | 2.00 | - |", cores.tables(found))
        self.assertIn("| one server of two loops | saturated | 5.00 | 1 | 2.00 | 3.0 |", cores.tables(found))


H2LOAD = """
finished in 1.02s, 41013.44 req/s, 44.91MB/s
requests: 2000 total, 2000 started, 2000 done, 2000 succeeded, 0 failed, 0 errored, 0 timeout
status codes: 2000 2xx, 0 3xx, 0 4xx, 0 5xx
traffic: 21.90MB (22963860) total, 2.03MB (2123372) headers (space savings 77.97%), 1.95MB (2048000) data
                     min         max         mean         sd        +/- sd
time for request:      394us     21.33ms      6.11ms      3.02ms    84.23%
"""


class Http2(unittest.TestCase):
    def test_what_h2load_prints_is_read(self) -> None:
        self.assertEqual(http2.read_report(H2LOAD, 1024), (2000, 41013.44, 6110))

    def test_failed_and_short_answers_are_no_figure(self) -> None:
        for text in (H2LOAD.replace("2000 succeeded", "1999 succeeded"), H2LOAD.replace("2000 2xx", "1990 2xx"),
                     H2LOAD.replace("(2048000)", "(2047999)"), "", H2LOAD.replace("0 failed", "1 failed")):
            with self.assertRaises(load.WrongAnswers):
                http2.read_report(text, 1024)


class Shown(unittest.TestCase):
    def test_nothing_is_a_dash(self) -> None:
        self.assertEqual(results.shown(None), "-")
