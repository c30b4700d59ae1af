"""CloudFront's API as clients know it: ETags, CallerReference, errors by name, invalidations, read-back."""

import copy
import time
import unittest

import botocore.exceptions

import harness


def code_of(error: botocore.exceptions.ClientError) -> tuple[str, int]:
    return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]


class Api(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.server = harness.Gustfront().start()
        cls.addClassCleanup(cls.server.close)
        cls.api = cls.server.cloudfront

    def refused(self, code: str, status: int, call, **arguments: object) -> str:
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            call(**arguments)
        self.assertEqual(code_of(caught.exception), (code, status))
        self.assertTrue(caught.exception.response["ResponseMetadata"].get("RequestId"))
        return caught.exception.response["Error"]["Message"]

    def config(self, **changes: object) -> dict:
        return {"CallerReference": f"api-{time.monotonic_ns()}", "Comment": "c", "Enabled": True,
                "Origins": {"Quantity": 1, "Items": [{
                    "Id": "o", "DomainName": "localhost",
                    "CustomOriginConfig": {"HTTPPort": 8099, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}}]},
                "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all",
                                         "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6"}, **changes}

    def make(self, **changes: object) -> tuple[str, str, dict]:
        made = self.api.create_distribution(DistributionConfig=self.config(**changes))
        return made["Distribution"]["Id"], made["ETag"], made["Distribution"]["DistributionConfig"]

    def test_update_with_a_stale_etag_is_precondition_failed(self) -> None:
        identifier, etag, config = self.make()
        config["Comment"] = "second"
        self.api.update_distribution(Id=identifier, IfMatch=etag, DistributionConfig=config)
        self.refused("PreconditionFailed", 412, self.api.update_distribution, Id=identifier, IfMatch=etag,
                     DistributionConfig=config)

    def test_update_without_if_match_is_invalid_if_match_version(self) -> None:
        identifier, _, config = self.make()
        self.refused("InvalidIfMatchVersion", 400, self.api.update_distribution, Id=identifier,
                     DistributionConfig=config)
        self.refused("InvalidIfMatchVersion", 400, self.api.delete_distribution, Id=identifier)
        self.refused("InvalidIfMatchVersion", 400, self.api.delete_distribution, Id=identifier, IfMatch="not an etag")

    def test_an_enabled_distribution_is_not_deleted(self) -> None:
        identifier, etag, _ = self.make()
        self.refused("DistributionNotDisabled", 409, self.api.delete_distribution, Id=identifier, IfMatch=etag)

    def test_a_disabled_one_is_deleted_once(self) -> None:
        identifier, etag, _ = self.make(Enabled=False)
        self.server.wait_deployed(identifier)
        self.api.delete_distribution(Id=identifier, IfMatch=etag)
        self.refused("NoSuchDistribution", 404, self.api.get_distribution, Id=identifier)
        self.refused("NoSuchDistribution", 404, self.api.delete_distribution, Id=identifier, IfMatch=etag)

    def test_caller_reference_cannot_be_used_twice(self) -> None:
        config = self.config()
        made = self.api.create_distribution(DistributionConfig=config)["Distribution"]
        message = self.refused("DistributionAlreadyExists", 409, self.api.create_distribution, DistributionConfig=config)
        self.assertIn(made["Id"], message)
        other = {**config, "Comment": "another"}
        self.refused("DistributionAlreadyExists", 409, self.api.create_distribution, DistributionConfig=other)

    def test_what_was_sent_comes_back_with_defaults_and_stays(self) -> None:
        sent = self.config()
        identifier, etag, config = self.make(**{"CallerReference": sent["CallerReference"]})
        self.assertEqual(config["Comment"], "c")
        self.assertEqual(config["PriceClass"], "PriceClass_All")
        self.assertEqual(config["HttpVersion"], "http2")
        self.assertEqual(config["Aliases"]["Quantity"], 0)
        self.assertEqual(config["DefaultCacheBehavior"]["AllowedMethods"]["CachedMethods"]["Quantity"], 2)
        self.assertEqual(config["Origins"]["Items"][0]["CustomOriginConfig"]["HTTPPort"], 8099)
        self.assertEqual(config["Origins"]["Items"][0]["ConnectionAttempts"], 3)
        again = self.api.get_distribution_config(Id=identifier)
        self.assertEqual((again["DistributionConfig"], again["ETag"]), (config, etag))
        done = self.api.update_distribution(Id=identifier, IfMatch=etag, DistributionConfig=config)
        self.assertEqual(done["Distribution"]["DistributionConfig"], config)

    def test_lists_are_paged_with_markers(self) -> None:
        made = {self.make()[0] for _ in range(5)}
        seen: list[str] = []
        marker = ""
        while True:
            page = self.api.list_distributions(MaxItems="2", **({"Marker": marker} if marker else {}))["DistributionList"]
            self.assertLessEqual(page["Quantity"], 2)
            seen += [item["Id"] for item in page.get("Items", [])]
            if not page["IsTruncated"]:
                break
            marker = page["NextMarker"]
        self.assertEqual(len(seen), len(set(seen)))
        self.assertLessEqual(made, set(seen))

    def test_wrong_settings_have_names(self) -> None:
        cases = {
            ("InconsistentQuantities", 400): lambda c: c["Origins"].update(Quantity=2),
            ("NoSuchOrigin", 404): lambda c: c["DefaultCacheBehavior"].update(TargetOriginId="nobody"),
            ("NoSuchCachePolicy", 404): lambda c: c["DefaultCacheBehavior"].update(
                CachePolicyId="00000000-0000-4000-8000-000000000000"),
        }
        for (code, status), spoil in cases.items():
            with self.subTest(code):
                config = copy.deepcopy(self.config())
                spoil(config)
                self.refused(code, status, self.api.create_distribution, DistributionConfig=config)

    def test_ttls_must_be_ordered(self) -> None:
        legacy = {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all", "MinTTL": 10, "DefaultTTL": 5, "MaxTTL": 20,
                  "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}}}
        self.refused("InvalidTTLOrder", 400, self.api.create_distribution,
                     DistributionConfig=self.config(DefaultCacheBehavior=legacy))

    def test_invalidations_are_listed_and_found(self) -> None:
        identifier, _, _ = self.make()
        made = self.server.invalidate(identifier, "/a*", "/b")
        got = self.api.get_invalidation(DistributionId=identifier, Id=made)["Invalidation"]
        self.assertEqual(sorted(got["InvalidationBatch"]["Paths"]["Items"]), ["/a*", "/b"])
        listed = self.api.list_invalidations(DistributionId=identifier)["InvalidationList"]["Items"]
        self.assertEqual([(item["Id"], item["Status"]) for item in listed], [(made, "Completed")])
        self.refused("NoSuchInvalidation", 404, self.api.get_invalidation, DistributionId=identifier, Id="I0000000000000")
        self.refused("NoSuchDistribution", 404, self.api.list_invalidations, DistributionId="E0000000000000")

    def test_the_same_invalidation_again_is_the_first_one(self) -> None:
        identifier, _, _ = self.make()
        batch = {"CallerReference": "one", "Paths": {"Quantity": 1, "Items": ["/x"]}}
        first = self.api.create_invalidation(DistributionId=identifier, InvalidationBatch=batch)["Invalidation"]["Id"]
        again = self.api.create_invalidation(DistributionId=identifier, InvalidationBatch=batch)["Invalidation"]["Id"]
        self.assertEqual(first, again)
        batch["Paths"]["Items"] = ["/y"]
        self.refused("InvalidationBatchAlreadyExists", 409, self.api.create_invalidation, DistributionId=identifier,
                     InvalidationBatch=batch)

    def test_invalidation_paths_begin_with_a_slash(self) -> None:
        identifier, _, _ = self.make()
        batch = {"CallerReference": "bad", "Paths": {"Quantity": 1, "Items": ["x"]}}
        self.refused("InvalidArgument", 400, self.api.create_invalidation, DistributionId=identifier,
                     InvalidationBatch=batch)

    def test_unknown_operations_answer_in_xml(self) -> None:
        answer = harness.fetch(self.server.api_port, "localhost", "/2020-05-31/no-such-thing")
        self.assertIn(answer.status, (400, 403, 404))
        self.assertIn(b"<Error", answer.body)
        self.assertNotIn(b"<html", answer.body.lower())

    def test_a_change_is_in_force_within_a_second(self) -> None:
        def answer(handler, asked) -> None:
            harness.reply(handler, b"hello")
        with harness.origin_that(answer) as origin:
            identifier, domain = self.server.make_distribution("localhost", origin.port)
            self.assertEqual(self.server.get(domain, "/a").status, 200)
            got = self.api.get_distribution_config(Id=identifier)
            got["DistributionConfig"]["Enabled"] = False
            self.api.update_distribution(Id=identifier, IfMatch=got["ETag"], DistributionConfig=got["DistributionConfig"])
            changed = time.monotonic()
            for edge in range(2):
                harness.wait_until(lambda: self.server.get(domain, "/a", edge=edge).status == 403, "disabled", 1)
            self.assertLess(time.monotonic() - changed, 1 * harness.PATIENCE)
