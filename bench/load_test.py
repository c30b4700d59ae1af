"""What bench_load reports is read, and a run with anything wrong in it gives no figure."""

import json
import unittest

from load import WrongAnswers, read_report

GOOD = {"requests": 1000, "seconds": 2.0, "requests_per_second": 500.0, "content_bytes": 1024000, "hits": 1000,
        "hit_bytes": 1024000, "errors": 0, "unsent": 0, "connected": 64, "statuses": {"200": 1000},
        "latency_us": {"mean": 120.0, "p50": 100.0, "p90": 200.0, "p99": 250.5, "p999": 900.0, "max": 1000.0}}


def read(all_hits: bool = True, **other: object):
    return read_report(json.dumps({**GOOD, **other}), 1024, all_hits)


class Report(unittest.TestCase):
    def test_figures_of_a_good_run(self) -> None:
        load = read()
        self.assertEqual((load.requests, load.rate, load.p50, load.p99, load.p999), (1000, 500, 100, 250.5, 900))

    def test_failed_requests_end_the_run(self) -> None:
        with self.assertRaisesRegex(WrongAnswers, "3 requests"):
            read(errors=3)

    def test_another_status_ends_the_run(self) -> None:
        with self.assertRaisesRegex(WrongAnswers, "502"):
            read(statuses={"200": 999, "502": 1})

    def test_one_byte_too_few_ends_the_run(self) -> None:
        with self.assertRaisesRegex(WrongAnswers, "not 1024"):
            read(content_bytes=1023999)

    def test_one_miss_ends_the_run_where_hits_are_measured(self) -> None:
        with self.assertRaisesRegex(WrongAnswers, "999 of 1000"):
            read(hits=999)
        read(hits=0, all_hits=False)

    def test_no_answer_ends_the_run(self) -> None:
        with self.assertRaisesRegex(WrongAnswers, "no request"):
            read(requests=0, statuses={}, content_bytes=0, hits=0)
