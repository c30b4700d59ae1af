"""Who may do what: signatures of both services, presigned URLs, and public reading."""

import datetime
import time
import unittest

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.exceptions

import harness


class Signatures(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.server = harness.Gustfront().start()
        cls.addClassCleanup(cls.server.close)
        cls.server.s3.create_bucket(Bucket="own")
        cls.server.s3.put_object(Bucket="own", Key="private.txt", Body=b"secret")
        cls.server.s3.put_object(Bucket="own", Key="public.txt", Body=b"open", ACL="public-read")

    def refused(self, service: str, code: str, call: str, arguments: dict, **keys: str) -> None:
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            getattr(self.server.client(service, **keys), call)(**arguments)
        error = caught.exception.response
        self.assertEqual((error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]), (code, 403))

    def raw(self, path: str, method: str = "GET", **headers: str) -> harness.Answer:
        return harness.fetch(self.server.api_port, f"127.0.0.1:{self.server.api_port}", path, method, headers)

    def signed(self, path: str, when: datetime.datetime | None = None, service: str = "s3") -> dict[str, str]:
        """Signed header fields of a GET, as if signed at `when`."""
        request = botocore.awsrequest.AWSRequest("GET", f"{self.server.endpoint.rstrip('/')}{path}")
        credentials = botocore.credentials.Credentials(self.server.ready["access_key_id"],
                                                       self.server.ready["secret_access_key"])
        signer_of = botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth
        signer = signer_of(credentials, service, self.server.ready["region"])
        # add_auth() would take today's clock.
        request.context["timestamp"] = (when or datetime.datetime.utcnow()).strftime("%Y%m%dT%H%M%SZ")
        signer._modify_request_before_signing(request)
        text = signer.string_to_sign(request, signer.canonical_request(request))
        signer._inject_signature_to_request(request, signer.signature(text, request))
        return dict(request.headers)

    def test_s3_wrong_secret(self) -> None:
        self.refused("s3", "SignatureDoesNotMatch", "list_objects_v2", {"Bucket": "own"}, secret="x" * 40)

    def test_s3_unknown_key(self) -> None:
        self.refused("s3", "InvalidAccessKeyId", "list_objects_v2", {"Bucket": "own"}, access_key="AKIANOBODYNOBODYNOBO")

    def test_cloudfront_wrong_secret(self) -> None:
        self.refused("cloudfront", "SignatureDoesNotMatch", "list_distributions", {}, secret="x" * 40)

    def test_cloudfront_unknown_key(self) -> None:
        self.refused("cloudfront", "InvalidClientTokenId", "list_distributions", {}, access_key="AKIANOBODYNOBODYNOBO")

    def test_services_that_are_not_here_say_so_in_their_own_form(self) -> None:
        for service, call in (("logs", "describe_log_groups"), ("route53", "list_hosted_zones"), ("autoscaling", "describe_policies")):
            with self.subTest(service=service), self.assertRaises(botocore.exceptions.ClientError) as caught:
                getattr(self.server.client(service), call)()
            error = caught.exception.response
            self.assertEqual((error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]), ("NotImplemented", 501))
            self.assertIn("cloudfront", error["Error"]["Message"])

    def test_cloudfront_without_signature(self) -> None:
        answer = self.raw("/2020-05-31/distribution")
        self.assertEqual(answer.status, 403)
        self.assertIn(b"<Code>MissingAuthenticationToken</Code>", answer.body)

    def test_s3_without_signature_reads_only_what_is_public(self) -> None:
        self.assertEqual(self.raw("/own/public.txt").body, b"open")
        for path in ("/own/private.txt", "/own", "/"):
            with self.subTest(path):
                answer = self.raw(path)
                self.assertEqual(answer.status, 403)
                self.assertIn(b"<Code>AccessDenied</Code>", answer.body)

    def test_s3_without_signature_writes_nothing(self) -> None:
        self.assertEqual(self.raw("/own/public.txt", "PUT").status, 403)
        self.assertEqual(self.raw("/own/public.txt", "DELETE").status, 403)
        self.assertEqual(self.raw("/own/public.txt").body, b"open")

    def test_clock_skew(self) -> None:
        now = datetime.datetime.utcnow()
        self.assertEqual(self.raw("/own/private.txt", **self.signed("/own/private.txt", now)).body, b"secret")
        for minutes in (-20, 20):
            with self.subTest(minutes=minutes):
                answer = self.raw("/own/private.txt", **self.signed("/own/private.txt",
                                                                    now + datetime.timedelta(minutes=minutes)))
                self.assertEqual(answer.status, 403)
                self.assertIn(b"<Code>RequestTimeTooSkewed</Code>", answer.body)

    def test_each_part_of_a_signature_counts(self) -> None:
        good = self.signed("/own/private.txt")
        self.assertEqual(self.raw("/own/private.txt", **good).status, 200)
        authorization = good["Authorization"]
        spoiled = {
            "last digit": authorization[:-1] + ("0" if authorization[-1] != "0" else "1"),
            "region": authorization.replace(f"/{self.server.ready['region']}/", "/eu-nowhere-1/"),
            "service": authorization.replace("/s3/", "/ec2/"),
            "signed headers": authorization.replace("SignedHeaders=host;", "SignedHeaders="),
            "no signature": authorization.partition(", Signature")[0],
            "empty": "",
            "another scheme": authorization.replace("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"),
        }
        for what, value in spoiled.items():
            with self.subTest(what):
                answer = self.raw("/own/private.txt", **{**good, "Authorization": value})
                self.assertIn(answer.status, (400, 403, 501))  # 501: a service that is not here
                self.assertNotIn(b"secret", answer.body)
        self.assertEqual(self.raw("/own/other.txt", **good).status, 403)

    def test_presigned_url_by_the_cli(self) -> None:
        url = self.server.aws("s3", "presign", "s3://own/private.txt", "--expires-in", "60").strip()
        self.assertEqual(self.server.curl(url).body, b"secret")
        self.assertEqual(self.server.curl(url.replace("private.txt", "public.txt")).status, 403)
        self.assertEqual(self.server.curl(url + "&x=1").status, 403)
        self.assertEqual(self.server.curl("-X", "DELETE", url).status, 403)

    def test_presigned_url_ends(self) -> None:
        url = self.server.s3.generate_presigned_url("get_object", {"Bucket": "own", "Key": "private.txt"}, ExpiresIn=1)
        path = url.partition(f":{self.server.api_port}")[2]
        self.assertEqual(self.raw(path).status, 200)
        time.sleep(2.1)  # the whole seconds of the URL must pass on the real clock
        answer = self.raw(path)
        self.assertEqual(answer.status, 403)
        self.assertIn(b"<Code>AccessDenied</Code>", answer.body)

    def test_unknown_bucket_and_key(self) -> None:
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            self.server.s3.list_objects_v2(Bucket="nobody-has-this")
        self.assertEqual(caught.exception.response["Error"]["Code"], "NoSuchBucket")
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            self.server.s3.get_object(Bucket="own", Key="nothing")
        self.assertEqual(caught.exception.response["Error"]["Code"], "NoSuchKey")
        with self.assertRaises(harness.CliError) as refused:
            self.server.aws("s3api", "get-object", "--bucket", "nobody-has-this", "--key", "k", "out")
        self.assertEqual(refused.exception.code, "NoSuchBucket")
