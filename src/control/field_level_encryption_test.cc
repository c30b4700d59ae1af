#include "control/field_level_encryption.h"

#include "aws/shapes.h"
#include "control/control_test_internal.h"

namespace gust::control {
namespace {

namespace model = aws::cloudfront;

class FieldLevelEncryptionTest : public ControlTest {
 protected:
  void SetUp() override {
    start();
    model::PublicKey key;
    key.id = "K1";
    overwrite({"cloudfront/public-key/K1", aws::to_json(key), config::absent});
  }

  static std::string profile(std::string_view name, std::string_view patterns = "<FieldPattern>card*</FieldPattern>",
                             int count = 1, std::string_view key = "K1") {
    return fmt::format(
        "<FieldLevelEncryptionProfileConfig><Name>{}</Name><CallerReference>ref-{}</"
        "CallerReference><EncryptionEntities>"
        "<Quantity>1</Quantity><Items><EncryptionEntity><PublicKeyId>{}</PublicKeyId><ProviderId>p</ProviderId>"
        "<FieldPatterns><Quantity>{}</Quantity><Items>{}</Items></FieldPatterns></EncryptionEntity></Items>"
        "</EncryptionEntities></FieldLevelEncryptionProfileConfig>",
        name, name, key, count, patterns);
  }
  static std::string config(std::string_view reference, std::string_view profile_id,
                            std::string_view content_type = "application/x-www-form-urlencoded") {
    return fmt::format(
        "<FieldLevelEncryptionConfig><CallerReference>{}</CallerReference><QueryArgProfileConfig>"
        "<ForwardWhenQueryArgProfileIsUnknown>true</ForwardWhenQueryArgProfileIsUnknown><QueryArgProfiles><Quantity>1"
        "</Quantity><Items><QueryArgProfile><QueryArg>fle</QueryArg><ProfileId>{}</ProfileId></QueryArgProfile></Items>"
        "</QueryArgProfiles></QueryArgProfileConfig><ContentTypeProfileConfig><ForwardWhenContentTypeIsUnknown>true"
        "</ForwardWhenContentTypeIsUnknown><ContentTypeProfiles><Quantity>1</Quantity><Items><ContentTypeProfile>"
        "<Format>URLEncoded</Format><ContentType>{}</ContentType></ContentTypeProfile></Items></ContentTypeProfiles>"
        "</ContentTypeProfileConfig></FieldLevelEncryptionConfig>",
        reference, profile_id, content_type);
  }
  Reply post_profile(const std::string& body) {
    return send("POST", "/2020-05-31/field-level-encryption-profile", body);
  }
  Reply post_config(const std::string& body) { return send("POST", "/2020-05-31/field-level-encryption", body); }
  Reply remove(std::string_view place, const std::string& etag) {
    return send("DELETE", fmt::format("/2020-05-31/{}", place), "", {{"If-Match", etag}});
  }
};

TEST_F(FieldLevelEncryptionTest, AProfileIsThereForAConfigurationAndNotDeletedBeforeIt) {
  const Reply made = post_profile(profile("cards"));
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id = made.element("Id");
  EXPECT_EQ(made.header("Location"),
            "https://cloudfront.amazonaws.com/2020-05-31/field-level-encryption-profile/" + id);
  const Reply used = post_config(config("r1", id));
  ASSERT_EQ(used.status, 201) << used.body;
  EXPECT_EQ(remove("field-level-encryption-profile/" + id, made.header("ETag")).error(),
            "409 FieldLevelEncryptionProfileInUse");
  EXPECT_EQ(remove("field-level-encryption/" + used.element("Id"), used.header("ETag")).status, 204);
  EXPECT_EQ(remove("field-level-encryption-profile/" + id, made.header("ETag")).status, 204);
  EXPECT_EQ(post_config(config("r1", id)).error(), "404 NoSuchFieldLevelEncryptionProfile");
}

TEST_F(FieldLevelEncryptionTest, Api3TheSameReferenceAndContentGiveTheFirstAnswer) {
  const Reply made = post_profile(profile("cards"));
  const Reply again = post_profile(profile("cards"));
  EXPECT_EQ(again.element("Id"), made.element("Id"));
  EXPECT_EQ(again.header("ETag"), made.header("ETag"));
  EXPECT_EQ(post_profile(profile("cards", "<FieldPattern>other</FieldPattern>")).error(),
            "409 FieldLevelEncryptionProfileAlreadyExists");
  const std::string id = made.element("Id");
  EXPECT_EQ(post_config(config("r1", id)).element("Id"), post_config(config("r1", id)).element("Id"));
}

TEST_F(FieldLevelEncryptionTest, OneThatABehaviourNamesIsInUse) {
  const Reply made = post_config(config("r1", post_profile(profile("cards")).element("Id")));
  // No client can do so yet.
  config::Document document = documents("cloudfront/config/distribution/" + create_deployed()).at(0);
  const std::string none = R"("FieldLevelEncryptionId":"")";
  ASSERT_NE(document.value.find(none), std::string::npos);
  document.value.replace(document.value.find(none), none.size(),
                         fmt::format(R"("FieldLevelEncryptionId":"{}")", made.element("Id")));
  overwrite(document);
  EXPECT_EQ(remove("field-level-encryption/" + made.element("Id"), made.header("ETag")).error(),
            "409 FieldLevelEncryptionConfigInUse");
}

TEST_F(FieldLevelEncryptionTest, AProfileNamesPublicKeysThatAreThere) {
  EXPECT_EQ(post_profile(profile("none", "<FieldPattern>card</FieldPattern>", 1, "K2")).error(), "404 NoSuchPublicKey");
  const Reply made = post_profile(profile("cards"));
  const std::string place = "/2020-05-31/field-level-encryption-profile/" + made.element("Id") + "/config";
  EXPECT_EQ(send("PUT", place, profile("cards", "<FieldPattern>card</FieldPattern>", 1, "K2"),
                 {{"If-Match", made.header("ETag")}})
                .error(),
            "404 NoSuchPublicKey");
}

TEST_F(FieldLevelEncryptionTest, APublicKeyThatAProfileNamesIsInUse) {
  post_profile(profile("cards"));
  const std::string etag = send("GET", "/2020-05-31/public-key/K1").header("ETag");
  const Reply refused = remove("public-key/K1", etag);
  EXPECT_EQ(refused.error(), "409 PublicKeyInUse");
  EXPECT_TRUE(refused.has("the field-level encryption profile P")) << refused.body;
}

TEST_F(FieldLevelEncryptionTest, WhatIsWrongHasItsCode) {
  EXPECT_EQ(post_profile(profile("a", "<FieldPattern>card</FieldPattern>", 2)).error(), "400 InconsistentQuantities");
  EXPECT_EQ(post_profile(profile("a", "<FieldPattern>no spaces</FieldPattern>")).error(), "400 InvalidArgument");
  EXPECT_EQ(post_profile(profile("a", "<FieldPattern>ABC*</FieldPattern><FieldPattern>AB*</FieldPattern>", 2)).error(),
            "400 InvalidArgument");
  std::string many;
  for (int i = 0; i < 11; ++i) many += fmt::format("<FieldPattern>f{}x</FieldPattern>", i);
  EXPECT_EQ(post_profile(profile("a", many, 11)).error(), "400 TooManyFieldLevelEncryptionFieldPatterns");
  EXPECT_EQ(post_config(config("r1", "")).error(), "400 QueryArgProfileEmpty");
  EXPECT_EQ(post_config(config("r1", "P0")).error(), "404 NoSuchFieldLevelEncryptionProfile");
  const std::string id = post_profile(profile("cards")).element("Id");
  EXPECT_EQ(post_config(config("r1", id, "text/plain")).error(), "400 InvalidArgument");
}

}  // namespace
}  // namespace gust::control
