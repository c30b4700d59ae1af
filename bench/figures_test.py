"""A suite's tables are put between its marks, and nowhere else."""

import unittest

from figures import marks, placed


class Placed(unittest.TestCase):
    def test_what_stood_between_the_marks_is_replaced(self) -> None:
        begin, end = marks("hit")
        page = f"# Figures\n\n## Hits\n\nWhy.\n\n{begin}\nold\n{end}\n\n## More\n"
        self.assertEqual(placed(page, "hit", "Hits", "new\n"), page.replace("old", "new"))

    def test_a_suite_without_a_section_gets_one_at_the_end(self) -> None:
        begin, end = marks("miss")
        self.assertEqual(placed("# Figures\n", "miss", "Misses", "new"),
                         f"# Figures\n\n## Misses\n\n{begin}\nnew\n{end}\n")
