"""Certificates from an ACME server, Debian's pebble: from the request to serving, and a renewal."""

import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import unittest
import urllib.request

import harness


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Pebble:
    """An ACME server that asks names at `http_port` of loopback, and a DNS server for which all names lead there."""

    def __init__(self) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gustfront-pebble-"))
        self.port, self.management, self.dns, self.dns_management = free_ports(4)
        self.roots = self.folder / "pebble.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost", "-keyout", self.folder / "pebble.key", "-out",
                        self.roots], check=True, capture_output=True)
        self.processes: list[subprocess.Popen] = []

    @property
    def directory(self) -> str:
        return f"https://localhost:{self.port}/dir"

    def start(self, http_port: int) -> None:
        config = {"pebble": {"listenAddress": f"127.0.0.1:{self.port}",
                             "managementListenAddress": f"127.0.0.1:{self.management}",
                             "certificate": str(self.roots), "privateKey": str(self.folder / "pebble.key"),
                             "httpPort": http_port, "tlsPort": free_ports(1)[0]}}
        path = self.folder / "config.json"
        path.write_text(json.dumps(config))
        names = ["pebble-challtestsrv", "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "", "-dns01", f"127.0.0.1:{self.dns}",
                 "-management", f"127.0.0.1:{self.dns_management}", "-http01", "", "-https01", "", "-tlsalpn01", ""]
        server = ["pebble", "-config", str(path), "-dnsserver", f"127.0.0.1:{self.dns}"]
        for words in (names, server):
            self.processes.append(subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                                   env={**os.environ, "PEBBLE_VA_NOSLEEP": "1"}))
        harness.wait_until(self.root, "pebble answers")

    def root(self) -> str:
        """The root of what it issues; empty while it does not answer."""
        try:
            context = ssl.create_default_context(cafile=str(self.roots))
            url = f"https://localhost:{self.management}/roots/0"
            with urllib.request.urlopen(url, context=context, timeout=5) as answer:
                return answer.read().decode()
        except OSError:
            return ""

    def close(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


@unittest.skipUnless(shutil.which("pebble"), "pebble is not installed")
class Acme(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.pebble = Pebble()
        cls.addClassCleanup(cls.pebble.close)
        cls.server = harness.Gustfront("--acme-directory", cls.pebble.directory, "--acme-roots", str(cls.pebble.roots),
                                       "--acme-contact", "ann@example.test").start()
        cls.addClassCleanup(cls.server.close)
        edge = cls.server.ready["edges"][0]
        cls.pebble.start(harness.port_of(edge["http"]))
        cls.https_port = harness.port_of(edge["https"])
        cls.origin = cls.enterClassContext(harness.origin_that(lambda handler, asked: harness.reply(handler, b"hello")))

    def describe(self, arn: str) -> dict:
        return self.server.aws("acm", "describe-certificate", "--certificate-arn", arn)["Certificate"]

    def serve(self, arn: str, *names: str) -> None:
        """A distribution with those alternate names and that certificate, deployed."""
        identifier, _ = self.server.make_distribution("localhost", self.origin.port)
        api = self.server.cloudfront
        known = api.get_distribution_config(Id=identifier)
        api.update_distribution(Id=identifier, IfMatch=known["ETag"], DistributionConfig={
            **known["DistributionConfig"], "Aliases": {"Quantity": len(names), "Items": list(names)},
            "ViewerCertificate": {"ACMCertificateArn": arn, "SSLSupportMethod": "sni-only",
                                  "MinimumProtocolVersion": "TLSv1.2_2021"}})
        self.server.wait_deployed(identifier)

    def shown_serial(self, name: str) -> str:
        """The serial number of the certificate that the edge shows, as ACM writes it."""
        shown = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{self.https_port}", "-servername", name], input="", text=True,
            capture_output=True, timeout=30 * harness.PATIENCE).stdout
        serial = subprocess.run(["openssl", "x509", "-noout", "-serial"], input=shown, text=True, check=True,
                                capture_output=True).stdout.strip().removeprefix("serial=").lower()
        return ":".join(serial[i:i + 2] for i in range(0, len(serial), 2))

    def verify(self, arn: str, name: str) -> None:
        """OpenSSL believes the certificate by pebble's root."""
        got = self.server.aws("acm", "get-certificate", "--certificate-arn", arn)
        folder = self.pebble.folder
        for file, text in (("leaf", got["Certificate"]), ("chain", got["CertificateChain"]), ("root", self.pebble.root())):
            (folder / file).write_text(text)
        subprocess.run(["openssl", "verify", "-verify_hostname", name, "-CAfile", folder / "root", "-untrusted",
                        folder / "chain", folder / "leaf"], check=True, capture_output=True)

    def test_a_name_is_validated_by_our_edge_issued_and_renewed(self) -> None:
        words = ("acm", "request-certificate", "--domain-name", "www.shop.test", "--subject-alternative-names", "shop.test",
                 "--key-algorithm", "EC_prime256v1", "--validation-method", "HTTP")
        arn = self.server.aws(*words)["CertificateArn"]
        harness.wait_until(lambda: self.describe(arn)["Status"] == "ISSUED", self.server.output() or "issued", 30)
        self.server.aws("acm", "wait", "certificate-validated", "--certificate-arn", arn)
        self.verify(arn, "shop.test")
        first = self.describe(arn)
        self.serve(arn, "www.shop.test", "shop.test")
        got = self.server.curl("--cacert", str(self.pebble.folder / "root"), "--resolve",
                               f"shop.test:{self.https_port}:127.0.0.1", f"https://shop.test:{self.https_port}/a")
        self.assertEqual((got.status, got.body), (200, b"hello"))
        self.assertEqual(self.shown_serial("www.shop.test"), first["Serial"])
        self.assertIn("Pebble", first["Issuer"])
        self.server.aws("acm", "renew-certificate", "--certificate-arn", arn)
        harness.wait_until(lambda: self.describe(arn)["Serial"] != first["Serial"], "a renewal", 30)
        self.assertEqual(self.describe(arn)["RenewalSummary"]["RenewalStatus"], "SUCCESS")
        self.verify(arn, "www.shop.test")
        renewed = self.describe(arn)["Serial"]
        harness.wait_until(lambda: self.shown_serial("www.shop.test") == renewed, "the edge shows the renewed one")

        # It outlives the process.
        self.server.stop()
        self.server.start()
        self.assertEqual(self.describe(arn)["Status"], "ISSUED")

    def test_dns_validation_is_refused_by_name(self) -> None:
        with self.assertRaises(harness.CliError) as caught:
            self.server.aws("acm", "request-certificate", "--domain-name", "*.shop.test", "--validation-method", "DNS")
        self.assertEqual(caught.exception.code, "ValidationException")
        self.assertIn("choose the ValidationMethod HTTP", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
