"""What infrastructure tools rest on: every kind of resource in its full shape is read back member by member as it was sent,
and an update with what was read changes nothing, so that a second plan is empty."""

import copy
import unittest

import harness
from test_resources import PEM, unique


def items(*given: object) -> dict:
    return {"Quantity": len(given), "Items": list(given)} if given else {"Quantity": 0}


CACHING = {"EnableAcceptEncodingGzip": True, "EnableAcceptEncodingBrotli": True,
           "HeadersConfig": {"HeaderBehavior": "whitelist", "Headers": items("Accept-Language", "Origin")},
           "CookiesConfig": {"CookieBehavior": "allExcept", "Cookies": items("tracking", "seen")},
           "QueryStringsConfig": {"QueryStringBehavior": "whitelist", "QueryStrings": items("page", "size")}}
FORWARDING = {"HeadersConfig": {"HeaderBehavior": "allViewerAndWhitelistCloudFront",
                                "Headers": items("CloudFront-Viewer-Country", "CloudFront-Is-Mobile-Viewer")},
              "CookiesConfig": {"CookieBehavior": "whitelist", "Cookies": items("session")},
              "QueryStringsConfig": {"QueryStringBehavior": "allExcept", "QueryStrings": items("utm")}}
RESPONSE = {
    "CorsConfig": {"AccessControlAllowOrigins": items("https://a.example", "https://*.b.example"),
                   "AccessControlAllowHeaders": items("X-One", "X-Two"), "AccessControlAllowMethods": items("GET", "PUT"),
                   "AccessControlAllowCredentials": True, "AccessControlExposeHeaders": items("ETag"),
                   "AccessControlMaxAgeSec": 600, "OriginOverride": True},
    "SecurityHeadersConfig": {
        "XSSProtection": {"Override": True, "Protection": True, "ModeBlock": True},
        "FrameOptions": {"Override": False, "FrameOption": "SAMEORIGIN"},
        "ReferrerPolicy": {"Override": True, "ReferrerPolicy": "no-referrer"},
        "ContentSecurityPolicy": {"Override": True, "ContentSecurityPolicy": "default-src 'self'; img-src *"},
        "ContentTypeOptions": {"Override": True},
        "StrictTransportSecurity": {"Override": True, "IncludeSubdomains": True, "Preload": True,
                                    "AccessControlMaxAgeSec": 31536000}},
    "ServerTimingHeadersConfig": {"Enabled": True, "SamplingRate": 12.5},
    "CustomHeadersConfig": items({"Header": "X-Site", "Value": "one, two", "Override": True},
                                 {"Header": "X-Other", "Value": "<&\"'>", "Override": False})}


class ReadBack(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.server = harness.Gustfront().start()
        cls.addClassCleanup(cls.server.close)
        cls.api, cls.s3 = cls.server.cloudfront, cls.server.s3

    def walk(self, noun: str, shape: str, config: dict) -> str:
        """Make, read, update with what was read, read again. The id."""
        name = shape + "Config"
        made = getattr(self.api, f"create_{noun}")(**{name: copy.deepcopy(config)})[shape]
        identifier = made["Id"]
        read = getattr(self.api, f"get_{noun}_config")(Id=identifier)
        kept = read[name]
        harness.assert_holds(self, config, kept, noun)
        self.assertEqual(kept, made[name])
        done = getattr(self.api, f"update_{noun}")(Id=identifier, IfMatch=read["ETag"], **{name: kept})
        self.assertEqual(done[shape][name], kept)
        self.assertEqual(getattr(self.api, f"get_{noun}_config")(Id=identifier)[name], kept)
        return identifier

    def test_policies(self) -> None:
        self.walk("cache_policy", "CachePolicy", {
            "Name": unique("full"), "Comment": "ä <&>", "MinTTL": 1, "DefaultTTL": 20, "MaxTTL": 300,
            "ParametersInCacheKeyAndForwardedToOrigin": CACHING})
        self.walk("origin_request_policy", "OriginRequestPolicy",
                  {"Name": unique("full"), "Comment": "", **FORWARDING})
        self.walk("response_headers_policy", "ResponseHeadersPolicy",
                  {"Name": unique("full"), "Comment": "all of it", **RESPONSE})

    def test_access_and_keys(self) -> None:
        self.walk("origin_access_control", "OriginAccessControl", {
            "Name": unique("full"), "Description": "d", "SigningProtocol": "sigv4", "SigningBehavior": "no-override",
            "OriginAccessControlOriginType": "s3"})
        self.walk("cloud_front_origin_access_identity", "CloudFrontOriginAccessIdentity",
                  {"CallerReference": unique("full"), "Comment": "c"})
        key = self.walk("public_key", "PublicKey", {"CallerReference": unique("full"), "Name": unique("full"),
                                                    "EncodedKey": PEM, "Comment": "c"})
        group = {"Name": unique("full"), "Items": [key], "Comment": "c"}
        made = self.api.create_key_group(KeyGroupConfig=group)["KeyGroup"]
        read = self.api.get_key_group_config(Id=made["Id"])
        self.assertEqual(read["KeyGroupConfig"], group)
        self.api.update_key_group(Id=made["Id"], IfMatch=read["ETag"], KeyGroupConfig=read["KeyGroupConfig"])
        self.assertEqual(self.api.get_key_group_config(Id=made["Id"])["KeyGroupConfig"], group)
        self.encryption(key)

    def encryption(self, key: str) -> None:
        profile = self.walk("field_level_encryption_profile", "FieldLevelEncryptionProfile", {
            "Name": unique("full"), "CallerReference": unique("full"), "Comment": "c", "EncryptionEntities": items(
                {"PublicKeyId": key, "ProviderId": "p", "FieldPatterns": items("card", "pin*")})})
        config = {
            "CallerReference": unique("full"), "Comment": "c",
            "QueryArgProfileConfig": {"ForwardWhenQueryArgProfileIsUnknown": True, "QueryArgProfiles": items(
                {"QueryArg": "q", "ProfileId": profile})},
            "ContentTypeProfileConfig": {"ForwardWhenContentTypeIsUnknown": False, "ContentTypeProfiles": items(
                {"Format": "URLEncoded", "ProfileId": profile, "ContentType": "application/x-www-form-urlencoded"})}}
        made = self.api.create_field_level_encryption_config(FieldLevelEncryptionConfig=config)["FieldLevelEncryption"]
        read = self.api.get_field_level_encryption_config(Id=made["Id"])
        self.assertEqual(read["FieldLevelEncryptionConfig"], config)
        done = self.api.update_field_level_encryption_config(
            Id=made["Id"], IfMatch=read["ETag"], FieldLevelEncryptionConfig=read["FieldLevelEncryptionConfig"])
        self.assertEqual(done["FieldLevelEncryption"]["FieldLevelEncryptionConfig"], config)

    def test_functions_and_logs(self) -> None:
        config = {"Comment": "c", "Runtime": "cloudfront-js-1.0"}
        name = unique("full")
        self.api.create_function(Name=name, FunctionConfig=config, FunctionCode=b"function handler() {}\n// \xc3\xa4")
        read, code = self.api.describe_function(Name=name), self.api.get_function(Name=name)
        self.assertEqual(read["FunctionSummary"]["FunctionConfig"], config)
        text = code["FunctionCode"].read()
        self.api.update_function(Name=name, IfMatch=read["ETag"], FunctionCode=text,
                                 FunctionConfig=read["FunctionSummary"]["FunctionConfig"])
        self.assertEqual(self.api.get_function(Name=name)["FunctionCode"].read(), text)
        self.assertEqual(self.api.describe_function(Name=name)["FunctionSummary"]["FunctionConfig"], config)
        log = {"Name": unique("full"), "SamplingRate": 7, "Fields": ["timestamp", "c-ip", "sc-status"], "EndPoints": [
            {"StreamType": "Kinesis", "KinesisStreamConfig": {
                "RoleARN": "arn:aws:iam::123456789012:role/r",
                "StreamARN": "arn:aws:kinesis:us-east-1:123456789012:stream/s"}}]}
        made = self.api.create_realtime_log_config(**log)["RealtimeLogConfig"]
        harness.assert_holds(self, log, made)
        self.assertEqual(self.api.update_realtime_log_config(**made)["RealtimeLogConfig"], made)
        self.assertEqual(self.api.get_realtime_log_config(ARN=made["ARN"])["RealtimeLogConfig"], made)

    def test_staging_and_metrics(self) -> None:
        primary, _ = self.server.make_distribution("a.example", 80)
        etag = self.api.get_distribution(Id=primary)["ETag"]
        copied = self.api.copy_distribution(PrimaryDistributionId=primary, Staging=True, IfMatch=etag,
                                            CallerReference=unique("full"))["Distribution"]
        self.walk("continuous_deployment_policy", "ContinuousDeploymentPolicy", {
            "StagingDistributionDnsNames": items(copied["DomainName"]), "Enabled": True, "TrafficConfig": {
                "Type": "SingleHeader", "SingleHeaderConfig": {"Header": "aws-cf-cd-new", "Value": "yes"}}})
        subscription = {"RealtimeMetricsSubscriptionConfig": {"RealtimeMetricsSubscriptionStatus": "Enabled"}}
        self.api.create_monitoring_subscription(DistributionId=primary, MonitoringSubscription=subscription)
        self.assertEqual(self.api.get_monitoring_subscription(DistributionId=primary)["MonitoringSubscription"],
                         subscription)
        arn = self.api.get_distribution(Id=primary)["Distribution"]["ARN"]
        tags = {"Items": [{"Key": "a", "Value": ""}, {"Key": "b", "Value": "ä = +/@"}]}
        for _ in range(2):
            self.api.tag_resource(Resource=arn, Tags=tags)
            self.assertEqual(self.api.list_tags_for_resource(Resource=arn)["Tags"], tags)

    def test_buckets(self) -> None:
        name = "full-shape"
        self.s3.create_bucket(Bucket=name)
        tags = [{"Key": "a", "Value": "b"}]
        rules = [{"ID": "all", "Status": "Enabled",
                  "Filter": {"And": {"Prefix": "p/", "Tags": tags, "ObjectSizeGreaterThan": 1, "ObjectSizeLessThan": 9}},
                  "Expiration": {"Days": 3}, "NoncurrentVersionExpiration": {"NoncurrentDays": 7}}]
        blocks = {"BlockPublicAcls": True, "IgnorePublicAcls": False, "BlockPublicPolicy": True,
                  "RestrictPublicBuckets": False}
        owner = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
        cors = [{"ID": "one", "AllowedOrigins": ["*"], "AllowedMethods": ["GET", "PUT"], "AllowedHeaders": ["a", "b"],
                 "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 5}]
        website = {"RedirectAllRequestsTo": {"HostName": "a.example", "Protocol": "https"}}
        settings = (
            ("versioning", {"VersioningConfiguration": {"Status": "Enabled"}}, {"Status": "Enabled"}),
            ("ownership_controls", {"OwnershipControls": owner}, {"OwnershipControls": owner}),
            ("lifecycle_configuration", {"LifecycleConfiguration": {"Rules": rules}}, {"Rules": rules}),
            ("cors", {"CORSConfiguration": {"CORSRules": cors}}, {"CORSRules": cors}),
            ("website", {"WebsiteConfiguration": website}, website),
            ("tagging", {"Tagging": {"TagSet": tags}}, {"TagSet": tags}))
        for noun, given, wanted in settings:
            for _ in range(2):
                getattr(self.s3, f"put_bucket_{noun}")(Bucket=name, **given)
                got = getattr(self.s3, f"get_bucket_{noun}")(Bucket=name)
                self.assertEqual({key: value for key, value in got.items() if key in wanted}, wanted, noun)
        self.s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=blocks)
        self.assertEqual(self.s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"], blocks)


if __name__ == "__main__":
    unittest.main()
