"""The walk-through of README.md to the letter, with Debian's AWS CLI and curl. Steps run in order on one server."""

import json
import os
import re
import subprocess
import time
import unittest

import harness


class Walkthrough(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.server = harness.Gustfront().start()
        cls.addClassCleanup(cls.server.close)
        cls.picture = os.urandom(300_000)
        (cls.server.folder / "sea.jpg").write_bytes(cls.picture)

    def distribution(self) -> dict:
        return self.server.aws("cloudfront", "get-distribution", "--id", type(self).identifier)["Distribution"]

    def curl_picture(self, edge: int = 0) -> harness.Answer:
        return self.server.curl(f"http://{type(self).domain}:{self.server.edge_port(edge)}/sea.jpg")

    def test_01_create_bucket(self) -> None:
        made = self.server.aws("s3api", "create-bucket", "--bucket", "pics", "--create-bucket-configuration",
                               "LocationConstraint=ap-south-1", "--region", "ap-south-1")
        self.assertIn("pics", made["Location"])

    def test_02_put_object(self) -> None:
        made = self.server.aws("s3api", "put-object", "--acl", "public-read", "--bucket", "pics", "--key", "sea.jpg",
                               "--body", "sea.jpg", "--content-type", "image/jpeg", "--content-disposition",
                               "inline; filename=sea.jpg")
        self.assertRegex(made["ETag"], r'^"[0-9a-f]{32}"$')

    def test_03_create_distribution(self) -> None:
        made = self.server.aws("cloudfront", "create-distribution", "--origin-domain-name",
                               "pics.s3.ap-south-1.amazonaws.com")
        distribution = made["Distribution"]
        type(self).identifier, type(self).domain = distribution["Id"], distribution["DomainName"]
        self.assertRegex(distribution["Id"], r"^E[A-Z0-9]{12,13}$")
        self.assertRegex(distribution["DomainName"],
                         rf"^d[a-z0-9]{{13}}\.{re.escape(self.server.ready['domain_suffix'])}$")
        self.assertRegex(made["ETag"], r"^E[A-Z0-9]{12,13}$")
        self.assertEqual(made["Location"],
                         f"https://cloudfront.amazonaws.com/2020-05-31/distribution/{distribution['Id']}")

    def test_04_wait_until_deployed(self) -> None:
        started = time.monotonic()
        self.server.aws("cloudfront", "wait", "distribution-deployed", "--id", type(self).identifier)
        self.assertLess(time.monotonic() - started, 30, "the first look of the waiter should find it deployed")
        self.assertEqual(self.distribution()["Status"], "Deployed")

    def test_05_first_request_is_a_miss(self) -> None:
        answer = self.curl_picture()
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.head["x-cache"], "Miss from cloudfront")
        self.assertNotIn("age", answer.head)
        self.assertEqual(answer.body, self.picture)
        self.assertEqual(answer.head["content-type"], "image/jpeg")
        self.assertEqual(answer.head["content-disposition"], "inline; filename=sea.jpg")

    def test_06_then_a_hit_with_age(self) -> None:
        answer = self.curl_picture()
        self.assertEqual(answer.head["x-cache"], "Hit from cloudfront")
        self.assertRegex(answer.head["age"], r"^\d+$")
        self.assertEqual(answer.body, self.picture)

    def test_07_names_of_the_way_it_came(self) -> None:
        answer = self.curl_picture()
        self.assertRegex(answer.head["via"], r"1\.1 [0-9a-f]{32}\.cloudfront\.net \(CloudFront\)$")
        self.assertEqual(answer.head["x-amz-cf-pop"].partition("-")[0], self.server.ready["edges"][0]["pop"])
        self.assertRegex(answer.head["x-amz-cf-id"], r"^[A-Za-z0-9_-]{54}==$")
        self.assertNotIn("x-amz-request-id", answer.head)
        self.assertNotIn("x-amz-id-2", answer.head)

    def test_08_second_edge_is_served_by_the_regional_cache(self) -> None:
        # The object is taken away from the bucket for a moment: only the regional cache can answer.
        self.server.aws("s3api", "delete-object", "--bucket", "pics", "--key", "sea.jpg")
        answer = self.curl_picture(edge=1)
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.body, self.picture)
        self.assertEqual(answer.head["x-amz-cf-pop"].partition("-")[0], self.server.ready["edges"][1]["pop"])
        self.assertIn("age", answer.head)
        self.assertEqual(self.curl_picture(edge=1).head["x-cache"], "Hit from cloudfront")
        self.test_02_put_object()

    def test_09_list_distributions(self) -> None:
        listed = self.server.aws("cloudfront", "list-distributions")["DistributionList"]
        self.assertEqual([item["Id"] for item in listed["Items"]], [type(self).identifier])

    def test_10_invalidate_and_wait(self) -> None:
        made = self.server.aws("cloudfront", "create-invalidation", "--distribution-id", type(self).identifier,
                               "--paths", "/sea.jpg")
        self.assertRegex(made["Invalidation"]["Id"], r"^I[A-Z0-9]{12,20}$")
        started = time.monotonic()
        self.server.aws("cloudfront", "wait", "invalidation-completed", "--distribution-id", type(self).identifier,
                        "--id", made["Invalidation"]["Id"])
        self.assertLess(time.monotonic() - started, 15, "the first look of the waiter should find it completed")

    def test_11_the_next_get_is_a_miss_at_both_edges(self) -> None:
        self.assertEqual(self.curl_picture().head["x-cache"], "Miss from cloudfront")
        self.assertNotEqual(self.curl_picture(edge=1).head["x-cache"], "RefreshHit from cloudfront")
        self.assertEqual(self.curl_picture().head["x-cache"], "Hit from cloudfront")

    def test_12_update_with_if_match(self) -> None:
        got = self.server.aws("cloudfront", "get-distribution-config", "--id", type(self).identifier)
        config = got["DistributionConfig"]
        config["Comment"], config["Enabled"] = "to be deleted", False
        (self.server.folder / "config.json").write_text(json.dumps(config))
        done = self.server.aws("cloudfront", "update-distribution", "--id", type(self).identifier, "--if-match",
                               got["ETag"], "--distribution-config", "file://config.json")
        type(self).etag = done["ETag"]
        self.assertNotEqual(done["ETag"], got["ETag"])
        self.assertEqual(done["Distribution"]["DistributionConfig"]["Comment"], "to be deleted")

    def test_13_a_disabled_distribution_serves_nothing(self) -> None:
        self.server.aws("cloudfront", "wait", "distribution-deployed", "--id", type(self).identifier)
        self.assertEqual(self.curl_picture().status, 403)

    def test_14_delete(self) -> None:
        self.server.aws("cloudfront", "delete-distribution", "--id", type(self).identifier, "--if-match",
                        type(self).etag)
        with self.assertRaises(harness.CliError) as refused:
            self.distribution()
        self.assertEqual(refused.exception.code, "NoSuchDistribution")

    def test_15_what_was_printed_can_be_pasted(self) -> None:
        printed = self.server.output()
        for wanted in (self.server.ready["access_key_id"], "export AWS_", "--endpoint-url", self.server.endpoint,
                       *(edge["pop"] for edge in self.server.ready["edges"])):
            self.assertIn(str(wanted), printed)


class ExampleScript(unittest.TestCase):
    def test_photo_site_runs_from_nothing(self) -> None:
        with harness.Gustfront() as server:
            edges = [str(server.edge_port(index)) for index in range(2)]
            done = subprocess.run(
                ["bash", str(harness.ROOT / "examples" / "photo-site" / "run.sh")], capture_output=True, text=True,
                timeout=90 * harness.PATIENCE, cwd=server.folder,
                env={**server.cli_environment(), "AWS_ENDPOINT_URL": server.endpoint, "EDGE_PORTS": " ".join(edges),
                     "PATH": "/usr/bin:/bin"})
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("Miss from cloudfront", done.stdout)
            self.assertIn("Hit from cloudfront", done.stdout)
            url = re.search(r"http://d\S+/index\.html", done.stdout)
            self.assertIsNotNone(url, done.stdout)
            page = server.curl(url.group(0))
            self.assertEqual(page.status, 200)
            pictures = re.findall(rb'src="([^"]+)"', page.body)
            self.assertTrue(pictures)
            for name in pictures:
                answer = server.curl(url.group(0).rpartition("/")[0] + "/" + name.decode())
                self.assertEqual(answer.status, 200)
                self.assertTrue(answer.head["content-type"].startswith("image/"))

    def test_photo_site_says_what_is_missing(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        done = subprocess.run(["bash", str(harness.ROOT / "examples" / "photo-site" / "run.sh")], capture_output=True,
                              text=True, timeout=30, env=environment)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("AWS_ACCESS_KEY_ID", done.stderr)
        self.assertIn("gustfront up", done.stderr)


class PagesAgree(unittest.TestCase):
    def test_readme_shows_the_commands_that_this_file_runs(self) -> None:
        text = (harness.ROOT / "README.md").read_text()
        for command in ("script/up", "aws s3api create-bucket --bucket pics", "aws s3api put-object --acl public-read",
                        "aws cloudfront create-distribution --origin-domain-name pics.s3.ap-south-1.amazonaws.com",
                        "aws cloudfront wait distribution-deployed", "aws cloudfront create-invalidation",
                        "aws cloudfront wait invalidation-completed"):
            self.assertIn(command, text)
