#include "http/content_coding.h"

#include <gtest/gtest.h>

#include <random>

#include "http/content_coding_test_internal.h"

namespace gust::http {
namespace {

using Then = Encoder::Then;

constexpr Coding codings[] = {Coding::gzip, Coding::brotli, Coding::zstd};

std::string text_of(std::size_t bytes, std::uint32_t seed) {
  constexpr std::string_view words[] = {"<div class=\"row\">", "lorem ", "ipsum ", "</div>\n", "0", "42", "\t", "é"};
  std::mt19937 chance(seed);
  std::string text;
  while (text.size() < bytes) text += words[chance() % std::size(words)];
  text.resize(bytes);
  return text;
}

std::string noise_of(std::size_t bytes, std::uint32_t seed) {
  std::mt19937 chance(seed);
  std::string noise(bytes, '\0');
  for (char& c : noise) c = static_cast<char>(chance());
  return noise;
}

// Feeds `body` in pieces of up to `piece_max` bytes, flushing behind one in four.
std::string encode(Coding coding, ByteView body, std::size_t piece_max, std::uint32_t seed) {
  std::mt19937 chance(seed);
  Encoder encoder(coding, {}, body.size());
  std::string coded;
  while (!body.empty()) {
    const std::size_t bytes = std::min<std::size_t>(body.size(), 1 + chance() % piece_max);
    coded += encoder.encode(body.substr(0, bytes), chance() % 4 == 0 ? Then::flush : Then::more).value();
    body.remove_prefix(bytes);
  }
  return coded += encoder.encode({}, Then::finish).value();
}

TEST(ContentCoding, Rfc9110Section8Point4Point1TokensAreTheRegisteredOnes) {
  EXPECT_EQ(token_of(Coding::gzip), "gzip");
  EXPECT_EQ(token_of(Coding::brotli), "br");
  EXPECT_EQ(token_of(Coding::zstd), "zstd");
  EXPECT_EQ(token_of(Coding::identity), "identity");
}

TEST(ContentCoding, WhatIsDecodedIsWhatWasEncodedWhateverThePieces) {
  for (const Coding coding : codings) {
    for (std::uint32_t seed = 0; seed < 40; ++seed) {
      const std::size_t bytes = seed < 4 ? seed : std::mt19937(seed)() % 200'000;
      const std::string body = seed % 5 == 4 ? noise_of(bytes, seed) : text_of(bytes, seed);
      const auto decoded = decode(coding, encode(coding, body, seed % 2 == 0 ? 300 : 65'536, seed));
      ASSERT_TRUE(decoded) << token_of(coding) << " " << seed;
      EXPECT_TRUE(decoded->is_whole) << token_of(coding) << " " << seed;
      ASSERT_EQ(decoded->content, body) << token_of(coding) << " " << seed;
    }
  }
}

TEST(ContentCoding, WhatWasFlushedCanBeDecodedBeforeTheRestComes) {
  for (const Coding coding : codings) {
    Encoder encoder(coding, {}, 100'000);
    std::string coded;
    std::string fed;
    for (std::uint32_t piece = 0; piece < 5; ++piece) {
      const std::string text = text_of(700, piece);
      fed += text;
      coded += encoder.encode(text, Then::flush).value();
      const auto decoded = decode(coding, coded);
      ASSERT_TRUE(decoded);
      EXPECT_FALSE(decoded->is_whole);
      EXPECT_EQ(decoded->content, fed) << token_of(coding);
    }
  }
}

TEST(ContentCoding, ABodyThatBreaksOffIsNotWhole) {
  for (const Coding coding : codings) {
    const std::string coded = encode(coding, text_of(50'000, 1), 8'000, 1);
    const auto decoded = decode(coding, ByteView(coded).substr(0, coded.size() - 1));
    EXPECT_TRUE(!decoded || !decoded->is_whole) << token_of(coding);
  }
}

TEST(ContentCoding, TextBecomesMuchShorter) {
  const std::string body = text_of(500'000, 7);
  for (const Coding coding : codings) EXPECT_LT(encode(coding, body, 65'536, 3).size(), body.size() / 2);
}

TEST(ContentCoding, NoiseBecomesLittleLonger) {
  const std::string body = noise_of(500'000, 7);
  for (const Coding coding : codings) {
    Encoder encoder(coding, {}, body.size());
    EXPECT_LT(encoder.encode(body, Then::finish).value().size(), body.size() + body.size() / 100);
  }
}

TEST(ContentCoding, EveryLevelOfTheirRangeWorks) {
  const std::string body = text_of(20'000, 2);
  for (const CodingLevels levels : {CodingLevels{1, 0, 1}, CodingLevels{9, 11, 19}}) {
    for (const Coding coding : codings) {
      Encoder encoder(coding, levels, body.size());
      const auto decoded = decode(coding, encoder.encode(body, Then::finish).value());
      ASSERT_TRUE(decoded && decoded->is_whole);
      EXPECT_EQ(decoded->content, body);
    }
  }
}

}  // namespace
}  // namespace gust::http
