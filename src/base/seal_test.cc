#include "base/seal.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace gust {
namespace {

const std::string key(Seal::key_bytes, 'k');
const std::string nonce(Seal::nonce_bytes, 'n');

TEST(Seal, OpensWhatItClosed) {
  const Seal seal(key);
  const auto sealed = seal.close("AKIAONE", "a secret", nonce);
  ASSERT_TRUE(sealed.has_value());
  EXPECT_FALSE(bytes_of_base64(*sealed)->contains("a secret"));
  EXPECT_EQ(seal.open("AKIAONE", *sealed), "a secret");
}

TEST(Seal, OpensNothingUnderAnotherNameOrKeyOrWithAChangedByte) {
  const Seal seal(key);
  const std::string sealed = *seal.close("AKIAONE", "a secret", nonce);
  EXPECT_EQ(seal.open("AKIATWO", sealed).error().code, Errc::corrupt);
  EXPECT_EQ(Seal(std::string(Seal::key_bytes, 'x')).open("AKIAONE", sealed).error().code, Errc::corrupt);
  const std::string bytes = *bytes_of_base64(sealed);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(seal.open("AKIAONE", base64_of(changed))) << i;
  }
  EXPECT_FALSE(seal.open("AKIAONE", ""));
  EXPECT_FALSE(seal.open("AKIAONE", base64_of("short")));
}

}  // namespace
}  // namespace gust
