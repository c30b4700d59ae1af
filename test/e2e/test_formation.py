"""CloudFormation with the real CLI: every type of resource in one template, rights to one stack, and crashes in the middle."""

import json
import subprocess
import threading
import time
import unittest

import harness

OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
TEMPLATE = """
Parameters:
  Rate: {Type: Number, Default: 5}
  Key: {Type: String}
Resources:
  Pages: {Type: AWS::S3::Bucket}
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Pages
      PolicyDocument:
        Version: 2012-10-17
        Statement:
          - {Effect: Allow, Principal: {Service: cloudfront.amazonaws.com}, Action: "s3:GetObject",
             Resource: !Sub "${Pages.Arn}/*", Condition: {StringEquals: {"AWS:SourceArn":
             !Sub "arn:aws:cloudfront::${AWS::AccountId}:distribution/${Site}"}}}
  Control:
    Type: AWS::CloudFront::OriginAccessControl
    Properties: {OriginAccessControlConfig: {Name: all-of-it, SigningProtocol: sigv4, SigningBehavior: always,
      OriginAccessControlOriginType: s3}}
  Identity:
    Type: AWS::CloudFront::CloudFrontOriginAccessIdentity
    Properties: {CloudFrontOriginAccessIdentityConfig: {Comment: all}}
  Caching:
    Type: AWS::CloudFront::CachePolicy
    Properties:
      CachePolicyConfig:
        Name: all-of-it
        MinTTL: 1
        MaxTTL: 100
        DefaultTTL: 10
        ParametersInCacheKeyAndForwardedToOrigin: {EnableAcceptEncodingGzip: true, HeadersConfig: {HeaderBehavior: none},
          CookiesConfig: {CookieBehavior: none}, QueryStringsConfig: {QueryStringBehavior: whitelist, QueryStrings: [page]}}
  Forwarding:
    Type: AWS::CloudFront::OriginRequestPolicy
    Properties: {OriginRequestPolicyConfig: {Name: all-of-it, HeadersConfig: {HeaderBehavior: none},
      CookiesConfig: {CookieBehavior: none}, QueryStringsConfig: {QueryStringBehavior: all}}}
  Fields:
    Type: AWS::CloudFront::ResponseHeadersPolicy
    Properties: {ResponseHeadersPolicyConfig: {Name: all-of-it, CustomHeadersConfig: {Items: [{Header: X-Site, Value: made,
      Override: true}]}}}
  Public:
    Type: AWS::CloudFront::PublicKey
    Properties: {PublicKeyConfig: {CallerReference: all-of-it, Name: all-of-it, EncodedKey: !Ref Key}}
  Group:
    Type: AWS::CloudFront::KeyGroup
    Properties: {KeyGroupConfig: {Name: all-of-it, Items: [!Ref Public]}}
  Profile:
    Type: AWS::CloudFront::FieldLevelEncryptionProfile
    Properties: {FieldLevelEncryptionProfileConfig: {Name: all-of-it, CallerReference: all-of-it, EncryptionEntities: [
      {PublicKeyId: !Ref Public, ProviderId: p, FieldPatterns: [card]}]}}
  Encryption:
    Type: AWS::CloudFront::FieldLevelEncryptionConfig
    Properties:
      CallerReference: all-of-it
      ContentTypeProfileConfig: {ForwardWhenContentTypeIsUnknown: true, ContentTypeProfiles: [
        {ContentType: application/x-www-form-urlencoded, Format: URLEncoded, ProfileId: !Ref Profile}]}
      QueryArgProfileConfig: {ForwardWhenQueryArgProfileIsUnknown: true, QueryArgProfiles: []}
  Store:
    Type: AWS::CloudFront::KeyValueStore
    Properties: {Name: all-of-it, Comment: kept}
  Handler:
    Type: AWS::CloudFront::Function
    Properties:
      Name: all-of-it
      AutoPublish: true
      FunctionCode: "function handler(event) { return event.request; }"
      FunctionConfig: {Comment: "", Runtime: cloudfront-js-2.0, KeyValueStoreAssociations: [{KeyValueStoreARN: !GetAtt Store.Arn}]}
  Log:
    Type: AWS::CloudFront::RealtimeLogConfig
    Properties:
      Name: all-of-it
      SamplingRate: !Ref Rate
      Fields: [timestamp, c-ip]
      EndPoints: [{StreamType: Kinesis, KinesisStreamConfig: {RoleArn: "arn:aws:iam::123456789012:role/r",
        StreamArn: "arn:aws:kinesis:us-east-1:123456789012:stream/s"}}]
  Site:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins: [{Id: pages, DomainName: !GetAtt Pages.RegionalDomainName, S3OriginConfig: {OriginAccessIdentity: ""},
          OriginAccessControlId: !GetAtt Control.Id}]
        DefaultCacheBehavior: {TargetOriginId: pages, ViewerProtocolPolicy: allow-all, CachePolicyId: !Ref Caching,
          OriginRequestPolicyId: !Ref Forwarding, ResponseHeadersPolicyId: !Ref Fields}
  Metrics:
    Type: AWS::CloudFront::MonitoringSubscription
    Properties: {DistributionId: !Ref Site, MonitoringSubscription: {RealtimeMetricsSubscriptionConfig: {
      RealtimeMetricsSubscriptionStatus: Enabled}}}
Outputs:
  Bucket: {Value: !Ref Pages}
  Domain: {Value: !GetAtt Site.DomainName}
  Handler: {Value: !Ref Handler}
  Stage: {Value: !GetAtt Handler.Stage}
  Metadata: {Value: !GetAtt Handler.FunctionMetadata.FunctionARN}
  Store: {Value: !Sub "${Store} ${Store.Arn} ${Store.Id} ${Store.Status}"}
  Log: {Value: !Sub "${Log} ${Log.Arn}"}
  Metrics: {Value: !Sub "${Metrics} ${Site}"}
  Encryption: {Value: !GetAtt Encryption.Arn}
"""


class Formation(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.server = harness.Gustfront().start()
        cls.addClassCleanup(cls.server.close)

    @property
    def formation(self):
        return self.server.client("cloudformation")

    def failures(self) -> list[dict]:
        told = self.formation.describe_stack_events(StackName="all")["StackEvents"]
        return [each for each in told if each["ResourceStatus"].endswith("FAILED")]

    def deploy(self, template: str, *words: str) -> None:
        (self.server.folder / "template.yaml").write_text(template)
        try:
            self.server.aws("cloudformation", "deploy", "--stack-name", "all", "--template-file", "template.yaml", *words)
        except harness.CliError as error:
            raise AssertionError(self.failures()) from error

    def update(self, template: str, **parameters: str) -> None:
        given = [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]
        self.formation.update_stack(StackName="all", TemplateBody=template, Parameters=given)
        status = harness.wait_until(lambda: (told := self.status()).endswith("_COMPLETE") and told, "the update's end")
        self.assertEqual(status, "UPDATE_COMPLETE", self.failures())

    def status(self) -> str:
        return self.formation.describe_stacks(StackName="all")["Stacks"][0]["StackStatus"]

    def outputs(self) -> dict[str, str]:
        stack = self.formation.describe_stacks(StackName="all")["Stacks"][0]
        return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}

    def test_every_type_is_made_changed_and_removed(self) -> None:
        key = self.server.folder / "key.pem"
        subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
        public = subprocess.run(["openssl", "rsa", "-in", str(key), "-pubout"], check=True, capture_output=True, text=True)
        given = ("--parameter-overrides", f"Key={public.stdout}")
        self.deploy(TEMPLATE, *given)
        out = self.outputs()
        account = self.server.aws("sts", "get-caller-identity")["Account"]
        arn = f"arn:aws:cloudfront::{account}"
        self.assertEqual(out["Handler"], f"{arn}:function/all-of-it")
        self.assertEqual((out["Metadata"], out["Stage"]), (out["Handler"], "LIVE"))
        self.assertRegex(out["Store"], rf"^all-of-it {arn}:key-value-store/([0-9a-f-]+) \1 READY$")
        self.assertEqual(out["Log"], " ".join([f"{arn}:realtime-log-config/all-of-it"] * 2))
        self.assertEqual(*out["Metrics"].split())
        self.assertRegex(out["Encryption"], rf"^{arn}:field-level-encryption-config/\w+$")

        cloudfront, s3 = self.server.cloudfront, self.server.s3
        live = cloudfront.get_function(Name="all-of-it", Stage="LIVE")
        self.assertEqual(live["FunctionCode"].read(), b"function handler(event) { return event.request; }")
        self.assertEqual(cloudfront.get_realtime_log_config(Name="all-of-it")["RealtimeLogConfig"]["SamplingRate"], 5)
        s3.put_object(Bucket=out["Bucket"], Key="a", Body=b"a page")
        answer = self.server.get(out["Domain"], "/a")
        self.assertEqual((answer.status, answer.body, answer.head["x-site"]), (200, b"a page", "made"))

        # One property, another resource, nothing to do.
        self.update(TEMPLATE.replace("return event.request", "return {statusCode: 200}"), Rate="7", Key=public.stdout)
        self.assertEqual(cloudfront.get_realtime_log_config(Name="all-of-it")["RealtimeLogConfig"]["SamplingRate"], 7)
        self.assertIn(b"statusCode", cloudfront.get_function(Name="all-of-it", Stage="LIVE")["FunctionCode"].read())
        replaced = TEMPLATE.replace("Name: all-of-it, Comment: kept", "Name: another, Comment: new")
        self.update(replaced, Key=public.stdout)
        self.assertIn("another arn:", self.outputs()["Store"])
        with self.assertRaisesRegex(Exception, "No updates are to be performed"):
            self.update(replaced, Key=public.stdout)

        s3.delete_object(Bucket=out["Bucket"], Key="a")
        self.server.aws("cloudformation", "delete-stack", "--stack-name", "all")
        self.server.aws("cloudformation", "wait", "stack-delete-complete", "--stack-name", "all")
        self.assert_nothing_left(self.server)

    def assert_nothing_left(self, server: harness.Gustfront) -> None:
        cloudfront = server.cloudfront
        self.assertEqual(server.s3.list_buckets().get("Buckets", []), [])
        self.assertEqual(cloudfront.list_distributions()["DistributionList"].get("Items", []), [])
        for call, member in ((cloudfront.list_cache_policies, "CachePolicyList"),
                             (cloudfront.list_origin_request_policies, "OriginRequestPolicyList"),
                             (cloudfront.list_response_headers_policies, "ResponseHeadersPolicyList")):
            self.assertEqual(call(Type="custom")[member].get("Items", []), [], member)
        for call, member in ((cloudfront.list_functions, "FunctionList"),
                             (cloudfront.list_realtime_log_configs, "RealtimeLogConfigs"),
                             (cloudfront.list_public_keys, "PublicKeyList"), (cloudfront.list_key_groups, "KeyGroupList"),
                             (cloudfront.list_origin_access_controls, "OriginAccessControlList"),
                             (cloudfront.list_field_level_encryption_profiles, "FieldLevelEncryptionProfileList"),
                             (cloudfront.list_field_level_encryption_configs, "FieldLevelEncryptionList"),
                             (cloudfront.list_cloud_front_origin_access_identities, "CloudFrontOriginAccessIdentityList")):
            self.assertEqual(call().get(member, {}).get("Items", []), [], member)

    def test_what_is_not_provided_is_refused_by_name(self) -> None:
        for kind, why in (("VpcOrigin", "there are no VPCs"), ("DistributionTenant", "no distribution tenants"),
                          ("AnycastIpList", "addresses")):
            with self.assertRaises(harness.CliError) as caught:
                self.server.aws("cloudformation", "create-stack", "--stack-name", "none", "--template-body",
                                json.dumps({"Resources": {"It": {"Type": f"AWS::CloudFront::{kind}"}}}))
            self.assertIn(f"AWS::CloudFront::{kind} is not provided", str(caught.exception))
            self.assertIn(why, str(caught.exception))

    def test_a_policy_allows_one_stack(self) -> None:
        account = self.server.aws("sts", "get-caller-identity")["Account"]
        stacks = f"arn:aws:cloudformation:{self.server.ready['region']}:{account}:stack"
        allowed = [{"Effect": "Allow", "Action": "cloudformation:*", "Resource": f"{stacks}/mine/*"},
                   {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]
        self.server.aws("iam", "create-user", "--user-name", "one")
        self.server.aws("iam", "put-user-policy", "--user-name", "one", "--policy-name", "p", "--policy-document",
                        json.dumps({"Version": "2012-10-17", "Statement": allowed}))
        key = self.server.aws("iam", "create-access-key", "--user-name", "one")["AccessKey"]
        client = self.server.client("cloudformation", key["AccessKeyId"], key["SecretAccessKey"])
        body = json.dumps({"Resources": {"B": {"Type": "AWS::S3::Bucket"}}})
        mine = client.create_stack(StackName="mine", TemplateBody=body)["StackId"]
        yours = self.server.client("cloudformation").create_stack(StackName="yours", TemplateBody=body)["StackId"]
        self.assertEqual(client.describe_stacks(StackName=mine)["Stacks"][0]["StackName"], "mine")
        self.assertTrue(client.describe_stack_events(StackName="mine")["StackEvents"])
        for call in (lambda: client.describe_stacks(StackName="yours"), lambda: client.describe_stacks(),
                     lambda: client.describe_stacks(StackName=yours), lambda: client.delete_stack(StackName="yours"),
                     lambda: client.list_stacks(), lambda: client.create_stack(StackName="mine2", TemplateBody=body)):
            with self.assertRaisesRegex(Exception, "AccessDenied"):
                call()
        made = client.create_change_set(StackName="mine", ChangeSetName="c", ChangeSetType="UPDATE", TemplateBody=json.dumps(
            {"Resources": {"B": {"Type": "AWS::S3::Bucket"}, "C": {"Type": "AWS::S3::Bucket"}}}))
        self.assertEqual(client.describe_change_set(ChangeSetName=made["Id"])["StackName"], "mine")
        client.execute_change_set(ChangeSetName=made["Id"])
        client.delete_stack(StackName="mine")
        harness.wait_until(lambda: client.describe_stacks(StackName=mine)["Stacks"][0]["StackStatus"] == "DELETE_COMPLETE",
                           "the stack is deleted")
        self.server.client("cloudformation").delete_stack(StackName="yours")

    def test_a_kill_in_the_middle_leaves_nothing_behind(self) -> None:
        policies = "".join(f"""
  P{i}: {{Type: AWS::CloudFront::CachePolicy, Properties: {{CachePolicyConfig: {{Name: p{i}, MinTTL: 1, MaxTTL: 9, DefaultTTL: 2,
    ParametersInCacheKeyAndForwardedToOrigin: {{EnableAcceptEncodingGzip: true, HeadersConfig: {{HeaderBehavior: none}},
    CookiesConfig: {{CookieBehavior: none}}, QueryStringsConfig: {{QueryStringBehavior: none}}}}}}}}}}
  B{i}: {{Type: AWS::S3::Bucket}}
  I{i}: {{Type: AWS::CloudFront::CloudFrontOriginAccessIdentity, Properties: {{CloudFrontOriginAccessIdentityConfig: {{Comment: c}}}}}}
  F{i}: {{Type: AWS::CloudFront::Function, Properties: {{Name: f{i}, AutoPublish: true, FunctionCode: "function handler() {{}}",
    FunctionConfig: {{Comment: "", Runtime: cloudfront-js-1.0}}}}}}""" for i in range(15))
        with harness.Gustfront() as server:
            for turn in range(4):
                formation = server.client("cloudformation")

                def create() -> None:
                    try:
                        formation.create_stack(StackName=f"cut{turn}", TemplateBody=f"Resources:{policies}")
                    except Exception:  # the process is killed
                        pass

                asking = threading.Thread(target=create)
                asking.start()
                time.sleep(0.05 + 0.05 * turn)
                server.kill()
                asking.join()
                server.start()
                formation = server.client("cloudformation")

                def is_settled() -> bool:
                    found = [each for each in formation.describe_stacks()["Stacks"] if each["StackName"] == f"cut{turn}"]
                    return all(each["StackStatus"] in ("ROLLBACK_COMPLETE", "CREATE_COMPLETE") for each in found)

                harness.wait_until(is_settled, "the stack is rolled back")
                formation.delete_stack(StackName=f"cut{turn}")
                harness.wait_until(lambda: not formation.describe_stacks()["Stacks"], "the stack is deleted")
                self.assert_nothing_left(server)


if __name__ == "__main__":
    unittest.main()
