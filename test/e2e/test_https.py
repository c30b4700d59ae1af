"""Viewers over TLS: certificates of ACM on distributions, names, policies, protocols, rotation, as clients meet them."""

import base64
import hashlib
import pathlib
import re
import subprocess
import threading
import unittest

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.exceptions

import harness


def openssl(*words: str, text: str = "") -> str:
    """The output of openssl; of s_client also where the handshake failed."""
    done = subprocess.run(["openssl", *words], input=text, capture_output=True, text=True, timeout=60 * harness.PATIENCE)
    return done.stdout + done.stderr


class Authority:
    """A certificate authority of the test's own, as one that certificates are bought from."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.root = folder / "ca.pem"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                "-subj", "/CN=Test root", "-keyout", str(folder / "ca.key"), "-out", str(self.root))

    def issue(self, *names: str) -> tuple[bytes, bytes]:
        """Certificate and key in PEM."""
        key, request, made = (self.folder / name for name in ("leaf.key", "leaf.csr", "leaf.pem"))
        extensions = self.folder / "leaf.ext"
        extensions.write_text("subjectAltName=" + ",".join(f"DNS:{name}" for name in names))
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={names[0]}", "-keyout", str(key), "-out", str(request))
        openssl("x509", "-req", "-in", str(request), "-CA", str(self.root), "-CAkey", str(self.folder / "ca.key"),
                "-CAcreateserial", "-days", "20", "-extfile", str(extensions), "-out", str(made))
        return made.read_bytes(), key.read_bytes()


# Shows itself by which protocol each of its parts came.
PAGE = b"""<!doctype html><link rel="stylesheet" href="/page.css"><script src="/page.js"></script><body><script>
onload = () => {
  document.body.textContent = performance.getEntries().filter(entry => entry.nextHopProtocol)
    .map(entry => new URL(entry.name).pathname + "=" + entry.nextHopProtocol).join(" ")
}
</script>"""


def answer(handler, asked: harness.Asked) -> None:
    if asked.path.startswith("/page"):
        kind = {"/page": "text/html", "/page.css": "text/css", "/page.js": "text/javascript"}[asked.path]
        harness.reply(handler, PAGE if asked.path == "/page" else b"", Content_Type=kind, Cache_Control="max-age=60")
        return
    told = asked.head.get("cloudfront-viewer-tls", "") + " " + asked.head.get("cloudfront-forwarded-proto", "")
    harness.reply(handler, b"hello", Cache_Control="max-age=60", X_Told=told)


class Https(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.server = harness.Gustfront("--edges", "BOM50").start()
        cls.addClassCleanup(cls.server.close)
        cls.origin = cls.enterClassContext(harness.origin_that(answer))
        cls.authority = Authority(cls.server.folder)
        cls.acm = cls.server.client("acm")
        cls.arn = cls.bring("*.example.org", "example.net")
        cls.certificate = cls.server.folder / "shown.pem"
        cls.certificate.write_text(cls.acm.get_certificate(CertificateArn=cls.arn)["Certificate"])
        cls.distribution, cls.domain = cls.make("www.example.org", "example.net")
        cls.port = harness.port_of(cls.server.ready["edges"][0]["https"])

    @classmethod
    def bring(cls, *names: str, **under: str) -> str:
        """Imports a certificate of those names, under an ARN where one is given; the ARN."""
        certificate, key = cls.authority.issue(*names)
        return cls.acm.import_certificate(Certificate=certificate, PrivateKey=key, **under,
                                          CertificateChain=cls.authority.root.read_bytes())["CertificateArn"]

    @classmethod
    def make(cls, *names: str, policy: str = "TLSv1.2_2021", arn: str | None = None, protocol: str = "http2",
             **behavior: object) -> tuple[str, str]:
        """A distribution with alternate names; deployed. Gives id and domain name."""
        identifier, domain = cls.server.make_distribution("localhost", cls.origin.port, **behavior)
        cls.change(identifier, HttpVersion=protocol, Aliases={"Quantity": len(names), "Items": list(names)},
                   ViewerCertificate={"ACMCertificateArn": arn or cls.arn, "SSLSupportMethod": "sni-only",
                                      "MinimumProtocolVersion": policy})
        return identifier, domain

    @classmethod
    def change(cls, identifier: str, **members: object) -> None:
        api = cls.server.cloudfront
        known = api.get_distribution_config(Id=identifier)
        api.update_distribution(Id=identifier, IfMatch=known["ETag"],
                                DistributionConfig={**known["DistributionConfig"], **members})
        cls.server.wait_deployed(identifier)

    def curl(self, name: str, path: str, *words: str, root: object = None) -> harness.Answer:
        return self.server.curl("--cacert", str(root or self.authority.root), "--resolve",
                                f"{name}:{self.port}:127.0.0.1", *words, f"https://{name}:{self.port}{path}")

    def handshake(self, *words: str) -> str:
        return openssl("s_client", "-connect", f"127.0.0.1:{self.port}", *words)

    def refused(self, code: str, call, **members: object) -> str:
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            call(**members)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        return caught.exception.response["Error"]["Message"]

    def test_an_alternate_name_is_served_over_http11_and_http2(self) -> None:
        for version, wanted in (("--http1.1", "1.1"), ("--http2", "2")):
            got = self.curl("www.example.org", f"/{wanted}", version, "-o", "/dev/null", "-w", "%{http_version}")
            self.assertEqual((got.status, got.cache, got.body.decode()), (200, "Miss", wanted))
            again = self.curl("www.example.org", f"/{wanted}", version)
            self.assertEqual((again.status, again.cache, again.body), (200, "Hit", b"hello"))
        shown = self.handshake("-servername", "www.example.org", "-alpn", "h2,http/1.1")
        self.assertIn("ALPN protocol: h2", shown)
        self.assertIn("TLSv1.3", shown)

    def test_a_browser_shows_a_page_by_http2(self) -> None:
        key = openssl("x509", "-pubkey", "-noout", "-in", str(self.certificate))
        spki = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "der"], input=key.encode(), capture_output=True)
        pin = base64.b64encode(hashlib.sha256(spki.stdout).digest()).decode()
        shown = subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={self.server.folder}/chromium",
             "--host-resolver-rules=MAP www.example.org 127.0.0.1", f"--ignore-certificate-errors-spki-list={pin}",
             "--disable-background-networking", "--timeout=5000", "--dump-dom", f"https://www.example.org:{self.port}/page"],
            capture_output=True, text=True, timeout=60 * harness.PATIENCE).stdout
        for path in ("/page", "/page.css", "/page.js"):
            self.assertIn(f"{path}=h2", shown)

    def test_vpp5_one_object_serves_both_schemes(self) -> None:
        self.assertEqual(self.curl("www.example.org", "/both").cache, "Miss")
        self.assertEqual(self.server.get("www.example.org", "/both").cache, "Hit")

    def test_a_domain_name_shows_the_default_certificate_of_the_local_authority(self) -> None:
        got = self.curl(self.domain, "/default", root=self.server.ready["root_certificate"])
        self.assertEqual((got.status, got.body), (200, b"hello"))

    def test_dist4_a_name_of_another_certificate_gets_421(self) -> None:
        self.make("www.other.org", arn=self.bring("www.other.org"))
        self.assertEqual(self.curl("www.other.org", "/").status, 200)
        self.assertEqual(self.curl("www.example.org", "/", "-H", "Host: www.other.org").status, 421)
        self.assertEqual(self.curl("www.example.org", "/", "-H", f"Host: {self.domain}").status, 421)
        self.assertEqual(self.curl("www.example.org", "/", "-H", "Host: example.net").status, 200)

    def test_dist5_no_name_and_names_of_nobody_end_the_handshake(self) -> None:
        for words in (("-noservername",), ("-servername", "nobody.example.com")):
            self.assertIn("no peer certificate available", self.handshake(*words))

    def test_tls1_the_policy_says_which_protocols_are_spoken(self) -> None:
        self.make("strict.example.org", policy="TLSv1.3_2025")
        self.make("old.example.org", policy="TLSv1")
        old = ("-cipher", "DEFAULT@SECLEVEL=0")
        for name, version, is_spoken in (("www", "-tls1_3", True), ("www", "-tls1_2", True), ("www", "-tls1_1", False),
                                         ("strict", "-tls1_3", True), ("strict", "-tls1_2", False),
                                         ("old", "-tls1", True)):
            shown = self.handshake("-servername", f"{name}.example.org", version, *(old if version < "-tls1_2" else ()))
            self.assertEqual("BEGIN CERTIFICATE" in shown, is_spoken, (name, version, shown))

    def test_http11_alone_is_offered_where_the_distribution_says_so(self) -> None:
        self.make("plain.example.org", protocol="http1.1")
        self.assertIn("ALPN protocol: http/1.1",
                      self.handshake("-servername", "plain.example.org", "-alpn", "h2,http/1.1"))

    def test_vpp2_a_redirect_leads_to_the_port_for_https(self) -> None:
        self.make("moved.example.org", ViewerProtocolPolicy="redirect-to-https")
        plain = self.server.edge_port()
        got = self.server.curl("-L", "-o", "/dev/null", "-w", "%{url_effective} %{http_code}", "--cacert",
                               str(self.authority.root), "--resolve", f"moved.example.org:{self.port}:127.0.0.1",
                               "--resolve", f"moved.example.org:{plain}:127.0.0.1",
                               f"http://moved.example.org:{plain}/a?b")
        self.assertEqual(got.status, 301)
        self.assertIn(f"https://moved.example.org:{self.port}/a?b 200".encode(), got.body)

    def test_what_tls_came_to_is_told_to_the_origin_and_the_log(self) -> None:
        policy = self.server.cloudfront.create_origin_request_policy(OriginRequestPolicyConfig={
            "Name": "tls", "HeadersConfig": {"HeaderBehavior": "whitelist", "Headers": {
                "Quantity": 2, "Items": ["CloudFront-Viewer-TLS", "CloudFront-Forwarded-Proto"]}},
            "CookiesConfig": {"CookieBehavior": "none"}, "QueryStringsConfig": {"QueryStringBehavior": "none"},
        })["OriginRequestPolicy"]["Id"]
        self.make("told.example.org", cache={"CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
                                             "OriginRequestPolicyId": policy})
        got = self.curl("told.example.org", "/told", "--tls13-ciphers", "TLS_AES_256_GCM_SHA384")
        self.assertEqual(got.head["x-told"], "TLSv1.3:TLS_AES_256_GCM_SHA384:fullHandshake https")
        harness.wait_until(lambda: any("/told" in line and "TLSv1.3" in line and "TLS_AES_256_GCM_SHA384" in line
                                       and "https" in line for line in self.server.access_lines("BOM50")), "its log line")

    def test_a_new_certificate_is_shown_while_requests_go_on(self) -> None:
        arn = self.bring("turn.example.com")
        self.make("turn.example.com", arn=arn)
        serial = re.compile(r"Serial Number:\s*([0-9a-f:]+)")

        def shown() -> str:
            found = self.handshake("-servername", "turn.example.com", "-showcerts")
            return serial.search(openssl("x509", "-noout", "-text", text=found)).group(1)

        before, failures, is_over = shown(), [], threading.Event()

        def go_on() -> None:
            while not is_over.is_set():
                try:
                    if self.curl("turn.example.com", "/turn").status != 200:
                        failures.append("not 200")
                except AssertionError as error:
                    failures.append(str(error))

        viewer = threading.Thread(target=go_on)
        viewer.start()
        self.bring("turn.example.com", CertificateArn=arn)
        harness.wait_until(lambda: shown() != before, "the new certificate")
        is_over.set()
        viewer.join()
        self.assertEqual(failures, [])

    def signed(self, method: str, path: str, body: str = "", **headers: str) -> harness.Answer:
        """For what this botocore's model does not know yet."""
        keys = botocore.credentials.Credentials(self.server.ready["access_key_id"],
                                                self.server.ready["secret_access_key"])
        request = botocore.awsrequest.AWSRequest(method, self.server.endpoint + path, data=body.encode(), headers={
            name.replace("_", "-"): value for name, value in headers.items()})
        botocore.auth.SigV4Auth(keys, "cloudfront", "us-east-1").add_auth(request)
        return harness.fetch(self.server.api_port, f"127.0.0.1:{self.server.api_port}", path, method=method,
                             headers=dict(request.headers), body=body.encode())

    def test_tls5_viewers_show_certificates_of_the_trust_store(self) -> None:
        self.server.s3.create_bucket(Bucket="clients")
        self.server.s3.put_object(Bucket="clients", Key="ca.pem", Body=self.authority.root.read_bytes())
        made = self.signed("POST", "/2020-05-31/trust-store", (
            '<CreateTrustStoreRequest xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Name>clients</Name>'
            "<CaCertificatesBundleSource><CaCertificatesBundleS3Location><Bucket>clients</Bucket><Key>ca.pem</Key>"
            "<Region>us-east-1</Region></CaCertificatesBundleS3Location></CaCertificatesBundleSource>"
            "</CreateTrustStoreRequest>"))
        self.assertEqual(made.status, 201, made.body)
        store = re.search(rb"<Id>(.*?)</Id>", made.body).group(1).decode()
        identifier, domain = self.make("mutual.example.org", ViewerProtocolPolicy="https-only")
        path = f"/2020-05-31/distribution/{identifier}/config"
        known = self.signed("GET", path)
        config = known.body.decode().replace("</DistributionConfig>", (
            f"<ViewerMtlsConfig><Mode>required</Mode><TrustStoreConfig><TrustStoreId>{store}</TrustStoreId>"
            "</TrustStoreConfig></ViewerMtlsConfig></DistributionConfig>"))
        changed = self.signed("PUT", path, config, If_Match=known.head["etag"])
        self.assertEqual(changed.status, 200, changed.body)
        self.server.wait_deployed(identifier)
        shown = tuple(self.server.folder / name for name in ("client.pem", "client.key"))
        for place, content in zip(shown, self.authority.issue("a client")):
            place.write_bytes(content)
        by = ("--cert", str(shown[0]), "--key", str(shown[1]))
        self.assertEqual(self.curl("mutual.example.org", "/", *by).status, 200)
        self.assertEqual(self.curl(domain, "/", *by, root=self.server.ready["root_certificate"]).status, 200)
        for name, root in (("mutual.example.org", None), (domain, self.server.ready["root_certificate"])):
            with self.assertRaises(AssertionError):
                self.curl(name, "/", root=root)
        self.assertEqual(self.curl("www.example.org", "/", "-H", "Host: mutual.example.org").status, 421)
        self.assertEqual(self.signed("DELETE", f"/2020-05-31/trust-store/{store}", If_Match=made.head["etag"]).status, 409)

    def test_a_certificate_in_use_stays(self) -> None:
        told = self.acm.describe_certificate(CertificateArn=self.arn)["Certificate"]["InUseBy"]
        self.assertTrue(any(user.endswith(f"distribution/{self.distribution}") for user in told), told)
        self.refused("ResourceInUseException", self.acm.delete_certificate, CertificateArn=self.arn)

    def test_a_name_moves_and_stands_once(self) -> None:
        target, _ = self.make("to.example.org")
        self.make("from.example.org", "moving.example.org")
        api = self.server.cloudfront
        known = api.get_distribution_config(Id=target)
        config = {**known["DistributionConfig"], "Aliases": {"Quantity": 1, "Items": ["moving.example.org"]}}
        self.refused("CNAMEAlreadyExists", api.update_distribution, Id=target, IfMatch=known["ETag"],
                     DistributionConfig=config)
        api.associate_alias(TargetDistributionId=target, Alias="moving.example.org")
        self.server.wait_deployed(target)
        self.assertEqual(api.get_distribution_config(Id=target)["DistributionConfig"]["Aliases"]["Items"],
                         ["to.example.org", "moving.example.org"])
        self.assertEqual(self.curl("moving.example.org", "/").status, 200)


if __name__ == "__main__":
    unittest.main()
