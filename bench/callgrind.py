"""Counting instructions of a running process under valgrind's callgrind, by function and by our modules."""

import pathlib
import re
import subprocess
import time
from typing import Callable

DUMP_SECONDS = 60


def command(folder: pathlib.Path) -> tuple[str, ...]:
    """What to put in front of a program so that a Counter can count it; nothing is counted yet."""
    return ("valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={folder}/counts")


class Counter:
    """A process that was started with `command(folder)`."""

    def __init__(self, process: int, folder: pathlib.Path) -> None:
        self._process, self._folder, self._dumps = process, folder, 0

    def _control(self, *flags: str) -> None:
        subprocess.run(["callgrind_control", *flags, str(self._process)], check=True, capture_output=True)

    def during(self, work: Callable[[], None]) -> dict[str, int]:
        """Instructions by function (`name [program or library]`) that the process takes while `work` runs."""
        self._control("-z")
        self._control("-i", "on")
        work()
        self._control("-i", "off")
        self._control("-d")
        self._dumps += 1
        dump = self._folder / f"counts.{self._dumps}"
        deadline = time.monotonic() + DUMP_SECONDS
        while not dump.exists() or not re.search(r"^totals:", dump.read_text(errors="replace"), re.M):
            if time.monotonic() > deadline:
                raise RuntimeError(f"callgrind wrote no {dump}")
            time.sleep(0.05)
        return read_counts(subprocess.run(["callgrind_annotate", "--threshold=100", "--inclusive=no", dump], check=True,
                                          capture_output=True, text=True).stdout)


def read_counts(annotated: str) -> dict[str, int]:
    """Instructions by function in what callgrind_annotate printed."""
    counts: dict[str, int] = {}
    for line in annotated.splitlines():
        if found := re.match(r"\s*([\d,]+) \(\s*[\d.]+%\)\s+[^:]*:(.*\S)", line):
            counts[found[2]] = counts.get(found[2], 0) + int(found[1].replace(",", ""))
    return counts


def total(counts: dict[str, float]) -> float:
    return sum(counts.values())


def split_library(name: str) -> tuple[str, str]:
    """A function and the file name of the program or library that it is in."""
    found = re.fullmatch(r"(.*?)(?: \[(\S+)\])?", name)
    return found[1], pathlib.PurePath(found[2] or "").name


def module_of(name: str) -> str:
    """`gust::http` for what is ours, else the library's name without its version; `other libraries' code in ours` for
    templates and fmt. A template of the standard library belongs to the module whose type it is made for."""
    function, library = split_library(name)
    if library and not library.startswith("gustfront"):
        return re.sub(r"[.-].*", "", library)
    if found := re.search(r"\bgust::(?:(\w+)::)?", function):
        return f"gust::{found[1]}" if found[1] in MODULES else "gust (base)"
    return "libraries within the program"


MODULES = frozenset("rt net geo http aws config cache origin bucket observe proxy control app".split())


def by_module(counts: dict[str, float]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, cost in counts.items():
        found[module_of(name)] = found.get(module_of(name), 0) + cost
    return found


def short(name: str) -> str:
    """Without parameters, template arguments and library; good for a table."""
    function, library = split_library(name)
    function = re.sub(r"\[clone (\.\w+)[^\]]*\]", r"\1", function).replace("(anonymous namespace)::", "")
    depth, kept = 0, ""
    for character in function.replace("operator<", "operator@").replace("operator()", "operator$"):
        depth += character in "<("
        if depth == 0:
            kept += character
        depth -= character in ">)"
    kept = kept.replace("operator@", "operator<").replace("operator$", "operator()").replace(" const", "").strip()
    ours = not library or library.startswith("gustfront")
    return kept if ours else f"{kept} ({library})"
