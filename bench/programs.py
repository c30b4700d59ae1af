"""The programs that benchmarks run: where they are, and how they are built."""

import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAMS = ROOT / "build" / "release" / "bin"


def build(*targets: str) -> None:
    """Builds these CMake targets in release, with the packages that they need."""
    subprocess.run(["script/deps"], cwd=ROOT, check=True)
    subprocess.run(["cmake", "--preset", "release", "-DGUST_BENCH=ON"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["script/build", "release", *targets], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
