"""Hits: objects of three sizes, stored before the run, their origin ended; 64 keep-alive connections over HTTP/1.1."""

import charts
import figures
import load
import results
import servers
from context import Context

TITLE = "Cached requests over HTTP/1.1"
OURS, FLOOR = "gustfront", "floor"


def measure(context: Context) -> results.Results:
    with servers.running_warm(context.servers, context.server_core, context.folder) as running:
        def one(work: str, name: str) -> results.Sample:
            server, (path, length) = running[name], servers.OBJECTS[work]
            before = server.cpu_seconds()
            done = load.run(server, path, length, context.seconds, context.load_core)
            used = server.cpu_seconds() - before
            return results.Sample(used * 1e6 / done.requests, done.rate, done.p50, done.p99, done.p999,
                                  server.memory_mib())

        samples = context.interleave(list(servers.OBJECTS), list(running), one)
        names = {name: server.name for name, server in running.items()}
    setting = (f"{figures.machine()}; median of {context.rounds} interleaved rounds of {context.seconds:g} s, "
               f"{load.CONNECTIONS} keep-alive connections, server and load generator on a core each.")
    return results.Results(setting, names, list(servers.OBJECTS), samples)


def kind(name: str) -> str:
    return "ours" if name.startswith("gustfront") else "floor" if name.startswith("floor") else "peer"


def picture_name(work: str) -> str:
    return f"hit-{work.replace(' ', '').lower()}.svg"


def tables(found: results.Results) -> str:
    parts = [found.setting]
    for work in found.works:
        parts += [f"**{work} hit**", f"![CPU per {work} hit](figures/{picture_name(work)})",
                  results.cost_table(found, work, OURS, FLOOR if FLOOR in found.names else None)]
    return "\n\n".join(parts)


def pictures(found: results.Results) -> dict[str, str]:
    drawn = {}
    for work in found.works:
        rows = [charts.Bar(found.names[name], found.median(work, name, "cpu"), kind(name),
                           *found.spread(work, name, "cpu")) for name in found.ranked(work)]
        drawn[picture_name(work)] = charts.bars(f"{work} hit", "server CPU in µs a request; less is better", rows)
    return drawn
