"""docs/figures.md and the pictures beside it: where a suite's tables are put."""

import datetime
import os
import pathlib
import platform
import re

import network

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "figures.md"
PICTURES = ROOT / "docs" / "figures"
LOAD_BEFORE = os.getloadavg()[0]  # as the run begins: what it adds itself is no news


def processor() -> str:
    found = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return found.group(1).strip() if found else platform.processor()


def machine() -> str:
    """When and where: date, processor, cores, how much else ran there, kernel, and what decides how TCP sends."""
    kernel = platform.release().partition("-")[0]
    return (f"{datetime.date.today()}, {processor()}, {os.cpu_count()} cores (load average {LOAD_BEFORE:.1f} before the run), "
            f"Linux {kernel}, TCP {network.congestion_control()}")


def marks(suite: str) -> tuple[str, str]:
    return marks_of(f"bench/run.py --suite {suite}")


def marks_of(command: str) -> tuple[str, str]:
    return f"<!-- {command}: begin -->", f"<!-- {command}: end -->"


def placed(page: str, suite: str, title: str, text: str) -> str:
    """The page with `text` between the suite's marks; a section with that title is added where there are none."""
    return placed_between(page, marks(suite), title, text)


def placed_between(page: str, marks_of_text: tuple[str, str], title: str, text: str) -> str:
    begin, end = marks_of_text
    if begin not in page or end not in page:
        page = f"{page.rstrip()}\n\n## {title}\n\n{begin}\n{end}\n"
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n{text.strip()}\n{end}{after}"


def write(suite: str, title: str, text: str, pictures: dict[str, str]) -> None:
    PICTURES.mkdir(exist_ok=True)
    for name, drawing in pictures.items():
        (PICTURES / name).write_text(drawing)
    PAGE.write_text(placed(PAGE.read_text(), suite, title, text))
