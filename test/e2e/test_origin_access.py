"""Private buckets: distributions that sign for them, through the AWS CLI."""

import json
import unittest

import harness


class OriginAccess(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.server = harness.Gustfront().start()
        cls.addClassCleanup(cls.server.close)
        cls.account = "000000000000"

    def control(self, name: str) -> str:
        made = self.server.aws(
            "cloudfront", "create-origin-access-control", "--origin-access-control-config",
            f"Name={name},SigningProtocol=sigv4,SigningBehavior=always,OriginAccessControlOriginType=s3")
        return made["OriginAccessControl"]["Id"]

    def let_read(self, bucket: str, principal: dict, condition: dict | None = None) -> None:
        statement = {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject",
                     "Resource": f"arn:aws:s3:::{bucket}/*", **({"Condition": condition} if condition else {})}
        self.server.aws("s3api", "put-bucket-policy", "--bucket", bucket, "--policy",
                        json.dumps({"Version": "2012-10-17", "Statement": [statement]}))

    def directly(self, bucket: str, key: str) -> int:
        return self.server.curl("-o", "body", f"{self.server.endpoint}/{bucket}/{key}").status

    def fill(self, bucket: str, *keys: str) -> None:
        self.server.s3.create_bucket(Bucket=bucket)
        for key in keys:
            self.server.s3.put_object(Bucket=bucket, Key=key, Body=key.encode())

    def test_oac_2_a_private_bucket_is_read_through_its_distribution_alone(self) -> None:
        self.fill("vault", "a", "b c")
        settings = {"OriginAccessControlId": self.control("vault")}
        served, domain = self.server.make_distribution("vault.s3.amazonaws.com", origin_settings=settings)
        _, other = self.server.make_distribution("vault.s3.amazonaws.com", origin_settings=settings)
        _, unsigned = self.server.make_distribution("vault.s3.amazonaws.com")
        self.let_read("vault", {"Service": "cloudfront.amazonaws.com"}, {"StringEquals": {
            "AWS:SourceArn": f"arn:aws:cloudfront::{self.account}:distribution/{served}"}})

        for expected in ("Miss", "Hit"):
            answer = self.server.get(domain, "/b%20c")
            self.assertEqual((answer.status, answer.body, answer.cache), (200, b"b c", expected))
        part = self.server.get(domain, "/a", edge=1, headers={"Authorization": "Basic abc", "Range": "bytes=0-0"})
        self.assertEqual((part.status, part.body), (206, b"a"))
        self.assertEqual(self.server.get(other, "/a").status, 403)
        self.assertEqual(self.server.get(unsigned, "/a").status, 403)
        self.assertEqual(self.directly("vault", "a"), 403)

        self.server.aws("s3api", "delete-bucket-policy", "--bucket", "vault")
        self.server.invalidate(served, "/*")
        self.assertEqual(self.server.get(domain, "/a").status, 403)

    def test_an_origin_access_identity_reads_what_the_policy_lets_it(self) -> None:
        self.fill("older", "a")
        made = self.server.aws("cloudfront", "create-cloud-front-origin-access-identity",
                               "--cloud-front-origin-access-identity-config", "CallerReference=1,Comment=older")
        identity = made["CloudFrontOriginAccessIdentity"]["Id"]
        _, domain = self.server.make_distribution("older.s3.amazonaws.com", origin_settings={"S3OriginConfig": {
            "OriginAccessIdentity": f"origin-access-identity/cloudfront/{identity}"}})
        self.let_read("older", {
            "AWS": f"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {identity}"})
        self.assertEqual(self.server.get(domain, "/a").body, b"a")
        self.assertEqual(self.directly("older", "a"), 403)

    def test_another_store_is_asked_with_the_operators_key(self) -> None:
        self.fill("far", "a", "b")
        keys = self.server.folder / "keys.yaml"
        keys.write_text(f"- host: localhost\n  access_key_id: {self.server.ready['access_key_id']}\n"
                        f"  secret_access_key: {self.server.ready['secret_access_key']}\n")
        for flags, expected in ((("--origin-keys", str(keys)), (200, b"a")), ((), (502, None))):
            with harness.Gustfront(*flags) as near:
                control = near.cloudfront.create_origin_access_control(OriginAccessControlConfig={
                    "Name": "far", "SigningProtocol": "sigv4", "SigningBehavior": "always",
                    "OriginAccessControlOriginType": "s3"})["OriginAccessControl"]["Id"]
                _, domain = near.make_distribution("localhost", self.server.api_port, origin_settings={
                    "OriginPath": "/far", "OriginAccessControlId": control})
                answer = near.get(domain, "/a")
                self.assertEqual((answer.status, answer.body if answer.status == 200 else None), expected)
                if answer.status == 502:
                    self.assertIn("there is no key for that host", near.output())
        self.assertEqual(self.directly("far", "a"), 403)


if __name__ == "__main__":
    unittest.main()
