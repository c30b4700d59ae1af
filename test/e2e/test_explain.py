"""gustfront explain against what runs: misses, hits, what expired, keys, refusals, dry runs, and wrong use."""

import json
import os
import re
import stat
import subprocess
import tempfile
import unittest

import harness
from test_edge import NO_CACHING, answer

FORWARDED = {"ForwardedValues": {"QueryString": True, "Cookies": {"Forward": "none"}},
             "MinTTL": 0, "DefaultTTL": 1, "MaxTTL": 86400}


def pages(handler, asked: harness.Asked) -> None:
    """As the other tests' origin, and pages that say nothing of how long they are fresh."""
    if asked.path.startswith("/plain"):
        harness.reply(handler, b"plain", ETag='"p"')
    else:
        answer(handler, asked)


class Explain(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.server = harness.Gustfront().start()
        cls.addClassCleanup(cls.server.close)
        cls.origin = harness.Origin(pages)
        cls.addClassCleanup(cls.origin.close)
        cls.identifier, cls.domain = cls.server.make_distribution("localhost", cls.origin.port)
        _, cls.uncached = cls.server.make_distribution("localhost", cls.origin.port, cache=NO_CACHING)
        _, cls.by_query = cls.server.make_distribution("localhost", cls.origin.port, cache=FORWARDED)

    def run_explain(self, *words: str, data: object = None, code: int = 0) -> subprocess.CompletedProcess:
        done = subprocess.run([str(harness.BINARY), "explain", "--data", str(data or self.server.data), *words],
                              capture_output=True, text=True, timeout=60 * harness.PATIENCE)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def record(self, url: str, *words: str) -> dict:
        return json.loads(self.run_explain("--json", *words, url).stdout)

    def test_a_miss_then_a_hit(self) -> None:
        miss = self.record(f"http://{self.domain}/explained/a")
        self.assertEqual(miss["version"], 1)
        self.assertEqual(miss["distribution"]["id"], self.identifier)
        self.assertEqual((miss["lookup"], miss["answer"]["result"], miss["answer"]["status"]), ("uri-miss", "Miss", 200))
        self.assertEqual(miss["storing"]["by"]["rule"], "TTL-1")
        self.assertEqual(miss["upstream"]["tier"], "regional")
        self.assertEqual(miss["upstream"]["asked"][0]["tier"], "origin")
        self.assertTrue(any("first request" in sentence for sentence in miss["would_hit"]), miss["would_hit"])
        hit = self.record(f"{self.domain}/explained/a")
        self.assertEqual((hit["lookup"], hit["answer"]["result"]), ("hit", "Hit"))
        self.assertNotIn("would_hit", hit)
        self.assertEqual(self.origin.count("/explained/a"), 1)

    def test_in_words(self) -> None:
        words = self.run_explain("-H", "Accept-Encoding: gzip", f"http://{self.domain}/words").stdout
        for said in (f"GET http://{self.domain}/words at ", "Answered with 200 (Miss", self.identifier, "Cache key (",
                     "miss: nothing is stored under this key", "by TTL-1: ", "Regional cache "):
            self.assertIn(said, words)
        self.assertNotRegex(words, re.compile("[\x00-\x09\x0b-\x1f]"))

    def test_what_expired_says_when_and_why(self) -> None:
        url = f"http://{self.by_query}/plain/expired"
        self.record(url)
        stale = harness.wait_until(lambda: (r := self.record(url, "--dry"))["lookup"] == "stale" and r, "expiry", 5)
        self.assertTrue(any(re.match(r"expired \d+ s ago; TTL-2: it was fresh for 1 s, the default TTL", sentence)
                            for sentence in stale["would_hit"]), stale["would_hit"])
        refreshed = self.record(url)
        self.assertEqual((refreshed["lookup"], refreshed["answer"]["status"]), ("stale", 200))

    def test_another_query_parameter_is_named(self) -> None:
        self.record(f"http://{self.by_query}/q?utm_source=a")
        other = self.record(f"http://{self.by_query}/q?utm_source=b")
        self.assertIn({"from": "query", "name": "utm_source", "value": "b"}, other["key"]["parts"])
        self.assertTrue(any("query parameter utm_source were not in the key" in sentence
                            for sentence in other["would_hit"]), other["would_hit"])

    def test_caching_off_names_the_policy(self) -> None:
        off = self.record(f"http://{self.uncached}/off")
        self.assertEqual(off["lookup"], "bypass")
        self.assertTrue(off["would_hit"][0].startswith("TTL-9: caching is off in cache policy "), off["would_hit"])

    def test_a_method_that_is_refused(self) -> None:
        refused = self.record(f"http://{self.domain}/refused", "--method", "DELETE")
        self.assertEqual(refused["answer"],
                         {"status": 403, "result": "Error", "detailed_result": "InvalidRequestMethod", "step": "guard"})
        self.assertTrue(any("METH-3" in sentence for sentence in refused["would_hit"]))

    def test_an_invalidated_object_says_so(self) -> None:
        url = f"http://{self.domain}/purged"
        before = self.record(url)["purge"]["epoch"]
        self.server.invalidate(self.identifier, "/purged")
        after = self.record(url, "--dry")
        # The copy says so itself until its memory has been reclaimed, which may be at once.
        self.assertIn(after["lookup"], ("purged", "uri-miss"))
        self.assertGreater(after["purge"]["epoch"], before)

    def test_a_dry_run_asks_no_origin(self) -> None:
        url = f"http://{self.domain}/dry"
        for _ in range(2):
            dry = self.record(url, "--dry")
            self.assertEqual((dry["dry"], dry["lookup"], dry["upstream"]["lookup"]), (True, "uri-miss", "uri-miss"))
        self.assertEqual(self.origin.count("/dry"), 0)
        self.assertIn("Dry run", self.run_explain("--dry", url).stdout)

    def test_each_edge_can_be_asked(self) -> None:
        pops = [edge["pop"] for edge in self.server.ready["edges"]]
        self.record(f"http://{self.domain}/edges")
        second = self.record(f"http://{self.domain}/edges", "--edge", pops[1])
        self.assertEqual((second["node"], second["lookup"], second["upstream"]["lookup"]), (pops[1], "uri-miss", "hit"))
        by_port = self.record(f"http://{self.domain}:{self.server.edge_port(1)}/edges")
        self.assertEqual((by_port["node"], by_port["lookup"]), (pops[1], "hit"))
        wrong = self.run_explain("--edge", "XXX99", f"http://{self.domain}/", code=2).stderr
        self.assertIn(", ".join(pops), wrong)

    def test_an_unknown_host_lists_the_known_ones(self) -> None:
        done = self.run_explain("http://unknown.example/", code=1)
        self.assertIn("no distribution has the host name unknown.example", done.stderr)
        self.assertIn(self.domain, done.stdout)

    def test_wrong_use_says_what_to_do(self) -> None:
        for words, said in ((("https://d1.example/",), "explain the http:// URL"), (("http:///x",), "no host name"),
                            (("-H", "novalue", "d1.example"), "Name: value")):
            self.assertIn(said, self.run_explain(*words, code=2).stderr)
        with tempfile.TemporaryDirectory() as empty:
            self.assertIn("gustfront up", self.run_explain("d1.example", data=empty, code=1).stderr)

    def test_the_token_stays_with_its_owner(self) -> None:
        path = self.server.data / "explain.token"
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        token = path.read_text().strip()
        self.assertRegex(token, r"^[0-9a-f]{64}$")
        told = self.server.get(self.domain, "/token", headers={"Gust-Explain": token})
        self.assertEqual(json.loads(told.head["gust-decision"])["answer"]["status"], 200)
        self.assertIn("fwd=uri-miss", told.head["cache-status"])
        wrong = self.server.get(self.domain, "/token", headers={"Gust-Explain": "0" * 64})
        self.assertEqual((wrong.cache, wrong.head.get("gust-decision"), wrong.head.get("cache-status")),
                         ("Hit", None, None))
        self.assertTrue(all("gust-explain" not in asked.head for asked in self.origin.asked))


class ExplainOfWhatStops(unittest.TestCase):
    def test_after_a_stop_nothing_runs_and_the_token_is_kept(self) -> None:
        with harness.Gustfront() as server:
            token = (server.data / "explain.token").read_text()
            self.assertTrue((server.data / "running.json").exists())
            self.assertEqual(server.stop(), 0)
            self.assertFalse((server.data / "running.json").exists())
            server.start()
            self.assertEqual((server.data / "explain.token").read_text(), token)
            server.kill()
            done = subprocess.run([str(harness.BINARY), "explain", "d1.example"], capture_output=True, text=True,
                                  env={**os.environ, "GUSTFRONT_DATA": str(server.data)}, timeout=60)
            self.assertEqual(done.returncode, 1)
            self.assertIn("does not answer", done.stderr)
