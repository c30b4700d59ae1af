"""A server that cannot keep up with the rate is named so, and is no bar that hides the others."""

import unittest

from results import Results
from suites import latency


def sample(p99: float, unsent: float = 0) -> latency.Latency:
    return latency.Latency(1000, 5, p99 / 2, p99, p99 * 2, unsent)


FOUND = Results("here", {"gustfront": "Gustfront", "nginx": "nginx 1", "varnish": "Varnish 7"}, [latency.SAME], {
    (latency.SAME, "gustfront"): [sample(100), sample(120)],
    (latency.SAME, "nginx"): [sample(220), sample(220, unsent=0.001)],
    (latency.SAME, "varnish"): [sample(90000, unsent=0.2), sample(80000, unsent=0.1)],
})


class Tables(unittest.TestCase):
    def test_the_rate_is_marked_where_it_was_not_kept_up_with(self) -> None:
        rows = latency.tables(FOUND).split("\n")[-3:]
        self.assertEqual(rows[0], "| **Gustfront** | 1,000 | 55 | 110 (100 to 120) | 220 | - | 5.0 |")
        self.assertEqual(rows[1], "| nginx 1 | 1,000 | 110 | 220 (220 to 220) | 440 | 0.50 | 5.0 |")
        self.assertTrue(rows[2].startswith("| Varnish 7 | 1,000, not kept up with |"))

    def test_the_aim_is_the_best_peer(self) -> None:
        self.assertIn("| nginx 1, best of the peers | 1.00 | 0.50 | yes |", latency.tables(FOUND))

    def test_the_picture_has_those_that_kept_up(self) -> None:
        drawing, = latency.pictures(FOUND).values()
        self.assertIn("nginx 1", drawing)
        self.assertNotIn("Varnish", drawing)
