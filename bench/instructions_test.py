"""When a count is a failure, and what the tables say."""

import unittest

import instructions

COUNTS = {"1 KiB hit": {"gust::http::f(int) [/a/gustfront]": 700.0, "malloc [/lib/libc.so.6]": 300.0},
          "304": {"gust::http::f(int) [/a/gustfront]": 500.0}}


class Rises(unittest.TestCase):
    def test_a_rise_over_five_percent_is_told(self) -> None:
        found = instructions.rises({"1 KiB hit": 1051, "304": 500}, {"1 KiB hit": 1000, "304": 500})
        self.assertEqual(found, ["1 KiB hit: 1,051 instructions where 1,000 are recorded (+5.1%)"])

    def test_a_smaller_one_a_fall_and_what_is_not_recorded_are_not(self) -> None:
        self.assertEqual(instructions.rises({"1 KiB hit": 1050, "304": 100, "new": 9}, {"1 KiB hit": 1000, "304": 500}), [])


class Tables(unittest.TestCase):
    def test_each_kind_has_its_total_and_its_modules(self) -> None:
        text = instructions.tables(COUNTS)
        self.assertIn("| **all** | **1,000** | **500** |", text)
        self.assertIn("| gust::http | 700 | 500 |", text)
        self.assertIn("| libc | 300 | 0 |", text)

    def test_the_functions_of_the_first_kind_come_with_their_share(self) -> None:
        self.assertIn("| 700 | 70.0% | `gust::http::f` |", instructions.tables(COUNTS))
