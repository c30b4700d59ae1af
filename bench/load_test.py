"""What load.lua reports is read, and a run with anything wrong in it gives no figure."""

import unittest

from load import WrongAnswers, read_report

LINE = "load requests=1000 seconds=2.0 bytes={bytes} errors={errors} p50=100.0 p99=250.5 p999=900.0\n"


class Report(unittest.TestCase):
    def test_figures_of_a_good_run(self) -> None:
        load = read_report("Running 2s test\n" + LINE.format(bytes=1000 * 1300, errors=0), 1024)
        self.assertEqual((load.requests, load.rate, load.p50, load.p99, load.p999), (1000, 500, 100, 250.5, 900))

    def test_failed_requests_end_the_run(self) -> None:
        with self.assertRaisesRegex(WrongAnswers, "3 of 1000"):
            read_report(LINE.format(bytes=1000 * 1300, errors=3), 1024)

    def test_a_body_too_short_ends_the_run(self) -> None:
        with self.assertRaisesRegex(WrongAnswers, "1000 bytes an answer"):
            read_report(LINE.format(bytes=1000 * 1000, errors=0), 1024)

    def test_a_body_too_long_ends_the_run(self) -> None:
        with self.assertRaises(WrongAnswers):
            read_report(LINE.format(bytes=1000 * 102400, errors=0), 1024)

    def test_bytes_of_requests_cut_off_at_the_end_are_no_trouble(self) -> None:
        read_report(LINE.format(bytes=1000 * 1048900 + 60 * 1000000, errors=0), 1048576)

    def test_no_answer_ends_the_run(self) -> None:
        with self.assertRaisesRegex(WrongAnswers, "no request"):
            read_report("load requests=0 seconds=2.0 bytes=0 errors=0 p50=0 p99=0 p999=0\n", 1024)

    def test_no_report_ends_the_run(self) -> None:
        with self.assertRaisesRegex(WrongAnswers, "no report"):
            read_report("wrk: cannot connect\n", 1024)
