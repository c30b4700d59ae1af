"""Users, keys and policies with the real CLI: what is allowed, what is refused and why, and root's key changing."""

import json
import subprocess
import unittest

import harness

PUBLIC_READ = {"Version": "2012-10-17", "Statement": [{"Sid": "PublicRead", "Effect": "Allow", "Principal": "*",
                                                       "Action": "s3:GetObject", "Resource": "arn:aws:s3:::open/*"}]}


class Access(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.server = harness.Gustfront().start()
        cls.addClassCleanup(cls.server.close)

    def aws_as(self, key: dict, *words: str) -> dict:
        """The CLI with the key of a user."""
        return self.server.aws(*words, environment={"AWS_ACCESS_KEY_ID": key["AccessKeyId"],
                                                    "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]})

    def user(self, name: str, *policies: str) -> dict:
        self.server.aws("iam", "create-user", "--user-name", name)
        for policy in policies:
            self.server.aws("iam", "attach-user-policy", "--user-name", name, "--policy-arn",
                            f"arn:aws:iam::aws:policy/{policy}")
        return self.server.aws("iam", "create-access-key", "--user-name", name)["AccessKey"]

    def refused(self, code: str, key: dict, *words: str) -> str:
        with self.assertRaises(harness.CliError) as caught:
            self.aws_as(key, *words)
        self.assertEqual(caught.exception.code, code, caught.exception)
        return str(caught.exception)

    def test_root_is_root(self) -> None:
        identity = self.server.aws("sts", "get-caller-identity")
        self.assertEqual(identity["Arn"], f"arn:aws:iam::{identity['Account']}:root")
        self.assertEqual(self.server.aws("iam", "get-user")["User"]["Arn"], identity["Arn"])

    def test_a_reader_reads_and_is_refused_the_rest_with_its_reason(self) -> None:
        key = self.user("reader", "CloudFrontReadOnlyAccess")
        self.assertTrue(key["AccessKeyId"].startswith("AKIA"))
        self.assertTrue(self.aws_as(key, "sts", "get-caller-identity")["Arn"].endswith(":user/reader"))
        self.assertIn("CachePolicyList", self.aws_as(key, "cloudfront", "list-cache-policies"))
        words = self.refused("AccessDenied", key, "cloudfront", "create-distribution", "--origin-domain-name", "a.test")
        self.assertIn("user/reader is not authorized to perform: cloudfront:CreateDistribution on resource", words)
        self.refused("AccessDenied", key, "s3api", "list-buckets")
        self.refused("AccessDenied", key, "iam", "create-user", "--user-name", "more")
        log = self.server.output()
        self.assertIn("no identity-based policy allows the cloudfront:CreateDistribution action", log)
        self.assertIn("user/reader s3:ListAllMyBuckets on", log)
        self.assertNotIn(key["SecretAccessKey"], log)
        # Nor anywhere in the data folder.
        for path in self.server.data.rglob("*"):
            if path.is_file():
                self.assertNotIn(key["SecretAccessKey"].encode(), path.read_bytes(), path)

    def test_keys_can_be_put_to_rest_and_deleted(self) -> None:
        key = self.user("resting", "AmazonS3FullAccess")
        self.aws_as(key, "s3api", "list-buckets")
        named = ("--user-name", "resting", "--access-key-id", key["AccessKeyId"])
        self.server.aws("iam", "update-access-key", *named, "--status", "Inactive")
        self.refused("InvalidAccessKeyId", key, "s3api", "list-buckets")
        self.server.aws("iam", "update-access-key", *named, "--status", "Active")
        self.aws_as(key, "s3api", "list-buckets")
        with self.assertRaises(harness.CliError) as caught:
            self.server.aws("iam", "delete-user", "--user-name", "resting")
        self.assertEqual(caught.exception.code, "DeleteConflict")
        self.server.aws("iam", "delete-access-key", *named)
        self.server.aws("iam", "detach-user-policy", "--user-name", "resting", "--policy-arn",
                        "arn:aws:iam::aws:policy/AmazonS3FullAccess")
        self.server.aws("iam", "delete-user", "--user-name", "resting")
        with self.assertRaises(harness.CliError) as caught:
            self.server.aws("iam", "get-user", "--user-name", "resting")
        self.assertEqual(caught.exception.code, "NoSuchEntity")

    def test_a_bucket_policy_opens_a_bucket_and_the_public_access_block_shuts_it(self) -> None:
        s3 = self.server.s3
        s3.create_bucket(Bucket="open")
        s3.put_object(Bucket="open", Key="a.txt", Body=b"hello")
        url = f"{self.server.endpoint.rstrip('/')}/open/a.txt"
        status = lambda: subprocess.run([harness.CURL, "-s", "-o", "/dev/null", "-w", "%{http_code}", url],
                                        capture_output=True, text=True).stdout
        self.assertEqual(status(), "403")
        self.server.aws("s3api", "put-bucket-policy", "--bucket", "open", "--policy", json.dumps(PUBLIC_READ))
        self.assertEqual(status(), "200")
        self.assertTrue(s3.get_bucket_policy_status(Bucket="open")["PolicyStatus"]["IsPublic"])
        self.assertEqual(json.loads(s3.get_bucket_policy(Bucket="open")["Policy"]), PUBLIC_READ)
        self.server.aws("s3api", "put-public-access-block", "--bucket", "open", "--public-access-block-configuration",
                        "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true")
        self.assertEqual(status(), "403")
        with self.assertRaises(harness.CliError) as caught:
            self.server.aws("s3api", "put-bucket-policy", "--bucket", "open", "--policy", json.dumps(PUBLIC_READ))
        self.assertEqual(caught.exception.code, "AccessDenied")

    def test_a_private_bucket_is_read_through_its_distribution_only_once_its_policy_says_so(self) -> None:
        self.server.s3.create_bucket(Bucket="shut")
        for key in ("a", "b", "c"):
            self.server.s3.put_object(Bucket="shut", Key=key, Body=b"hello")
        control = self.server.cloudfront.create_origin_access_control(OriginAccessControlConfig={
            "Name": "shut", "SigningProtocol": "sigv4", "SigningBehavior": "always",
            "OriginAccessControlOriginType": "s3"})["OriginAccessControl"]["Id"]
        signing = {"S3OriginConfig": {"OriginAccessIdentity": ""}, "OriginAccessControlId": control}
        distribution, domain = self.server.make_distribution("shut.s3.amazonaws.com", origin_settings=signing)
        _, stranger = self.server.make_distribution("shut.s3.amazonaws.com", origin_settings=signing)
        self.assertEqual(self.server.get(domain, "/a").status, 403)
        arn = self.server.cloudfront.get_distribution(Id=distribution)["Distribution"]["ARN"]
        policy = {"Version": "2012-10-17", "Statement": [{
            "Sid": "AllowCloudFrontServicePrincipal", "Effect": "Allow",
            "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::shut/*", "Condition": {"StringEquals": {"AWS:SourceArn": arn}}}]}
        self.server.aws("s3api", "put-bucket-policy", "--bucket", "shut", "--policy", json.dumps(policy))
        answer = self.server.get(domain, "/b")
        self.assertEqual((answer.status, answer.body), (200, b"hello"))
        self.assertEqual(self.server.get(stranger, "/c").status, 403)
        self.assertEqual(harness.fetch(self.server.api_port, "127.0.0.1", "/shut/b").status, 403)
        self.assertIn(f"cloudfront.amazonaws.com for {arn} s3:GetObject on arn:aws:s3:::shut/a", self.server.output())

    def test_users_and_their_keys_survive_a_restart(self) -> None:
        with harness.Gustfront() as server:
            server.aws("iam", "create-user", "--user-name", "kept")
            server.aws("iam", "put-user-policy", "--user-name", "kept", "--policy-name", "all", "--policy-document",
                       json.dumps({"Version": "2012-10-17",
                                   "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}))
            key = server.aws("iam", "create-access-key", "--user-name", "kept")["AccessKey"]
            server.kill()
            server.start()
            client = server.client("s3", access_key=key["AccessKeyId"], secret=key["SecretAccessKey"])
            self.assertEqual(client.list_buckets().get("Buckets", []), [])

    def test_root_gets_a_new_pair_while_it_runs(self) -> None:
        with harness.Gustfront() as server:
            old = {"AccessKeyId": server.ready["access_key_id"], "SecretAccessKey": server.ready["secret_access_key"]}
            done = subprocess.run([str(harness.BINARY), "credentials", "rotate", "--data", str(server.data)],
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("In force now", done.stdout)
            pair = dict(line.removeprefix("export ").split("=", 1) for line in done.stdout.splitlines()[:2])
            fresh = server.client("s3", access_key=pair["AWS_ACCESS_KEY_ID"], secret=pair["AWS_SECRET_ACCESS_KEY"])
            self.assertEqual(fresh.list_buckets().get("Buckets", []), [])
            stale = server.client("s3", access_key=old["AccessKeyId"], secret=old["SecretAccessKey"])
            with self.assertRaises(Exception) as caught:
                stale.list_buckets()
            self.assertIn("InvalidAccessKeyId", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
