"""What every suite is given: the choices of the command line, the cores, a folder, and rounds that interleave."""

import argparse
import dataclasses
import pathlib
import sys
from typing import Callable, TypeVar

Measured = TypeVar("Measured")


@dataclasses.dataclass
class Context:
    options: argparse.Namespace  # with the suite's own flags
    servers: list[str]           # as named on the command line; a suite takes those that can do its work
    rounds: int
    seconds: float               # of load, for each measurement
    smoke: bool                  # only show that it runs
    server_core: int             # every server is pinned to this one,
    load_core: int               # load generators and origins to this one
    folder: pathlib.Path         # empty, removed after the suite

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def interleave(self, works: list[str], names: list[str],
                   one: Callable[[str, str], Measured]) -> dict[tuple[str, str], list[Measured]]:
        """`one(work, name)` for every pair in every round; what it gave by (work, name), a list over the rounds. Nobody
        is always first, and whatever else the machine does falls on all alike."""
        gathered: dict[tuple[str, str], list[Measured]] = {}
        for number in range(self.rounds):
            first = number % len(names) if names else 0
            for work in works:
                for name in names[first:] + names[:first]:
                    measured = one(work, name)
                    gathered.setdefault((work, name), []).append(measured)
                    self.say(f"round {number + 1}/{self.rounds}  {work:>8}  {name:<28} {measured}")
        return gathered
