"""Response headers policies: made by the API, seen by viewers."""

import json
import pathlib
import re
import unittest

import harness

GUIDE = pathlib.Path(__file__).resolve().parent.parent.parent / "docs" / "guide" / "headers.md"


class ResponseHeaders(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.server = harness.Gustfront().start()
        cls.addClassCleanup(cls.server.close)
        cls.origin = harness.Origin(lambda handler, asked: harness.reply(handler, b"x", Cache_Control="max-age=60"))
        cls.addClassCleanup(cls.origin.close)

    def distribution_with(self, policy: str) -> str:
        return self.server.make_distribution("localhost", self.origin.port, ResponseHeadersPolicyId=policy)[1]

    def test_cors_as_the_guide_has_it(self) -> None:
        written = re.search(r"--response-headers-policy-config '(.*?)'", GUIDE.read_text(), re.DOTALL)
        made = self.server.cloudfront.create_response_headers_policy(
            ResponseHeadersPolicyConfig=json.loads(written.group(1)))
        domain = self.distribution_with(made["ResponseHeadersPolicy"]["Id"])
        for origin, allowed in (("https://example.com", True), ("https://a.example.com", True),
                                ("http://example.com", False), ("https://example.com.evil.test", False)):
            with self.subTest(origin=origin):
                head = self.server.get(domain, "/font", headers={"Origin": origin}).head
                self.assertEqual(head.get("access-control-allow-origin"), origin if allowed else None)
                self.assertEqual(head["vary"], "Origin")
        self.assertNotIn("access-control-allow-origin", self.server.get(domain, "/font").head)

    def test_the_managed_security_headers(self) -> None:
        domain = self.distribution_with("67f7725c-6f97-4210-82d7-5512b31e9d03")
        for result in ("Miss", "Hit"):
            answer = self.server.get(domain, "/secure")
            self.assertEqual(answer.cache, result)
            self.assertEqual(answer.head["x-content-type-options"], "nosniff")
            self.assertEqual(answer.head["x-frame-options"], "SAMEORIGIN")
            self.assertEqual(answer.head["strict-transport-security"], "max-age=31536000")
