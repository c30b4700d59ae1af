"""Medians, ratios and tables of measurements over rounds."""

import unittest

from results import Aim, Results, Sample, aims_table, cost_table, markdown, picture


def sample(cpu: float) -> Sample:
    return Sample(cpu, 1e6 / cpu, 100, 200, 300, 10)


RESULTS = Results("here", {"gustfront": "Ours", "peer": "Peer", "floor": "Floor"}, ["small", "large"], {
    ("small", "gustfront"): [sample(6), sample(5), sample(9)],
    ("small", "peer"): [sample(12), sample(10), sample(11)],
    ("small", "floor"): [sample(4), sample(4), sample(4)],
    ("large", "gustfront"): [sample(50)],
})


class Figures(unittest.TestCase):
    def test_the_median_counts_and_the_spread_is_kept(self) -> None:
        self.assertEqual(RESULTS.median("small", "gustfront", "cpu"), 6)
        self.assertEqual(RESULTS.spread("small", "gustfront", "cpu"), (5, 9))

    def test_servers_are_ranked_by_what_they_did(self) -> None:
        self.assertEqual(RESULTS.ranked("small"), ["floor", "gustfront", "peer"])
        self.assertEqual(RESULTS.ranked("large"), ["gustfront"])

    def test_a_ratio_needs_both(self) -> None:
        self.assertAlmostEqual(RESULTS.ratio("small", "gustfront", "peer"), 6 / 11)
        self.assertIsNone(RESULTS.ratio("large", "gustfront", "peer"))
        self.assertIsNone(RESULTS.ratio("small", "gustfront", "gustfront"))

    def test_a_table_has_a_row_for_each_server_and_ratios_both_ways(self) -> None:
        lines = cost_table(RESULTS, "small", "gustfront", "floor").split("\n")
        self.assertEqual(len(lines), 5)
        self.assertIn("| **Ours** | 6.0 (5.0 to 9.0) | - | 1.50 |", lines[3])
        self.assertIn("| Peer | 11.0 (10.0 to 12.0) | 0.55 | 2.75 |", lines[4])

    def test_aims_say_whether_they_were_reached_and_leave_out_who_was_not_there(self) -> None:
        table = aims_table(RESULTS, "gustfront", [Aim("small", "best", 0.5), Aim("small", "floor", 1.5),
                                             Aim("large", "floor", 1), Aim("small", "nobody", 1)])
        self.assertEqual(table.split("\n")[2:], ["| small | Peer, best of the peers | 0.50 | 0.55 | no |",
                                                 "| small | Floor | 1.50 | 1.50 | yes |"])

    def test_a_picture_has_the_servers_that_did_the_work(self) -> None:
        self.assertIn("Ours 50", picture(RESULTS, "large", "cpu", "large", "us"))
        self.assertNotIn("Peer", picture(RESULTS, "large", "cpu", "large", "us"))
        self.assertNotIn("Peer", picture(RESULTS, "small", "cpu", "small", "us", without=lambda name: name == "peer"))

    def test_markdown(self) -> None:
        self.assertEqual(markdown(["a", "b"], [["1", "2"]]), "| a | b |\n| --- | --- |\n| 1 | 2 |")
