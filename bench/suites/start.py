"""From exec to the first served request: `gustfront up` with a data folder that has been in use.

There is no `edge` role of its own yet, so this is the whole program: API, bucket store, one regional cache and two edges.
The clock starts right before the process is made and stops when an edge has answered a viewer's request for an object of
the bucket with 200. Warm: program and data are in the page cache. Cold: their pages were given back before.
"""

import contextlib
import dataclasses
import http.client
import os
import pathlib
import signal
import statistics
import subprocess
import time

import figures
import results
import servers
from context import Context

TITLE = "Start"
AIM_MS = 200
STARTS = 7
OBJECTS, SMOKE_OBJECTS = 500, 5  # in the bucket
PATIENCE_SECONDS = 30


@dataclasses.dataclass
class Results:
    setting: str
    milliseconds: dict[str, list[float]]  # by "warm" and "cold"


def forget_pages(folder: pathlib.Path, *files: pathlib.Path) -> None:
    """Gives the pages of these files, and of all below the folder, back to the system."""
    for path in [*files, *(path for path in folder.rglob("*") if path.is_file())]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


class Program:
    """`gustfront up` on the same ports and data at every start."""

    def __init__(self, folder: pathlib.Path, core: int) -> None:
        self.data, self.folder = folder / "data", folder
        self.edge = servers.free_port()
        ports = {name: servers.free_port() for name in ("api", "edge-https", "regional", "metrics")}
        self._command = ["taskset", "-c", str(core), str(servers.PROGRAMS / "gustfront"), "up", "--data",
                         str(self.data), "--edges", "BOM50", "--edge-port", str(self.edge),
                         *(word for name, port in ports.items() for word in (f"--{name}-port", str(port)))]

    def start(self, host: str) -> float:
        """Milliseconds to the first 200; the program is stopped again."""
        with (self.folder / "output.log").open("ab") as log:
            begin = time.monotonic()
            process = subprocess.Popen(self._command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            while not self._serves(host):
                if process.poll() is not None or time.monotonic() > begin + PATIENCE_SECONDS:
                    raise RuntimeError(f"it does not serve:\n{(self.folder / 'output.log').read_text()[-2000:]}")
            return (time.monotonic() - begin) * 1e3
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE_SECONDS)

    def _serves(self, host: str) -> bool:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.edge, timeout=PATIENCE_SECONDS)) as viewer:
            try:
                viewer.request("GET", "/small", headers={"Host": host})
                return viewer.getresponse().status == 200
            except OSError:
                time.sleep(0.001)
                return False


def set_up(program: Program, objects: int) -> str:
    """Puts objects and a distribution into the program's data; the distribution's name."""
    server = servers.harness.Gustfront("--edges", "BOM50")
    server.data = program.data
    with server:
        server.s3.create_bucket(Bucket="bench")
        for key in ("small", *(f"other/{number}" for number in range(1, objects))):
            server.s3.put_object(Bucket="bench", Key=key, Body=b"x" * 1024, ACL="public-read",
                                 CacheControl="max-age=86400")
        _, host = server.make_distribution("bench.s3.amazonaws.com")
        server.stop()
    return host


def measure(context: Context) -> Results:
    program = Program(context.folder, context.server_core)
    objects = SMOKE_OBJECTS if context.smoke else OBJECTS
    host = set_up(program, objects)
    found: dict[str, list[float]] = {"warm": [], "cold": []}
    program.start(host)
    for number in range(1 if context.smoke else STARTS):
        for kind, taken in found.items():
            if kind == "cold":
                forget_pages(program.data, servers.PROGRAMS / "gustfront")
            taken.append(program.start(host))
            context.say(f"start {number + 1}  {kind}  {taken[-1]:.0f} ms")
    return Results(f"{figures.machine()}; median of {STARTS} starts of each kind, on one core; "
                   f"{objects} objects in the bucket.", found)


def tables(found: Results) -> str:
    rows = []
    for kind, taken in found.milliseconds.items():
        median = statistics.median(taken)
        rows.append([kind, f"{median:.0f} ({min(taken):.0f} to {max(taken):.0f})", f"under {AIM_MS}",
                     "yes" if median < AIM_MS else "no"])
    return f"{found.setting}\n\n" + results.markdown(["start", "ms to the first answer (least to most)", "aim",
                                                      "reached"], rows)
