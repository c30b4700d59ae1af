"""By what the loops hear of events: io_uring where it is allowed, epoll everywhere."""

import os
import pathlib
import sys
import unittest

import harness
import test_edge
import test_hostile
import test_policies

FORBID = (sys.executable, str(pathlib.Path(__file__).resolve().parent / "forbid_io_uring.py"))


def is_allowed() -> bool:
    """Whether this system lets a program have an io_uring."""
    with harness.Gustfront("--io", "auto") as server:
        return "events come by epoll" not in server.output()


class OverIoUring:
    """Put in front of a class of tests: they hold over io_uring as well."""

    @classmethod
    def setUpClass(cls) -> None:
        if not is_allowed():
            raise unittest.SkipTest("io_uring is not allowed here")
        os.environ["GUSTFRONT_IO"] = "io_uring"  # a class has its own process
        cls.addClassCleanup(os.environ.pop, "GUSTFRONT_IO", None)
        super().setUpClass()


class EdgeOverIoUring(OverIoUring, test_edge.Edge):
    pass


class HostileOverIoUring(OverIoUring, test_hostile.Hostile):
    pass


class PoliciesOverIoUring(OverIoUring, test_policies.Policies):
    pass


class Forbidden(unittest.TestCase):
    """A container's seccomp profile denies io_uring's calls."""

    def serves(self, server: harness.Gustfront) -> None:
        with harness.origin_that(lambda handler, _: harness.reply(handler, b"x", Cache_Control="max-age=60")) as origin:
            _, domain = server.make_distribution("localhost", origin.port)
            self.assertEqual(server.get(domain, "/a").cache, "Miss")
            self.assertEqual(server.get(domain, "/a").cache, "Hit")

    def test_auto_serves_over_epoll_and_says_why_in_one_line(self) -> None:
        with harness.Gustfront("--io", "auto", prefix=FORBID) as server:
            self.serves(server)
            said = [line for line in server.output().splitlines() if "io_uring" in line]
            self.assertEqual(len(said), 1, said)
            self.assertIn("events come by epoll, as io_uring is forbidden here", said[0])

    def test_the_default_does_not_even_ask(self) -> None:
        with harness.Gustfront(prefix=FORBID) as server:
            self.serves(server)
            self.assertNotIn("io_uring", server.output())

    def test_io_uring_by_name_ends_the_start_with_the_reason(self) -> None:
        with self.assertRaisesRegex(AssertionError, "gustfront: io: io_uring is forbidden here .*--io auto"):
            with harness.Gustfront("--io", "io_uring", prefix=FORBID):
                pass

    def test_a_wrong_value_is_named(self) -> None:
        done = harness.run_gustfront("up", "--io", "kqueue")
        self.assertEqual(done.returncode, 2)
        self.assertIn('"kqueue" is not valid: expected auto, epoll or io_uring', done.stderr)
