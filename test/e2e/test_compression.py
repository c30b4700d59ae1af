"""Compression at the edge, as curl --compressed sees it: a real decoder at the other end."""

import gzip
import subprocess
import unittest

import harness

PAGE = b"".join(b"<li>%d</li>\n" % (n * 7919) for n in range(20_000))


def answer(handler, asked: harness.Asked) -> None:
    if asked.path == "/picture":
        harness.reply(handler, PAGE, Content_Type="image/png", Cache_Control="max-age=60")
    else:
        harness.reply(handler, PAGE, Content_Type="text/html", ETag='"v1"', Cache_Control="max-age=60")


class Compression(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.server = harness.Gustfront().start()
        cls.addClassCleanup(cls.server.close)
        cls.origin = harness.Origin(answer)
        cls.addClassCleanup(cls.origin.close)
        cls.identifier, cls.domain = cls.server.make_distribution("localhost", cls.origin.port, Compress=True)

    def get(self, path: str, codings: str, domain: str = "") -> harness.Answer:
        return self.server.get(domain or self.domain, path, headers={"Accept-Encoding": codings})

    def test_cmp9_curl_decodes_what_is_stored_compressed(self) -> None:
        url = f"http://127.0.0.1:{self.server.edge_port(0)}/curl"
        for result in (b"Miss", b"Hit"):
            asked = subprocess.run(["curl", "-sS", "--compressed", "-D", "/dev/stderr", "-H", f"Host: {self.domain}",
                                    url], capture_output=True, check=True, timeout=20)
            self.assertEqual(asked.stdout, PAGE)
            head = asked.stderr.lower()
            self.assertRegex(head, rb"content-encoding: (br|gzip)\r\n")
            self.assertIn(b'etag: w/"v1"\r\n', head)
            self.assertIn(result.lower() + b" from cloudfront", head)
        self.assertEqual(self.origin.count("/curl"), 1)

    def test_cmp2_brotli_first_then_gzip_then_plain(self) -> None:
        self.assertEqual(self.get("/each", "gzip, deflate, br").head["content-encoding"], "br")
        zipped = self.get("/each", "gzip")
        self.assertEqual((zipped.head["content-encoding"], gzip.decompress(zipped.body)), ("gzip", PAGE))
        plain = self.get("/each", "identity")
        self.assertNotIn("content-encoding", plain.head)
        self.assertEqual(plain.body, PAGE)

    def test_cmp6_pictures_stay_as_they_are(self) -> None:
        picture = self.get("/picture", "br")
        self.assertNotIn("content-encoding", picture.head)
        self.assertEqual(picture.body, PAGE)

    def test_cmp1_legacy_settings_compress_with_gzip(self) -> None:
        legacy = {"ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}}, "MinTTL": 0}
        _, domain = self.server.make_distribution("localhost", self.origin.port, cache=legacy, Compress=True)
        zipped = self.get("/legacy", "br, gzip", domain)
        self.assertEqual((zipped.head["content-encoding"], gzip.decompress(zipped.body)), ("gzip", PAGE))
