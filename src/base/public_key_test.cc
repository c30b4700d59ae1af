#include "base/public_key.h"

#include <gtest/gtest.h>

#include <string>

namespace gust {
namespace {

// Made by `openssl genrsa` and `openssl ecparam` for this test; nobody has kept the private halves.
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
constexpr std::string_view p256 =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqqe6QPpkZAcuzQqCAcl/6hYjJy3N\n"
    "2hQbGV8E+8qbQaUW6FMnXiom/HFi+l7Pd/jhv7AI/1OlXlqWA+8hh02e2w==\n"
    "-----END PUBLIC KEY-----\n";
constexpr std::string_view p384 =
    "-----BEGIN PUBLIC KEY-----\n"
    "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAESJ/GjTkilPxuislxfRgA6AdGE376EXGF\n"
    "el3fKGT5UUzMaN9iRIC5PbGyXbB7xcrcnpPfTKkNFLudXH1wBOEI/9gaIkGd1AOg\n"
    "T+WlIIHHnGSzTp0jL8n0xEDdWImAqN+H\n"
    "-----END PUBLIC KEY-----\n";

TEST(PublicKey, RsaKeysHaveTheirLength) {
  const auto facts = read_public_key(rsa_2048);
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->kind, PublicKeyKind::rsa);
  EXPECT_EQ(facts->bits, 2048);
}

TEST(PublicKey, EllipticKeysTellTheirCurve) {
  const auto good = read_public_key(p256);
  ASSERT_TRUE(good);
  EXPECT_EQ(good->kind, PublicKeyKind::ecdsa);
  EXPECT_TRUE(good->is_p256);
  const auto other = read_public_key(p384);
  ASSERT_TRUE(other);
  EXPECT_FALSE(other->is_p256);
  EXPECT_EQ(other->bits, 384);
}

TEST(PublicKey, WhiteSpaceAroundItIsNothing) { EXPECT_TRUE(read_public_key("\r\n " + std::string(p256) + "\n\n")); }

TEST(PublicKey, WhatIsNoPublicKeyIsNone) {
  EXPECT_FALSE(read_public_key(""));
  EXPECT_FALSE(read_public_key("-----BEGIN PUBLIC KEY-----"));
  EXPECT_FALSE(read_public_key("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"));
  EXPECT_FALSE(read_public_key("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"));
  EXPECT_FALSE(read_public_key(std::string(p256) + std::string(p256)));
  EXPECT_FALSE(read_public_key("ssh-rsa AAAA"));
  EXPECT_FALSE(read_public_key(std::string(100'000, 'a')));
}

}  // namespace
}  // namespace gust
