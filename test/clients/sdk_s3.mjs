// S3 as the SDK uses it by default: checksums in trailers, path style, large uploads in parts, presigned, conditional.
import { strict as assert } from "node:assert";
import { randomBytes } from "node:crypto";
import * as s3 from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { end, holds, refused, step } from "./steps.mjs";

const client = new s3.S3Client({ region: "us-east-1", forcePathStyle: true });
const send = (operation, input) => client.send(new s3[`${operation}Command`](input));
const Bucket = "sdk-pages";
const textOf = async (answer) => Buffer.from(await answer.Body.transformToByteArray());

await step("create, head, locate and list a bucket", async () => {
  await send("CreateBucket", { Bucket });
  await s3.waitUntilBucketExists({ client, maxWaitTime: 10 }, { Bucket });
  await send("GetBucketLocation", { Bucket });
  assert.ok((await send("ListBuckets", {})).Buckets.some((one) => one.Name === Bucket));
});

await step("put and get with the checksum that the SDK sends by itself", async () => {
  const put = await send("PutObject", { Bucket, Key: "a/ü b.txt", Body: "hello", ContentType: "text/plain", Metadata: { mood: "fine" } });
  assert.ok(put.ChecksumCRC32, "the checksum is told back");
  const got = await send("GetObject", { Bucket, Key: "a/ü b.txt", ChecksumMode: "ENABLED" });
  assert.equal((await textOf(got)).toString(), "hello");
  holds(got, { ContentType: "text/plain", Metadata: { mood: "fine" }, ChecksumCRC32: put.ChecksumCRC32, ETag: put.ETag });
});

await step("a wrong checksum is refused", () =>
  refused(() => send("PutObject", { Bucket, Key: "wrong", Body: "hello", ChecksumCRC32: "AAAAAA==" }), "BadDigest", 400));

await step("conditional writes", async () => {
  await send("PutObject", { Bucket, Key: "once", Body: "1", IfNoneMatch: "*" });
  await refused(() => send("PutObject", { Bucket, Key: "once", Body: "2", IfNoneMatch: "*" }), "PreconditionFailed", 412);
  const { ETag } = await send("HeadObject", { Bucket, Key: "once" });
  await send("PutObject", { Bucket, Key: "once", Body: "3", IfMatch: ETag });
  await refused(() => send("PutObject", { Bucket, Key: "once", Body: "4", IfMatch: ETag }), "PreconditionFailed", 412);
});

await step("a large upload in parts", async () => {
  const bytes = randomBytes(12 * 1024 * 1024);
  await new Upload({ client, params: { Bucket, Key: "large", Body: bytes }, partSize: 5 * 1024 * 1024 }).done();
  const got = await textOf(await send("GetObject", { Bucket, Key: "large" }));
  assert.ok(got.equals(bytes));
  const part = await textOf(await send("GetObject", { Bucket, Key: "large", Range: "bytes=5-9" }));
  assert.ok(part.equals(bytes.subarray(5, 10)));
});

await step("copy, list with a delimiter, delete many", async () => {
  await send("CopyObject", { Bucket, Key: "copy/once", CopySource: `${Bucket}/once` });
  const listed = await send("ListObjectsV2", { Bucket, Delimiter: "/" });
  assert.deepEqual(listed.CommonPrefixes.map((one) => one.Prefix), ["a/", "copy/"]);
  assert.deepEqual(listed.Contents.map((one) => one.Key), ["large", "once"]);
  const deleted = await send("DeleteObjects", { Bucket, Delete: { Objects: [{ Key: "copy/once" }, { Key: "nothing" }] } });
  assert.equal(deleted.Deleted.length, 2);
});

await step("versions", async () => {
  await send("PutBucketVersioning", { Bucket, VersioningConfiguration: { Status: "Enabled" } });
  const first = await send("PutObject", { Bucket, Key: "v", Body: "1" });
  await send("PutObject", { Bucket, Key: "v", Body: "2" });
  await send("DeleteObject", { Bucket, Key: "v" });
  await refused(() => send("GetObject", { Bucket, Key: "v" }), "NoSuchKey", 404);
  assert.equal((await textOf(await send("GetObject", { Bucket, Key: "v", VersionId: first.VersionId }))).toString(), "1");
  const all = await send("ListObjectVersions", { Bucket, Prefix: "v" });
  assert.equal(all.Versions.length, 2);
  assert.equal(all.DeleteMarkers.length, 1);
});

await step("tags of objects and buckets", async () => {
  await send("PutObjectTagging", { Bucket, Key: "once", Tagging: { TagSet: [{ Key: "k", Value: "v" }] } });
  holds((await send("GetObjectTagging", { Bucket, Key: "once" })).TagSet, [{ Key: "k", Value: "v" }]);
  await refused(() => send("GetBucketTagging", { Bucket }), "NoSuchTagSet", 404);
  await send("PutBucketTagging", { Bucket, Tagging: { TagSet: [{ Key: "team", Value: "web" }] } });
  holds((await send("GetBucketTagging", { Bucket })).TagSet, [{ Key: "team", Value: "web" }]);
});

await step("settings of a bucket that is private", async () => {
  await refused(() => send("GetBucketPolicy", { Bucket }), "NoSuchBucketPolicy", 404);
  await refused(() => send("GetBucketCors", { Bucket }), "NoSuchCORSConfiguration", 404);
  await refused(() => send("GetBucketWebsite", { Bucket }), "NoSuchWebsiteConfiguration", 404);
  await refused(() => send("GetBucketLifecycleConfiguration", { Bucket }), "NoSuchLifecycleConfiguration", 404);
  const rules = { CORSRules: [{ AllowedMethods: ["GET"], AllowedOrigins: ["https://a.example"], MaxAgeSeconds: 60 }] };
  await send("PutBucketCors", { Bucket, CORSConfiguration: rules });
  holds(await send("GetBucketCors", { Bucket }), rules);
  const website = { IndexDocument: { Suffix: "index.html" }, ErrorDocument: { Key: "error.html" } };
  await send("PutBucketWebsite", { Bucket, WebsiteConfiguration: website });
  holds(await send("GetBucketWebsite", { Bucket }), website);
});

await step("what is missing is refused by its name", async () => {
  await refused(() => send("GetObject", { Bucket, Key: "nothing" }), "NoSuchKey", 404);
  await refused(() => send("ListObjectsV2", { Bucket: "no-such-bucket-here" }), "NoSuchBucket", 404);
  await refused(() => send("DeleteBucket", { Bucket }), "BucketNotEmpty", 409);
});

end();
