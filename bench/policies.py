#!/usr/bin/python3
"""What each eviction policy misses, and what it costs: the real cache, fed by synthetic traces.

    bench/policies.py --write       tables and a picture into docs/cache-policies.md and docs/figures/policies.svg
    bench/policies.py --quick       one trace of a fifth of the requests and one size, in about two minutes
    bench/policies.py --cache       the tables of bench_cache instead (index, bound under churn, look-ups on two cores)

The traces come from bench/traces/generate.py (the same bytes for the same arguments, see there for the model); the
program bench_policies drives src/cache through each. As many runs at once as there are cores, each of up to 2 GiB; every
run that ends says so on standard error.
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
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import charts  # noqa: E402
import figures  # noqa: E402
import programs  # noqa: E402
import results  # noqa: E402

PAGE = figures.ROOT / "docs" / "cache-policies.md"
PICTURE = "policies.svg"
STRIPES = 32
OURS = ["lsg:1.4", "lsg:0.9", "lsg:0.5", "lsg:0"]
POLICIES = [*OURS, "sieve", "s3-fifo", "w-tinylfu", "w-tinylfu-av", "gdsf", "lru"]
NAMES = {"lsg:0.9": "**LSG, weight 90 (default)**", "lsg:1.4": "LSG, weight 140", "lsg:0.5": "LSG, weight 50",
         "lsg:0": "LSG, weight 0", "sieve": "SIEVE", "s3-fifo": "S3-FIFO", "w-tinylfu": "W-TinyLFU",
         "w-tinylfu-av": "W-TinyLFU-AV", "gdsf": "GDSF", "lru": "LRU"}
REQUESTS, QUICK_REQUESTS = 2_000_000, 400_000
REQUESTS_A_RANK = 10  # of each of the two classes, as the generator has it
DEFAULT = "seed 20240917, Zipf 0.9"
TRACES = {
    DEFAULT: [],
    "seed 1, Zipf 0.9": ["--seed", "1"],
    "seed 2, Zipf 0.7": ["--seed", "2", "--alpha", "0.7"],
    "seed 3, Zipf 1.1": ["--seed", "3", "--alpha", "1.1"],
}
# Of the others than the first: those that say something new there.
POLICIES_ELSEWHERE = ["lsg:1.4", "lsg:0.9", "sieve", "s3-fifo", "w-tinylfu", "w-tinylfu-av", "gdsf", "lru"]
SHARES = {"0.1 %": 1000, "1 %": 100, "10 %": 10}
BEGUN = time.monotonic()


def say(text: str) -> None:
    print(f"{time.monotonic() - BEGUN:6.0f} s  {text}", file=sys.stderr, flush=True)


def rows_of(title: str, *words: str | os.PathLike) -> dict[str, dict]:
    """What bench_policies tells, by policy, each told on as it comes."""
    found = {}
    with subprocess.Popen([programs.PROGRAMS / "bench_policies", *words], stdout=subprocess.PIPE, text=True) as program:
        for line in program.stdout:
            row = json.loads(line)
            found[row["policy"]] = row
            say(f"{title}  {line.strip()}")
    if program.returncode != 0:
        raise subprocess.CalledProcessError(program.returncode, program.args)
    return found


def generate(label: str, requests: int, path: pathlib.Path) -> int:
    """Writes the trace and gives its footprint in bytes."""
    done = subprocess.run([sys.executable, programs.ROOT / "bench" / "traces" / "generate.py", "--output", path,
                           "--requests", str(requests), "--ranks", str(requests // REQUESTS_A_RANK), *TRACES[label]],
                          stderr=subprocess.PIPE, text=True)
    found = re.search(r"footprint (\d+) bytes", done.stderr)
    if done.returncode != 0 or not found:
        raise RuntimeError(f"no trace of {label}: {done.stderr}")
    say(f"{label}: generated, footprint {found[1]} bytes")
    return int(found[1])


def replay(title: str, trace: pathlib.Path, policies: list[str], bytes_max: int) -> dict[str, dict]:
    # Rivals have one stripe, as others measure them: more would cost those that do not compare values.
    runs = [f"{policy}/{bytes_max}/{STRIPES if policy.startswith(('lsg', 'sieve')) else 1}" for policy in policies]
    return rows_of(title, trace, *runs)


def pair(row: dict) -> str:
    return f"{row['omr']:.3f} / {row['bmr']:.3f}"


def measure(requests: int, shares: dict[str, int], elsewhere: list[str]) -> tuple[str, dict[str, dict]]:
    """The tables, and the rows of 1 % of the default trace."""
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        def on(label: str) -> dict[str, dict]:
            trace = pathlib.Path(folder) / f"{label}.csv"
            found = replay(f"{label}, 1 %", trace, POLICIES_ELSEWHERE, generate(label, requests, trace) // 100)
            trace.unlink()
            return found

        trace = pathlib.Path(folder) / "trace.csv"
        footprint = generate(DEFAULT, requests, trace)
        running = {share: pool.submit(replay, share, trace, POLICIES, footprint // part) for share, part in shares.items()}
        others = {label: pool.submit(on, label) for label in elsewhere}
        by_share = {share: run.result() for share, run in running.items()}
        by_label = {label: run.result() for label, run in others.items()}
    spent = rows_of("cost", "--cost", *POLICIES)
    parts = [f"{figures.machine()}; {requests:,} requests of {DEFAULT}: missed requests / missed bytes, at a part of the "
             "footprint, and what the policy itself takes:",
             results.markdown(["policy", *shares, "ns a hit", "ns an insert and eviction"],
                              [[NAMES[policy], *(pair(by_share[share][policy]) for share in shares),
                                f"{spent[policy]['hit_ns']:.0f}", f"{spent[policy]['insert_ns']:.0f}"]
                               for policy in POLICIES])]
    if by_label:
        parts += [f"![Missed requests and bytes at 1 %](figures/{PICTURE})",
                  "Another seed, and other Zipf exponents, at 1 % of their footprint:",
                  results.markdown(["policy", *by_label], [[NAMES[policy], *(pair(rows[policy]) for rows in by_label.values())]
                                                           for policy in POLICIES_ELSEWHERE])]
    return "\n\n".join(parts), by_share["1 %"]


def picture(rows: dict[str, dict]) -> str:
    def place(policy: str) -> tuple[float, float]:
        return rows[policy]["omr"], rows[policy]["bmr"]

    others = [policy for policy in POLICIES if policy not in OURS]
    return charts.points("What eviction policies miss at 1 % of the footprint; nearer to the lower left is better",
                         "missed requests", "missed bytes",
                         {"LSG, weight 140 to 0": [place(policy) for policy in OURS],
                          **{NAMES[policy]: [place(policy)] for policy in others}})


def put(name: str, text: str) -> None:
    PAGE.write_text(figures.placed_between(PAGE.read_text(), figures.marks_of(f"bench/policies.py: {name}"), name, text))


def cache_tables(churn_seconds: float) -> str:
    def one(*words: str) -> str:
        say(f"bench_cache {' '.join(words)}")
        return subprocess.run([programs.PROGRAMS / "bench_cache", *words], check=True, stdout=subprocess.PIPE,
                              text=True).stdout.strip()

    return "\n\n".join([f"{figures.machine()}:", one("memory"), one("churn", str(churn_seconds)), one("cores", "2")])


def main() -> int:
    arguments = argparse.ArgumentParser(prog="bench/policies.py", description=__doc__,
                                        formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--write", action="store_true")
    arguments.add_argument("--quick", action="store_true")
    arguments.add_argument("--cache", action="store_true")
    arguments.add_argument("--churn-seconds", type=float, default=60, help="with --cache (default: %(default)s)")
    arguments.add_argument("--built", action="store_true", help="take the programs as they are")
    chosen = arguments.parse_args()
    if chosen.quick and (chosen.write or chosen.cache):
        arguments.error("--quick goes without --write and --cache: what it finds is not for the page")
    if not chosen.built:
        programs.build("bench_cache" if chosen.cache else "bench_policies")
    if chosen.cache:
        text = cache_tables(chosen.churn_seconds)
        if chosen.write:
            put("cache", text)
    elif chosen.quick:
        text, _ = measure(QUICK_REQUESTS, {"1 %": SHARES["1 %"]}, [])
    else:
        text, rows = measure(REQUESTS, SHARES, [label for label in TRACES if label != DEFAULT])
        if chosen.write:
            put("policies", text)
            figures.PICTURES.mkdir(exist_ok=True)
            (figures.PICTURES / PICTURE).write_text(picture(rows))
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
