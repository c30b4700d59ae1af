#!/usr/bin/python3
"""What many cores would do to the cache's index: a simulation from measured times, not a measurement.

    bench/cores_model.py [--request-ns 5470] [--hold-ns 36] [--transfer-ns 185] [--write]

Each core spends `request-ns` on a hit outside of the index, then takes the stripe of its key for `hold-ns`, and later gives
back its share of the entry. What several cores write goes from cache to cache: `transfer-ns` more whenever the last to
write to the stripe, or to the entry's count, was another core. Waiting is in order of arrival. Keys are Zipf 0.9 over 200,000,
with one of them at an extra share where a row says so. The times are measured: `request-ns` is what a request of a loop that shares
nothing takes in `bench/run.py --suite cores`, `hold-ns` a look-up in `bench_cache cores`, and with `transfer-ns` two cores that are
asked for one object come to the 1.88 times one that they had in that suite. All of the machine's other limits (memory, network) are left out.
"""

import argparse
import bisect
import heapq
import itertools
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import figures  # noqa: E402
import results  # noqa: E402

PAGE = figures.ROOT / "docs" / "cache-policies.md"
KEYS, EXPONENT, REQUESTS = 200_000, 0.9, 150_000


class Line:
    """What one core can write at a time."""

    def __init__(self) -> None:
        self.free_at = 0.0
        self.owner = -1

    def take(self, core: int, now: float, hold: float, transfer: float) -> float:
        """Gives the time when `core` is done with it."""
        self.free_at = max(now, self.free_at) + hold + (transfer if self.owner not in (-1, core) else 0)
        self.owner = core
        return self.free_at


def simulate(cores: int, stripes: int, hot: float, is_borrowed: bool, times: argparse.Namespace,
             cumulative: list[float]) -> float:
    """Requests a second. `is_borrowed`: hits of the hot key go by a reference of the core's own, without stripe and count."""
    chance = random.Random(f"{cores}/{stripes}/{hot}")
    stripe_lines = [Line() for _ in range(stripes)]
    counts: dict[int, Line] = {}
    # What happens next to each core: (when, core, what, key), always the earliest of all, so that lines are taken in order.
    events = [(chance.random() * times.request_ns, core, "begin", 0) for core in range(cores)]
    heapq.heapify(events)
    now, done = 0.0, 0
    while done < REQUESTS:
        now, core, what, key = heapq.heappop(events)
        half = times.request_ns / 2
        if what == "begin":
            key = 0 if chance.random() < hot else bisect.bisect_left(cumulative, chance.random() * cumulative[-1])
            heapq.heappush(events, (now + half * (0.5 + chance.random()), core, "look", key))
        elif what == "look":
            if is_borrowed and key == 0:
                done += 1
                heapq.heappush(events, (now + times.hold_ns / 2 + half, core, "begin", 0))
                continue
            at = stripe_lines[key % stripes].take(core, now, times.hold_ns, times.transfer_ns)
            heapq.heappush(events, (at + half, core, "end", key))
        else:  # the answer is sent: the share of the entry goes back
            done += 1
            at = counts.setdefault(key, Line()).take(core, now, 5, times.transfer_ns)
            heapq.heappush(events, (at, core, "begin", 0))
    return done / now * 1e9


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--request-ns", type=float, default=5470)
    arguments.add_argument("--hold-ns", type=float, default=36)
    arguments.add_argument("--transfer-ns", type=float, default=185)
    arguments.add_argument("--write", action="store_true")
    times = arguments.parse_args()
    cumulative = list(itertools.accumulate(rank ** -EXPONENT for rank in range(1, KEYS + 1)))
    cases = [("Zipf 0.9", 32, 0.0, False), ("Zipf 0.9", 256, 0.0, False), ("30 % of all for one key", 32, 0.3, False),
             ("all for one key", 32, 1.0, False), ("all for one key, borrowed", 32, 1.0, True)]
    rows = []
    for name, stripes, hot, is_borrowed in cases:
        one = simulate(1, stripes, hot, is_borrowed, times, cumulative)
        rows.append([name, str(stripes), *(f"{simulate(cores, stripes, hot, is_borrowed, times, cumulative) / one:.1f}"
                                           for cores in (2, 8, 16, 32, 64))])
    text = (f"{times.request_ns:g} ns a request, {times.hold_ns:g} ns with the stripe, {times.transfer_ns:g} ns to move a "
            "line:\n\n" + results.markdown(["requests", "stripes", "2 cores", "8", "16", "32", "64 cores, times one core"], rows))
    print(text)
    if times.write:
        PAGE.write_text(figures.placed_between(PAGE.read_text(), figures.marks_of("bench/cores_model.py"),
                                               "More cores than two", text))


if __name__ == "__main__":
    main()
