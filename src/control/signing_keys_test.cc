#include "control/signing_keys.h"

#include "control/control_test_internal.h"

namespace gust::control {
namespace {

constexpr std::string_view keys = "/2020-05-31/public-key";
constexpr std::string_view groups = "/2020-05-31/key-group";

// Made by openssl for this test; nobody has kept the private halves.
constexpr std::string_view p256 =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqqe6QPpkZAcuzQqCAcl/6hYjJy3N\n"
    "2hQbGV8E+8qbQaUW6FMnXiom/HFi+l7Pd/jhv7AI/1OlXlqWA+8hh02e2w==\n"
    "-----END PUBLIC KEY-----\n";
constexpr std::string_view rsa_2048 =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAormbojw6ZNUudGIeDeFi\n"
    "wcCWZkCpPK1Cr9rFemfJBeFetp3Yka+rxha4CqxMSFGzjKSuEwV4kynfx9+EappJ\n"
    "OBE3G9xRh/4BKXmyjOj7vjgXHp+PaxQY45FovjnhNkwOAEzdOZIQndBg8kYkzztp\n"
    "NGtFkCpmay1aD2c803Zpi8lvawkTWWUtGa2Wh9pOoMfrleAeUqo6M66JqYotvlBT\n"
    "KtTSPJvU06zTco1qCLsGV2rfe2I2Qj9W5J7KILCes0wtRNEt5fSutK6cMXocF2kq\n"
    "tsbaxwbdy6LWYJiu8NPd3D5dbZisc6ZplgUrzggPVO55P0euALmwFcpacrTObIOy\n"
    "oQIDAQAB\n"
    "-----END PUBLIC KEY-----\n";
constexpr std::string_view rsa_1024 =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCnJOqLEXAi38CrctMsBelpVc75\n"
    "JtidF8N/M/Quot7M1AWcxn4WWRDiNuyj1nmvVkEVZTJTmR3f0X2HWjpBb+sCH4UH\n"
    "PORxPAzWHKEYgKuuplnWHFMdhjXpnVRgdG2Jy1l4J4I1x7TULCrb/JG+PFq39AQe\n"
    "cK/bBjjSKguJ0sQEuQIDAQAB\n"
    "-----END PUBLIC KEY-----\n";
constexpr std::string_view p384 =
    "-----BEGIN PUBLIC KEY-----\n"
    "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAESJ/GjTkilPxuislxfRgA6AdGE376EXGF\n"
    "el3fKGT5UUzMaN9iRIC5PbGyXbB7xcrcnpPfTKkNFLudXH1wBOEI/9gaIkGd1AOg\n"
    "T+WlIIHHnGSzTp0jL8n0xEDdWImAqN+H\n"
    "-----END PUBLIC KEY-----\n";

class SigningKeysTest : public ControlTest {
 protected:
  void SetUp() override { start(); }

  static std::string key_config(std::string_view name, std::string_view pem = p256, std::string_view comment = "") {
    return fmt::format(
        "<PublicKeyConfig xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><CallerReference>ref-{}"
        "</CallerReference><Name>{}</Name><EncodedKey>{}</EncodedKey><Comment>{}</Comment></PublicKeyConfig>",
        name, name, pem, comment);
  }
  static std::string group_config(std::string_view name, const std::vector<std::string>& ids) {
    std::string items;
    for (const std::string& id : ids) items += fmt::format("<PublicKey>{}</PublicKey>", id);
    return fmt::format("<KeyGroupConfig><Name>{}</Name><Items>{}</Items></KeyGroupConfig>", name, items);
  }
  Reply make_key(std::string_view name, std::string_view pem = p256) {
    return send("POST", std::string(keys), key_config(name, pem));
  }
  Reply make_group(std::string_view name, const std::vector<std::string>& ids) {
    return send("POST", std::string(groups), group_config(name, ids));
  }
  Reply remove(std::string_view kind, std::string_view id, const std::string& etag) {
    return send("DELETE", fmt::format("{}/{}", kind, id), "", {{"If-Match", etag}});
  }
};

TEST_F(SigningKeysTest, AKeyIsCreatedReadListedUpdatedAndDeleted) {
  const Reply made = make_key("mine");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id = made.element("Id");
  EXPECT_TRUE(id.starts_with('K')) << id;
  EXPECT_EQ(made.header("Location"), "https://cloudfront.amazonaws.com/2020-05-31/public-key/" + id);
  std::string encoded = made.element("EncodedKey");
  for (std::size_t at = 0; (at = encoded.find("&#10;", at)) != std::string::npos;) encoded.replace(at, 5, "\n");
  EXPECT_EQ(encoded, p256);
  const Reply got = send("GET", fmt::format("{}/{}", keys, id));
  EXPECT_EQ(got.body, made.body);
  const auto put = [&](std::string body) {
    return send("PUT", fmt::format("{}/{}/config", keys, id), std::move(body), {{"If-Match", made.header("ETag")}});
  };
  EXPECT_EQ(put(key_config("mine", rsa_2048)).error(), "400 CannotChangeImmutablePublicKeyFields");
  EXPECT_EQ(put(key_config("other")).error(), "400 CannotChangeImmutablePublicKeyFields");
  const Reply updated = put(key_config("mine", p256, "ours"));
  EXPECT_EQ(updated.element("Comment"), "ours") << updated.body;
  EXPECT_EQ(updated.element("CreatedTime"), made.element("CreatedTime"));
  const Reply list = send("GET", std::string(keys));
  EXPECT_TRUE(list.has("<MaxItems>100</MaxItems><Quantity>1</Quantity>")) << list.body;
  EXPECT_EQ(remove(keys, id, updated.header("ETag")).status, 204);
  EXPECT_EQ(send("GET", fmt::format("{}/{}/config", keys, id)).error(), "404 NoSuchPublicKey");
}

TEST_F(SigningKeysTest, OnlyRsa2048AndP256AreTaken) {
  EXPECT_EQ(make_key("rsa", rsa_2048).status, 201);
  for (const std::string_view pem : {rsa_1024, p384, std::string_view("nonsense"), std::string_view("")}) {
    EXPECT_EQ(make_key("bad", pem).error(), "400 InvalidArgument") << pem;
  }
}

TEST_F(SigningKeysTest, NameAndReferenceOfAKeyStandOnce) {
  make_key("mine");
  EXPECT_EQ(make_key("mine").error(), "409 PublicKeyAlreadyExists");
  EXPECT_EQ(make_key("not a name").error(), "400 InvalidArgument");
}

TEST_F(SigningKeysTest, AGroupIsCreatedReadListedUpdatedAndDeleted) {
  const std::string one = make_key("one").element("Id");
  const std::string two = make_key("two").element("Id");
  const Reply made = make_group("mine", {one});
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id = made.element("Id");
  EXPECT_EQ(id.size(), 36U);
  EXPECT_TRUE(made.has("<Items><PublicKey>" + one + "</PublicKey></Items>")) << made.body;
  EXPECT_EQ(send("GET", fmt::format("{}/{}", groups, id)).body, made.body);
  const Reply updated =
      send("PUT", fmt::format("{}/{}", groups, id), group_config("mine", {two}), {{"If-Match", made.header("ETag")}});
  EXPECT_EQ(updated.element("PublicKey"), two) << updated.body;
  EXPECT_EQ(send("GET", fmt::format("{}/{}/config", groups, id)).header("ETag"), updated.header("ETag"));
  make_group("other", {one});
  const Reply page = send("GET", fmt::format("{}?MaxItems=1", groups));
  EXPECT_TRUE(page.has("<Quantity>1</Quantity>")) << page.body;
  EXPECT_TRUE(
      send("GET", fmt::format("{}?Marker={}", groups, page.element("NextMarker"))).has("<Quantity>1</Quantity>"));
  EXPECT_TRUE(send("GET", "/2020-05-31/distributionsByKeyGroupId/" + id).has("<Quantity>0</Quantity>"));
  EXPECT_EQ(send("GET", "/2020-05-31/distributionsByKeyGroupId/none").error(), "404 NoSuchResource");
  EXPECT_EQ(remove(groups, id, updated.header("ETag")).status, 204);
  EXPECT_EQ(send("GET", fmt::format("{}/{}", groups, id)).error(), "404 NoSuchResource");
}

TEST_F(SigningKeysTest, TheKeysOfAGroupAreThereOnceAndFew) {
  const std::string one = make_key("one").element("Id");
  EXPECT_EQ(make_group("mine", {}).error(), "400 InvalidArgument");
  EXPECT_EQ(make_group("mine", {"K0000000000000"}).error(), "400 InvalidArgument");
  EXPECT_EQ(make_group("mine", {"a/b"}).error(), "400 InvalidArgument");
  EXPECT_EQ(make_group("mine", {one, one}).error(), "400 InvalidArgument");
  EXPECT_EQ(make_group("mine", {"a", "b", "c", "d", "e", "f"}).error(), "400 TooManyPublicKeysInKeyGroup");
  EXPECT_EQ(make_group("mine", {one}).status, 201);
  EXPECT_EQ(make_group("mine", {one}).error(), "409 KeyGroupAlreadyExists");
}

TEST_F(SigningKeysTest, AKeyOfAGroupIsNotDeleted) {
  const Reply key = make_key("one");
  const Reply group = make_group("mine", {key.element("Id")});
  const Reply refused = remove(keys, key.element("Id"), key.header("ETag"));
  EXPECT_EQ(refused.error(), "409 PublicKeyInUse");
  EXPECT_TRUE(refused.has(group.element("Id"))) << refused.body;
  remove(groups, group.element("Id"), group.header("ETag"));
  EXPECT_EQ(remove(keys, key.element("Id"), key.header("ETag")).status, 204);
}

TEST_F(SigningKeysTest, ABehaviorCannotTrustAGroupUntilSignedUrlsAreChecked) {
  const std::string group = make_group("mine", {make_key("one").element("Id")}).element("Id");
  std::string config = small_config("r1");
  config.insert(config.find(small_behavior) + small_behavior.size(),
                fmt::format("<TrustedKeyGroups><Enabled>true</Enabled><Quantity>1</Quantity><Items><KeyGroup>{}"
                            "</KeyGroup></Items></TrustedKeyGroups>",
                            group));
  const Reply refused = create(config);
  EXPECT_EQ(refused.error(), "400 InvalidArgument");
  EXPECT_TRUE(refused.has("signed URLs and cookies are not checked yet")) << refused.body;
}

class FewSigningKeys : public SigningKeysTest {
 protected:
  FewSigningKeys() {
    stop();
    quotas.public_keys = 1;
    quotas.key_groups = 1;
    make_control();
  }
};

TEST_F(FewSigningKeys, TooManyAreRefused) {
  const std::string one = make_key("one").element("Id");
  EXPECT_EQ(make_key("two").error(), "400 TooManyPublicKeys");
  make_group("a", {one});
  EXPECT_EQ(make_group("b", {one}).error(), "400 TooManyKeyGroups");
}

}  // namespace
}  // namespace gust::control
