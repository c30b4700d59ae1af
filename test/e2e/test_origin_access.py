"""Private buckets: distributions that sign for them, through the AWS CLI."""

import unittest

import harness


class OriginAccess(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.server = harness.Gustfront().start()
        cls.addClassCleanup(cls.server.close)

    def directly(self, bucket: str, key: str) -> int:
        return self.server.curl("-o", "body", f"{self.server.endpoint}/{bucket}/{key}").status

    def fill(self, bucket: str, *keys: str) -> None:
        self.server.s3.create_bucket(Bucket=bucket)
        for key in keys:
            self.server.s3.put_object(Bucket=bucket, Key=key, Body=key.encode())

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
