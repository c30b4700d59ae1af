"""What is configured of buckets, with real clients: versions, tags, CORS, websites, lifecycle, virtual hosts."""

import unittest

import botocore.config
import botocore.exceptions
import botocore.session

import harness


class BucketSettings(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.server = harness.Gustfront().start()
        cls.addClassCleanup(cls.server.close)

    @property
    def s3(self):
        return self.server.s3

    def bucket(self, name: str) -> str:
        self.s3.create_bucket(Bucket=name)
        return name

    def test_cli_walks_through_versions(self) -> None:
        self.bucket("versions")
        self.server.aws("s3api", "put-bucket-versioning", "--bucket", "versions", "--versioning-configuration",
                        "Status=Enabled")
        for text in (b"one", b"two"):
            self.s3.put_object(Bucket="versions", Key="k", Body=text)
        self.s3.delete_object(Bucket="versions", Key="k")
        listed = self.server.aws("s3api", "list-object-versions", "--bucket", "versions")
        self.assertEqual([v["IsLatest"] for v in listed["Versions"]], [False, False])
        self.assertTrue(listed["DeleteMarkers"][0]["IsLatest"])
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            self.s3.get_object(Bucket="versions", Key="k")
        self.assertEqual(caught.exception.response["Error"]["Code"], "NoSuchKey")
        oldest = listed["Versions"][-1]["VersionId"]
        self.assertEqual(self.s3.get_object(Bucket="versions", Key="k", VersionId=oldest)["Body"].read(), b"one")
        pages = self.s3.get_paginator("list_object_versions").paginate(Bucket="versions",
                                                                       PaginationConfig={"PageSize": 1})
        found = [(page.get("Versions") or page.get("DeleteMarkers"))[0]["VersionId"] for page in pages]
        self.assertEqual(len(set(found)), 3)
        doomed = [{"Key": "k", "VersionId": version} for version in found]
        self.assertEqual(len(self.s3.delete_objects(Bucket="versions", Delete={"Objects": doomed})["Deleted"]), 3)
        self.s3.delete_bucket(Bucket="versions")

    def test_every_configuration_is_read_back_as_it_was_sent(self) -> None:
        name = self.bucket("configured")
        tags = [{"Key": "stage", "Value": "test"}]
        self.s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags})
        self.assertEqual(self.s3.get_bucket_tagging(Bucket=name)["TagSet"], tags)
        rules = [{"ID": "app", "AllowedOrigins": ["https://a.example"], "AllowedMethods": ["GET", "HEAD"],
                  "AllowedHeaders": ["*"], "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 60}]
        self.s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": rules})
        self.assertEqual(self.s3.get_bucket_cors(Bucket=name)["CORSRules"], rules)
        lifecycle = [{"ID": "a", "Status": "Enabled", "Filter": {"And": {"Prefix": "p/", "Tags": tags}},
                      "Expiration": {"Days": 3}},
                     {"ID": "b", "Status": "Disabled", "Filter": {"Prefix": ""},
                      "NoncurrentVersionExpiration": {"NoncurrentDays": 7, "NewerNoncurrentVersions": 2},
                      "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}]
        self.s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": lifecycle})
        self.assertEqual(self.s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"], lifecycle)
        website = {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "error.html"},
                   "RoutingRules": [{"Condition": {"KeyPrefixEquals": "a/"},
                                     "Redirect": {"ReplaceKeyPrefixWith": "b/", "HttpRedirectCode": "302"}}]}
        self.s3.put_bucket_website(Bucket=name, WebsiteConfiguration=website)
        answer = self.s3.get_bucket_website(Bucket=name)
        self.assertEqual({key: answer[key] for key in website}, website)
        encryption = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
                                 "BucketKeyEnabled": False}]}
        self.s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=encryption)
        self.assertEqual(self.s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"], encryption)
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        self.assertEqual(self.s3.get_bucket_cors(Bucket=name)["CORSRules"], rules)
        # What Terraform reads of every bucket.
        self.assertEqual(self.s3.get_bucket_request_payment(Bucket=name)["Payer"], "BucketOwner")
        self.assertNotIn("Status", self.s3.get_bucket_accelerate_configuration(Bucket=name))
        self.assertNotIn("LoggingEnabled", self.s3.get_bucket_logging(Bucket=name))
        for call, code in ((self.s3.get_bucket_replication, "ReplicationConfigurationNotFoundError"),
                           (self.s3.get_object_lock_configuration, "ObjectLockConfigurationNotFoundError")):
            with self.assertRaises(botocore.exceptions.ClientError) as caught:
                call(Bucket=name)
            self.assertEqual(caught.exception.response["Error"]["Code"], code)

    def test_a_website_is_an_origin(self) -> None:
        name = self.bucket("site")
        for key in ("index.html", "docs/index.html", "error.html"):
            self.s3.put_object(Bucket=name, Key=key, Body=key.encode(), ACL="public-read", ContentType="text/html")
        self.s3.put_bucket_acl(Bucket=name, ACL="public-read")
        self.server.aws("s3", "website", "s3://site", "--index-document", "index.html", "--error-document",
                        "error.html")
        _, domain = self.server.make_distribution("site.s3-website-us-east-1.amazonaws.com")
        self.assertEqual(self.server.get(domain, "/").body, b"index.html")
        folder = self.server.get(domain, "/docs")
        self.assertEqual((folder.status, folder.head["location"]), (302, "/docs/"))
        self.assertEqual(self.server.get(domain, "/docs/").body, b"docs/index.html")
        lost = self.server.get(domain, "/none")
        self.assertEqual((lost.status, lost.body), (404, b"error.html"))

    def test_a_page_of_another_origin_may_read(self) -> None:
        name = self.bucket("shared")
        self.s3.put_object(Bucket=name, Key="k", Body=b"x", ACL="public-read")
        self.s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": [
            {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]})
        head = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
        port = self.server.api_port
        preflight = harness.fetch(port, "shared.localhost", "/k", "OPTIONS", head)
        self.assertEqual((preflight.status, preflight.head["access-control-allow-origin"]), (200, "*"))
        self.assertEqual(harness.fetch(port, "shared.localhost", "/k", headers=head).head["access-control-allow-origin"],
                         "*")

    def test_virtual_hosts_are_signed_over_the_host_as_sent(self) -> None:
        name = self.bucket("hosted")
        self.s3.put_object(Bucket=name, Key="a b/\u00fc", Body=b"x")
        client = botocore.session.get_session().create_client(
            "s3", region_name="us-east-1", endpoint_url=f"http://s3.localhost:{self.server.api_port}",
            aws_access_key_id=self.server.ready["access_key_id"],
            aws_secret_access_key=self.server.ready["secret_access_key"],
            config=botocore.config.Config(s3={"addressing_style": "virtual"}, signature_version="s3v4"))
        url = client.generate_presigned_url("get_object", Params={"Bucket": name, "Key": "a b/\u00fc"})
        self.assertTrue(url.startswith(f"http://hosted.s3.localhost:{self.server.api_port}/"), url)
        path = url.split(str(self.server.api_port), 1)[1]
        got = harness.fetch(self.server.api_port, f"hosted.s3.localhost:{self.server.api_port}", path)
        self.assertEqual((got.status, got.body), (200, b"x"))
        wrong = harness.fetch(self.server.api_port, f"other.s3.localhost:{self.server.api_port}", path)
        self.assertEqual(wrong.status, 403)

    def test_a_form_uploads_what_its_policy_allows(self) -> None:
        name = self.bucket("forms")
        (self.server.folder / "a.txt").write_bytes(b"from a page")
        form = self.s3.generate_presigned_post(name, "up/${filename}", Conditions=[["content-length-range", 1, 20]])
        words = [word for field in form["fields"].items() for word in ("--form-string", "=".join(field))]
        answer = self.server.curl(*words, "-F", "file=@a.txt", form["url"])
        self.assertEqual(answer.status, 204)
        self.assertEqual(self.s3.get_object(Bucket=name, Key="up/a.txt")["Body"].read(), b"from a page")
        (self.server.folder / "a.txt").write_bytes(b"x" * 21)
        self.assertIn(b"EntityTooLarge", self.server.curl(*words, "-F", "file=@a.txt", form["url"]).body)


if __name__ == "__main__":
    unittest.main()
