"""Policies through the AWS CLI: made, changed, in use, deleted, and what they do to the cache key, to what the origin is
asked and to what viewers get."""

import json
import unittest

import harness

MANAGED = "658327ea-f89d-4fab-a63d-7e88639e58f6"


def names(*items: str) -> dict:
    return {"Quantity": len(items), "Items": list(items)}


def cache_policy(name: str, **changes: object) -> dict:
    return {"Name": name, "MinTTL": 0, "DefaultTTL": 60, "MaxTTL": 600, "ParametersInCacheKeyAndForwardedToOrigin": {
        "EnableAcceptEncodingGzip": False, "HeadersConfig": {"HeaderBehavior": "none"},
        "CookiesConfig": {"CookieBehavior": "none"}, "QueryStringsConfig": {"QueryStringBehavior": "none"}, **changes}}


def origin_request_policy(name: str, **changes: object) -> dict:
    return {"Name": name, "HeadersConfig": {"HeaderBehavior": "none"}, "CookiesConfig": {"CookieBehavior": "none"},
            "QueryStringsConfig": {"QueryStringBehavior": "none"}, **changes}


def answer(handler, asked: harness.Asked) -> None:
    harness.reply(handler, asked.path.encode(), Server="secret", X_Powered_By="age", Cache_Control="max-age=300")


class Policies(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.server = harness.Gustfront().start()
        cls.addClassCleanup(cls.server.close)
        cls.origin = harness.Origin(answer)
        cls.addClassCleanup(cls.origin.close)

    def aws(self, *words: str) -> dict:
        return self.server.aws("cloudfront", *words)

    def refused(self, code: str, *words: str) -> None:
        with self.assertRaises(harness.CliError) as caught:
            self.aws(*words)
        self.assertEqual(caught.exception.code, code)

    def distribution(self, **behavior: object) -> tuple[str, str]:
        cache = {"CachePolicyId": behavior.pop("CachePolicyId", MANAGED)}
        return self.server.make_distribution("localhost", self.origin.port, cache=cache, **behavior)

    def drop(self, identifier: str) -> None:
        api = self.server.cloudfront
        got = api.get_distribution_config(Id=identifier)
        etag = api.update_distribution(Id=identifier, IfMatch=got["ETag"],
                                       DistributionConfig={**got["DistributionConfig"], "Enabled": False})["ETag"]
        self.server.wait_deployed(identifier)
        api.delete_distribution(Id=identifier, IfMatch=etag)

    def test_a_cache_policy_from_its_making_to_its_end(self) -> None:
        made = self.aws("create-cache-policy", "--cache-policy-config", json.dumps(cache_policy(
            "by-device", HeadersConfig={"HeaderBehavior": "whitelist", "Headers": names("X-Device")},
            QueryStringsConfig={"QueryStringBehavior": "whitelist", "QueryStrings": names("page")})))
        policy, etag = made["CachePolicy"]["Id"], made["ETag"]
        self.assertTrue(made["Location"].endswith("/cache-policy/" + policy))
        self.assertEqual(self.aws("get-cache-policy", "--id", policy)["CachePolicy"], made["CachePolicy"])
        self.refused("CachePolicyAlreadyExists", "create-cache-policy", "--cache-policy-config",
                     json.dumps(cache_policy("by-device")))

        identifier, domain = self.distribution(CachePolicyId=policy)
        get = lambda path, device: self.server.get(domain, path, headers={"X-Device": device}).cache  # noqa: E731
        self.assertEqual(get("/a?page=1&other=1", "tv"), "Miss")
        self.assertEqual(get("/a?page=1&other=2", "tv"), "Hit")
        self.assertEqual(get("/a?page=2", "tv"), "Miss")
        self.assertEqual(get("/a?page=1", "phone"), "Miss")
        # What is in the key goes to the origin, and nothing else of the query.
        self.assertEqual([(asked.path, asked.head["x-device"]) for asked in self.origin.asked if asked.path[:2] == "/a"],
                         [("/a?page=1", "tv"), ("/a?page=2", "tv"), ("/a?page=1", "phone")])
        users = self.aws("list-distributions-by-cache-policy-id", "--cache-policy-id", policy)["DistributionIdList"]
        self.assertEqual(users["Items"], [identifier])

        config = json.dumps(cache_policy("by-nothing"))
        self.refused("InvalidIfMatchVersion", "update-cache-policy", "--id", policy, "--cache-policy-config", config)
        self.refused("PreconditionFailed", "update-cache-policy", "--id", policy, "--if-match", "E0123456789ABC",
                     "--cache-policy-config", config)
        updated = self.aws("update-cache-policy", "--id", policy, "--if-match", etag, "--cache-policy-config", config)
        self.assertEqual(updated["CachePolicy"]["CachePolicyConfig"]["Name"], "by-nothing")
        self.server.wait_deployed(identifier)
        self.assertEqual(get("/b", "tv"), "Miss")
        self.assertEqual(get("/b?page=9", "phone"), "Hit")

        self.refused("CachePolicyInUse", "delete-cache-policy", "--id", policy, "--if-match", updated["ETag"])
        self.refused("PreconditionFailed", "delete-cache-policy", "--id", policy, "--if-match", etag)
        self.drop(identifier)
        self.aws("delete-cache-policy", "--id", policy, "--if-match", updated["ETag"])
        self.refused("NoSuchCachePolicy", "get-cache-policy-config", "--id", policy)

    def test_managed_policies_stay_as_they_are(self) -> None:
        got = self.aws("get-cache-policy", "--id", MANAGED)
        self.refused("IllegalDelete", "delete-cache-policy", "--id", MANAGED, "--if-match", got["ETag"])
        self.refused("IllegalUpdate", "update-cache-policy", "--id", MANAGED, "--if-match", got["ETag"],
                     "--cache-policy-config", json.dumps(cache_policy("mine")))

    def test_what_is_wrong_is_told(self) -> None:
        self.refused("InvalidArgument", "create-cache-policy", "--cache-policy-config",
                     json.dumps({**cache_policy("order"), "MaxTTL": 1}))
        self.refused("TooManyCookiesInCachePolicy", "create-cache-policy", "--cache-policy-config", json.dumps(
            cache_policy("many", CookiesConfig={"CookieBehavior": "whitelist",
                                                "Cookies": names(*(f"c{i}" for i in range(11)))})))
        self.refused("InvalidArgument", "create-origin-request-policy", "--origin-request-policy-config", json.dumps(
            origin_request_policy("auth", HeadersConfig={"HeaderBehavior": "whitelist",
                                                         "Headers": names("Authorization")})))

    def test_an_origin_request_policy_says_what_the_origin_gets_beside_the_key(self) -> None:
        made = self.aws("create-origin-request-policy", "--origin-request-policy-config", json.dumps(
            origin_request_policy("all-but-token", QueryStringsConfig={
                "QueryStringBehavior": "allExcept", "QueryStrings": names("token")}, HeadersConfig={
                    "HeaderBehavior": "whitelist", "Headers": names("Referer")})))
        policy, etag = made["OriginRequestPolicy"]["Id"], made["ETag"]
        identifier, domain = self.distribution(OriginRequestPolicyId=policy)
        first = self.server.get(domain, "/orp?a=1&token=x", headers={"Referer": "r", "X-Other": "o"})
        self.assertEqual((first.cache, first.body), ("Miss", b"/orp?a=1"))
        self.assertEqual(self.server.get(domain, "/orp?a=2").cache, "Hit")  # not in the key
        asked = [asked.head for asked in self.origin.asked if asked.path.startswith("/orp")]
        self.assertEqual([head.get("referer") for head in asked], ["r"])
        self.assertNotIn("x-other", asked[0])
        self.refused("OriginRequestPolicyInUse", "delete-origin-request-policy", "--id", policy, "--if-match", etag)
        users = self.aws("list-distributions-by-origin-request-policy-id", "--origin-request-policy-id", policy)
        self.assertEqual(users["DistributionIdList"]["Items"], [identifier])
        self.drop(identifier)
        self.aws("delete-origin-request-policy", "--id", policy, "--if-match", etag)

    def test_a_response_headers_policy_changes_what_viewers_get(self) -> None:
        config = {"Name": "ours",
                  "SecurityHeadersConfig": {"FrameOptions": {"Override": True, "FrameOption": "DENY"},
                                            "StrictTransportSecurity": {"Override": True,
                                                                        "AccessControlMaxAgeSec": 300}},
                  "CustomHeadersConfig": {"Quantity": 1, "Items": [
                      {"Header": "X-Powered-By", "Value": "us", "Override": True}]}}
        made = self.aws("create-response-headers-policy", "--response-headers-policy-config", json.dumps(config))
        policy, etag = made["ResponseHeadersPolicy"]["Id"], made["ETag"]
        identifier, domain = self.distribution(ResponseHeadersPolicyId=policy)
        for _ in range(2):
            head = self.server.get(domain, "/rhp").head
            self.assertEqual((head["x-frame-options"], head["strict-transport-security"], head["x-powered-by"]),
                             ("DENY", "max-age=300", "us"))
        del config["SecurityHeadersConfig"]
        updated = self.aws("update-response-headers-policy", "--id", policy, "--if-match", etag,
                           "--response-headers-policy-config", json.dumps(config))
        self.server.wait_deployed(identifier)
        head = self.server.get(domain, "/rhp").head
        self.assertNotIn("x-frame-options", head)
        self.assertEqual(head["x-cache"], "Hit from cloudfront")
        self.refused("ResponseHeadersPolicyInUse", "delete-response-headers-policy", "--id", policy, "--if-match",
                     updated["ETag"])
        self.drop(identifier)
        self.aws("delete-response-headers-policy", "--id", policy, "--if-match", updated["ETag"])

    def test_the_managed_security_headers(self) -> None:
        _, domain = self.distribution(ResponseHeadersPolicyId="67f7725c-6f97-4210-82d7-5512b31e9d03")
        head = self.server.get(domain, "/security").head
        self.assertEqual(head["x-content-type-options"], "nosniff")
        self.assertEqual(head["referrer-policy"], "strict-origin-when-cross-origin")

    def test_policies_outlive_a_restart(self) -> None:
        with harness.Gustfront() as server:
            made = server.aws("cloudfront", "create-cache-policy", "--cache-policy-config",
                              json.dumps(cache_policy("kept")))
            _, domain = server.make_distribution("localhost", self.origin.port,
                                                 cache={"CachePolicyId": made["CachePolicy"]["Id"]})
            server.stop()
            server.start()
            again = server.aws("cloudfront", "list-cache-policies", "--type", "custom")["CachePolicyList"]
            self.assertEqual([item["CachePolicy"] for item in again["Items"]], [made["CachePolicy"]])
            self.assertEqual(server.get(domain, "/kept").status, 200)
