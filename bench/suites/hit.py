"""Hits: objects of three sizes, stored before the run, their origin ended; 64 keep-alive connections over HTTP/1.1."""

import figures
import load
import results
import servers
from context import Context

TITLE = "Cached requests over HTTP/1.1"
OURS, FLOOR = "gustfront", "floor"
AIMS = [results.Aim("1 KiB", "nginx", 0.5), results.Aim("1 KiB", "haproxy", 0.85), results.Aim("1 KiB", "floor", 1.4),
        # The bare loop that sends the same bytes: with copies, and with what the kernel has to spare them.
        *(results.Aim(work, other, most) for work, best, bare in (("100 KiB", 0.8, 1.25), ("1 MiB", 0.85, 1.15))
          for other, most in (("best", best), ("floor", bare), ("floor-sendfile", bare)))]


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


def picture_name(work: str) -> str:
    return f"hit-{work.replace(' ', '').lower()}.svg"


def tables(found: results.Results) -> str:
    parts = [found.setting, results.aims_table(found, OURS, AIMS)]
    for work in found.works:
        parts += [f"**{work} hit**", f"![CPU per {work} hit](figures/{picture_name(work)})",
                  results.cost_table(found, work, OURS, FLOOR if FLOOR in found.names else None)]
    return "\n\n".join(filter(None, parts))


def pictures(found: results.Results) -> dict[str, str]:
    return {picture_name(work): results.picture(found, work, "cpu", f"{work} hit",
                                                "server CPU in µs a request; less is better") for work in found.works}
