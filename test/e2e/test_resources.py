"""Every kind of resource that CloudFront's API answers, walked with boto: create, read, update, list, delete, and what a
client meets when it goes wrong."""

import copy
import dataclasses
import json
import re
import time
import unittest
import urllib.parse
from typing import Callable

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.exceptions

import harness


@dataclasses.dataclass
class Kind:
    """One kind with an id, a configuration and an ETag: the words in which the operations of all of them differ."""
    noun: str  # as in create_NOUN
    shape: str  # of what operations answer
    code: str  # in the codes of its errors
    config: Callable[["Resources"], dict]
    change: Callable[[dict], object]
    plural: str = ""
    reference: bool = False  # has a CallerReference: the same again gives the first one
    exists: str = ""  # the code where something has its name, if it is another one

    @property
    def config_name(self) -> str:
        return self.shape + "Config"


def changed(member: str, value: object) -> Callable[[dict], object]:
    return lambda config: config.update({member: value})


def unique(prefix: str) -> str:
    return f"{prefix}-{time.monotonic_ns()}"


NO_KEY = {"EnableAcceptEncodingGzip": True, "EnableAcceptEncodingBrotli": False,
          "HeadersConfig": {"HeaderBehavior": "none"}, "CookiesConfig": {"CookieBehavior": "none"},
          "QueryStringsConfig": {"QueryStringBehavior": "none"}}
# Made by openssl for this test; nobody has kept the private half.
PEM = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAormbojw6ZNUudGIeDeFi
wcCWZkCpPK1Cr9rFemfJBeFetp3Yka+rxha4CqxMSFGzjKSuEwV4kynfx9+EappJ
OBE3G9xRh/4BKXmyjOj7vjgXHp+PaxQY45FovjnhNkwOAEzdOZIQndBg8kYkzztp
NGtFkCpmay1aD2c803Zpi8lvawkTWWUtGa2Wh9pOoMfrleAeUqo6M66JqYotvlBT
KtTSPJvU06zTco1qCLsGV2rfe2I2Qj9W5J7KILCes0wtRNEt5fSutK6cMXocF2kq
tsbaxwbdy6LWYJiu8NPd3D5dbZisc6ZplgUrzggPVO55P0euALmwFcpacrTObIOy
oQIDAQAB
-----END PUBLIC KEY-----
"""


def public_key(_: "Resources") -> dict:
    return {"CallerReference": unique("key"), "Name": unique("key"), "EncodedKey": PEM, "Comment": "first"}


KINDS = [
    Kind("cache_policy", "CachePolicy", "CachePolicy", plural="cache_policies", change=changed("Comment", "second"),
         config=lambda _: {"Name": unique("cache"), "Comment": "first", "MinTTL": 1, "DefaultTTL": 2, "MaxTTL": 3,
                           "ParametersInCacheKeyAndForwardedToOrigin": NO_KEY}),
    Kind("origin_request_policy", "OriginRequestPolicy", "OriginRequestPolicy", plural="origin_request_policies",
         change=changed("Comment", "second"),
         config=lambda _: {"Name": unique("origin"), "Comment": "first", "HeadersConfig": {"HeaderBehavior": "none"},
                           "CookiesConfig": {"CookieBehavior": "all"},
                           "QueryStringsConfig": {"QueryStringBehavior": "all"}}),
    Kind("response_headers_policy", "ResponseHeadersPolicy", "ResponseHeadersPolicy",
         plural="response_headers_policies", change=changed("Comment", "second"),
         config=lambda _: {"Name": unique("response"), "Comment": "first",
                           "ServerTimingHeadersConfig": {"Enabled": True, "SamplingRate": 50.0}}),
    Kind("origin_access_control", "OriginAccessControl", "OriginAccessControl", change=changed("Description", "second"),
         config=lambda _: {"Name": unique("oac"), "Description": "first", "SigningProtocol": "sigv4",
                           "SigningBehavior": "always", "OriginAccessControlOriginType": "s3"}),
    Kind("cloud_front_origin_access_identity", "CloudFrontOriginAccessIdentity", "CloudFrontOriginAccessIdentity",
         plural="cloud_front_origin_access_identities", change=changed("Comment", "second"), reference=True,
         config=lambda _: {"CallerReference": unique("oai"), "Comment": "first"}),
    Kind("public_key", "PublicKey", "PublicKey", change=changed("Comment", "second"), config=public_key),
    Kind("key_group", "KeyGroup", "Resource", exists="KeyGroup", change=changed("Comment", "second"),
         config=lambda test: {"Name": unique("group"), "Items": [test.key], "Comment": "first"}),
]


class Resources(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.server = harness.Gustfront().start()
        cls.addClassCleanup(cls.server.close)
        cls.api = cls.server.cloudfront
        cls.key = cls.api.create_public_key(PublicKeyConfig=public_key(cls))["PublicKey"]["Id"]

    def refused(self, code: str, status: int, call: Callable, **arguments: object) -> str:
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            call(**arguments)
        error = caught.exception.response
        self.assertEqual((error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]), (code, status))
        return error["Error"]["Message"]

    def operation(self, verb: str, kind: Kind) -> Callable:
        nouns = {"list": kind.plural or kind.noun + "s", "get_config": kind.noun + "_config"}
        return getattr(self.api, f"{verb.removesuffix('_config')}_{nouns.get(verb, kind.noun)}")

    def listed(self, kind: Kind) -> list[str]:
        """The texts of all items, over pages of two."""
        items, marker = [], {}
        while True:
            answer = self.operation("list", kind)(MaxItems="2", **marker)
            page = next(value for name, value in answer.items() if name != "ResponseMetadata")
            self.assertLessEqual(page["Quantity"], 2)
            items += page.get("Items", [])
            if "NextMarker" not in page:
                return [str(item) for item in items]
            marker = {"Marker": page["NextMarker"]}

    def test_each_kind_from_create_to_delete(self) -> None:
        for kind in KINDS:
            with self.subTest(kind.noun):
                self.walk(kind)

    def walk(self, kind: Kind) -> None:
        config = kind.config(self)
        made = self.operation("create", kind)(**{kind.config_name: config})
        identifier, etag = made[kind.shape]["Id"], made["ETag"]
        self.assertEqual(made["ResponseMetadata"]["HTTPStatusCode"], 201)
        self.assertTrue(made["Location"].endswith(f"/{identifier}"), made["Location"])
        self.assertLessEqual(config.items(), made[kind.shape][kind.config_name].items())
        self.duplicate(kind, config, made)

        got = self.operation("get", kind)(Id=identifier)
        self.assertEqual((got[kind.shape], got["ETag"]), (made[kind.shape], etag))
        read = self.operation("get_config", kind)(Id=identifier)
        self.assertEqual((read[kind.config_name], read["ETag"]), (made[kind.shape][kind.config_name], etag))
        self.assertEqual(sum(identifier in item for item in self.listed(kind)), 1)

        second = copy.deepcopy(read[kind.config_name])
        kind.change(second)
        update = self.operation("update", kind)
        self.refused("InvalidIfMatchVersion", 400, update, Id=identifier, **{kind.config_name: second})
        done = update(Id=identifier, IfMatch=etag, **{kind.config_name: second})
        self.assertEqual(done[kind.shape][kind.config_name], second)
        self.refused("PreconditionFailed", 412, update, Id=identifier, IfMatch=etag, **{kind.config_name: second})

        remove = self.operation("delete", kind)
        self.refused("PreconditionFailed", 412, remove, Id=identifier, IfMatch=etag)
        remove(Id=identifier, IfMatch=done["ETag"])
        self.assertEqual(sum(identifier in item for item in self.listed(kind)), 0)
        for verb in ("get", "get_config"):
            self.refused(f"NoSuch{kind.code}", 404, self.operation(verb, kind), Id=identifier)
        self.refused(f"NoSuch{kind.code}", 404, remove, Id=identifier, IfMatch=done["ETag"])

    def duplicate(self, kind: Kind, config: dict, made: dict) -> None:
        create = self.operation("create", kind)
        if kind.reference:
            self.assertEqual(create(**{kind.config_name: config})[kind.shape]["Id"], made[kind.shape]["Id"])
            config = copy.deepcopy(config)
            kind.change(config)
        self.refused(f"{kind.exists or kind.code}AlreadyExists", 409, create, **{kind.config_name: config})

    def test_functions_have_two_stages(self) -> None:
        name, config = unique("function"), {"Comment": "c", "Runtime": "cloudfront-js-1.0"}
        made = self.api.create_function(Name=name, FunctionConfig=config, FunctionCode=b"// one \xff")
        etag, summary = made["ETag"], made["FunctionSummary"]
        self.assertEqual((summary["Status"], summary["FunctionMetadata"]["Stage"]), ("UNPUBLISHED", "DEVELOPMENT"))
        self.refused("FunctionAlreadyExists", 409, self.api.create_function, Name=name, FunctionConfig=config,
                     FunctionCode=b"2")
        self.refused("FunctionSizeLimitExceeded", 413, self.api.create_function, Name=unique("function"),
                     FunctionConfig=config, FunctionCode=b"x" * 10241)
        self.refused("NoSuchFunctionExists", 404, self.api.get_function, Name=name, Stage="LIVE")
        live = self.api.publish_function(Name=name, IfMatch=etag)["FunctionSummary"]
        self.assertEqual(live["FunctionMetadata"]["Stage"], "LIVE")
        self.api.update_function(Name=name, IfMatch=etag, FunctionConfig=config, FunctionCode=b"// two")
        self.refused("PreconditionFailed", 412, self.api.update_function, Name=name, IfMatch=etag,
                     FunctionConfig=config, FunctionCode=b"// three")
        codes = {stage: self.api.get_function(Name=name, Stage=stage) for stage in ("DEVELOPMENT", "LIVE")}
        self.assertEqual(codes["DEVELOPMENT"]["FunctionCode"].read(), b"// two")
        self.assertEqual(codes["LIVE"]["FunctionCode"].read(), b"// one \xff")
        self.assertEqual(codes["LIVE"]["ContentType"], "application/octet-stream")
        etag = self.api.describe_function(Name=name)["ETag"]
        told = self.refused("NotImplemented", 501, self.api.test_function, Name=name, IfMatch=etag, EventObject=b"{}")
        self.assertIn("no engine", told)
        listed = self.api.list_functions(Stage="LIVE")["FunctionList"]["Items"]
        self.assertIn(name, [item["Name"] for item in listed])
        self.api.delete_function(Name=name, IfMatch=etag)
        self.refused("NoSuchFunctionExists", 404, self.api.describe_function, Name=name)

    def test_realtime_log_configurations(self) -> None:
        config = {"Name": unique("logs"), "SamplingRate": 5, "Fields": ["timestamp", "c-ip"],
                  "EndPoints": [{"StreamType": "Kinesis", "KinesisStreamConfig": {
                      "RoleARN": "arn:aws:iam::000000000000:role/r",
                      "StreamARN": "arn:aws:kinesis:us-east-1:000000000000:stream/s"}}]}
        made = self.api.create_realtime_log_config(**config)["RealtimeLogConfig"]
        self.assertLessEqual(config.items(), made.items())
        self.refused("RealtimeLogConfigAlreadyExists", 409, self.api.create_realtime_log_config, **config)
        self.refused("InvalidArgument", 400, self.api.create_realtime_log_config, **{**config, "Fields": ["none"]})
        self.api.update_realtime_log_config(**{**config, "SamplingRate": 6})
        self.assertEqual(self.api.get_realtime_log_config(ARN=made["ARN"])["RealtimeLogConfig"]["SamplingRate"], 6)
        listed = self.api.list_realtime_log_configs()["RealtimeLogConfigs"]["Items"]
        self.assertIn(config["Name"], [item["Name"] for item in listed])
        users = self.api.list_distributions_by_realtime_log_config(RealtimeLogConfigArn=made["ARN"])
        self.assertEqual(users["DistributionList"]["Quantity"], 0)
        self.api.delete_realtime_log_config(Name=config["Name"])
        self.refused("NoSuchRealtimeLogConfig", 404, self.api.get_realtime_log_config, Name=config["Name"])

    def signed(self, service: str, method: str, path: str, body: str = "", **fields: str) -> harness.Answer:
        """One request that Debian's botocore has no client for. `fields` with underscores for hyphens."""
        head = {name.replace("_", "-"): value for name, value in fields.items()}
        request = botocore.awsrequest.AWSRequest(method, self.server.endpoint + path, head, body.encode())
        keys = botocore.credentials.Credentials(self.server.ready["access_key_id"],
                                                self.server.ready["secret_access_key"])
        botocore.auth.SigV4Auth(keys, service, "us-east-1").add_auth(request)
        host = self.server.endpoint.removeprefix("http://").rstrip("/")
        return harness.fetch(self.server.api_port, host, path, method, dict(request.headers), body.encode() or None)

    def test_key_value_stores_and_their_keys(self) -> None:
        made = self.signed("cloudfront", "POST", "/2020-05-31/key-value-store",
                           "<CreateKeyValueStoreRequest><Name>colors</Name></CreateKeyValueStoreRequest>")
        self.assertEqual(made.status, 201, made.body)
        arn = re.search(rb"<ARN>(.*)</ARN>", made.body)[1].decode()
        base = "/key-value-stores/" + urllib.parse.quote(arn, safe="")

        def data(method: str, path: str = "", value: object = None, **fields: str) -> harness.Answer:
            return self.signed("cloudfront-keyvaluestore", method, base + path, json.dumps(value) if value else "",
                               **({"Content_Type": "application/json"} if value else {}), **fields)

        first = data("GET").head["etag"]
        put = data("PUT", "/keys/sky", {"Value": "blue"}, If_Match=first)
        self.assertEqual((put.status, json.loads(put.body)["ItemCount"]), (200, 1))
        self.assertEqual(json.loads(data("GET", "/keys/sky").body)["Value"], "blue")
        stale = data("PUT", "/keys/sky", {"Value": "grey"}, If_Match=first)
        self.assertEqual((stale.status, stale.head["x-amzn-errortype"].split(":")[0]), (409, "ConflictException"))
        both = data("POST", "/keys", {"Puts": [{"Key": "sea", "Value": "green"}], "Deletes": [{"Key": "sky"}]},
                    If_Match=put.head["etag"])
        self.assertEqual(both.status, 200, both.body)
        self.assertEqual([item["Key"] for item in json.loads(data("GET", "/keys").body)["Items"]], ["sea"])
        self.assertEqual(data("GET", "/keys/sky").status, 404)
        gone = self.signed("cloudfront", "DELETE", "/2020-05-31/key-value-store/colors", If_Match=made.head["etag"])
        self.assertEqual(gone.status, 204, gone.body)
        self.assertEqual(data("GET").status, 404)

    def test_monitoring_subscriptions_of_a_distribution(self) -> None:
        identifier, _ = self.server.make_distribution("localhost", 8099)
        on = {"RealtimeMetricsSubscriptionConfig": {"RealtimeMetricsSubscriptionStatus": "Enabled"}}
        self.refused("NoSuchMonitoringSubscription", 404, self.api.get_monitoring_subscription,
                     DistributionId=identifier)
        self.api.create_monitoring_subscription(DistributionId=identifier, MonitoringSubscription=on)
        self.refused("MonitoringSubscriptionAlreadyExists", 409, self.api.create_monitoring_subscription,
                     DistributionId=identifier, MonitoringSubscription=on)
        got = self.api.get_monitoring_subscription(DistributionId=identifier)
        self.assertEqual(got["MonitoringSubscription"], on)
        self.api.delete_monitoring_subscription(DistributionId=identifier)
        self.refused("NoSuchMonitoringSubscription", 404, self.api.delete_monitoring_subscription,
                     DistributionId=identifier)
        self.refused("NoSuchDistribution", 404, self.api.get_monitoring_subscription, DistributionId="E0")

    def test_a_staged_change_is_seen_by_those_who_ask_for_it_until_it_is_promoted(self) -> None:
        with harness.origin_that(lambda handler, asked: harness.reply(handler, asked.path.encode())) as origin:
            primary, domain = self.server.make_distribution("localhost", origin.port)
            etag = self.api.get_distribution(Id=primary)["ETag"]
            copied = self.api.copy_distribution(PrimaryDistributionId=primary, Staging=True, IfMatch=etag,
                                                CallerReference=unique("staging"))
            staging, config = copied["Distribution"]["Id"], copied["Distribution"]["DistributionConfig"]
            self.assertTrue(config["Staging"])
            config["Origins"]["Items"][0]["OriginPath"] = "/new"
            config["Enabled"] = True
            staged = self.api.update_distribution(Id=staging, IfMatch=copied["ETag"], DistributionConfig=config)["ETag"]
            policy = {"StagingDistributionDnsNames": {"Quantity": 1, "Items": [copied["Distribution"]["DomainName"]]},
                      "Enabled": True, "TrafficConfig": {"Type": "SingleHeader", "SingleHeaderConfig": {
                          "Header": "aws-cf-cd-new", "Value": "yes"}}}
            made = self.api.create_continuous_deployment_policy(ContinuousDeploymentPolicyConfig=policy)
            identifier = made["ContinuousDeploymentPolicy"]["Id"]
            config = self.api.get_distribution_config(Id=primary)["DistributionConfig"]
            config["ContinuousDeploymentPolicyId"] = identifier
            joined = self.api.update_distribution(Id=primary, IfMatch=etag, DistributionConfig=config)["ETag"]
            self.refused("ContinuousDeploymentPolicyInUse", 409, self.api.delete_continuous_deployment_policy,
                         Id=identifier, IfMatch=made["ETag"])
            self.server.wait_deployed(primary)
            for path, field, body in (("/a", {}, b"/a"), ("/a", {"aws-cf-cd-new": "yes"}, b"/new/a")):
                self.assertEqual(self.server.get(domain, path, headers=field).body, body)
            self.refused("PreconditionFailed", 412, self.api.update_distribution_with_staging_config, Id=primary,
                         StagingDistributionId=staging, IfMatch=f"{etag}, {staged}")
            promoted = self.api.update_distribution_with_staging_config(
                Id=primary, StagingDistributionId=staging, IfMatch=f"{joined}, {staged}")["Distribution"]
            self.assertEqual(promoted["DistributionConfig"]["Origins"]["Items"][0]["OriginPath"], "/new")
            self.server.wait_deployed(primary)
            self.assertEqual(self.server.get(domain, "/b").body, b"/new/b")
            got = self.api.get_continuous_deployment_policy(Id=identifier)["ContinuousDeploymentPolicy"]
            self.assertFalse(got["ContinuousDeploymentPolicyConfig"]["Enabled"])

    def test_lists_by_what_a_distribution_names(self) -> None:
        identifier, _ = self.server.make_distribution("localhost", 8099)
        listed = self.api.list_distributions_by_web_acl_id(WebACLId="null")["DistributionList"]["Items"]
        self.assertIn(identifier, [item["Id"] for item in listed])
        found = self.api.list_conflicting_aliases(DistributionId=identifier, Alias="www.example.com")
        self.assertEqual(found["ConflictingAliasesList"]["Quantity"], 0)

    def test_what_has_no_effect_here_is_refused_with_what_is_missing(self) -> None:
        streaming = {"CallerReference": "s", "Comment": "", "Enabled": True,
                     "S3Origin": {"DomainName": "b.s3.amazonaws.com", "OriginAccessIdentity": ""},
                     "TrustedSigners": {"Enabled": False, "Quantity": 0}}
        told = self.refused("NotImplemented", 501, self.api.create_streaming_distribution,
                            StreamingDistributionConfig=streaming)
        self.assertIn("CreateStreamingDistribution", told)
        self.assertEqual(self.api.list_streaming_distributions()["StreamingDistributionList"]["Quantity"], 0)


if __name__ == "__main__":
    unittest.main()
