"""A server under measurement: a process in a folder of its own, pinned to a core, with what it used so far."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

START_SECONDS = 30
REALTIME = 10  # priority of SCHED_FIFO, see Server.take_realtime


class NotHere(Exception):
    """This machine cannot run the server: its program is not installed, or the system forbids what it needs."""


def pinned(core: int) -> tuple[str, ...]:
    """In front of a command: it runs on that core, and ends should the benchmark be killed."""
    return "setpriv", "--pdeathsig", "TERM", "taskset", "-c", str(core)


def realtime() -> tuple[str, ...]:
    """In front of a command: it goes before all ordinary processes."""
    return "chrt", "-f", str(REALTIME)


def may_take_realtime() -> bool:
    return subprocess.run([*realtime(), "true"], stderr=subprocess.DEVNULL).returncode == 0


def free_port() -> int:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return listener.getsockname()[1]


def fill_in(template: pathlib.Path, target: pathlib.Path, **values: object) -> None:
    """Writes `template` with each @NAME@ replaced by its value."""
    text = template.read_text()
    for name, value in values.items():
        text = text.replace(f"@{name.upper()}@", str(value))
    if left := re.search(r"@[A-Z]+@", text):
        raise ValueError(f"{template}: nothing to put for {left.group(0)}")
    target.write_text(text)


def find_program(program: str) -> str | None:
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/bin")


def need(program: str) -> str:
    found = find_program(program)
    if not found:
        raise NotHere(f"{program} is not installed (script/deps --bench)")
    return found


def version(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    found = re.search(r"\d+\.\d+(\.\d+)?", done.stdout + done.stderr)
    return found.group(0) if found else ""


def family(root: int) -> list[int]:
    """The process and all below it."""
    children: dict[int, list[int]] = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            parent = int(stat.read_text().rpartition(") ")[2].split()[1])
            children.setdefault(parent, []).append(int(stat.parent.name))
    found = [root]
    for process in found:
        found.extend(children.get(process, []))
    return found


def cpu_ticks(stat: str) -> int:
    """User and system time in a /proc/PID/stat, with that of children which have ended."""
    return sum(int(field) for field in stat.rpartition(") ")[2].split()[11:15])


class Server:
    """A running server: where it listens, what it answers, and what its processes have used."""

    # What an answer out of the cache has: a field's NAME, or NAME=text that is in it, in either case; nothing where the
    # server does not tell. bench_load's --hit.
    hit = ""

    def __init__(self, name: str, command: list[str], port: int, core: int, folder: pathlib.Path) -> None:
        self.name, self.port, self.host = name, port, f"127.0.0.1:{port}"
        self.http2_port = port  # where it takes HTTP/2 by prior knowledge, if it does
        self._log = folder / "output.log"
        with self._log.open("w") as log:
            self.process = subprocess.Popen([*pinned(core), *command], stdout=log, stderr=log, cwd=folder,
                                            start_new_session=True)
        self._wait_until_open()

    def _wait_until_open(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"{self.name} did not start:\n{self._log.read_text(errors='replace')[-2000:]}")

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()

    def get(self, path: str) -> tuple[bytes, dict[str, str]]:
        """Body and head of one GET; an answer other than 200 is an error."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers={"Host": self.host})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.read(), {name.lower(): value for name, value in answer.headers.items()}
        except urllib.error.HTTPError as trouble:
            raise RuntimeError(f"{self.name}: {path} was answered {trouble.code}") from None

    def is_hit(self, head: dict[str, str]) -> bool:
        """Whether that is the head of an answer out of the cache; true where the server does not tell."""
        name, _, text = self.hit.partition("=")
        return not name or (name.lower() in head and text.lower() in head[name.lower()].lower())

    def cpu_seconds(self) -> float:
        """User and system time so far of the process and all below it."""
        ticks = 0
        for process in family(self.process.pid):
            with contextlib.suppress(OSError):
                ticks += cpu_ticks(pathlib.Path(f"/proc/{process}/stat").read_text())
        return ticks / os.sysconf("SC_CLK_TCK")

    def take_realtime(self) -> None:
        """From now on its threads go before all ordinary ones. Otherwise whatever runs on its core keeps that for up to a
        slice of 3 ms when a request comes, and thus decides the high percentiles, whatever the niceness."""
        for process in family(self.process.pid):
            for thread in pathlib.Path(f"/proc/{process}/task").iterdir():
                with contextlib.suppress(ProcessLookupError):
                    os.sched_setscheduler(int(thread.name), os.SCHED_FIFO, os.sched_param(REALTIME))

    def memory_mib(self) -> float:
        """Resident memory of the process and all below it; a page that several of them share counts once."""
        kib = 0
        for process in family(self.process.pid):
            with contextlib.suppress(OSError):
                rollup = pathlib.Path(f"/proc/{process}/smaps_rollup").read_text()
                kib += int(re.search(r"^Pss:\s+(\d+)", rollup, re.M).group(1))
        return kib / 1024
