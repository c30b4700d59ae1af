#include "iam/managed_policies.h"

#include <fmt/format.h>

#include <array>

#include "base/check.h"

namespace gust::iam {
namespace {

struct Row {
  std::string_view name, id, description, statements;
};

constexpr auto rows = std::to_array<Row>({
    {"AdministratorAccess", "ANPAIWMBCKSKIEE64ZLYK", "Provides full access to AWS services and resources.",
     R"({"Effect": "Allow", "Action": "*", "Resource": "*"})"},
    {"AmazonS3FullAccess", "ANPAIFIR6V6BVTRAHWINE",
     "Provides full access to all buckets via the AWS Management Console.",
     R"({"Effect": "Allow", "Action": ["s3:*", "s3-object-lambda:*"], "Resource": "*"})"},
    {"AmazonS3ReadOnlyAccess", "ANPAIZTJ4DXE7G6AGAE6M",
     "Provides read only access to all buckets via the AWS Management Console.",
     R"({"Effect": "Allow", "Action": ["s3:Get*", "s3:List*", "s3:Describe*", "s3-object-lambda:Get*",
         "s3-object-lambda:List*"], "Resource": "*"})"},
    {"AWSCloudFormationFullAccess", "ANPAJGFCLOUDFORMATION", "Provides full access to AWS CloudFormation.",
     R"({"Effect": "Allow", "Action": "cloudformation:*", "Resource": "*"})"},
    {"AWSCloudFormationReadOnlyAccess", "ANPAJWVBEE4I2POWLODLW",
     "Provides access to AWS CloudFormation via the AWS Management Console.",
     R"({"Effect": "Allow", "Action": ["cloudformation:Describe*", "cloudformation:EstimateTemplateCost",
         "cloudformation:Get*", "cloudformation:List*", "cloudformation:ValidateTemplate", "cloudformation:Detect*"],
         "Resource": "*"})"},
    {"CloudFrontFullAccess", "ANPAIPRV52SH6HDCCFY6U",
     "Provides full access to the CloudFront console plus the ability to list Amazon S3 buckets via the AWS Management "
     "Console.",
     R"({"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "arn:aws:s3:::*"},
        {"Effect": "Allow", "Action": ["acm:DescribeCertificate", "acm:ListCertificates", "acm:RequestCertificate",
         "cloudfront:*", "cloudfront-keyvaluestore:*", "iam:ListServerCertificates", "waf:ListWebACLs",
         "waf:GetWebACL", "wafv2:ListWebACLs", "wafv2:GetWebACL", "kinesis:ListStreams", "ec2:DescribeInstances",
         "elasticloadbalancing:DescribeLoadBalancers", "ec2:DescribeInternetGateways"], "Resource": "*"},
        {"Effect": "Allow", "Action": "kinesis:DescribeStream", "Resource": "arn:aws:kinesis:*:*:*"},
        {"Effect": "Allow", "Action": "iam:ListRoles", "Resource": "arn:aws:iam::*:*"})"},
    {"CloudFrontReadOnlyAccess", "ANPAJJZMNYOTZCNQP36LG",
     "Provides access to CloudFront distribution configuration information and list distributions via the AWS "
     "Management Console.",
     R"({"Effect": "Allow", "Action": ["acm:DescribeCertificate", "acm:ListCertificates", "cloudfront:Describe*",
         "cloudfront:Get*", "cloudfront:List*", "cloudfront-keyvaluestore:Describe*", "cloudfront-keyvaluestore:Get*",
         "cloudfront-keyvaluestore:List*", "iam:ListServerCertificates", "route53:List*", "waf:ListWebACLs",
         "waf:GetWebACL", "wafv2:ListWebACLs", "wafv2:GetWebACL"], "Resource": "*"})"},
    {"IAMFullAccess", "ANPAI7XKCFMBPM3QQRRVQ", "Provides full access to IAM via the AWS Management Console.",
     R"({"Effect": "Allow", "Action": "iam:*", "Resource": "*"})"},
    {"IAMReadOnlyAccess", "ANPAJKSO7NDY4T57MWDSQ", "Provides read only access to IAM via the AWS Management Console.",
     R"({"Effect": "Allow", "Action": ["iam:GenerateCredentialReport", "iam:GenerateServiceLastAccessedDetails",
         "iam:Get*", "iam:List*", "iam:SimulateCustomPolicy", "iam:SimulatePrincipalPolicy"], "Resource": "*"})"},
    {"PowerUserAccess", "ANPAJYRXTHIB4FOVS3ZXS",
     "Provides full access to AWS services and resources, but does not allow management of Users and groups.",
     R"({"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"},
        {"Effect": "Allow", "Action": ["account:GetAccountInformation", "account:ListRegions",
         "iam:CreateServiceLinkedRole", "iam:DeleteServiceLinkedRole", "iam:ListRoles",
         "organizations:DescribeOrganization"], "Resource": "*"})"},
    {"ReadOnlyAccess", "ANPAILL3HVNFSB6DCOWYQ", "Provides read-only access to AWS services and resources.",
     R"({"Effect": "Allow", "Action": ["acm:Describe*", "acm:Get*", "acm:List*", "cloudformation:Describe*",
         "cloudformation:Detect*", "cloudformation:Estimate*", "cloudformation:Get*", "cloudformation:List*",
         "cloudformation:ValidateTemplate", "cloudfront:Describe*", "cloudfront:Get*", "cloudfront:List*",
         "cloudfront-keyvaluestore:Describe*", "cloudfront-keyvaluestore:Get*", "cloudfront-keyvaluestore:List*",
         "cloudwatch:Describe*", "cloudwatch:Get*", "cloudwatch:List*", "iam:Generate*", "iam:Get*", "iam:List*",
         "iam:Simulate*", "logs:Describe*", "logs:Get*", "logs:List*", "route53:Get*", "route53:List*",
         "s3:DescribeJob", "s3:Get*", "s3:List*", "sts:GetAccessKeyInfo", "sts:GetCallerIdentity",
         "wafv2:CheckCapacity", "wafv2:Describe*", "wafv2:Get*", "wafv2:List*"], "Resource": "*"})"},
});

}  // namespace

std::vector<ManagedPolicy> make_managed_policies() {
  std::vector<ManagedPolicy> policies;
  for (const Row& row : rows) {
    auto document = access::read_policy(
        fmt::format(R"({{"Version": "2012-10-17", "Statement": [{}]}})", row.statements), access::PolicyKind::identity);
    CHECK(document.has_value());
    policies.push_back({.name = std::string(row.name),
                        .id = std::string(row.id),
                        .arn = fmt::format("arn:aws:iam::aws:policy/{}", row.name),
                        .description = std::string(row.description),
                        .document = *std::move(document)});
  }
  return policies;
}

}  // namespace gust::iam
