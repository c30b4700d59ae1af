"""HTTP/2 without TLS, by prior knowledge: what curl, nghttp and h2load see."""

import re
import subprocess
import unittest

import harness

PAGE = b"0123456789" * 10_000
ALL_METHODS = {"Quantity": 7, "Items": ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"],
               "CachedMethods": {"Quantity": 2, "Items": ["GET", "HEAD"]}}


def answer(handler, asked: harness.Asked) -> None:
    if asked.path == "/echo":
        harness.reply(handler, harness.read_body(handler, asked))
    else:
        harness.reply(handler, PAGE, Cache_Control="max-age=60")


class Http2(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.server = harness.Gustfront().start()
        cls.addClassCleanup(cls.server.close)
        cls.origin = harness.Origin(answer)
        cls.addClassCleanup(cls.origin.close)
        _, cls.domain = cls.server.make_distribution("localhost", cls.origin.port, AllowedMethods=ALL_METHODS)
        _, cls.reading_domain = cls.server.make_distribution("localhost", cls.origin.port)

    def curl(self, path: str, *words: str, domain: str = "", body: bytes = b"") -> subprocess.CompletedProcess:
        url = f"http://127.0.0.1:{self.server.edge_port(0)}{path}"
        return subprocess.run(["curl", "-sS", "--http2-prior-knowledge", "-D", "/dev/stderr", "-H",
                               f"Host: {domain or self.domain}", *words, url], input=body, capture_output=True, timeout=20)

    def test_curl_gets_misses_and_hits(self) -> None:
        for result in (b"Miss", b"Hit"):
            asked = self.curl("/page")
            self.assertEqual(asked.stdout, PAGE)
            self.assertTrue(asked.stderr.startswith(b"HTTP/2 200"), asked.stderr)
            self.assertIn(b"x-cache: " + result + b" from cloudfront", asked.stderr)
        self.assertEqual(self.origin.count("/page"), 1)
        harness.wait_until(lambda: any("HTTP/2.0" in line for line in self.server.access_lines()), "the log has the version")

    def test_bodies_go_to_the_origin_with_and_without_a_length(self) -> None:
        body = b"x" * 1_000_000
        for words in (("--data-binary", "@-"), ("-T", "-")):
            asked = self.curl("/echo", *words, body=body)
            self.assertEqual(len(asked.stdout), len(body), asked.stderr)

    def test_an_answer_before_the_end_of_its_body_arrives(self) -> None:
        asked = self.curl("/page", "--data-binary", "@-", domain=self.reading_domain, body=b"x" * 1_000_000)
        self.assertTrue(asked.stderr.startswith(b"HTTP/2 403"), asked.stderr)

    def test_many_streams_of_h2load_are_all_answered(self) -> None:
        load = subprocess.run(["h2load", "-n", "3000", "-c", "5", "-m", "50", "-H", f":authority: {self.domain}",
                               f"http://127.0.0.1:{self.server.edge_port(0)}/load"], capture_output=True, text=True, timeout=60)
        self.assertIn("3000 succeeded, 0 failed, 0 errored", load.stdout)
        self.assertEqual(re.search(r"\((\d+)\) data", load.stdout)[1], str(3000 * len(PAGE)))
        self.assertEqual(self.origin.count("/load"), 1)

    def test_nghttp_ends_in_order(self) -> None:
        heard = subprocess.run(["nghttp", "-nv", "-H", f":authority: {self.domain}",
                                f"http://127.0.0.1:{self.server.edge_port(0)}/nghttp"], capture_output=True, text=True, timeout=20)
        self.assertIn(":status: 200", heard.stdout)
        self.assertNotIn("recv GOAWAY", heard.stdout)


