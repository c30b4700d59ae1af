// Policies of buckets and users, public access blocks and ownership: put, read back, and obeyed.
#include <gtest/gtest.h>

#include "bucket/s3_test_host_internal.h"

namespace gust::bucket {
namespace {

using test::Got;
using test::Headers;
using test::S3Host;

constexpr std::string_view account = "000000000000";
constexpr std::string_view public_read_policy =
    R"({"Version": "2012-10-17", "Statement": [{"Sid": "PublicRead", "Effect": "Allow", "Principal": "*",
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::pics/*"}]})";
constexpr std::string_view distribution = "arn:aws:cloudfront::000000000000:distribution/E1";

std::string block_of(bool acls, bool ignore, bool policy, bool restricted) {
  const auto word = [](bool is_set) { return is_set ? "true" : "false"; };
  return fmt::format(
      "<PublicAccessBlockConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><BlockPublicAcls>{}"
      "</BlockPublicAcls><IgnorePublicAcls>{}</IgnorePublicAcls><BlockPublicPolicy>{}</BlockPublicPolicy>"
      "<RestrictPublicBuckets>{}</RestrictPublicBuckets></PublicAccessBlockConfiguration>",
      word(acls), word(ignore), word(policy), word(restricted));
}

struct Pics : S3Host {
  Pics() {
    EXPECT_EQ(put("/pics", "").status, 200);
    EXPECT_EQ(put("/pics/private", "secret bytes").status, 200);
    EXPECT_EQ(put("/pics/public", "open bytes", {{"x-amz-acl", "public-read"}}).status, 200);
    add_key("AKIAEDGE", access::ServicePrincipal{});
  }
  std::string put_policy(std::string_view text) { return put("/pics?policy", std::string(text)).outcome(); }
  Got get_as(std::string key, std::string target, Headers headers = {}) {
    return send({.target = std::move(target), .headers = std::move(headers), .key = std::move(key)});
  }
  Got get_from_edge(std::string target, std::string_view source) {
    return get_as("AKIAEDGE", std::move(target),
                  {{"x-amz-source-arn", std::string(source)}, {"x-amz-source-account", std::string(account)}});
  }
};

TEST(S3Policy, IsKeptReadBackAndDeleted) {
  Pics host;
  EXPECT_EQ(host.get_signed("/pics?policy").outcome(), "404 NoSuchBucketPolicy");
  EXPECT_EQ(host.get_signed("/pics?policyStatus").outcome(), "404 NoSuchBucketPolicy");
  EXPECT_EQ(host.put_policy(public_read_policy), "204");
  EXPECT_EQ(host.get_signed("/pics?policy").body, public_read_policy);
  EXPECT_EQ(host.get_signed("/pics?policyStatus").element("IsPublic"), "true");
  EXPECT_EQ(host.send({.method = "DELETE", .target = "/pics?policy"}).status, 204);
  EXPECT_EQ(host.get_signed("/pics?policy").outcome(), "404 NoSuchBucketPolicy");
  EXPECT_EQ(host.send({.method = "DELETE", .target = "/pics?policy"}).status, 204);
}

TEST(S3Policy, LetsEverybodyReadWhereItSaysSo) {
  Pics host;
  EXPECT_EQ(host.get_anonymous("/pics/private").outcome(), "403 AccessDenied");
  EXPECT_EQ(host.put_policy(public_read_policy), "204");
  EXPECT_EQ(host.get_anonymous("/pics/private").body, "secret bytes");
  EXPECT_EQ(host.get_anonymous("/pics?list-type=2").outcome(), "403 AccessDenied");
  EXPECT_EQ(host.get_anonymous("/pics/none").outcome(), "403 AccessDenied") << "which keys there are is not told";
  EXPECT_EQ(host.send({.method = "DELETE", .target = "/pics/private", .is_signed = false}).status, 403);
}

TEST(S3Policy, FaultyOnesAreRefusedAndChangeNothing) {
  Pics host;
  EXPECT_EQ(host.put_policy(public_read_policy), "204");
  EXPECT_EQ(host.put_policy("no json"), "400 MalformedPolicy");
  EXPECT_EQ(host.put_policy(R"({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
                                "Resource": "arn:aws:s3:::other/*"}]})"),
            "400 MalformedPolicy");
  EXPECT_EQ(host.get_signed("/pics?policy").body, public_read_policy);
}

// OAC-2, OAC-4.
TEST(S3Policy, APrivateBucketIsOpenToTheEdgeOfTheNamedDistributionOnly) {
  Pics host;
  EXPECT_EQ(host.get_from_edge("/pics/private", distribution).outcome(), "403 AccessDenied");
  EXPECT_EQ(host.put_policy(fmt::format(
                R"({{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "s3:GetObject",
                    "Principal": {{"Service": "cloudfront.amazonaws.com"}}, "Resource": "arn:aws:s3:::pics/*",
                    "Condition": {{"StringEquals": {{"AWS:SourceArn": "{}"}}}}}}]}})",
                distribution)),
            "204");
  EXPECT_EQ(host.get_from_edge("/pics/private", distribution).body, "secret bytes");
  EXPECT_EQ(host.get_from_edge("/pics/private", "arn:aws:cloudfront::000000000000:distribution/E2").status, 403);
  EXPECT_EQ(host.get_as("AKIAEDGE", "/pics/private").outcome(), "403 AccessDenied") << "for no distribution";
  EXPECT_EQ(host.get_anonymous("/pics/private", {{"x-amz-source-arn", std::string(distribution)}}).status, 403);
  EXPECT_EQ(host.get_from_edge("/pics/none", distribution).outcome(), "403 AccessDenied");
  EXPECT_EQ(host.get_signed("/pics?policyStatus").element("IsPublic"), "false");
}

TEST(S3Policy, DenyHoldsForTheOwnerTooWhoCanStillRepairIt) {
  Pics host;
  EXPECT_EQ(host.put_policy(R"({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*",
                                "Action": "s3:*", "Resource": ["arn:aws:s3:::pics", "arn:aws:s3:::pics/*"]}]})"),
            "204");
  const Got got = host.get_signed("/pics/private");
  EXPECT_EQ(got.outcome(), "403 AccessDenied");
  EXPECT_TRUE(got.element("Message").contains("with an explicit deny in a resource-based policy"));
  EXPECT_EQ(host.get_anonymous("/pics/public").status, 403);
  EXPECT_EQ(host.send({.method = "DELETE", .target = "/pics?policy"}).status, 204);
  EXPECT_EQ(host.get_signed("/pics/private").status, 200);
}

TEST(S3Policy, UsersMayWhatTheirPoliciesSay) {
  Pics host;
  const access::User ann{.account_id = std::string(account), .name = "ann", .id = "AIDAANN"};
  host.add_key("AKIAANN", ann, {R"({"Version": "2012-10-17", "Statement": [
      {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::pics", "arn:aws:s3:::pics/*"]},
      {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::pics/home/${aws:username}/*"}]})"});
  EXPECT_EQ(host.get_as("AKIAANN", "/pics/private").body, "secret bytes");
  EXPECT_EQ(host.get_as("AKIAANN", "/pics/none").outcome(), "404 NoSuchKey") << "who may list is told";
  EXPECT_EQ(host.get_as("AKIAANN", "/pics?list-type=2").status, 200);
  EXPECT_EQ(host.get_as("AKIAANN", "/").outcome(), "403 AccessDenied");
  const auto put_as_ann = [&](std::string target, Headers headers = {}) {
    const bool is_copy = !headers.empty() && headers.front().first == "x-amz-copy-source";
    return host.send({.method = "PUT",
                      .target = std::move(target),
                      .headers = std::move(headers),
                      .body = is_copy ? "" : "x",
                      .key = "AKIAANN"});
  };
  EXPECT_EQ(put_as_ann("/pics/home/ann/a").status, 200);
  EXPECT_EQ(put_as_ann("/pics/home/ann/a", {{"x-amz-acl", "public-read"}}).outcome(), "403 AccessDenied")
      << "that is s3:PutObjectAcl";
  EXPECT_EQ(put_as_ann("/pics/home/bob/a").element("Message"),
            "User: arn:aws:iam::000000000000:user/ann is not authorized to perform: s3:PutObject on resource: "
            "&quot;arn:aws:s3:::pics/home/bob/a&quot; because no identity-based policy allows the s3:PutObject action");
  EXPECT_EQ(put_as_ann("/pics/home/ann/b", {{"x-amz-copy-source", "/pics/private"}}).status, 200);
  EXPECT_EQ(host.send({.method = "DELETE", .target = "/pics/home/ann/a", .key = "AKIAANN"}).status, 403);
  EXPECT_TRUE(
      host.refusals.back().contains("arn:aws:iam::000000000000:user/ann s3:DeleteObject on "
                                    "arn:aws:s3:::pics/home/ann/a: no identity policy allows it"))
      << host.refusals.back();
}

TEST(S3Policy, ACopyNeedsToReadItsSource) {
  Pics host;
  EXPECT_EQ(host.put("/other", "").status, 200);
  const access::User bob{.account_id = std::string(account), .name = "bob", .id = "AIDABOB"};
  host.add_key("AKIABOB", bob, {R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*",
                                    "Resource": "arn:aws:s3:::other/*"}})"});
  EXPECT_EQ(host.send({.method = "PUT",
                       .target = "/other/a",
                       .headers = {{"x-amz-copy-source", "/pics/private"}},
                       .key = "AKIABOB"})
                .outcome(),
            "403 AccessDenied");
}

TEST(S3Policy, ACopyDoesNotTellWhichKeysThereAre) {
  Pics host;
  const auto add = [&](std::string key, std::string name, std::string_view more) {
    const access::User user{.account_id = std::string(account), .name = name, .id = "AIDA" + name};
    host.add_key(std::move(key), user,
                 {fmt::format(R"({{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action":
                                  ["s3:GetObject", "s3:PutObject"{}], "Resource": "*"}}}})",
                              more)});
  };
  add("AKIABLIND", "blind", "");
  add("AKIASEEING", "seeing", R"(, "s3:ListBucket")");
  const auto copy_as = [&](std::string key, std::string source) {
    return host
        .send({.method = "PUT",
               .target = "/pics/copy",
               .headers = {{"x-amz-copy-source", std::move(source)}},
               .key = std::move(key)})
        .outcome();
  };
  EXPECT_EQ(copy_as("AKIABLIND", "/pics/private"), "200");
  EXPECT_EQ(copy_as("AKIABLIND", "/pics/none"), "403 AccessDenied");
  EXPECT_EQ(copy_as("AKIASEEING", "/pics/none"), "404 NoSuchKey");
  EXPECT_EQ(host.put("/pics?versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
                .status,
            200);
  EXPECT_EQ(host.send({.method = "DELETE", .target = "/pics/private"}).status, 204);
  EXPECT_EQ(copy_as("AKIABLIND", "/pics/private"), "403 AccessDenied") << "nor which there were";
  EXPECT_EQ(copy_as("AKIASEEING", "/pics/private"), "404 NoSuchKey");
}

TEST(S3Policy, AttributesAreToldToWhoMayReadBothThemAndTheObject) {
  Pics host;
  const auto get_as = [&](std::string_view actions, std::string target) {
    const access::User user{.account_id = std::string(account), .name = "ann", .id = "AIDAANN"};
    host.add_key("AKIAANN", user,
                 {fmt::format(R"({{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": [{}],
                                  "Resource": "*"}}}})",
                              actions)});
    return host.get_as("AKIAANN", std::move(target), {{"x-amz-object-attributes", "ETag"}}).outcome();
  };
  constexpr std::string_view both = R"("s3:GetObject", "s3:GetObjectAttributes")";
  EXPECT_EQ(get_as(both, "/pics/private?attributes"), "200");
  EXPECT_EQ(get_as(R"("s3:GetObject")", "/pics/private?attributes"), "403 AccessDenied");
  EXPECT_EQ(get_as(R"("s3:GetObjectAttributes")", "/pics/private?attributes"), "403 AccessDenied");
  EXPECT_EQ(get_as(both, "/pics/none?attributes"), "403 AccessDenied") << "which keys there are is not told";
  EXPECT_EQ(get_as(R"("s3:GetObject*", "s3:ListBucket")", "/pics/none?attributes"), "404 NoSuchKey");
  EXPECT_EQ(get_as(both, "/pics/private?attributes&versionId=null"), "403 AccessDenied");
  EXPECT_EQ(
      get_as(R"("s3:GetObjectVersion", "s3:GetObjectVersionAttributes")", "/pics/private?attributes&versionId=null"),
      "200");
  EXPECT_EQ(host.get_anonymous("/pics/public?attributes", {{"x-amz-object-attributes", "ETag"}}).outcome(),
            "403 AccessDenied")
      << "a list lets read, no more";
}

TEST(S3Policy, OfSeveralSubResourcesTheOneAnsweredIsTheOneJudged) {
  Pics host;
  const access::User ann{.account_id = std::string(account), .name = "ann", .id = "AIDAANN"};
  host.add_key("AKIAANN", ann, {R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
                                    "Action": "s3:GetAccelerateConfiguration", "Resource": "*"}})"});
  EXPECT_EQ(host.get_as("AKIAANN", "/pics?notification&accelerate").outcome(), "403 AccessDenied");
  EXPECT_TRUE(host.refusals.back().contains("s3:GetBucketNotification")) << host.refusals.back();
  const Got got = host.get_as("AKIAANN", "/pics?accelerate&notification");
  EXPECT_EQ(got.status, 200);
  EXPECT_TRUE(got.body.contains("<AccelerateConfiguration")) << got.body;
  EXPECT_EQ(host.get_as("AKIAANN", "/pics?retention&accelerate").outcome(), "501 NotImplemented");
  EXPECT_EQ(host.get_anonymous("/pics?retention&accelerate").outcome(), "403 AccessDenied");
}

TEST(S3Policy, OfDeletesOfManyKeysEachIsJudged) {
  Pics host;
  EXPECT_EQ(host.put_policy(R"({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*",
                                "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::pics/private"}]})"),
            "204");
  const std::string body = "<Delete><Object><Key>private</Key></Object><Object><Key>public</Key></Object></Delete>";
  const Got got = host.send({.method = "POST",
                             .target = "/pics?delete",
                             .headers = {{"Content-MD5", base64_of(digest_of(DigestKind::md5, body))}},
                             .body = body});
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.element("Code"), "AccessDenied");
  EXPECT_EQ(host.get_signed("/pics/private").status, 200);
  EXPECT_EQ(host.get_signed("/pics/public").status, 404);
}

TEST(S3PublicAccessBlock, IsKeptReadBackAndDeleted) {
  Pics host;
  EXPECT_EQ(host.get_signed("/pics?publicAccessBlock").outcome(), "404 NoSuchPublicAccessBlockConfiguration");
  EXPECT_EQ(host.put("/pics?publicAccessBlock", block_of(true, false, true, false)).status, 200);
  const Got got = host.get_signed("/pics?publicAccessBlock");
  EXPECT_EQ(got.element("BlockPublicAcls"), "true");
  EXPECT_EQ(got.element("IgnorePublicAcls"), "false");
  EXPECT_EQ(got.element("BlockPublicPolicy"), "true");
  EXPECT_EQ(got.element("RestrictPublicBuckets"), "false");
  EXPECT_EQ(host.send({.method = "DELETE", .target = "/pics?publicAccessBlock"}).status, 204);
  EXPECT_EQ(host.get_signed("/pics?publicAccessBlock").outcome(), "404 NoSuchPublicAccessBlockConfiguration");
}

TEST(S3PublicAccessBlock, EachSettingDoesItsPart) {
  Pics host;
  EXPECT_EQ(host.put("/pics?publicAccessBlock", block_of(true, false, false, false)).status, 200);
  EXPECT_EQ(host.put("/pics/a", "x", {{"x-amz-acl", "public-read"}}).outcome(), "403 AccessDenied");
  EXPECT_EQ(host.put("/pics/private?acl", "", {{"x-amz-acl", "public-read"}}).outcome(), "403 AccessDenied");
  EXPECT_EQ(host.put("/pics?acl", "", {{"x-amz-acl", "public-read"}}).outcome(), "403 AccessDenied");
  EXPECT_EQ(host.put("/pics/a", "x").status, 200);
  EXPECT_EQ(host.get_anonymous("/pics/public").status, 200) << "what was public stays so";

  EXPECT_EQ(host.put("/pics?publicAccessBlock", block_of(false, true, false, false)).status, 200);
  EXPECT_EQ(host.get_anonymous("/pics/public").status, 403);

  EXPECT_EQ(host.put("/pics?publicAccessBlock", block_of(false, false, true, false)).status, 200);
  EXPECT_EQ(host.put_policy(public_read_policy), "403 AccessDenied");

  EXPECT_EQ(host.put("/pics?publicAccessBlock", block_of(false, false, false, true)).status, 200);
  EXPECT_EQ(host.put_policy(public_read_policy), "204");
  EXPECT_EQ(host.get_anonymous("/pics/private").status, 403);
  EXPECT_EQ(host.get_from_edge("/pics/private", distribution).status, 200) << "services stay let in";
  EXPECT_EQ(host.get_signed("/pics/private").status, 200);
}

TEST(S3Ownership, EnforcedOwnersHaveNoLists) {
  Pics host;
  const auto controls = [](std::string_view ownership) {
    return fmt::format("<OwnershipControls><Rule><ObjectOwnership>{}</ObjectOwnership></Rule></OwnershipControls>",
                       ownership);
  };
  EXPECT_EQ(host.get_signed("/pics?ownershipControls").outcome(), "404 OwnershipControlsNotFoundError");
  EXPECT_EQ(host.put("/pics?ownershipControls", controls("Nobody")).outcome(), "400 MalformedXML");
  EXPECT_EQ(host.put("/pics?ownershipControls", controls("BucketOwnerEnforced")).status, 200);
  EXPECT_EQ(host.get_signed("/pics?ownershipControls").element("ObjectOwnership"), "BucketOwnerEnforced");
  EXPECT_EQ(host.get_anonymous("/pics/public").status, 403);
  EXPECT_EQ(host.put("/pics/a", "x", {{"x-amz-acl", "public-read"}}).outcome(), "400 AccessControlListNotSupported");
  EXPECT_EQ(host.put("/pics/a", "x", {{"x-amz-acl", "bucket-owner-full-control"}}).status, 200);
  EXPECT_EQ(host.put("/pics/public?acl", "", {{"x-amz-acl", "private"}}).outcome(),
            "400 AccessControlListNotSupported");
  EXPECT_EQ(host.send({.method = "DELETE", .target = "/pics?ownershipControls"}).status, 204);
  EXPECT_EQ(host.get_anonymous("/pics/public").status, 200);
}

}  // namespace
}  // namespace gust::bucket
