"""Buckets and objects with the CLI and an SDK: uploads small and large, ranges, conditions, listing, sync."""

import hashlib
import io
import os
import unittest

import botocore.exceptions

import harness

MIB = 1024 * 1024


class Bucket(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.server = harness.Gustfront().start()
        cls.addClassCleanup(cls.server.close)
        cls.s3 = cls.server.s3
        cls.s3.create_bucket(Bucket="box")

    def read(self, key: str, **how: object) -> bytes:
        return self.s3.get_object(Bucket="box", Key=key, **how)["Body"].read()

    def code(self, call, **arguments: object) -> tuple[str, int]:
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            call(**arguments)
        error = caught.exception.response
        return error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]

    def test_cli_uploads_20_mib_in_parts_and_the_edge_gives_the_same(self) -> None:
        content = os.urandom(20 * MIB)
        (self.server.folder / "big.bin").write_bytes(content)
        self.server.aws("s3", "cp", "big.bin", "s3://box/big.bin", "--acl", "public-read", "--no-progress")
        facts = self.s3.head_object(Bucket="box", Key="big.bin")
        self.assertRegex(facts["ETag"], r'^"[0-9a-f]{32}-3"$')
        self.assertEqual(facts["ContentLength"], len(content))
        _, domain = self.server.make_distribution("box.s3.amazonaws.com")
        for expected in ("Miss", "Hit"):
            answer = self.server.get(domain, "/big.bin")
            self.assertEqual((answer.status, answer.cache), (200, expected))
            self.assertEqual(hashlib.sha256(answer.body).digest(), hashlib.sha256(content).digest())
        part = self.server.get(domain, "/big.bin", edge=1, headers={"Range": "bytes=9000000-9000099"})
        self.assertEqual((part.status, part.body), (206, content[9000000:9000100]))
        self.server.aws("s3", "cp", "s3://box/big.bin", "back.bin", "--no-progress")
        self.assertEqual((self.server.folder / "back.bin").read_bytes(), content)

    def test_cli_sync_both_ways(self) -> None:
        here = self.server.folder / "site"
        files = {"index.html": b"<p>hello</p>", "a/b/c.txt": b"c", "a/space name.txt": b"s", "a/\u00fcml\u00e4ut.txt": b"u",
                 "a/plus+and&.txt": b"p", "empty.txt": b"", "a/100%.txt": b"%"}
        for name, content in files.items():
            (here / name).parent.mkdir(parents=True, exist_ok=True)
            (here / name).write_bytes(content)
            # Lists tell whole seconds, as S3's do: a file of the same second would count as newer than its object.
            os.utime(here / name, (1_700_000_000, 1_700_000_000))
        environment = {"LC_ALL": "C.UTF-8"}
        self.server.aws("s3", "sync", "site", "s3://box/sync/", "--no-progress", environment=environment)
        listed = self.s3.list_objects_v2(Bucket="box", Prefix="sync/")["Contents"]
        self.assertEqual({item["Key"].removeprefix("sync/"): item["Size"] for item in listed},
                         {name: len(content) for name, content in files.items()})
        self.server.aws("s3", "sync", "s3://box/sync/", "copy", "--no-progress", environment=environment)
        self.assertEqual({str(path.relative_to(self.server.folder / "copy")): path.read_bytes()
                          for path in (self.server.folder / "copy").rglob("*") if path.is_file()}, files)
        (here / "empty.txt").unlink()
        again = self.server.aws("s3", "sync", "site", "s3://box/sync/", "--delete", "--no-progress",
                                environment=environment)
        self.assertEqual(str(again).strip(), "delete: s3://box/sync/empty.txt")

    def test_content_type_of_cp_reaches_the_viewer(self) -> None:
        (self.server.folder / "page.html").write_text("<p>page</p>")
        self.server.aws("s3", "cp", "page.html", "s3://box/page.html", "--acl", "public-read", "--cache-control",
                        "max-age=60", "--metadata", "shade=blue", "--no-progress")
        _, domain = self.server.make_distribution("box.s3.us-east-1.amazonaws.com")
        answer = self.server.get(domain, "/page.html")
        self.assertEqual((answer.status, answer.body), (200, b"<p>page</p>"))
        self.assertEqual(answer.head["content-type"], "text/html")
        self.assertEqual(answer.head["cache-control"], "max-age=60")
        self.assertEqual(answer.head["x-amz-meta-shade"], "blue")

    def test_ranges(self) -> None:
        content = bytes(range(256)) * 40
        self.s3.put_object(Bucket="box", Key="r", Body=content)
        for field, first, last in (("bytes=0-0", 0, 0), ("bytes=100-199", 100, 199), ("bytes=10000-", 10000, 10239),
                                   ("bytes=-5", 10235, 10239), ("bytes=0-99999", 0, 10239)):
            with self.subTest(field):
                got = self.s3.get_object(Bucket="box", Key="r", Range=field)
                self.assertEqual(got["Body"].read(), content[first:last + 1])
                self.assertEqual(got["ContentRange"], f"bytes {first}-{last}/10240")
                self.assertEqual(got["ResponseMetadata"]["HTTPStatusCode"], 206)
        self.assertEqual(self.code(self.s3.get_object, Bucket="box", Key="r", Range="bytes=10240-"), ("InvalidRange", 416))

    def test_conditions(self) -> None:
        etag = self.s3.put_object(Bucket="box", Key="c", Body=b"c")["ETag"]
        self.assertEqual(etag, f'"{hashlib.md5(b"c").hexdigest()}"')
        self.assertEqual(self.code(self.s3.get_object, Bucket="box", Key="c", IfNoneMatch=etag)[1], 304)
        self.assertEqual(self.code(self.s3.get_object, Bucket="box", Key="c", IfMatch='"0"'), ("PreconditionFailed", 412))
        self.assertEqual(self.read("c", IfMatch=etag), b"c")

    def test_upload_with_a_wrong_digest_is_refused_and_changes_nothing(self) -> None:
        self.s3.put_object(Bucket="box", Key="d", Body=b"before")
        self.assertEqual(self.code(self.s3.put_object, Bucket="box", Key="d", Body=b"after",
                                   ContentMD5="AAAAAAAAAAAAAAAAAAAAAA=="), ("BadDigest", 400))
        self.assertEqual(self.read("d"), b"before")

    def test_keys_are_data_never_paths(self) -> None:
        before = {path for path in self.server.folder.rglob("*") if self.server.data not in path.parents}
        keys = ["../../escape", "a/../../b", "%2e%2e/x", "/leading", "trailing/", "a//b", "x" * 1024, "line\nbreak",
                "\u65e5\u672c", ".", "a?b#c&d=e+f", "\\back\\slash", "~", "CON"]
        for key in keys:
            with self.subTest(key[:20]):
                self.s3.put_object(Bucket="box", Key=key, Body=key.encode())
                self.assertEqual(self.read(key), key.encode())
        listed = {item["Key"] for item in self.s3.list_objects_v2(Bucket="box")["Contents"]}
        self.assertLessEqual(set(keys), listed)
        after = {path for path in self.server.folder.rglob("*") if self.server.data not in path.parents}
        self.assertEqual({path for path in after - before if path.name in ("escape", "b", "x")}, set())
        self.s3.delete_objects(Bucket="box", Delete={"Objects": [{"Key": key} for key in keys if key != "line\nbreak"]})
        left = {item["Key"] for item in self.s3.list_objects_v2(Bucket="box").get("Contents", [])}
        self.assertEqual(left & set(keys), {"line\nbreak"})

    def test_listing_pages_and_folds(self) -> None:
        names = [f"list/{letter}/{number}" for letter in "abc" for number in range(4)] + ["list/top"]
        for name in names:
            self.s3.put_object(Bucket="box", Key=name, Body=b"")
        seen: list[str] = []
        token: dict[str, str] = {}
        while True:
            page = self.s3.list_objects_v2(Bucket="box", Prefix="list/", MaxKeys=5, **token)
            seen += [item["Key"] for item in page["Contents"]]
            if not page["IsTruncated"]:
                break
            token = {"ContinuationToken": page["NextContinuationToken"]}
        self.assertEqual(seen, sorted(names))
        folded = self.s3.list_objects(Bucket="box", Prefix="list/", Delimiter="/")
        self.assertEqual([item["Prefix"] for item in folded["CommonPrefixes"]], ["list/a/", "list/b/", "list/c/"])
        self.assertEqual([item["Key"] for item in folded["Contents"]], ["list/top"])

    def test_copy_and_delete(self) -> None:
        self.s3.put_object(Bucket="box", Key="from", Body=b"data", Metadata={"a": "1"}, ContentType="text/x")
        self.s3.copy_object(Bucket="box", Key="to", CopySource={"Bucket": "box", "Key": "from"})
        self.s3.delete_object(Bucket="box", Key="from")
        got = self.s3.get_object(Bucket="box", Key="to")
        self.assertEqual((got["Body"].read(), got["Metadata"], got["ContentType"]), (b"data", {"a": "1"}, "text/x"))
        self.assertEqual(self.code(self.s3.get_object, Bucket="box", Key="from"), ("NoSuchKey", 404))

    def test_multipart_by_hand(self) -> None:
        first, second = os.urandom(5 * MIB), b"end"
        upload = self.s3.create_multipart_upload(Bucket="box", Key="m")["UploadId"]
        etags = [self.s3.upload_part(Bucket="box", Key="m", UploadId=upload, PartNumber=number, Body=io.BytesIO(body))["ETag"]
                 for number, body in ((1, first), (2, second))]
        self.assertEqual(self.code(self.s3.get_object, Bucket="box", Key="m"), ("NoSuchKey", 404))
        wrong = {"Parts": [{"PartNumber": 1, "ETag": etags[1]}]}
        self.assertEqual(self.code(self.s3.complete_multipart_upload, Bucket="box", Key="m", UploadId=upload,
                                   MultipartUpload=wrong)[0], "InvalidPart")
        parts = {"Parts": [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(etags, 1)]}
        self.s3.complete_multipart_upload(Bucket="box", Key="m", UploadId=upload, MultipartUpload=parts)
        self.assertEqual(self.read("m"), first + second)
        aborted = self.s3.create_multipart_upload(Bucket="box", Key="n")["UploadId"]
        self.s3.abort_multipart_upload(Bucket="box", Key="n", UploadId=aborted)
        self.assertEqual(self.code(self.s3.upload_part, Bucket="box", Key="n", UploadId=aborted, PartNumber=1, Body=b"x"),
                         ("NoSuchUpload", 404))

    def test_buckets_come_and_go(self) -> None:
        self.s3.create_bucket(Bucket="short-lived", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        self.assertEqual(self.s3.get_bucket_location(Bucket="short-lived")["LocationConstraint"], "eu-west-1")
        self.assertIn("short-lived", [item["Name"] for item in self.s3.list_buckets()["Buckets"]])
        self.s3.put_object(Bucket="short-lived", Key="k", Body=b"")
        self.assertEqual(self.code(self.s3.delete_bucket, Bucket="short-lived"), ("BucketNotEmpty", 409))
        self.s3.delete_object(Bucket="short-lived", Key="k")
        self.s3.delete_bucket(Bucket="short-lived")
        self.assertEqual(self.code(self.s3.head_bucket, Bucket="short-lived")[1], 404)
        self.assertEqual(self.code(self.s3.create_bucket, Bucket="No_Such_Name")[0], "InvalidBucketName")

    def test_virtual_hosted_style(self) -> None:
        self.s3.put_object(Bucket="box", Key="v/w.txt", Body=b"hosted", ACL="public-read")
        for host in (f"box.s3.localhost:{self.server.api_port}", "box.s3.us-east-1.amazonaws.com", "box.s3.amazonaws.com"):
            with self.subTest(host):
                self.assertEqual(harness.fetch(self.server.api_port, host, "/v/w.txt").body, b"hosted")
