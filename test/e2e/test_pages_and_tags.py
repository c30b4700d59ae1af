"""Custom error pages and purges by tag, set up as clients set them."""

import time
import unittest
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.exceptions

import harness


def answer(handler, asked: harness.Asked) -> None:
    path = asked.path.partition("?")[0]
    if path == "/index.html":
        harness.reply(handler, b"the application", Cache_Control="max-age=300", Content_Type="text/html")
    elif path.startswith("/tagged/"):
        harness.reply(handler, b"tagged", Cache_Control="max-age=300", Cache_Tag=f"all, {path.rpartition('/')[2]}",
                      X_Seen=",".join(name for name in asked.head if name.startswith("gustfront")))
    else:
        harness.reply(handler, b"NoSuchKey", status=404)


class PagesAndTags(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.server = harness.Gustfront().start()
        cls.addClassCleanup(cls.server.close)
        cls.origin = harness.Origin(answer)
        cls.addClassCleanup(cls.origin.close)

    def make(self, headers: dict[str, str] | None = None, **more: object) -> tuple[str, str]:
        """A deployed distribution in front of the origin; `headers` are the origin's custom headers."""
        origin = {"Id": "o", "DomainName": "localhost", "CustomHeaders": {
            "Quantity": len(headers or {}),
            "Items": [{"HeaderName": name, "HeaderValue": value} for name, value in (headers or {}).items()]},
            "CustomOriginConfig": {"HTTPPort": self.origin.port, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}}
        config = {"CallerReference": f"e2e-{time.monotonic_ns()}", "Comment": "", "Enabled": True,
                  "Origins": {"Quantity": 1, "Items": [origin]},
                  "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all",
                                           "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6"}, **more}
        made = self.server.cloudfront.create_distribution(DistributionConfig=config)["Distribution"]
        self.server.wait_deployed(made["Id"])
        return made["Id"], made["DomainName"]

    @staticmethod
    def pages(code: int = 404, path: str = "/index.html", response: str = "200") -> dict:
        return {"Quantity": 1, "Items": [{"ErrorCode": code, "ResponsePagePath": path, "ResponseCode": response,
                                          "ErrorCachingMinTTL": 10}]}

    def signed(self, method: str, path: str, body: bytes = b"", **headers: str) -> harness.Answer:
        """A raw request to the API, for what the client's model does not know."""
        request = botocore.awsrequest.AWSRequest(method, f"{self.server.endpoint.rstrip('/')}{path}", data=body,
                                                 headers={name.replace("_", "-"): value for name, value in headers.items()})
        credentials = botocore.credentials.Credentials(self.server.ready["access_key_id"],
                                                       self.server.ready["secret_access_key"])
        botocore.auth.SigV4Auth(credentials, "cloudfront", self.server.ready["region"]).add_auth(request)
        host = urllib.parse.urlsplit(request.url).netloc
        return harness.fetch(self.server.api_port, host, path, method, dict(request.headers), body=body)

    def test_cer_2_a_missing_path_gets_the_page(self) -> None:
        identifier, domain = self.make(CustomErrorResponses=self.pages())
        for _ in range(2):
            got = self.server.get(domain, "/profile/7")
            self.assertEqual((got.status, got.body), (200, b"the application"))
            self.assertEqual(got.head["x-cache"], "Error from cloudfront")
        self.assertEqual(self.origin.count("/profile/7"), 1)
        read = self.server.cloudfront.get_distribution_config(Id=identifier)["DistributionConfig"]
        self.assertEqual(read["CustomErrorResponses"], self.pages())
        lines = harness.wait_until(lambda: [line for line in self.server.access_lines("BOM50") if line[7] == "/profile/7"],
                                   "the lines of the log")
        self.assertEqual((lines[0][8], lines[0][13]), ("200", "Error"))

    def test_cer_1_wrong_pages_are_refused(self) -> None:
        for code, pages in (("InvalidErrorCode", self.pages(code=412)), ("InvalidResponseCode", self.pages(response="302")),
                            ("InvalidArgument", self.pages(path="index.html"))):
            with self.subTest(code), self.assertRaises(botocore.exceptions.ClientError) as caught:
                self.make(CustomErrorResponses=pages)
            self.assertEqual(caught.exception.response["Error"]["Code"], code)

    def test_an_origin_may_do_without_the_page(self) -> None:
        _, domain = self.make({"Gustfront-Error-Page-404": "none"}, CustomErrorResponses=self.pages())
        got = self.server.get(domain, "/nowhere")
        self.assertEqual((got.status, got.body), (404, b"NoSuchKey"))
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            self.make({"Gustfront-Eror-Page-404": "none"})
        self.assertIn("Gustfront-Error-Page-<code>", caught.exception.response["Error"]["Message"])

    def purged_by_tag(self, identifier: str, domain: str) -> None:
        for edge in (0, 1):
            for path in ("/tagged/tv", "/tagged/news"):
                self.assertEqual(self.server.get(domain, path, edge=edge).status, 200)
                self.assertEqual(self.server.get(domain, path, edge=edge).cache, "Hit")
        self.server.aws("cloudfront", "create-invalidation", "--distribution-id", identifier, "--paths", "#TV")
        harness.wait_until(lambda: all(item["Status"] == "Completed" for item in self.server.cloudfront.list_invalidations(
            DistributionId=identifier)["InvalidationList"]["Items"]), "the invalidation", 5)
        for edge in (0, 1):
            self.assertEqual(self.server.get(domain, "/tagged/tv", edge=edge).cache, "Miss" if edge == 0 else "Hit")
            self.assertEqual(self.server.get(domain, "/tagged/news", edge=edge).cache, "Hit")

    def test_tag_3_with_a_client_that_does_not_know_the_setting(self) -> None:
        identifier, domain = self.make({"Gustfront-Cache-Tag-Header": "Cache-Tag"})
        self.assertEqual(self.server.get(domain, "/tagged/seen").head.get("x-seen"), "")
        self.purged_by_tag(identifier, domain)

    def test_tag_1_the_setting_itself(self) -> None:
        identifier, domain = self.make()
        path = f"/2020-05-31/distribution/{identifier}/config"
        read = self.signed("GET", path)
        self.assertEqual(read.status, 200)
        tags = b"<CacheTagConfig><HeaderName>Cache-Tag</HeaderName></CacheTagConfig></DistributionConfig>"
        changed = read.body.replace(b"</DistributionConfig>", tags)
        put = self.signed("PUT", path, changed, If_Match=read.head["etag"])
        self.assertEqual(put.status, 200, put.body)
        self.server.wait_deployed(identifier)
        self.assertIn(b"<CacheTagConfig><HeaderName>Cache-Tag</HeaderName></CacheTagConfig>", self.signed("GET", path).body)
        self.purged_by_tag(identifier, domain)

    def test_tag_2_what_is_no_tag_is_refused(self) -> None:
        identifier, _ = self.make()
        for item in ("#", "#a b", "#a,b", "#all*"):
            with self.subTest(item), self.assertRaises(botocore.exceptions.ClientError) as caught:
                self.server.invalidate(identifier, item)
            self.assertEqual(caught.exception.response["Error"]["Code"], "InvalidArgument")
