// Walks a site from nothing to nothing with the JavaScript SDK: usage: node walk.cjs MODELS_FOLDER ENDPOINT REGION
// Prints one JSON object a step: {"step", ...}. Credentials come from the environment.
const { createRequire } = require("node:module");
const sdk = createRequire(`${process.argv[2]}/package.json`);
const cf = sdk("@aws-sdk/client-cloudfront");
const s3 = sdk("@aws-sdk/client-s3");
const options = { endpoint: process.argv[3], region: process.argv[4], maxAttempts: 1 };
const tell = (step, facts) => console.log(JSON.stringify({ step, ...facts }));

const refusal = async (promise) => {
  try {
    await promise;
    return "accepted";
  } catch (error) {
    return `${error.$metadata?.httpStatusCode} ${error.name}`;
  }
};

async function main() {
  const store = new s3.S3Client({ ...options, forcePathStyle: true });
  const cloudfront = new cf.CloudFrontClient(options);
  await store.send(new s3.CreateBucketCommand({ Bucket: "walk" }));
  await store.send(new s3.PutObjectCommand({ Bucket: "walk", Key: "a b.txt", Body: "text" }));
  const got = await store.send(new s3.GetObjectCommand({ Bucket: "walk", Key: "a b.txt" }));
  tell("object", { body: await got.Body.transformToString() });

  const config = {
    CallerReference: "walk-1",
    Comment: "the walk",
    Enabled: true,
    Origins: {
      Quantity: 1,
      Items: [{ Id: "o", DomainName: "walk.s3.amazonaws.com", S3OriginConfig: { OriginAccessIdentity: "" } }],
    },
    DefaultCacheBehavior: {
      TargetOriginId: "o",
      ViewerProtocolPolicy: "allow-all",
      CachePolicyId: "658327ea-f89d-4fab-a63d-7e88639e58f6",
    },
  };
  const made = await cloudfront.send(new cf.CreateDistributionCommand({ DistributionConfig: config }));
  const id = made.Distribution.Id;
  tell("created", { status: made.$metadata.httpStatusCode, location: made.Location.endsWith(id), etag: made.ETag });
  await cf.waitUntilDistributionDeployed({ client: cloudfront, maxWaitTime: 20, minDelay: 1 }, { Id: id });
  const again = await refusal(cloudfront.send(new cf.CreateDistributionCommand({ DistributionConfig: config })));
  tell("reference", { again });

  const read = await cloudfront.send(new cf.GetDistributionConfigCommand({ Id: id }));
  const changed = { ...read.DistributionConfig, Comment: "changed", Enabled: false };
  const stale = await refusal(
    cloudfront.send(new cf.UpdateDistributionCommand({ Id: id, IfMatch: "E0000000000000", DistributionConfig: changed })),
  );
  const updated = await cloudfront.send(
    new cf.UpdateDistributionCommand({ Id: id, IfMatch: read.ETag, DistributionConfig: changed }),
  );
  const back = await cloudfront.send(new cf.GetDistributionConfigCommand({ Id: id }));
  const equal = JSON.stringify(back.DistributionConfig) === JSON.stringify(changed);
  tell("updated", { stale, equal, comment: back.DistributionConfig.Comment });

  const purge = await cloudfront.send(
    new cf.CreateInvalidationCommand({
      DistributionId: id,
      InvalidationBatch: { CallerReference: "i", Paths: { Quantity: 1, Items: ["/*"] } },
    }),
  );
  await cf.waitUntilInvalidationCompleted(
    { client: cloudfront, maxWaitTime: 20, minDelay: 1 },
    { DistributionId: id, Id: purge.Invalidation.Id },
  );
  // An operation that Debian's clients do not know.
  const newer = await refusal(
    cloudfront.send(new cf.CreateVpcOriginCommand({ VpcOriginEndpointConfig: {
      Name: "v", Arn: "arn:aws:elasticloadbalancing:::x", HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: "http-only",
    } })),
  );
  tell("newer", { newer });
  await cf.waitUntilDistributionDeployed({ client: cloudfront, maxWaitTime: 20, minDelay: 1 }, { Id: id });
  const gone = await cloudfront.send(new cf.DeleteDistributionCommand({ Id: id, IfMatch: updated.ETag }));
  await store.send(new s3.DeleteObjectCommand({ Bucket: "walk", Key: "a b.txt" }));
  await store.send(new s3.DeleteBucketCommand({ Bucket: "walk" }));
  const lost = await refusal(cloudfront.send(new cf.GetDistributionCommand({ Id: id })));
  tell("deleted", { status: gone.$metadata.httpStatusCode, lost });
}

main().catch((error) => {
  tell("failed", { error: String(error.stack) });
  process.exit(1);
});
