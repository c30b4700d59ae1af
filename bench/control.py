#!/usr/bin/env python3
"""The control plane with many distributions: how fast they are made, listed, changed and loaded, and what they take.

    bench/control.py [--distributions 1000] [--behaviors 25] [--gustfront build/release/bin/gustfront]

Prints the rows of the table in docs/figures.md. Everything goes through botocore, as clients do it; each is a process with one
connection, so that the figures are those of one client that waits for each answer. An update counts as seen at an edge when a request
there is answered by it; edges are asked in turn from the moment the update is sent.
"""

import argparse
import contextlib
import datetime
import os
import pathlib
import re
import statistics
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "test" / "e2e"))

POLICY = "658327ea-f89d-4fab-a63d-7e88639e58f6"
UPDATES = 20


def items(given: list) -> dict:
    return {"Quantity": len(given), "Items": given}


def config_of(number: int, behaviors: int) -> dict:
    behavior = {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": POLICY}
    return {"CallerReference": f"bench-{number}", "Comment": f"site {number}", "Enabled": True,
            "Origins": items([{"Id": "o", "DomainName": "localhost", "CustomOriginConfig": {
                "HTTPPort": 8099, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}}]),
            "DefaultCacheBehavior": behavior,
            "CacheBehaviors": items([{"PathPattern": f"/part-{i}/*", **behavior} for i in range(behaviors)])}


def resident_mib(process_id: int) -> float:
    text = pathlib.Path(f"/proc/{process_id}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text).group(1)) / 1024


def update_seconds(server, harness, identifier: str, domain: str) -> tuple[float, list[float]]:
    """Until the answer to the update of a behaviour, and until each edge redirects by it; since it was sent."""
    got = server.cloudfront.get_distribution_config(Id=identifier)
    config = got["DistributionConfig"]
    config["CacheBehaviors"]["Items"][3]["ViewerProtocolPolicy"] = "redirect-to-https"
    began = time.monotonic()
    server.cloudfront.update_distribution(Id=identifier, IfMatch=got["ETag"], DistributionConfig=config)
    answered = time.monotonic() - began
    seen = []
    for edge in range(len(server.ready["edges"])):
        harness.wait_until(lambda at=edge: server.get(domain, "/part-3/a", edge=at).status == 301,
                           "the update is seen")
        seen.append(time.monotonic() - began)
    return answered, seen


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--distributions", type=int, default=1000)
    options.add_argument("--behaviors", type=int, default=25)
    options.add_argument("--gustfront", default=str(ROOT / "build" / "release" / "bin" / "gustfront"))
    chosen = options.parse_args()
    os.environ["GUSTFRONT"] = chosen.gustfront
    import harness

    with contextlib.ExitStack() as stack:
        server = stack.enter_context(harness.Gustfront("--access-log", "no"))
        empty = resident_mib(server.process.pid)
        made = []
        began = time.monotonic()
        for number in range(chosen.distributions):
            answer = server.cloudfront.create_distribution(
                DistributionConfig=config_of(number, chosen.behaviors))["Distribution"]
            made.append((answer["Id"], answer["DomainName"]))
        creating = time.monotonic() - began
        server.wait_deployed(made[-1][0])
        loaded = resident_mib(server.process.pid)

        began = time.monotonic()
        listed = sum(len(page["DistributionList"].get("Items", []))
                     for page in server.cloudfront.get_paginator("list_distributions").paginate())
        listing = time.monotonic() - began
        assert listed == chosen.distributions, listed

        answered, seen = [], []
        for number in range(UPDATES):
            took, by_edge = update_seconds(server, harness, *made[number * len(made) // UPDATES])
            answered.append(took)
            seen.append(by_edge)
        server.stop()
        began = time.monotonic()
        server.start()
        starting = time.monotonic() - began
        started = resident_mib(server.process.pid)

    milliseconds = 1000
    last = [max(each) for each in seen]
    print(f"{datetime.date.today()}, {chosen.distributions:,} distributions with {chosen.behaviors} behaviours each, "
          f"load average {os.getloadavg()[0]:.1f}\n")
    print("| what | measured |\n| --- | --- |")
    for what, value in (
            ("creates a second, one client", f"{chosen.distributions / creating:.0f}"),
            ("listing all, 100 a page", f"{listing:.2f} s"),
            ("update answered, median", f"{statistics.median(answered) * milliseconds:.0f} ms"),
            ("update seen at every edge, median", f"{statistics.median(last) * milliseconds:.0f} ms"),
            ("the same, longest", f"{max(last) * milliseconds:.0f} ms"),
            ("start until everything serves", f"{starting:.2f} s"),
            ("memory, empty", f"{empty:.0f} MiB"),
            ("memory after the creates", f"{loaded:.0f} MiB"),
            ("memory after the start", f"{started:.0f} MiB")):
        print(f"| {what} | {value} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
