#!/usr/bin/python3
"""What each eviction policy misses, and what it costs: the real cache, fed by synthetic traces.

    bench/policies.py --write       tables and a picture into docs/cache-policies.md and docs/figures/policies.svg
    bench/policies.py --quick       one size and the default trace only
    bench/policies.py --cache       the tables of bench_cache instead (index, bound under churn, look-ups on two cores)

The traces come from bench/traces/generate.py (the same bytes for the same arguments, see there for the model); the
program bench_policies drives src/cache through each. Takes some minutes, and about 2 GiB of memory.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import charts  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "cache-policies.md"
PICTURE = ROOT / "docs" / "figures" / "policies.svg"
PROGRAMS = ROOT / "build" / "release" / "bin"
STRIPES = 32
OURS = ["lsg:1.4", "lsg:0.9", "lsg:0.5", "lsg:0"]
POLICIES = [*OURS, "sieve", "s3-fifo", "w-tinylfu", "gdsf", "lru"]
# Rivals have one stripe, as others measure them: more would cost those that do not compare values.
DEFAULT = "seed 20240917, Zipf 0.9"
TRACES = {
    DEFAULT: [],
    "seed 1, Zipf 0.9": ["--seed", "1"],
    "seed 2, Zipf 0.7": ["--seed", "2", "--alpha", "0.7"],
    "seed 3, Zipf 1.1": ["--seed", "3", "--alpha", "1.1"],
}
# Of the others than the first: those that say something new there.
POLICIES_ELSEWHERE = ["lsg:1.4", "lsg:0.9", "sieve", "s3-fifo", "gdsf", "lru"]


def build() -> None:
    subprocess.run(["cmake", "--preset", "release", "-DGUST_BENCH=ON"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["script/build", "release", "bench_policies", "bench_cache"], cwd=ROOT, check=True,
                   stdout=subprocess.DEVNULL)


def generate(arguments: list[str], path: pathlib.Path) -> int:
    """Writes the trace and gives its footprint in bytes."""
    done = subprocess.run([sys.executable, ROOT / "bench" / "traces" / "generate.py", "--output", path, *arguments],
                          check=True, capture_output=True, text=True)
    return int(re.search(r"footprint (\d+) bytes", done.stderr).group(1))


def replay(trace: pathlib.Path, policies: list[str], bytes_max: int) -> dict[str, dict]:
    runs = [f"{policy}/{bytes_max}/{STRIPES if policy.startswith(('lsg', 'sieve')) else 1}" for policy in policies]
    done = subprocess.run([PROGRAMS / "bench_policies", trace, *runs], check=True, capture_output=True, text=True)
    return {row["policy"]: row for row in map(json.loads, done.stdout.splitlines())}


def pair(row: dict) -> str:
    return f"{row['omr']:.3f} / {row['bmr']:.3f}"


def name_of(policy: str) -> str:
    return {"lsg:0.9": "**LSG, weight 90 (default)**", "lsg:1.4": "LSG, weight 140", "lsg:0.5": "LSG, weight 50",
            "lsg:0": "LSG, weight 0", "sieve": "SIEVE", "s3-fifo": "S3-FIFO", "w-tinylfu": "W-TinyLFU, aggregated",
            "gdsf": "GDSF", "lru": "LRU"}[policy]


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    return ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head), *("| " + " | ".join(row) + " |" for row in rows), ""]


def costs() -> dict[str, dict]:
    done = subprocess.run([PROGRAMS / "bench_policies", "--cost", *POLICIES], check=True, capture_output=True, text=True)
    return {row["policy"]: row for row in map(json.loads, done.stdout.splitlines())}


def measure(quick: bool) -> tuple[list[str], dict[str, dict]]:
    shares = {"1 %": 100} if quick else {"0.1 %": 1000, "1 %": 100, "10 %": 10}
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:

        def elsewhere(label: str) -> dict[str, dict]:
            trace = pathlib.Path(folder) / f"{label}.csv"
            return replay(trace, POLICIES_ELSEWHERE, generate(TRACES[label], trace) // 100)

        trace = pathlib.Path(folder) / "trace.csv"
        footprint = generate(TRACES[DEFAULT], trace)
        running = {share: pool.submit(replay, trace, POLICIES, footprint // part) for share, part in shares.items()}
        others = {label: pool.submit(elsewhere, label) for label in TRACES if label != DEFAULT and not quick}
        by_share = {share: run.result() for share, run in running.items()}
        by_label = {label: run.result() for label, run in others.items()}
    spent = costs()
    lines = ["Missed requests / missed bytes, at a part of the footprint, and what the policy itself takes:", ""]
    lines += table(["policy", *shares, "ns a hit", "ns an insert and eviction"],
                   [[name_of(policy), *(pair(by_share[share][policy]) for share in shares),
                     f"{spent[policy]['hit_ns']:.0f}", f"{spent[policy]['insert_ns']:.0f}"] for policy in POLICIES])
    if by_label:
        lines += ["Another seed, and other Zipf exponents, at 1 % of their footprint:", ""]
        lines += table(["policy", *by_label],
                       [[name_of(policy), *(pair(rows[policy]) for rows in by_label.values())]
                        for policy in POLICIES_ELSEWHERE])
    return lines, by_share["1 %"]


def picture(rows: dict[str, dict]) -> str:
    series = {"LSG, weight 140 to 0": [(rows[policy]["omr"], rows[policy]["bmr"]) for policy in OURS]}
    series |= {re.sub(r"[*]", "", name_of(policy)): [(rows[policy]["omr"], rows[policy]["bmr"])]
               for policy in POLICIES if policy not in OURS}
    body, left, top, width, height = [], 70, 60, 640, 360
    low, high = 0.35, 0.80

    def at(point: tuple[float, float]) -> tuple[float, float]:
        return (left + (point[0] - low) / (high - low) * width, top + height - (point[1] - low) / (high - low) * height)

    for step in range(10):
        value = low + step * 0.05
        x, y = at((value, value))
        body += [f'<path class="grid" d="M{x:.1f} {top}V{top + height}M{left} {y:.1f}H{left + width}"/>',
                 charts.words(x, top + height + 18, f"{value:.2f}", "faint", "middle"),
                 charts.words(left - 8, y + 4, f"{value:.2f}", "faint", "end")]
    body += [charts.words(left + width / 2, top + height + 40, "missed requests", "faint", "middle"),
             charts.words(left, top - 8, "missed bytes", "faint")]
    for number, (name, points) in enumerate(series.items()):
        places = [at(point) for point in points]
        if len(places) > 1:
            path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
            body.append(f'<path class="line s{number % charts.SERIES}" d="{path}"/>')
        body += [f'<circle class="s{number % charts.SERIES}" cx="{x:.1f}" cy="{y:.1f}" r="5"/>' for x, y in places]
        x, y = places[0]
        body.append(charts.words(x + 9, y + 4 + (8 if name.startswith("S3") else 0), name))
    return charts.picture(top + height + 60, "What eviction policies miss at 1 % of the footprint",
                          "Missed requests across, missed bytes up; nearer to the lower left is better.", body)


def put(name: str, lines: list[str]) -> None:
    begin, end = f"<!-- bench/policies.py: {name}: begin -->", f"<!-- bench/policies.py: {name}: end -->"
    page = PAGE.read_text()
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    PAGE.write_text(f"{before}{begin}\n" + "\n".join(lines).rstrip() + f"\n{end}{after}")


def cache_tables(seconds: float) -> list[str]:
    def one(*words: str) -> list[str]:
        return subprocess.run([PROGRAMS / "bench_cache", *words], check=True, capture_output=True,
                              text=True).stdout.splitlines() + [""]

    return [*one("memory"), *one("churn", str(seconds)), *one("cores", "2")]


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--write", action="store_true")
    arguments.add_argument("--quick", action="store_true")
    arguments.add_argument("--cache", action="store_true")
    arguments.add_argument("--churn-seconds", type=float, default=60)
    arguments.add_argument("--built", action="store_true", help="take the programs as they are")
    chosen = arguments.parse_args()
    if not chosen.built:
        build()
    if chosen.cache:
        lines = cache_tables(chosen.churn_seconds)
        if chosen.write:
            put("cache", lines)
    else:
        lines, rows = measure(chosen.quick)
        if chosen.write and not chosen.quick:
            put("policies", lines)
            PICTURE.parent.mkdir(exist_ok=True)
            PICTURE.write_text(picture(rows))
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
