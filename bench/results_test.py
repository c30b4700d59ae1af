"""Medians, ratios and tables of measurements over rounds."""

import unittest

from results import Results, Sample, cost_table, markdown


def sample(cpu: float) -> Sample:
    return Sample(cpu, 1e6 / cpu, 100, 200, 300, 10)


RESULTS = Results("here", {"ours": "Ours", "peer": "Peer", "floor": "Floor"}, ["small", "large"], {
    ("small", "ours"): [sample(6), sample(5), sample(9)],
    ("small", "peer"): [sample(12), sample(10), sample(11)],
    ("small", "floor"): [sample(4), sample(4), sample(4)],
    ("large", "ours"): [sample(50)],
})


class Figures(unittest.TestCase):
    def test_the_median_counts_and_the_spread_is_kept(self) -> None:
        self.assertEqual(RESULTS.median("small", "ours", "cpu"), 6)
        self.assertEqual(RESULTS.spread("small", "ours", "cpu"), (5, 9))

    def test_servers_are_ranked_by_what_they_did(self) -> None:
        self.assertEqual(RESULTS.ranked("small"), ["floor", "ours", "peer"])
        self.assertEqual(RESULTS.ranked("large"), ["ours"])

    def test_a_ratio_needs_both(self) -> None:
        self.assertAlmostEqual(RESULTS.ratio("small", "ours", "peer"), 6 / 11)
        self.assertIsNone(RESULTS.ratio("large", "ours", "peer"))
        self.assertIsNone(RESULTS.ratio("small", "ours", "ours"))

    def test_a_table_has_a_row_for_each_server_and_ratios_both_ways(self) -> None:
        lines = cost_table(RESULTS, "small", "ours", "floor").split("\n")
        self.assertEqual(len(lines), 5)
        self.assertIn("| **Ours** | 6.0 (5.0 to 9.0) | - | 1.50 |", lines[3])
        self.assertIn("| Peer | 11.0 (10.0 to 12.0) | 0.55 | 2.75 |", lines[4])

    def test_markdown(self) -> None:
        self.assertEqual(markdown(["a", "b"], [["1", "2"]]), "| a | b |\n| --- | --- |\n| 1 | 2 |")
