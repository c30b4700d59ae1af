"""Pictures are well-formed, say what they show, and have a dress for dark pages."""

import unittest
import xml.etree.ElementTree

from charts import WIDTH, Bar, bars, lines, number, points, ticks

SVG = "{http://www.w3.org/2000/svg}"


class Charts(unittest.TestCase):
    def test_a_bar_is_as_long_as_its_value(self) -> None:
        drawn = xml.etree.ElementTree.fromstring(bars("1 KiB", "µs", [Bar("<ours>", 5, "ours", 4, 6), Bar("peer", 10)]))
        widths = {rect.get("class"): float(rect.get("width")) for rect in drawn.iter(f"{SVG}rect")}
        self.assertAlmostEqual(widths["peer"], 2 * widths["ours"], delta=0.2)
        self.assertEqual(len(list(drawn.iter(f"{SVG}path"))), 1)  # a whisker where the spread is known
        self.assertIn("<ours> 5", drawn.find(f"{SVG}desc").text)
        self.assertIn("prefers-color-scheme: dark", drawn.find(f"{SVG}style").text)

    def test_lines_stay_inside_the_picture(self) -> None:
        drawn = xml.etree.ElementTree.fromstring(
            lines("Misses", "cache", "%", {"a": [(1, 60), (100, 20)], "b": [(1, 59), (100, 21)]}, logarithmic=True))
        paths = [path.get("d") for path in drawn.iter(f"{SVG}path")]
        self.assertEqual(len(paths), 2)
        for path in paths:
            for point in path[1:].split("L"):
                x, y = map(float, point.split())
                self.assertTrue(0 <= x <= WIDTH and 0 <= y <= 360, point)

    def test_points_stand_at_their_values_inside_the_picture(self) -> None:
        drawn = xml.etree.ElementTree.fromstring(
            points("Misses", "requests", "bytes", {"a": [(0.40, 0.60), (0.42, 0.56)], "<b>": [(0.55, 0.56)], "c": [(0.56, 0.56)]}))
        dots = [dot for dot in drawn.iter(f"{SVG}circle") if dot.get("r") == "5"]
        across = [float(dot.get("cx")) for dot in dots]
        self.assertEqual(len(across), 4)
        self.assertAlmostEqual(across[2] - across[0], 15 * (across[3] - across[2]), delta=1)
        for dot in dots:
            self.assertTrue(70 <= float(dot.get("cx")) <= WIDTH - 200 and 60 <= float(dot.get("cy")) <= 400, dot.attrib)
        self.assertEqual(len([path for path in drawn.iter(f"{SVG}path") if "line" in path.get("class")]), 1)
        named = {text.text: float(text.get("y")) for text in drawn.iter(f"{SVG}text")}
        self.assertGreaterEqual(abs(named["<b>"] - named["c"]), 16)  # where they would cover each other

    def test_nothing_to_show_is_no_error(self) -> None:
        xml.etree.ElementTree.fromstring(bars("none", "µs", []))
        xml.etree.ElementTree.fromstring(lines("none", "x", "y", {}))
        xml.etree.ElementTree.fromstring(points("none", "x", "y", {}))

    def test_ticks_are_round_and_cover_the_top(self) -> None:
        self.assertEqual(ticks(10), [0, 2, 4, 6, 8, 10])
        self.assertEqual(ticks(0.9)[-1], 1.0)
        self.assertEqual(ticks(0), [0, 1])

    def test_numbers_have_three_digits_that_count(self) -> None:
        self.assertEqual([number(value) for value in (0, 0.1234, 5, 12.34, 1234.5)],
                         ["0", "0.123", "5", "12.3", "1,234"])
