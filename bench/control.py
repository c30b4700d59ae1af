#!/usr/bin/env python3
"""The control plane with many distributions: how fast they are made, listed, changed and loaded, and what they take.

    bench/control.py [--distributions 1000] [--behaviors 25] [--gustfront build/release/bin/gustfront]
    bench/control.py --write     the table goes into docs/figures.md
    bench/control.py --smoke     a few distributions: shows that it runs

Everything goes through botocore, as clients do it: one client that waits for each answer. An update is seen at an edge when a request
there is answered by it; the edges are asked in turn from the moment the answer to the update is there. Deployed means that all nodes have
confirmed, the regional cache too.
"""

import argparse
import os
import pathlib
import re
import statistics
import sys
import time
from typing import Callable

import figures

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "test" / "e2e"))

TITLE = "Many distributions"
COMMAND = "bench/control.py --write"
CACHE_POLICY = "658327ea-f89d-4fab-a63d-7e88639e58f6"
PATIENCE_SECONDS = 30


def items(given: list) -> dict:
    return {"Quantity": len(given), "Items": given}


def config_of(number: int, behaviors: int, headers_policy: str) -> dict:
    behavior = {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": CACHE_POLICY}
    return {"CallerReference": f"bench-{number}", "Comment": f"site {number}", "Enabled": True,
            "Origins": items([{"Id": "o", "DomainName": "localhost", "CustomOriginConfig": {
                "HTTPPort": 8099, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}}]),
            "DefaultCacheBehavior": {**behavior, "ResponseHeadersPolicyId": headers_policy},
            "CacheBehaviors": items([{"PathPattern": f"/part-{i}/*", **behavior} for i in range(behaviors)])}


def headers_policy_of(value: str) -> dict:
    return {"Name": "bench", "CustomHeadersConfig": items([{"Header": "x-bench", "Value": value, "Override": True}])}


class Run:
    def __init__(self, server, behaviors: int) -> None:
        self.server, self.api, self.behaviors = server, server.cloudfront, behaviors
        self.policy = self.api.create_response_headers_policy(
            ResponseHeadersPolicyConfig=headers_policy_of("0"))["ResponseHeadersPolicy"]["Id"]
        self.made: list[tuple[str, str]] = []  # id and domain name

    def resident_mib(self) -> float:
        text = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text).group(1)) / 1024

    def cpu_seconds(self) -> float:
        """Of all threads, so far."""
        ticks = pathlib.Path(f"/proc/{self.server.process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")

    def create(self, number: int) -> None:
        answer = self.api.create_distribution(DistributionConfig=config_of(number, self.behaviors, self.policy))
        self.made.append((answer["Distribution"]["Id"], answer["Distribution"]["DomainName"]))

    def count_listed(self) -> int:
        pages = self.api.get_paginator("list_distributions").paginate()
        return sum(len(page["DistributionList"].get("Items", [])) for page in pages)

    def seen(self, is_new: Callable[[int], bool], began: float) -> list[float]:
        """Seconds from `began` until each edge answers by the change."""
        after = []
        for edge in range(len(self.server.ready["edges"])):
            while not is_new(edge):
                if time.monotonic() - began > PATIENCE_SECONDS:
                    raise SystemExit(f"control.py: a change is not seen within {PATIENCE_SECONDS} s")
            after.append(time.monotonic() - began)
        return after

    def deployed(self, identifier: str, began: float) -> float:
        while self.api.get_distribution(Id=identifier)["Distribution"]["Status"] != "Deployed":
            if time.monotonic() - began > PATIENCE_SECONDS:
                raise SystemExit(f"control.py: a change is not deployed within {PATIENCE_SECONDS} s")
        return time.monotonic() - began

    def update(self, identifier: str, domain: str) -> dict[str, float]:
        """A behaviour of one distribution; seconds since the request was sent."""
        got = self.api.get_distribution_config(Id=identifier)
        config = got["DistributionConfig"]
        config["CacheBehaviors"]["Items"][-1]["ViewerProtocolPolicy"] = "redirect-to-https"
        path = config["CacheBehaviors"]["Items"][-1]["PathPattern"].replace("*", "a")
        began = time.monotonic()
        self.api.update_distribution(Id=identifier, IfMatch=got["ETag"], DistributionConfig=config)
        answered = time.monotonic() - began
        seen = self.seen(lambda edge: self.server.get(domain, path, edge=edge).status == 301, began)
        return {"answered": answered, "seen": max(seen), "deployed": self.deployed(identifier, began)}

    def update_policy(self, value: str) -> float:
        """A policy that all distributions name; seconds until every edge answers by it."""
        domain = self.made[-1][1]
        etag = self.api.get_response_headers_policy(Id=self.policy)["ETag"]
        began = time.monotonic()
        self.api.update_response_headers_policy(Id=self.policy, IfMatch=etag,
                                                ResponseHeadersPolicyConfig=headers_policy_of(value))
        return max(self.seen(lambda edge: self.server.get(domain, "/", edge=edge).head.get("x-bench") == value, began))


def measure(server, distributions: int, behaviors: int, updates: int) -> list[tuple[str, str]]:
    run = Run(server, behaviors)
    empty = run.resident_mib()
    cpu, began = run.cpu_seconds(), time.monotonic()
    for number in range(distributions):
        run.create(number)
    creating, cpu = time.monotonic() - began, run.cpu_seconds() - cpu
    last_deployed = run.deployed(run.made[-1][0], began) - creating
    loaded = run.resident_mib()

    cpu_listing, began = run.cpu_seconds(), time.monotonic()
    listed = run.count_listed()
    listing, cpu_listing = time.monotonic() - began, run.cpu_seconds() - cpu_listing
    if listed != distributions:
        raise SystemExit(f"control.py: {listed} distributions are listed of {distributions}")

    one = [run.update(*run.made[number * len(run.made) // updates]) for number in range(updates)]
    of_policy = [run.update_policy(str(number + 1)) for number in range(updates)]
    after_updates = run.resident_mib()
    server.stop()
    began = time.monotonic()
    server.start()
    starting = time.monotonic() - began
    started = run.resident_mib()

    def milliseconds(seconds: list[float]) -> str:
        return f"{statistics.median(seconds) * 1000:,.0f} ms (at most {max(seconds) * 1000:,.0f})"

    return [
        ("creates a second", f"{distributions / creating:.0f}"),
        ("CPU of a create", f"{cpu / distributions * 1000:.1f} ms"),
        ("from the last create to Deployed", f"{last_deployed * 1000:,.0f} ms"),
        ("listing all, 100 a page", f"{listing:.2f} s, {cpu_listing:.2f} s of them our CPU"),
        ("update answered", milliseconds([each["answered"] for each in one])),
        ("update seen at every edge", milliseconds([each["seen"] for each in one])),
        ("update Deployed", milliseconds([each["deployed"] for each in one])),
        ("update of a policy that all name, seen at every edge", milliseconds(of_policy)),
        ("start until everything serves", f"{starting:.2f} s"),
        ("memory before the creates", f"{empty:.0f} MiB"),
        ("memory after them", f"{loaded:.0f} MiB"),
        ("memory after the updates", f"{after_updates:.0f} MiB"),
        ("memory after the start", f"{started:.0f} MiB"),
    ]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--distributions", type=int, default=1000)
    options.add_argument("--behaviors", type=int, default=25)
    options.add_argument("--gustfront", default=str(ROOT / "build" / "release" / "bin" / "gustfront"))
    options.add_argument("--write", action="store_true")
    options.add_argument("--smoke", action="store_true")
    chosen = options.parse_args()
    os.environ["GUSTFRONT"] = chosen.gustfront
    import harness

    distributions, behaviors, updates = (5, 2, 1) if chosen.smoke else (chosen.distributions, chosen.behaviors, 20)
    with harness.Gustfront("--access-log", "no") as server:
        rows = measure(server, distributions, behaviors, updates)
    text = f"{figures.machine()}; {distributions:,} distributions with {behaviors} behaviours each.\n\n"
    text += "| what | measured |\n| --- | --- |\n" + "".join(f"| {what} | {value} |\n" for what, value in rows)
    print(text)
    if chosen.write and not chosen.smoke:
        figures.PAGE.write_text(figures.placed_between(figures.PAGE.read_text(), figures.marks_of(COMMAND), TITLE, text))
    return 0


if __name__ == "__main__":
    sys.exit(main())
