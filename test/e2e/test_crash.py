"""kill -9 in the middle of uploads and changes, then a restart: what was acknowledged is there, whole; nothing is torn."""

import contextlib
import hashlib
import random
import threading
import time
import unittest

import botocore.exceptions

import harness

ROUNDS = 6
WRITERS = 4
MIB = 1024 * 1024


def content_of(key: str, version: int) -> bytes:
    """Bytes that tell which key and version they are; from a few bytes to a megabyte."""
    chance = random.Random(f"{key}/{version}")
    return f"{key}/{version}/".encode() + chance.randbytes(chance.choice((0, 10, 4000, 70_000, 300_000, MIB)))


class Writer(threading.Thread):
    """Overwrites its own keys until the server dies; knows of each key which versions may be found."""

    def __init__(self, s3, name: str, first_version: int) -> None:
        super().__init__()
        self.s3, self.key_start, self.version = s3, name, first_version
        self.acknowledged: dict[str, int] = {}
        self.in_doubt: dict[str, int] = {}

    def run(self) -> None:
        chance = random.Random(self.key_start)
        while True:
            key = f"{self.key_start}/{chance.randrange(5)}"
            self.version += 1
            self.in_doubt[key] = self.version
            try:
                self.upload(key, content_of(key, self.version))
            except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError):
                return
            self.acknowledged[key] = self.version
            del self.in_doubt[key]

    def upload(self, key: str, content: bytes) -> None:
        if self.version % 7:
            self.s3.put_object(Bucket="box", Key=key, Body=content)
            return
        upload = self.s3.create_multipart_upload(Bucket="box", Key=key)["UploadId"]
        etag = self.s3.upload_part(Bucket="box", Key=key, UploadId=upload, PartNumber=1, Body=content)["ETag"]
        self.s3.complete_multipart_upload(Bucket="box", Key=key, UploadId=upload,
                                          MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]})


class Crash(unittest.TestCase):
    def test_kill_during_uploads(self) -> None:
        with harness.Gustfront() as server:
            server.s3.create_bucket(Bucket="box")
            known: dict[str, int] = {}
            chance = random.Random(20)
            for number in range(ROUNDS):
                writers = [Writer(server.s3, f"w{index}", number * 100_000) for index in range(WRITERS)]
                for writer in writers:
                    writer.start()
                harness.wait_until(lambda: sum(len(w.acknowledged) for w in writers) >= WRITERS, "uploads run")
                time.sleep(chance.uniform(0.05, 0.6))
                server.kill()
                for writer in writers:
                    writer.join()
                    known.update(writer.acknowledged)
                in_doubt = {key: version for writer in writers for key, version in writer.in_doubt.items()}
                server.start()
                with self.subTest(round=number):
                    self.check(server, known, in_doubt)
                known.update(self.found)

    def check(self, server: harness.Gustfront, known: dict[str, int], in_doubt: dict[str, int]) -> None:
        self.found: dict[str, int] = {}
        listed = {item["Key"]: item for item in server.s3.list_objects_v2(Bucket="box").get("Contents", [])}
        self.assertLessEqual(set(known), set(listed), "acknowledged objects are gone")
        self.assertLessEqual(set(listed), set(known) | set(in_doubt), "objects out of nowhere")
        for key, item in listed.items():
            got = server.s3.get_object(Bucket="box", Key=key)
            body = got["Body"].read()
            version = int(body.split(b"/", 3)[2])
            self.assertIn(version, (known.get(key), in_doubt.get(key)), f"{key} is of another time")
            self.assertEqual(body, content_of(key, version), f"{key} version {version} is torn")
            self.assertEqual((item["Size"], item["ETag"]), (len(body), got["ETag"]))
            if "-" not in got["ETag"]:
                self.assertEqual(got["ETag"].strip('"'), hashlib.md5(body).hexdigest())
            self.found[key] = version

    def test_kill_during_changes_of_distributions(self) -> None:
        with harness.Gustfront() as server, harness.origin_that(
                lambda handler, asked: harness.reply(handler, b"here")) as origin:
            identifier, domain = server.make_distribution("localhost", origin.port)
            for number in range(3):
                state = {"acknowledged": None, "in_doubt": None}

                def change() -> None:
                    try:
                        for step in range(10_000):
                            got = server.cloudfront.get_distribution_config(Id=identifier)
                            config = got["DistributionConfig"]
                            state["acknowledged"] = config["Comment"]
                            config["Comment"] = state["in_doubt"] = f"{number}/{step}"
                            server.cloudfront.update_distribution(Id=identifier, IfMatch=got["ETag"],
                                                                  DistributionConfig=config)
                            state["acknowledged"] = state["in_doubt"]
                    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError):
                        pass

                thread = threading.Thread(target=change)
                thread.start()
                time.sleep(0.3 + 0.1 * number)
                server.kill()
                thread.join()
                server.start()
                config = server.cloudfront.get_distribution_config(Id=identifier)["DistributionConfig"]
                self.assertIn(config["Comment"], (state["acknowledged"], state["in_doubt"]))
                server.wait_deployed(identifier)
                self.assertEqual(server.get(domain, "/").body, b"here")

    def test_kill_in_the_middle_of_a_thousand_updates(self) -> None:
        """Four clients update ten distributions each; of each, the last acknowledged comment is there, or the one in doubt."""
        with harness.Gustfront() as server:
            config = {"Enabled": True, "Comment": "0", "Origins": {"Quantity": 1, "Items": [{
                "Id": "o", "DomainName": "localhost", "CustomOriginConfig": {
                    "HTTPPort": 8099, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}}]},
                "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all",
                                         "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6"}}
            states: dict[str, dict] = {}
            for number in range(WRITERS * 10):
                made = server.cloudfront.create_distribution(
                    DistributionConfig={**config, "CallerReference": f"thousand-{number}"})
                states[made["Distribution"]["Id"]] = {"etag": made["ETag"], "in_doubt": None,
                                                      "config": made["Distribution"]["DistributionConfig"]}
            updates = [0] * WRITERS

            def update(writer: int) -> None:
                own = list(states.values())[writer::WRITERS]
                identifiers = list(states)[writer::WRITERS]
                with contextlib.suppress(botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError):
                    while updates[writer] < 1000 // WRITERS:
                        at = updates[writer] % len(own)
                        state, comment = own[at], f"{writer}/{updates[writer]}"
                        state["in_doubt"] = comment
                        answer = server.cloudfront.update_distribution(
                            Id=identifiers[at], IfMatch=state["etag"],
                            DistributionConfig={**state["config"], "Comment": comment})
                        state.update(etag=answer["ETag"], config=answer["Distribution"]["DistributionConfig"],
                                     in_doubt=None)
                        updates[writer] += 1

            threads = [threading.Thread(target=update, args=(writer,)) for writer in range(WRITERS)]
            for thread in threads:
                thread.start()
            harness.wait_until(lambda: sum(updates) >= 500, "half of the updates", 60)
            server.kill()
            for thread in threads:
                thread.join()
            self.assertLess(sum(updates), 1000)
            server.start()
            for identifier, state in states.items():
                found = server.cloudfront.get_distribution_config(Id=identifier)
                if found["DistributionConfig"]["Comment"] != state["in_doubt"]:
                    self.assertEqual(found["DistributionConfig"], state["config"])
                    self.assertEqual(found["ETag"], state["etag"])
