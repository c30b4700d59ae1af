// Every kind of CloudFront's resources that is answered: create, read, list, update, the stale update, delete.
import { strict as assert } from "node:assert";
import { generateKeyPairSync } from "node:crypto";
import * as cloudfront from "@aws-sdk/client-cloudfront";
import { end, holds, refused, step } from "./steps.mjs";

const client = new cloudfront.CloudFrontClient({ region: "us-east-1" });
const send = (operation, input) => client.send(new cloudfront[`${operation}Command`](input));
const publicKey = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ type: "spki", format: "pem" });

const cookies = { CookieBehavior: "none" };
const queryStrings = { QueryStringBehavior: "none" };

const distribution = (reference) => ({
  CallerReference: reference,
  Comment: "by the SDK",
  Enabled: true,
  Origins: { Quantity: 1, Items: [{ Id: "o", DomainName: "origin.example.com",
    CustomOriginConfig: { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: "http-only" } }] },
  DefaultCacheBehavior: { TargetOriginId: "o", ViewerProtocolPolicy: "allow-all",
    CachePolicyId: "658327ea-f89d-4fab-a63d-7e88639e58f6" },
});

// How one kind differs: the noun of its operations, its configuration, and one member to change in it.
const kinds = [
  { noun: "CachePolicy", config: "CachePolicyConfig", many: "CachePolicies",
    value: { Name: "keys", MinTTL: 1, ParametersInCacheKeyAndForwardedToOrigin: { EnableAcceptEncodingGzip: true,
      HeadersConfig: { HeaderBehavior: "none" }, CookiesConfig: cookies, QueryStringsConfig: queryStrings } } },
  { noun: "OriginRequestPolicy", config: "OriginRequestPolicyConfig", many: "OriginRequestPolicies",
    value: { Name: "forwards", HeadersConfig: { HeaderBehavior: "none" }, CookiesConfig: cookies, QueryStringsConfig: queryStrings } },
  { noun: "ResponseHeadersPolicy", config: "ResponseHeadersPolicyConfig", many: "ResponseHeadersPolicies",
    value: { Name: "heads", CustomHeadersConfig: { Quantity: 1, Items: [{ Header: "x-a", Value: "b", Override: true }] } } },
  { noun: "OriginAccessControl", config: "OriginAccessControlConfig", many: "OriginAccessControls", comment: "Description",
    value: { Name: "access", SigningProtocol: "sigv4", SigningBehavior: "always", OriginAccessControlOriginType: "s3" } },
  { noun: "CloudFrontOriginAccessIdentity", config: "CloudFrontOriginAccessIdentityConfig",
    many: "CloudFrontOriginAccessIdentities", value: { CallerReference: "i1", Comment: "identity" } },
  { noun: "PublicKey", config: "PublicKeyConfig", many: "PublicKeys",
    value: { CallerReference: "k1", Name: "key", EncodedKey: publicKey } },
  { noun: "Distribution", config: "DistributionConfig", many: "Distributions", value: distribution("d1") },
];

for (const kind of kinds) {
  const { noun, config } = kind;
  const comment = kind.comment ?? "Comment";
  const made = await step(`${noun}: create`, async () => {
    const answer = await send(`Create${noun}`, { [config]: kind.value });
    assert.equal(answer.$metadata.httpStatusCode, 201);
    assert.match(answer.ETag, /^E[A-Z0-9]+$/);
    return answer;
  });
  if (!made) continue;
  const Id = made[noun].Id;
  await step(`${noun}: read back`, async () => {
    const answer = await send(`Get${noun}`, { Id });
    holds(answer[noun][config], kind.value);
    assert.equal(answer.ETag, made.ETag);
    holds((await send(`Get${noun}Config`, { Id }))[config], kind.value);
  });
  await step(`${noun}: list`, async () => {
    const answer = await send(`List${kind.many}`, {});
    const list = answer[`${noun}List`] ?? answer[`${kind.many}List`];
    const ids = (list.Items ?? []).map((item) => item.Id ?? item[noun]?.Id);
    assert.ok(ids.includes(Id), `${Id} is not in ${ids}`);
  });
  const updated = await step(`${noun}: update`, async () => {
    const { [config]: now, ETag } = await send(`Get${noun}Config`, { Id });
    const wanted = { ...now, [comment]: "changed" };
    const answer = await send(`Update${noun}`, { Id, IfMatch: ETag, [config]: wanted });
    assert.notEqual(answer.ETag, ETag);
    assert.deepEqual((await send(`Get${noun}`, { Id }))[noun][config], wanted);
    return answer;
  });
  await step(`${noun}: a stale update is refused`, () =>
    refused(() => send(`Update${noun}`, { Id, IfMatch: made.ETag, [config]: kind.value }), "PreconditionFailed", 412));
  await step(`${noun}: an update without If-Match is refused`, () =>
    refused(() => send(`Update${noun}`, { Id, [config]: kind.value }), "InvalidIfMatchVersion", 400));
  let tag = updated?.ETag;
  if (noun === "Distribution") {
    await step("Distribution: wait, invalidate, wait", async () => {
      await cloudfront.waitUntilDistributionDeployed({ client, maxWaitTime: 10, minDelay: 1, maxDelay: 1 }, { Id });
      const { Invalidation } = await send("CreateInvalidation", { DistributionId: Id,
        InvalidationBatch: { CallerReference: "n1", Paths: { Quantity: 1, Items: ["/*"] } } });
      await cloudfront.waitUntilInvalidationCompleted({ client, maxWaitTime: 10, minDelay: 1, maxDelay: 1 },
        { DistributionId: Id, Id: Invalidation.Id });
    });
    await step("Distribution: tags", async () => {
      const Resource = made.Distribution.ARN;
      await send("TagResource", { Resource, Tags: { Items: [{ Key: "team", Value: "web" }] } });
      holds((await send("ListTagsForResource", { Resource })).Tags.Items, [{ Key: "team", Value: "web" }]);
      await send("UntagResource", { Resource, TagKeys: { Items: ["team"] } });
      assert.equal(((await send("ListTagsForResource", { Resource })).Tags.Items ?? []).length, 0);
    });
    await step("Distribution: one that is enabled cannot be deleted", () =>
      refused(() => send("DeleteDistribution", { Id, IfMatch: tag }), "DistributionNotDisabled", 409));
    await step("Distribution: disable", async () => {
      const { DistributionConfig, ETag } = await send("GetDistributionConfig", { Id });
      tag = (await send("UpdateDistribution", { Id, IfMatch: ETag,
        DistributionConfig: { ...DistributionConfig, Enabled: false } })).ETag;
      await cloudfront.waitUntilDistributionDeployed({ client, maxWaitTime: 10, minDelay: 1, maxDelay: 1 }, { Id });
    });
  }
  await step(`${noun}: delete`, async () => {
    const answer = await send(`Delete${noun}`, { Id, IfMatch: tag });
    assert.equal(answer.$metadata.httpStatusCode, 204);
    await refused(() => send(`Get${noun}`, { Id }), `NoSuch${noun === "OriginAccessControl" ? "OriginAccessControl" : noun}`, 404);
  });
}

await step("KeyGroup: a group of a key, which then cannot go", async () => {
  const { PublicKey, ETag } = await send("CreatePublicKey", { PublicKeyConfig: { CallerReference: "k2", Name: "k2", EncodedKey: publicKey } });
  const made = await send("CreateKeyGroup", { KeyGroupConfig: { Name: "group", Items: [PublicKey.Id] } });
  await refused(() => send("DeletePublicKey", { Id: PublicKey.Id, IfMatch: ETag }), "PublicKeyInUse", 409);
  const { KeyGroup } = await send("GetKeyGroup", { Id: made.KeyGroup.Id });
  holds(KeyGroup.KeyGroupConfig, { Name: "group", Items: [PublicKey.Id] });
  await send("DeleteKeyGroup", { Id: made.KeyGroup.Id, IfMatch: made.ETag });
  await send("DeletePublicKey", { Id: PublicKey.Id, IfMatch: ETag });
});

await step("Function: create, describe, publish, read the code, delete", async () => {
  const FunctionCode = new TextEncoder().encode("function handler(event) { return event.request; }");
  const made = await send("CreateFunction", { Name: "f", FunctionConfig: { Comment: "", Runtime: "cloudfront-js-2.0" }, FunctionCode });
  await send("PublishFunction", { Name: "f", IfMatch: made.ETag });
  const live = await send("DescribeFunction", { Name: "f", Stage: "LIVE" });
  assert.equal(live.FunctionSummary.FunctionMetadata.Stage, "LIVE");
  const code = await send("GetFunction", { Name: "f", Stage: "LIVE" });
  assert.deepEqual(Buffer.from(code.FunctionCode), Buffer.from(FunctionCode));
  const { ETag } = await send("DescribeFunction", { Name: "f" });
  await send("DeleteFunction", { Name: "f", IfMatch: ETag });
});

await step("pages: markers lead through a list", async () => {
  const ids = new Set();
  let Marker;
  do {
    const { CachePolicyList } = await send("ListCachePolicies", { Type: "managed", MaxItems: 3, Marker });
    for (const item of CachePolicyList.Items ?? []) ids.add(item.CachePolicy.Id);
    Marker = CachePolicyList.NextMarker;
  } while (Marker);
  assert.ok(ids.size >= 7, `${ids.size}`);
});

await step("a reference that was used before is refused", async () => {
  const made = await send("CreateDistribution", { DistributionConfig: distribution("twice") });
  await refused(() => send("CreateDistribution", { DistributionConfig: distribution("twice") }), "DistributionAlreadyExists", 409);
  assert.ok(made.Location.endsWith(made.Distribution.Id));
});

await step("an operation that is not provided is refused by its name", () =>
  refused(() => send("CreateVpcOrigin", { VpcOriginEndpointConfig: { Name: "v", Arn: "arn:aws:elasticloadbalancing:::x",
    HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: "http-only" } }), "NotImplemented", 501));

await step("wrong quantities, origins and policies are refused by their names", async () => {
  const config = distribution("wrong");
  await refused(() => send("CreateDistribution", { DistributionConfig: { ...config, Origins: { ...config.Origins, Quantity: 2 } } }), "InconsistentQuantities", 400);
  await refused(() => send("CreateDistribution", { DistributionConfig: { ...config,
    DefaultCacheBehavior: { ...config.DefaultCacheBehavior, TargetOriginId: "other" } } }), "NoSuchOrigin", 404);
  await refused(() => send("CreateDistribution", { DistributionConfig: { ...config,
    DefaultCacheBehavior: { ...config.DefaultCacheBehavior, CachePolicyId: "00000000-0000-0000-0000-000000000000" } } }), "NoSuchCachePolicy", 404);
});

end();
