"""Rounds interleave, and nobody is always first."""

import argparse
import pathlib
import unittest

from context import Context


class Interleave(unittest.TestCase):
    def test_every_pair_is_measured_once_a_round_and_another_is_first_each_time(self) -> None:
        context = Context(argparse.Namespace(), [], 3, 1, True, 0, 1, pathlib.Path())
        context.say = lambda text: None
        order = []
        found = context.interleave(["small", "large"], ["a", "b"], lambda work, name: order.append((work, name)) or len(order))
        self.assertEqual(order[:4], [("small", "a"), ("small", "b"), ("large", "a"), ("large", "b")])
        self.assertEqual(order[4:6], [("small", "b"), ("small", "a")])
        self.assertEqual({pair: len(values) for pair, values in found.items()},
                         {("small", "a"): 3, ("small", "b"): 3, ("large", "a"): 3, ("large", "b"): 3})

    def test_no_server_is_no_error(self) -> None:
        self.assertEqual(Context(argparse.Namespace(), [], 2, 1, True, 0, 1, pathlib.Path()).interleave(["a"], [], max), {})
