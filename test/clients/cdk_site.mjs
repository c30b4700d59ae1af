// A site as users of the CDK write it: a private bucket behind a distribution, by origin access control.
//
//     node cdk_site.mjs FOLDER     writes FOLDER/Site.template.json
import { App, CfnOutput, RemovalPolicy, Stack } from "aws-cdk-lib";
import { CachePolicy, Distribution, PriceClass, ViewerProtocolPolicy } from "aws-cdk-lib/aws-cloudfront";
import { S3BucketOrigin } from "aws-cdk-lib/aws-cloudfront-origins";
import { BlockPublicAccess, Bucket } from "aws-cdk-lib/aws-s3";

const app = new App({ outdir: process.argv[2] });
const site = new Stack(app, "Site");
const bucket = new Bucket(site, "Pages", {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  removalPolicy: RemovalPolicy.DESTROY,
  versioned: false,
});
const distribution = new Distribution(site, "Distribution", {
  defaultBehavior: {
    origin: S3BucketOrigin.withOriginAccessControl(bucket),
    viewerProtocolPolicy: ViewerProtocolPolicy.ALLOW_ALL,
  },
  additionalBehaviors: {
    "/live/*": {
      origin: S3BucketOrigin.withOriginAccessControl(bucket),
      viewerProtocolPolicy: ViewerProtocolPolicy.ALLOW_ALL,
      cachePolicy: CachePolicy.CACHING_DISABLED,
    },
  },
  comment: "made by the CDK",
  defaultRootObject: "index.html",
  errorResponses: [{ httpStatus: 404, responseHttpStatus: 200, responsePagePath: "/index.html" }],
  priceClass: PriceClass.PRICE_CLASS_100,
});
new CfnOutput(site, "Domain", { value: distribution.distributionDomainName });
new CfnOutput(site, "Bucket", { value: bucket.bucketName });
app.synth();
