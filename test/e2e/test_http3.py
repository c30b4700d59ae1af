"""Viewers over HTTP/3: a browser that comes by QUIC, and what others are told of it."""

import base64
import hashlib
import shutil
import subprocess
import tempfile
import unittest

import harness
from test_https import Authority, openssl

# Loads two more things and writes into itself by which protocol everything came.
PAGE = b"""<!doctype html><title>page</title><body>waiting<script>
Promise.all([fetch('/small'), fetch('/large').then(r => r.arrayBuffer())]).then(([small, large]) => {
  const came = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
  document.body.textContent = 'protocols ' + came.map(e => e.nextHopProtocol).join() + ' bytes ' + large.byteLength;
});
</script>"""


def answer(handler, asked: harness.Asked) -> None:
    if asked.path == "/page":
        harness.reply(handler, PAGE, Content_Type="text/html", Cache_Control="max-age=60")
    else:
        harness.reply(handler, b"x" * (3_000_000 if asked.path == "/large" else 5), Cache_Control="max-age=60")


class Http3(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.server = harness.Gustfront("--edges", "BOM50").start()
        cls.addClassCleanup(cls.server.close)
        cls.origin = cls.enterClassContext(harness.origin_that(answer))
        cls.authority = Authority(cls.server.folder)
        cls.certificate, key = cls.authority.issue("www.example.org", "old.example.org")
        arn = cls.server.client("acm").import_certificate(Certificate=cls.certificate, PrivateKey=key,
                                                          CertificateChain=cls.authority.root.read_bytes())["CertificateArn"]
        for name, versions in ("www.example.org", "http2and3"), ("old.example.org", "http2"):
            identifier, _ = cls.server.make_distribution("localhost", cls.origin.port)
            known = cls.server.cloudfront.get_distribution_config(Id=identifier)
            cls.server.cloudfront.update_distribution(Id=identifier, IfMatch=known["ETag"], DistributionConfig={
                **known["DistributionConfig"], "HttpVersion": versions, "Aliases": {"Quantity": 1, "Items": [name]},
                "ViewerCertificate": {"ACMCertificateArn": arn, "SSLSupportMethod": "sni-only",
                                      "MinimumProtocolVersion": "TLSv1.2_2021"}})
            cls.server.wait_deployed(identifier)
        cls.port = harness.port_of(cls.server.ready["edges"][0]["https"])

    def alt_svc(self, name: str, scheme: str = "https") -> str | None:
        port = self.port if scheme == "https" else self.server.edge_port()
        got = self.server.curl("--cacert", str(self.authority.root), "--resolve", f"{name}:{port}:127.0.0.1",
                               f"{scheme}://{name}:{port}/small")
        return got.head.get("alt-svc")

    def test_hdr_11_alt_svc_tells_where_http3_is(self) -> None:
        self.assertEqual(self.alt_svc("www.example.org"), f'h3=":{self.port}"; ma=86400')
        self.assertIsNone(self.alt_svc("old.example.org"))
        self.assertIsNone(self.alt_svc("www.example.org", "http"))

    @unittest.skipUnless(shutil.which("chromium"), "no chromium here")
    def test_tls_3_a_browser_loads_a_page_over_http3(self) -> None:
        (self.server.folder / "shown.pem").write_bytes(self.certificate)
        key = openssl("x509", "-in", str(self.server.folder / "shown.pem"), "-pubkey", "-noout")
        der = base64.b64decode("".join(key.splitlines()[1:-1]))
        pin = base64.b64encode(hashlib.sha256(der).digest()).decode()
        with tempfile.TemporaryDirectory() as profile:
            done = subprocess.run(
                ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}",
                 f"--origin-to-force-quic-on=www.example.org:{self.port}",
                 "--host-resolver-rules=MAP www.example.org 127.0.0.1",
                 f"--ignore-certificate-errors-spki-list={pin}", "--virtual-time-budget=8000", "--dump-dom",
                 f"https://www.example.org:{self.port}/page"],
                capture_output=True, text=True, timeout=60 * harness.PATIENCE)
        self.assertIn("protocols h3,h3,h3 bytes 3000000", done.stdout, done.stderr[-2000:])
        lines = self.server.access_lines()
        self.assertTrue(any("HTTP/3.0" in line for line in lines), lines)


if __name__ == "__main__":
    unittest.main()
