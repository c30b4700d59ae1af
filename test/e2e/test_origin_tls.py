"""Origins over TLS, and load balancers in front of the edges that speak the PROXY protocol."""

import pathlib
import ssl
import subprocess
import tempfile
import unittest

import harness


def run(*words: str, folder: pathlib.Path) -> None:
    subprocess.run(words, cwd=folder, check=True, capture_output=True)


def make_authority(folder: pathlib.Path) -> None:
    """root.pem, and origin.pem with origin.key for localhost, signed by it."""
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    run("openssl", "req", "-x509", *new_key, "-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=e2e root", "-days",
        "2", folder=folder)
    run("openssl", "req", *new_key, "-keyout", "origin.key", "-out", "origin.csr", "-subj", "/CN=origin", folder=folder)
    (folder / "names.cnf").write_text("subjectAltName=DNS:localhost\n")
    run("openssl", "x509", "-req", "-in", "origin.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial",
        "-days", "2", "-extfile", "names.cnf", "-out", "origin.pem", folder=folder)


def answer(handler, asked: harness.Asked) -> None:
    harness.reply(handler, handler.connection.version().encode() + b" " + asked.head["host"].encode(),
                  Cache_Control="max-age=60")


class OriginsOverTls(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        make_authority(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "origin.pem", folder / "origin.key")
        cls.origin = cls.enterClassContext(harness.origin_that(answer, context))
        cls.gustfront = cls.enterClassContext(harness.Gustfront(
            "--origin-trust", str(folder / "root.pem"), "--proxy-protocol-from", "127.0.0.1"))

    def settings(self, name: str, *protocols: str) -> dict:
        return {"DomainName": name, "CustomOriginConfig": {
            "HTTPPort": 80, "HTTPSPort": self.origin.port, "OriginProtocolPolicy": "https-only",
            "OriginSslProtocols": {"Quantity": len(protocols), "Items": list(protocols)}}}

    def get(self, domain: str, path: str = "/a") -> harness.Answer:
        # curl says who it is as a load balancer would: every connection from 127.0.0.1 must.
        return self.gustfront.curl("--haproxy-protocol", f"http://{domain}:{self.gustfront.edge_port()}{path}")

    def test_orig_1_an_https_only_origin_is_reached_over_tls_by_its_name(self) -> None:
        _, domain = self.gustfront.make_distribution("localhost", origin_settings=self.settings("localhost", "TLSv1.2"))
        got = self.get(domain)
        self.assertEqual((got.status, got.cache), (200, "Miss"))
        self.assertEqual(got.body.decode(), f"TLSv1.3 localhost:{self.origin.port}")
        self.assertEqual(self.get(domain).cache, "Hit")

    def test_orig_2_a_certificate_for_another_name_is_502(self) -> None:
        settings = self.settings("other.localhost", "TLSv1.2")
        _, domain = self.gustfront.make_distribution("other.localhost", origin_settings=settings)
        got = self.get(domain)
        self.assertEqual((got.status, got.head["x-cache"]), (502, "Error from cloudfront"))

    def test_orig_3_versions_without_one_in_common_are_502(self) -> None:
        settings = self.settings("localhost", "TLSv1", "TLSv1.1")
        _, domain = self.gustfront.make_distribution("localhost", origin_settings=settings)
        self.assertEqual(self.get(domain).status, 502)

    def test_a_trusted_load_balancer_that_tells_nothing_is_cut_off(self) -> None:
        got, closed = harness.talk(self.gustfront.edge_port(), b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        self.assertEqual((got, closed), (b"", True))

    def test_the_address_that_a_load_balancer_tells_is_the_viewers(self) -> None:
        harness.talk(self.gustfront.edge_port(), b"PROXY TCP6 2001:db8::7 ::1 1000 80\r\n"
                     b"GET /told HTTP/1.1\r\nHost: nobody.example\r\nConnection: close\r\n\r\n")
        harness.wait_until(lambda: any("2001:db8::7" in line for line in self.gustfront.access_lines()),
                           "the log has the viewer's address")


if __name__ == "__main__":
    unittest.main()
