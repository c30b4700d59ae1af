#!/usr/bin/env python3
"""Writes docs/rules.md: each of the service's rules, and the tests that show it.

    tools/rules/table.py           writes the page
    tools/rules/table.py --check   fails where the page is not what would be written

A test shows a rule when its name begins with the rule's id (`Ttl3...` or `Coll1And2...` in C++, `test_ttl_3_...` in Python), or when
the first line of a story names it. Every rule has a test or says why it has none, and not both; every id in a test's name is known.
"""

import pathlib
import re
import sys
from collections import defaultdict

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
RULES = ROOT / "tools" / "rules" / "rules.txt"
PAGE = ROOT / "docs" / "rules.md"
SHOWN = 4  # tests named in a row of the table; the rest is counted


def read_rules() -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Sections, each a title and its rules: id, text, and why nothing tests it (empty: something does)."""
    sections: list[tuple[str, list[tuple[str, str, str]]]] = []
    for line in RULES.read_text().splitlines():
        if line.startswith("## "):
            sections.append((line[3:], []))
        elif line and not line.startswith("#"):
            rule, text, *rest = [part.strip() for part in line.split("|")]
            sections[-1][1].append((rule, text, rest[0].removeprefix("open:").strip() if rest else ""))
    return sections


def sources(*patterns: str) -> list[pathlib.Path]:
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern))


def ids_in_name(name: str, prefixes: set[str]) -> list[str]:
    """`Coll1And2WaitersShare` names COLL-1 and COLL-2; `Ttl9AndErr5Off` TTL-9 and ERR-5; `test_ttl_9_off` TTL-9."""
    python = re.match(r"test_([a-z]+)_(\d+)(?:_|$)", name)
    if python:
        name = f"{python[1].capitalize()}{python[2]}"
    found: list[str] = []
    rest = name
    while part := re.match(r"(And|To|)([A-Z][a-z]+?)?(\d+)", rest):
        joint, word, number = part.groups()
        if not found and not word or found and not joint:
            break
        prefix = word.upper() if word else found[-1].split("-")[0]
        if prefix not in prefixes:
            break
        first = int(found[-1].split("-")[1]) + 1 if joint == "To" else int(number)
        found += [f"{prefix}-{each}" for each in range(first, int(number) + 1)]
        rest = rest[part.end():]
    return found


def find_tests(prefixes: set[str]) -> dict[str, list[str]]:
    """The tests of each rule, as `file: name`."""
    tests: dict[str, list[str]] = defaultdict(list)
    for path in sources("src/**/*_test.cc", "test/**/*_test.cc"):
        for name in re.findall(r"^\s*TEST(?:_F|_P)?\(\s*\w+,\s*(\w+)", path.read_text(), re.MULTILINE):
            for rule in ids_in_name(name, prefixes):
                tests[rule].append(f"{path.name}: {name}")
    for path in sources("test/e2e/*.py", "test/conformance/*.py"):
        for name in re.findall(r"def (test_\w+)", path.read_text()):
            for rule in ids_in_name(name, prefixes):
                tests[rule].append(f"{path.name}: {name}")
    for path in sources("test/scenarios/stories/*.scenario"):
        first = path.read_text().splitlines()[0]
        for prefix, number, last in re.findall(r"\b([A-Z]+)-(\d+)(?: to (?:[A-Z]+-)?(\d+))?", first):
            if prefix in prefixes:
                for each in range(int(number), int(last or number) + 1):
                    tests[f"{prefix}-{each}"].append(f"story {path.stem}")
    return tests


def page_of(sections: list[tuple[str, list[tuple[str, str, str]]]], tests: dict[str, list[str]]) -> str:
    rules = [rule for _, rows in sections for rule in rows]
    tested = sum(1 for rule, _, _ in rules if tests[rule])
    lines = ["# The service's rules, and the tests that show them", "",
             "Written by `tools/rules/table.py` from the names of the tests; a check in `script/test` holds it true.", "",
             f"{tested} of {len(rules)} rules have tests; the others say why not. [open-rules.md](open-rules.md) tells how the "
             "rules are read that the service's pages leave open.", ""]
    for title, rows in sections:
        lines += [f"## {title}", "", "| rule | says | shown by |", "| --- | --- | --- |"]
        for rule, text, reason in rows:
            shown = "<br>".join(f"`{name}`" for name in tests[rule][:SHOWN])
            if len(tests[rule]) > SHOWN:
                shown += f"<br>and {len(tests[rule]) - SHOWN} more"
            lines.append(f"| {rule} | {text} | {shown or 'open: ' + reason} |")
        lines.append("")
    return "\n".join(lines)


def faults(sections: list[tuple[str, list[tuple[str, str, str]]]], tests: dict[str, list[str]]) -> list[str]:
    rules = {rule: reason for _, rows in sections for rule, _, reason in rows}
    found = [f"{rule}: no test carries its id, and {RULES.name} does not say why" for rule, reason in rules.items()
             if not tests[rule] and not reason]
    found += [f"{rule}: is said to be open, and {tests[rule][0]} shows it" for rule, reason in rules.items()
              if tests[rule] and reason]
    return found + [f"{rule}: {names[0]} names a rule that {RULES.name} does not have" for rule, names in tests.items()
                    if names and rule not in rules]


def main() -> int:
    sections = read_rules()
    prefixes = {rule.split("-")[0] for _, rows in sections for rule, _, _ in rows}
    tests = find_tests(prefixes)
    found = faults(sections, tests)
    page = page_of(sections, tests)
    if "--check" not in sys.argv:
        PAGE.write_text(page)
    elif not PAGE.exists() or PAGE.read_text() != page:
        found.append(f"{PAGE.relative_to(ROOT)} is not up to date: run tools/rules/table.py")
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
