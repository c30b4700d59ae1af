"""The deep configuration of a real site: created, read back equal, updated in one field; then what viewers get by it."""

import contextlib
import copy
import gzip
import os
import pathlib
import tempfile
import time
import unittest

import boto3
import botocore.config
import botocore.exceptions

import harness
from test_geoip import SWISS, database

OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
FIELDS = 33


def items(*given: object) -> dict:
    return {"Quantity": len(given), "Items": list(given)} if given else {"Quantity": 0}


def main_site(handler, asked: harness.Asked) -> None:
    path = asked.path.partition("?")[0]
    if path.startswith("/news/"):
        harness.reply(handler, b"main is in trouble", status=503)
    elif path.startswith("/gone/"):
        harness.reply(handler, b"no such page", status=404)
    elif path == "/errors/404.html":
        harness.reply(handler, b"sorry", Content_Type="text/html", Cache_Control="max-age=300")
    else:
        harness.reply(handler, b"main", Cache_Control="max-age=300")


def backup_site(handler, asked: harness.Asked) -> None:
    harness.reply(handler, b"backup", Cache_Control="max-age=300")


class DeepConfiguration(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="gustfront-e2e-")
        self.addCleanup(folder.cleanup)
        cities = pathlib.Path(folder.name) / "cities.mmdb"
        cities.write_bytes(database("Test-City", SWISS))
        self.server = harness.Gustfront("--geoip-city", str(cities), "--log-delivery", "1s").start()
        self.addCleanup(self.server.close)
        self.main, self.backup = harness.Origin(main_site), harness.Origin(backup_site)
        self.addCleanup(self.main.close)
        self.addCleanup(self.backup.close)
        made = {"endpoint_url": self.server.endpoint, "region_name": self.server.ready["region"],
                "aws_access_key_id": self.server.ready["access_key_id"],
                "aws_secret_access_key": self.server.ready["secret_access_key"],
                "config": botocore.config.Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"})}
        self.cloudfront, self.s3 = boto3.client("cloudfront", **made), boto3.client("s3", **made)
        for bucket in ("site-pages", "site-logs"):
            self.s3.create_bucket(Bucket=bucket)

    def policies(self) -> tuple[str, str, str]:
        """One of each kind; their ids."""
        cache = self.cloudfront.create_cache_policy(CachePolicyConfig={
            "Name": "by-language", "MinTTL": 1, "DefaultTTL": 60, "MaxTTL": 3600,
            "ParametersInCacheKeyAndForwardedToOrigin": {
                "EnableAcceptEncodingGzip": True, "EnableAcceptEncodingBrotli": True,
                "HeadersConfig": {"HeaderBehavior": "whitelist", "Headers": items("Accept-Language")},
                "CookiesConfig": {"CookieBehavior": "none"},
                "QueryStringsConfig": {"QueryStringBehavior": "whitelist", "QueryStrings": items("page")}}})
        request = self.cloudfront.create_origin_request_policy(OriginRequestPolicyConfig={
            "Name": "with-referer", "HeadersConfig": {"HeaderBehavior": "whitelist", "Headers": items("Referer")},
            "CookiesConfig": {"CookieBehavior": "whitelist", "Cookies": items("session")},
            "QueryStringsConfig": {"QueryStringBehavior": "all"}})
        response = self.cloudfront.create_response_headers_policy(ResponseHeadersPolicyConfig={
            "Name": "secure", "SecurityHeadersConfig": {"FrameOptions": {"FrameOption": "DENY", "Override": True}},
            "CustomHeadersConfig": items({"Header": "X-Site", "Value": "deep", "Override": True})})
        return (cache["CachePolicy"]["Id"], request["OriginRequestPolicy"]["Id"],
                response["ResponseHeadersPolicy"]["Id"])

    def origin(self, identifier: str, port: int, **more: object) -> dict:
        return {"Id": identifier, "DomainName": "localhost", "OriginPath": "", "CustomHeaders": items(),
                "CustomOriginConfig": {"HTTPPort": port, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only",
                                       "OriginSslProtocols": items("TLSv1.2"), "OriginReadTimeout": 20,
                                       "OriginKeepaliveTimeout": 7},
                "ConnectionAttempts": 2, "ConnectionTimeout": 3, "OriginShield": {"Enabled": False},
                "OriginAccessControlId": "", **more}

    @staticmethod
    def behavior(target: str, **more: object) -> dict:
        return {"TargetOriginId": target, "TrustedSigners": {"Enabled": False, "Quantity": 0},
                "TrustedKeyGroups": {"Enabled": False, "Quantity": 0}, "ViewerProtocolPolicy": "allow-all",
                "AllowedMethods": {**items("HEAD", "GET"), "CachedMethods": items("HEAD", "GET")},
                "SmoothStreaming": False, "Compress": True, "LambdaFunctionAssociations": items(),
                "FunctionAssociations": items(), "FieldLevelEncryptionId": "", "CachePolicyId": OPTIMIZED, **more}

    def site(self) -> dict:
        cache, request, response = self.policies()
        all_methods = {**items("HEAD", "DELETE", "POST", "GET", "OPTIONS", "PUT", "PATCH"),
                       "CachedMethods": items("HEAD", "GET")}
        legacy = {name: value for name, value in self.behavior("main").items() if name != "CachePolicyId"}
        legacy |= {"ForwardedValues": {"QueryString": True, "Cookies": {"Forward": "whitelist",
                                                                        "WhitelistedNames": items("a", "b")},
                                       "Headers": items("Origin"), "QueryStringCacheKeys": items("page")},
                   "MinTTL": 0, "DefaultTTL": 60, "MaxTTL": 600}
        patterns = {
            "/api/*": self.behavior("main", AllowedMethods=all_methods, CachePolicyId=DISABLED, Compress=False,
                                    OriginRequestPolicyId=request),
            "/news/*": self.behavior("pages"),
            "/errors/*": self.behavior("main"),
            "/languages/*": self.behavior("main", CachePolicyId=cache, ResponseHeadersPolicyId=response),
            "/legacy/*": legacy,
            "/bucket/*": self.behavior("bucket"),
            "/options/*": self.behavior("pages", AllowedMethods={**items("HEAD", "GET", "OPTIONS"),
                                                                 "CachedMethods": items("HEAD", "GET", "OPTIONS")}),
            "/secure/*": self.behavior("main", ViewerProtocolPolicy="redirect-to-https"),
            "*.jpg": self.behavior("bucket", ResponseHeadersPolicyId=response),
            "/private?.html": self.behavior("main", ViewerProtocolPolicy="https-only"),
        }
        return {
            "CallerReference": f"deep-{time.monotonic_ns()}", "Aliases": items(), "DefaultRootObject": "index.html",
            "Origins": items(
                self.origin("main", self.main.port,
                            CustomHeaders=items({"HeaderName": "X-From", "HeaderValue": "the edge"})),
                self.origin("backup", self.backup.port),
                {"Id": "bucket", "DomainName": "site-pages.s3.amazonaws.com", "OriginPath": "/v1",
                 "CustomHeaders": items(), "S3OriginConfig": {"OriginAccessIdentity": ""}, "ConnectionAttempts": 3,
                 "ConnectionTimeout": 10, "OriginShield": {"Enabled": False}, "OriginAccessControlId": ""}),
            "OriginGroups": items({"Id": "pages", "FailoverCriteria": {"StatusCodes": items(500, 502, 503, 504)},
                                   "Members": items({"OriginId": "main"}, {"OriginId": "backup"})}),
            "DefaultCacheBehavior": self.behavior("main"),
            "CacheBehaviors": items(*({"PathPattern": pattern, **each} for pattern, each in patterns.items())),
            "CustomErrorResponses": items(
                {"ErrorCode": 404, "ResponsePagePath": "/errors/404.html", "ResponseCode": "200",
                 "ErrorCachingMinTTL": 30},
                {"ErrorCode": 503, "ResponsePagePath": "", "ResponseCode": "", "ErrorCachingMinTTL": 5}),
            "Comment": "the deep one", "Logging": {"Enabled": True, "IncludeCookies": True,
                                                   "Bucket": "site-logs.s3.amazonaws.com", "Prefix": "site"},
            "PriceClass": "PriceClass_100", "Enabled": True,
            "ViewerCertificate": {"CloudFrontDefaultCertificate": True, "SSLSupportMethod": "vip",
                                  "MinimumProtocolVersion": "TLSv1", "CertificateSource": "cloudfront"},
            "Restrictions": {"GeoRestriction": {"RestrictionType": "whitelist", **items("CH", "IN")}},
            "WebACLId": "", "HttpVersion": "http2", "IsIPV6Enabled": True}

    def update(self, identifier: str, change) -> tuple[dict, dict]:
        """The configuration as it was with one change, and as it is read back."""
        read = self.cloudfront.get_distribution_config(Id=identifier)
        changed = copy.deepcopy(read["DistributionConfig"])
        change(changed)
        self.cloudfront.update_distribution(Id=identifier, IfMatch=read["ETag"], DistributionConfig=changed)
        self.server.wait_deployed(identifier)
        return changed, self.cloudfront.get_distribution_config(Id=identifier)["DistributionConfig"]

    def log_lines(self) -> list[list[str]]:
        lines = []
        for found in self.s3.list_objects_v2(Bucket="site-logs").get("Contents", []):
            self.assertRegex(found["Key"], r"^site/E[A-Z0-9]+\.\d{4}-\d\d-\d\d-\d\d\.[0-9a-f]{16}\.gz$")
            text = gzip.decompress(self.s3.get_object(Bucket="site-logs", Key=found["Key"])["Body"].read()).decode()
            version, fields, *rest = text.splitlines()
            self.assertEqual(version, "#Version: 1.0")
            self.assertEqual(len(fields.split()) - 1, FIELDS)
            lines += [line.split("\t") for line in rest]
        return lines

    @staticmethod
    def is_in(spool: pathlib.Path, text: bytes) -> bool:
        """Whether one of the files holds it, which are renamed and removed meanwhile."""
        for each in spool.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if text in each.read_bytes():
                    return True
        return False

    def test_a_deep_configuration_is_kept_whole_and_acts(self) -> None:
        sent = self.site()
        made = self.cloudfront.create_distribution(DistributionConfig=sent)["Distribution"]
        identifier, domain = made["Id"], made["DomainName"]
        self.server.wait_deployed(identifier)
        read = self.cloudfront.get_distribution_config(Id=identifier)["DistributionConfig"]
        harness.assert_holds(self, sent, read)
        self.assertEqual(read, made["DistributionConfig"])
        self.assertEqual(self.update(identifier, lambda config: None)[1], read)
        changed, again = self.update(identifier, lambda config: config.update(Comment="another comment"))
        self.assertEqual(again, changed)
        self.assertEqual({name: value for name, value in again.items() if name != "Comment"},
                         {name: value for name, value in read.items() if name != "Comment"})

        # The group: main answers 503, backup has it. The page for a 404. A cookie for the log.
        self.assertEqual(self.server.get(domain, "/news/1").body, b"backup")
        self.assertEqual(self.backup.asked[-1].path, "/news/1")
        self.assertEqual(self.server.get(domain, "/news/1").cache, "Hit")
        page = self.server.get(domain, "/gone/1", headers={"Cookie": "a=1"})
        self.assertEqual((page.status, page.body), (200, b"sorry"))
        self.assertEqual(self.server.get(domain, "/").body, b"main")
        self.assertEqual(self.server.get(domain, "/secure/1").status, 301)

        # Viewers are in Switzerland, which is on the list until it is a list of those to keep out.
        self.update(identifier, lambda config: config["Restrictions"]["GeoRestriction"].update(
            RestrictionType="blacklist"))
        blocked = self.server.get(domain, "/news/1")
        self.assertEqual((blocked.status, blocked.cache), (403, "Error"))
        self.assertIn(b"block access from your country", blocked.body)

        # Every request is in the bucket, once the process has stopped at the latest; these come while it runs.
        lines = harness.wait_until(lambda: (got := self.log_lines()) and len(got) >= 6 and got, "six lines in the bucket")
        by_path = {line[7]: line for line in lines}
        self.assertEqual({len(line) for line in lines}, {FIELDS})
        self.assertEqual(by_path["/gone/1"][12], "a=1")
        self.assertEqual(by_path["/gone/1"][6], domain)
        self.assertIn("ClientGeoBlocked", [line[28] for line in lines])

    def test_logs_survive_a_kill_and_a_bucket_that_refuses(self) -> None:
        config = {"CallerReference": "logs", "Comment": "", "Enabled": True, "Origins": items(
            self.origin("main", self.main.port)), "DefaultCacheBehavior": self.behavior("main"),
            "Logging": {"Enabled": True, "IncludeCookies": False, "Bucket": "site-none.s3.amazonaws.com", "Prefix": "site/"}}
        with self.assertRaisesRegex(botocore.exceptions.ClientError, "InvalidArgument.*doesn't exist"):
            self.cloudfront.create_distribution(DistributionConfig=config)
        config["Logging"]["Bucket"] = "site-logs.s3.amazonaws.com"
        made = self.cloudfront.create_distribution(DistributionConfig=config)["Distribution"]
        self.server.wait_deployed(made["Id"])
        self.s3.delete_bucket(Bucket="site-logs")
        self.assertEqual(self.server.get(made["DomainName"], "/a", headers={"Cookie": "a=1"}).status, 200)
        harness.wait_until(lambda: "NoSuchBucket" in self.server.output(), "the refusal is reported")
        self.assertEqual(self.server.get(made["DomainName"], "/b").status, 200)
        spool = self.server.data / "log-spool"
        harness.wait_until(lambda: self.is_in(spool, b"/b\t"), "/b on the disk")
        self.server.kill()
        self.server.start()
        self.s3 = self.server.s3
        self.s3.create_bucket(Bucket="site-logs")
        lines = harness.wait_until(lambda: (got := self.log_lines()) and len(got) >= 2 and got, "both in the bucket")
        self.assertEqual([(line[7], line[12]) for line in sorted(lines, key=lambda line: line[7])],
                         [("/a", "-"), ("/b", "-")])
        harness.wait_until(lambda: not os.listdir(spool), "the spool is empty")
        self.assertEqual(self.server.get(made["DomainName"], "/c").status, 200)
        self.server.stop()
        self.server.start()
        self.s3 = self.server.s3
        self.assertIn("/c", [line[7] for line in self.log_lines()])
