#include "proxy/compression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxy/route_test_internal.h"

namespace gust::proxy {
namespace {

using http::BodyFraming;
using http::Coding;
using testing::ElementsAre;

config::Distribution compressing() {
  config::Distribution distribution = plain_distribution();
  config::Behavior& behavior = distribution.behaviors.front();
  behavior.compress = behavior.cache.gzip = behavior.cache.brotli = true;
  return distribution;
}

// An answer of the origin.
struct Answer {
  std::uint16_t status = 200;
  std::vector<std::pair<std::string, std::string>> fields{{"Content-Type", "text/html"}};
  BodyFraming framing = BodyFraming::of_length(5'000);

  http::ResponseHead head() const {
    http::ResponseHead made;
    made.status = status;
    for (const auto& [name, value] : fields) made.fields.add(ByteView(name), value);
    return made;
  }
};

CodingChoice choice_for(const Answer& answer, ByteView accept_encoding = "br,gzip",
                        const config::Distribution& distribution = compressing()) {
  const RoutesRef routes = make_routes(distribution);
  return choose_coding(default_route(*routes), accept_encoding, answer.head(), answer.framing);
}

Coding coding_of(const Answer& answer) { return choice_for(answer).coding; }

// What forbade it; CMP-9 where nothing did.
std::string rule_for(const Answer& answer) { return std::string(choice_for(answer).rule); }

Answer typed(std::string type) { return {.fields = {{"Content-Type", std::move(type)}}}; }

TEST(Compression, Cmp1NeedsTheSettingACodingFlagAndTtlsAboveZero) {
  EXPECT_EQ(choice_for({}).coding, Coding::brotli);
  std::vector<config::Distribution> without(4, compressing());
  without[0].behaviors[0].compress = false;
  without[1].behaviors[0].cache.gzip = without[1].behaviors[0].cache.brotli = false;
  disable_caching(without[2].behaviors[0]);
  without[3].behaviors[0].cache.headers = config::Selection{.mode = Mode::all, .names = {}};
  for (const config::Distribution& distribution : without) {
    const CodingChoice choice = choice_for({}, "br,gzip", distribution);
    EXPECT_EQ(choice.coding, Coding::identity);
    EXPECT_EQ(choice.rule, "CMP-1");
  }
}

TEST(Compression, Ae6AListedAcceptEncodingStopsIt) {
  config::Distribution distribution = compressing();
  distribution.behaviors[0].cache.headers = listed({"accept-encoding"});
  EXPECT_EQ(choice_for({}, "br,gzip", distribution).coding, Coding::identity);
}

TEST(Compression, Cmp2BrotliIsPreferredAndNothingIsCodedForWhoTakesNone) {
  EXPECT_EQ(choice_for({}, "br,gzip").coding, Coding::brotli);
  EXPECT_EQ(choice_for({}, "br").coding, Coding::brotli);
  EXPECT_EQ(choice_for({}, "gzip").coding, Coding::gzip);
  EXPECT_EQ(choice_for({}, "identity").coding, Coding::identity);
  EXPECT_EQ(choice_for({}, "").coding, Coding::identity);
}

TEST(Compression, Cmp2ZstdGoesFirstForThoseWhoTurnItOn) {
  EXPECT_EQ(choice_for({}, "zstd,br,gzip").coding, Coding::zstd);
  EXPECT_EQ(choice_for({}, "zstd").coding, Coding::zstd);
}

TEST(Compression, Cmp3LengthsFromAThousandToTenMillion) {
  EXPECT_EQ(rule_for({.framing = BodyFraming::of_length(999)}), "CMP-3");
  EXPECT_EQ(rule_for({.framing = BodyFraming::of_length(1'000)}), "CMP-9");
  EXPECT_EQ(rule_for({.framing = BodyFraming::of_length(10'000'000)}), "CMP-9");
  EXPECT_EQ(rule_for({.framing = BodyFraming::of_length(10'000'001)}), "CMP-3");
  EXPECT_EQ(rule_for({.framing = BodyFraming::of_chunks()}), "CMP-3");
  EXPECT_EQ(rule_for({.framing = BodyFraming::no_body()}), "CMP-3");
}

TEST(Compression, Cmp4OnlyThreeStatuses) {
  for (const int status : {200, 403, 404}) {
    EXPECT_EQ(rule_for({.status = static_cast<std::uint16_t>(status)}), "CMP-9");
  }
  for (const int status : {201, 203, 206, 301, 400, 410, 500, 503}) {
    EXPECT_EQ(rule_for({.status = static_cast<std::uint16_t>(status)}), "CMP-4") << status;
  }
}

TEST(Compression, Cmp5AnyContentEncodingStopsIt) {
  for (const char* coding : {"gzip", "identity", "nonsense", ""}) {
    EXPECT_EQ(rule_for({.fields = {{"Content-Type", "text/html"}, {"Content-Encoding", coding}}}), "CMP-5");
  }
}

TEST(Compression, Cmp6TypesOfTheListWhateverTheirCaseAndParameters) {
  for (const char* type : {"text/html", "TEXT/HTML", "text/css; charset=utf-8", "application/json;x=y", "image/svg+xml",
                           "application/wasm", "vnd.apple.mpegurl", "font/ttf ; a=b"}) {
    EXPECT_EQ(coding_of(typed(type)), Coding::brotli) << type;
  }
  for (const char* type : {"image/png", "text/event-stream", "text/htm", "text/html5", "application/octet-stream", "",
                           "; text/html", "video/mp4"}) {
    EXPECT_EQ(rule_for(typed(type)), "CMP-6") << type;
  }
  EXPECT_EQ(rule_for({.fields = {}}), "CMP-6");
}

TEST(Compression, Rfc9111Section5Point2Point2Point6NoTransformIsObeyed) {
  EXPECT_EQ(rule_for({.fields = {{"Content-Type", "text/html"}, {"Cache-Control", "max-age=60, no-transform"}}}),
            "RFC 9111 5.2.2.6");
}

// The field lines of a plain answer with these once it is coded with gzip.
std::vector<std::string> coded(const Answer& answer) {
  Arena arena;
  http::ResponseHead head = answer.head();
  become_coded(head, Coding::gzip, arena);
  return lines_of(head.fields);
}

TEST(Compression, Cmp7TagsAreWeakenedOrRemoved) {
  constexpr std::string_view rest[] = {"Content-Encoding: gzip", "Vary: Accept-Encoding"};
  EXPECT_THAT(coded({.fields = {{"ETag", "\"a\""}}}), ElementsAre("ETag: W/\"a\"", rest[0], rest[1]));
  EXPECT_THAT(coded({.fields = {{"ETag", "W/\"a\""}}}), ElementsAre("ETag: W/\"a\"", rest[0], rest[1]));
  EXPECT_THAT(coded({.fields = {{"ETag", "a"}}}), ElementsAre(rest[0], rest[1]));
}

TEST(Compression, Cmp10VaryNamesAcceptEncodingOnce) {
  constexpr std::string_view coding = "Content-Encoding: gzip";
  EXPECT_THAT(coded({.fields = {{"Vary", "Origin"}}}), ElementsAre("Vary: Origin, Accept-Encoding", coding));
  EXPECT_THAT(coded({.fields = {{"Vary", "accept-encoding, Origin"}}}),
              ElementsAre("Vary: accept-encoding, Origin", coding));
  EXPECT_THAT(coded({.fields = {{"Vary", "a"}, {"Vary", "b"}}}), ElementsAre("Vary: a, b, Accept-Encoding", coding));
}

TEST(Compression, Rfc9110Section8Point6WhatTellsOfThePlainBytesGoes) {
  EXPECT_THAT(coded({.fields = {{"Content-Length", "5000"},
                                {"Accept-Ranges", "bytes"},
                                {"Content-MD5", "x"},
                                {"digest", "x"},
                                {"Content-Digest", "x"},
                                {"Repr-Digest", "x"},
                                {"Last-Modified", "x"},
                                {"X-Own", "x"}}}),
              ElementsAre("Last-Modified: x", "X-Own: x", "Content-Encoding: gzip", "Vary: Accept-Encoding"));
}

TEST(Compression, Cmp8SlotsAreBoundedAndGivenBack) {
  CodingSlots slots(2);
  CodingSlots::Slot first = slots.take();
  const CodingSlots::Slot second = slots.take();
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(slots.take());
  first.reset();
  EXPECT_TRUE(slots.take());
  EXPECT_EQ(slots.used(), 1U);
}

}  // namespace
}  // namespace gust::proxy
