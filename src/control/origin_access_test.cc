#include "control/origin_access.h"

#include "control/control_test_internal.h"

namespace gust::control {
namespace {

constexpr std::string_view identities = "/2020-05-31/origin-access-identity/cloudfront";
constexpr std::string_view controls = "/2020-05-31/origin-access-control";

class OriginAccessTest : public ControlTest {
 protected:
  void SetUp() override { start(); }

  static std::string control_config(std::string_view name, std::string_view behavior = "always",
                                    std::string_view type = "s3") {
    return fmt::format(
        "<OriginAccessControlConfig xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Name>{}</Name>"
        "<SigningProtocol>sigv4</SigningProtocol><SigningBehavior>{}</SigningBehavior>"
        "<OriginAccessControlOriginType>{}</OriginAccessControlOriginType></OriginAccessControlConfig>",
        name, behavior, type);
  }
  static std::string identity_config(std::string_view reference, std::string_view comment = "") {
    return fmt::format(
        "<CloudFrontOriginAccessIdentityConfig><CallerReference>{}</CallerReference><Comment>{}</Comment>"
        "</CloudFrontOriginAccessIdentityConfig>",
        reference, comment);
  }
  // A distribution over a bucket.
  static std::string bucket_config(std::string_view reference, std::string_view identity, std::string_view control,
                                   std::string_view domain = "b.s3.amazonaws.com") {
    std::string config = small_config(reference);
    const std::size_t begin = config.find("<CustomOriginConfig>");
    const std::size_t end = config.find("</CustomOriginConfig>") + 21;
    config.replace(begin, end - begin,
                   fmt::format("<S3OriginConfig><OriginAccessIdentity>{}</OriginAccessIdentity></S3OriginConfig>"
                               "<OriginAccessControlId>{}</OriginAccessControlId>",
                               identity, control));
    const std::size_t name = config.find("<DomainName>") + 12;
    return config.replace(name, config.find("</DomainName>") - name, domain);
  }

  Reply make_control(std::string_view name, std::string_view behavior = "always") {
    return send("POST", std::string(controls), control_config(name, behavior));
  }
  Reply make_identity(std::string_view reference, std::string_view comment = "") {
    return send("POST", std::string(identities), identity_config(reference, comment));
  }
  Reply put(std::string_view kind, std::string_view id, std::string body, const std::string& etag) {
    return send("PUT", fmt::format("{}/{}/config", kind, id), std::move(body), {{"If-Match", etag}});
  }
  Reply remove(std::string_view kind, std::string_view id, const std::string& etag) {
    return send("DELETE", fmt::format("{}/{}", kind, id), "", {{"If-Match", etag}});
  }
  const config::Origin& origin_in_force() { return delivery.published.back()->distributions()[0].origins.at(0); }
};

TEST_F(OriginAccessTest, AControlIsCreatedReadListedUpdatedAndDeleted) {
  const Reply made = make_control("mine");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id = made.element("Id");
  EXPECT_EQ(id.size(), 14U);
  EXPECT_EQ(made.header("Location"), "https://cloudfront.amazonaws.com/2020-05-31/origin-access-control/" + id);
  EXPECT_TRUE(made.has("<Description></Description>") || made.has("<Description/>")) << made.body;
  const Reply got = send("GET", fmt::format("{}/{}", controls, id));
  EXPECT_EQ(got.body, made.body);
  EXPECT_EQ(got.header("ETag"), made.header("ETag"));
  const Reply config = send("GET", fmt::format("{}/{}/config", controls, id));
  EXPECT_EQ(put(controls, id, config.body, "E0123456789ABC").error(), "412 PreconditionFailed");
  const Reply updated = put(controls, id, control_config("mine", "no-override"), made.header("ETag"));
  EXPECT_EQ(updated.status, 200) << updated.body;
  EXPECT_EQ(updated.element("SigningBehavior"), "no-override");
  const Reply list = send("GET", std::string(controls));
  EXPECT_TRUE(list.has("<IsTruncated>false</IsTruncated><Quantity>1</Quantity>")) << list.body;
  EXPECT_EQ(list.element("SigningBehavior"), "no-override");
  EXPECT_EQ(send("DELETE", fmt::format("{}/{}", controls, id)).error(), "400 InvalidIfMatchVersion");
  EXPECT_EQ(remove(controls, id, updated.header("ETag")).status, 204);
  EXPECT_EQ(send("GET", fmt::format("{}/{}", controls, id)).error(), "404 NoSuchOriginAccessControl");
}

TEST_F(OriginAccessTest, TheNameOfAControlStandsOnce) {
  const Reply made = make_control("mine");
  EXPECT_EQ(make_control("mine").error(), "409 OriginAccessControlAlreadyExists");
  const Reply other = make_control("other");
  EXPECT_EQ(put(controls, other.element("Id"), control_config("mine"), other.header("ETag")).error(),
            "409 OriginAccessControlAlreadyExists");
}

TEST_F(OriginAccessTest, Oac1OnlyS3AndSigV4AndLengthsAreChecked) {
  EXPECT_EQ(make_control("").error(), "400 InvalidArgument");
  EXPECT_EQ(make_control(std::string(65, 'n')).error(), "400 InvalidArgument");
  EXPECT_EQ(make_control("mine", "sometimes").status, 400);
  EXPECT_EQ(send("POST", std::string(controls), control_config("mine", "always", "mediastore")).status, 400);
  EXPECT_TRUE(documents().empty());
}

TEST_F(OriginAccessTest, ListsOfControlsArePaged) {
  for (const std::string_view name : {"a", "b", "c"}) make_control(name);
  const Reply first = send("GET", fmt::format("{}?MaxItems=2", controls));
  EXPECT_TRUE(first.has("<IsTruncated>true</IsTruncated><Quantity>2</Quantity>")) << first.body;
  const Reply second = send("GET", fmt::format("{}?MaxItems=2&Marker={}", controls, first.element("NextMarker")));
  EXPECT_TRUE(second.has("<IsTruncated>false</IsTruncated><Quantity>1</Quantity>")) << second.body;
  EXPECT_EQ(second.element("Marker"), first.element("NextMarker"));
}

TEST_F(OriginAccessTest, ADistributionNamesAControlThatIsThere) {
  EXPECT_EQ(create(bucket_config("r1", "", "E0123456789ABC")).error(), "400 InvalidOriginAccessControl");
  const Reply made = make_control("mine");
  const std::string id = made.element("Id");
  const Reply distribution = create(bucket_config("r1", "", id));
  ASSERT_EQ(distribution.status, 201) << distribution.body;
  settle();
  ASSERT_TRUE(origin_in_force().access);
  EXPECT_EQ(origin_in_force().access->id, id);
  EXPECT_FALSE(origin_in_force().access->prefers_viewers);
  const Reply refused = remove(controls, id, made.header("ETag"));
  EXPECT_EQ(refused.error(), "409 OriginAccessControlInUse");
  EXPECT_TRUE(refused.has(distribution.element("Id"))) << refused.body;
}

TEST_F(OriginAccessTest, AnUpdateOfAControlReachesTheNodesAndStatusTellsSo) {
  const Reply made = make_control("mine");
  const std::string id = made.element("Id");
  const std::string distribution = create(bucket_config("r1", "", id)).element("Id");
  settle();
  delivery.is_held = true;
  const Reply updated = put(controls, id, control_config("mine", "no-override"), made.header("ETag"));
  settle();
  EXPECT_EQ(get(distribution).element("Status"), "InProgress");
  delivery.release();
  settle();
  EXPECT_EQ(get(distribution).element("Status"), "Deployed");
  EXPECT_TRUE(origin_in_force().access->prefers_viewers);
  put(controls, id, control_config("mine", "never"), updated.header("ETag"));
  settle();
  EXPECT_FALSE(origin_in_force().access);
  EXPECT_TRUE(restart().empty());
}

TEST_F(OriginAccessTest, Oac3NotBothAndNotForWebsites) {
  const std::string control = make_control("mine").element("Id");
  const std::string identity = "origin-access-identity/cloudfront/" + make_identity("r").element("Id");
  EXPECT_EQ(create(bucket_config("r1", identity, control)).error(), "400 IllegalOriginAccessConfiguration");
  std::string website = small_config("r1");
  const std::size_t name = website.find("<DomainName>") + 12;
  website.replace(name, website.find("</DomainName>") - name, "b.s3-website-us-east-1.amazonaws.com");
  website.insert(website.find("</CustomOriginConfig>") + 21,
                 "<OriginAccessControlId>" + control + "</OriginAccessControlId>");
  EXPECT_EQ(create(website).error(), "400 InvalidDomainNameForOriginAccessControl");
}

TEST_F(OriginAccessTest, AnIdentityIsCreatedReadListedUpdatedAndDeleted) {
  const Reply made = make_identity("r1", "mine");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id = made.element("Id");
  EXPECT_EQ(made.header("Location"),
            "https://cloudfront.amazonaws.com/2020-05-31/origin-access-identity/cloudfront/" + id);
  EXPECT_EQ(made.element("S3CanonicalUserId").size(), 96U);
  EXPECT_EQ(send("GET", fmt::format("{}/{}", identities, id)).body, made.body);
  EXPECT_EQ(put(identities, id, identity_config("r2", "mine"), made.header("ETag")).error(), "400 IllegalUpdate");
  const Reply updated = put(identities, id, identity_config("r1", "ours"), made.header("ETag"));
  EXPECT_EQ(updated.element("Comment"), "ours") << updated.body;
  EXPECT_EQ(send("GET", fmt::format("{}/{}/config", identities, id)).header("ETag"), updated.header("ETag"));
  const Reply list = send("GET", std::string(identities));
  EXPECT_TRUE(list.has("<Quantity>1</Quantity>")) << list.body;
  EXPECT_EQ(list.element("S3CanonicalUserId"), made.element("S3CanonicalUserId"));
  EXPECT_EQ(remove(identities, id, updated.header("ETag")).status, 204);
  EXPECT_EQ(send("GET", fmt::format("{}/{}", identities, id)).error(), "404 NoSuchCloudFrontOriginAccessIdentity");
}

TEST_F(OriginAccessTest, AReferenceGivesTheFirstAnswerAgainOrIsTaken) {
  const Reply made = make_identity("r1", "mine");
  const Reply again = make_identity("r1", "mine");
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, made.body);
  EXPECT_EQ(again.header("ETag"), made.header("ETag"));
  EXPECT_EQ(make_identity("r1", "other").error(), "409 CloudFrontOriginAccessIdentityAlreadyExists");
  EXPECT_EQ(make_identity("").error(), "400 InvalidArgument");
  EXPECT_TRUE(send("GET", std::string(identities)).has("<Quantity>1</Quantity>"));
}

TEST_F(OriginAccessTest, ADistributionNamesAnIdentityByItsPath) {
  const Reply made = make_identity("r1");
  const std::string id = made.element("Id");
  EXPECT_EQ(create(bucket_config("r1", id, "")).error(), "400 InvalidOriginAccessIdentity");
  EXPECT_EQ(create(bucket_config("r1", "origin-access-identity/cloudfront/E0", "")).error(),
            "400 InvalidOriginAccessIdentity");
  ASSERT_EQ(create(bucket_config("r1", "origin-access-identity/cloudfront/" + id, "")).status, 201);
  settle();
  ASSERT_TRUE(origin_in_force().access);
  EXPECT_EQ(origin_in_force().access->kind, config::OriginAccess::Kind::identity);
  EXPECT_EQ(origin_in_force().access->id, id);
  EXPECT_EQ(remove(identities, id, made.header("ETag")).error(), "409 CloudFrontOriginAccessIdentityInUse");
}

class FewOriginAccess : public OriginAccessTest {
 protected:
  FewOriginAccess() {
    stop();
    quotas.origin_access_controls = 1;
    quotas.origin_access_identities = 1;
    ControlTest::make_control();
  }
};

TEST_F(FewOriginAccess, TooManyAreRefused) {
  make_control("a");
  EXPECT_EQ(make_control("b").error(), "400 TooManyOriginAccessControls");
  make_identity("a");
  EXPECT_EQ(make_identity("b").error(), "400 TooManyCloudFrontOriginAccessIdentities");
  EXPECT_EQ(make_identity("a").status, 201);
}

}  // namespace
}  // namespace gust::control
