"""What the kernel says of processes, and configurations with blanks."""

import os
import pathlib
import subprocess
import tempfile
import unittest

from process import Server, cpu_ticks, family, fill_in


class Process(unittest.TestCase):
    def test_a_name_with_spaces_and_brackets_does_not_shift_the_fields(self) -> None:
        stat = "42 (a (b) c) S 1 42 42 0 -1 4194304 100 200 0 0 7 5 20 10 20 0 4 0 1 2 3"
        self.assertEqual(cpu_ticks(stat), 42)

    def test_children_of_children_are_family(self) -> None:
        with subprocess.Popen(["sh", "-c", "sleep 60 & echo $!; wait"], stdout=subprocess.PIPE, text=True) as shell:
            sleeper = int(shell.stdout.readline())
            found = family(os.getpid())
            os.kill(sleeper, 9)
        self.assertIn(shell.pid, found)
        self.assertIn(sleeper, found)

    def test_blanks_are_filled_and_a_forgotten_one_is_an_error(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            template, target = pathlib.Path(folder) / "a", pathlib.Path(folder) / "b"
            template.write_text("listen @PORT@; path @DIR@/x;")
            fill_in(template, target, port=80, dir="/d")
            self.assertEqual(target.read_text(), "listen 80; path /d/x;")
            with self.assertRaisesRegex(ValueError, "@DIR@"):
                fill_in(template, target, port=80)


class Hits(unittest.TestCase):
    def test_a_server_tells_by_a_field_or_by_what_is_in_it(self) -> None:
        server = Server.__new__(Server)
        self.assertTrue(server.is_hit({}))  # it does not tell
        server.hit = "Age"
        self.assertTrue(server.is_hit({"age": "0"}))
        self.assertFalse(server.is_hit({"x-cache": "MISS"}))
        server.hit = "X-Cache=HIT"
        self.assertTrue(server.is_hit({"x-cache": "Hit from here"}))
        self.assertFalse(server.is_hit({"x-cache": "MISS"}))
