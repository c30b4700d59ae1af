#include "cache/key.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "base/arena.h"
#include "http/message.h"

namespace gust::cache {
namespace {

constexpr HashSeed seed{11, 22};

struct Request {
  http::RequestHead head;

  explicit Request(ByteView target) { head.set_target(target); }
  Request& with(ByteView name, ByteView value) {
    head.fields.add(name, value);
    return *this;
  }
};

struct Made {
  Arena arena;
  Keyed keyed;

  Made(const KeyRules& rules, const Request& request, ByteView distribution = "E1")
      : keyed(make_key(rules, distribution, request.head, seed, arena)) {}
  std::string text() const { return std::string(keyed.key.text); }
};

std::string key_of(const KeyPolicy& policy, const Request& request) { return Made(KeyRules(policy), request).text(); }

KeyPolicy query_policy(NameSelection::Mode mode, std::vector<std::string> names = {}) {
  KeyPolicy policy;
  policy.query = NameSelection(mode, std::move(names));
  return policy;
}
KeyPolicy cookie_policy(NameSelection::Mode mode, std::vector<std::string> names = {}, bool wildcards = false) {
  KeyPolicy policy;
  policy.cookies = NameSelection(mode, std::move(names), wildcards);
  return policy;
}

TEST(Key, Key1DistributionAndPathAreTheDefaultKeyAndNothingElse) {
  const Made made(KeyRules(), Request("/a.jpg?x=1").with("Cookie", "a=1").with("Origin", "http://o").with("Host", "h"));
  EXPECT_EQ(made.text(), "D2:E1P6:/a.jpg");
  EXPECT_EQ(made.keyed.key.distribution, "E1");
  EXPECT_EQ(made.keyed.key.path_and_query, "/a.jpg");
  EXPECT_EQ(made.keyed.query, "");
  EXPECT_EQ(made.keyed.cookie, "");
}

TEST(Key, Range2APartHasAKeyOfItsOwnThatPurgesOfTheWholeReach) {
  const Made whole(KeyRules(query_policy(NameSelection::all)), Request("/a.mp4?x=1"));
  Arena arena;
  const Key part = part_key(whole.keyed.key, "1000.17", seed, arena);
  EXPECT_EQ(part.text, "D2:E1P10:/a.mp4?x=1S7:1000.17");
  EXPECT_EQ(part.distribution, "E1");
  EXPECT_EQ(part.path_and_query, "/a.mp4?x=1");
  EXPECT_GE(part.path_and_query.data(), part.text.data());
  EXPECT_NE(part.hash, whole.keyed.key.hash);
}

TEST(Key, Key1TwoDistributionsWithTheSamePathNeverMix) {
  const Request request = Request("/a").with("Host", "same.example");
  const Made one(KeyRules(), request, "E1");
  const Made two(KeyRules(), request, "E2");
  EXPECT_NE(one.text(), two.text());
  EXPECT_NE(one.keyed.key.hash, two.keyed.key.hash);
}

TEST(Key, Key1GetAndHeadShareAndOptionsDoesNot) {
  Request get("/a"), head("/a"), options("/a");
  head.head.method = http::Method::head;
  options.head.method = http::Method::options;
  EXPECT_EQ(key_of({}, get), key_of({}, head));
  EXPECT_EQ(key_of({}, options), "D2:E1P2:/aM7:OPTIONS");
}

TEST(Key, Key3ListedHeadersAreInTheKeyAndAbsentIsNotEmpty) {
  KeyPolicy policy;
  policy.headers = {"Origin", "X-Country"};
  EXPECT_EQ(key_of(policy, Request("/a").with("Origin", "http://o").with("Other", "x")),
            "D2:E1P2:/aH6:originV8:http://o");
  EXPECT_NE(key_of(policy, Request("/a").with("Origin", "")), key_of(policy, Request("/a")));
  EXPECT_NE(key_of(policy, Request("/a").with("Origin", "a, b")),
            key_of(policy, Request("/a").with("Origin", "a").with("Origin", "b")));
}

TEST(Key, Key4HeaderNamesWithoutCaseValuesByteForByteInAnyOrder) {
  KeyPolicy policy;
  policy.headers = {"ORIGIN", "x-b"};
  const std::string one = key_of(policy, Request("/a").with("origin", "v").with("X-B", "w"));
  EXPECT_EQ(one, key_of(policy, Request("/a").with("X-b", "w").with("Origin", "v")));
  EXPECT_NE(one, key_of(policy, Request("/a").with("X-b", "W").with("Origin", "v")));
}

TEST(Key, Key5CookiesAreSortedByNameAndKeepCase) {
  const KeyPolicy policy = cookie_policy(NameSelection::all);
  const Made made(KeyRules(policy), Request("/a").with("Cookie", "b=2; a=1;  b=1").with("Cookie", "A=9"));
  EXPECT_EQ(made.keyed.cookie, "A=9; a=1; b=2; b=1");
  EXPECT_EQ(made.text(), "D2:E1P2:/aC18:A=9; a=1; b=2; b=1");
}

TEST(Key, Key5OnlyPlainNameValueCookiesAreForwarded) {
  const Made made(KeyRules(cookie_policy(NameSelection::all)), Request("/a").with("Cookie", "flag; a=1=2; =x; ; c="));
  EXPECT_EQ(made.keyed.cookie, "a=1=2; c=");
}

TEST(Key, Key3CookieListsChooseByName) {
  const Request request = Request("/a").with("Cookie", "s=1; t=2; S=3");
  EXPECT_EQ(Made(KeyRules(cookie_policy(NameSelection::listed, {"s"})), request).keyed.cookie, "s=1");
  EXPECT_EQ(Made(KeyRules(cookie_policy(NameSelection::all_except, {"s"})), request).keyed.cookie, "S=3; t=2");
  EXPECT_EQ(Made(KeyRules(cookie_policy(NameSelection::none)), request).keyed.cookie, "");
}

TEST(Key, Key6QueryKeepsOrderAndCaseAndOnlyAmpersandSeparates) {
  const KeyPolicy all = query_policy(NameSelection::all);
  EXPECT_NE(key_of(all, Request("/?a=1&b=2")), key_of(all, Request("/?b=2&a=1")));
  EXPECT_NE(key_of(all, Request("/?a=1")), key_of(all, Request("/?A=1")));
  const KeyPolicy listed = query_policy(NameSelection::listed, {"a"});
  EXPECT_EQ(Made(KeyRules(listed), Request("/?a=1;b=2&c")).keyed.query, "a=1;b=2");
}

TEST(Key, Key7ListedParametersKeepTheirOrderAndEmptyIsNotAbsent) {
  const KeyPolicy listed = query_policy(NameSelection::listed, {"a", "b"});
  EXPECT_EQ(Made(KeyRules(listed), Request("/?b=2&x=9&a=1&b")).keyed.query, "b=2&a=1&b");
  EXPECT_NE(key_of(listed, Request("/?a=")), key_of(listed, Request("/")));
  EXPECT_NE(key_of(listed, Request("/?a=")), key_of(listed, Request("/?a")));
  EXPECT_EQ(key_of(listed, Request("/?x=1")), key_of(listed, Request("/")));
}

TEST(Key, Key7AllExceptDropsTheListedOnes) {
  const KeyPolicy policy = query_policy(NameSelection::all_except, {"utm"});
  const Made made(KeyRules(policy), Request("/?utm=1&a=2&utm&b"));
  EXPECT_EQ(made.keyed.query, "a=2&b");
  EXPECT_EQ(made.keyed.key.path_and_query, "/?a=2&b");
}

TEST(Key, Key8LegacyCookieNamesTakeWildcards) {
  const Request request = Request("/a").with("Cookie", "user_1=a; user_22=b; us=c; other=d");
  const auto cookie = [&](std::vector<std::string> names, bool wildcards) {
    return std::string(
        Made(KeyRules(cookie_policy(NameSelection::listed, std::move(names), wildcards)), request).keyed.cookie);
  };
  EXPECT_EQ(cookie({"user_*"}, true), "user_1=a; user_22=b");
  EXPECT_EQ(cookie({"user_?"}, true), "user_1=a");
  EXPECT_EQ(cookie({"*s*"}, true), "us=c; user_1=a; user_22=b");
  EXPECT_EQ(cookie({"user_*"}, false), "");
}

KeyRules coding_rules(bool gzip, bool brotli, bool zstd = false) {
  KeyPolicy policy;
  policy.gzip = gzip;
  policy.brotli = brotli;
  policy.zstd = zstd;
  return KeyRules(std::move(policy));
}

TEST(Key, AeRulesNormaliseAcceptEncoding) {
  struct Row {
    const char* sent;
    bool gzip, brotli;
    const char* in_key;
    const char* to_origin;
  };
  const Row rows[] = {
      {nullptr, true, true, "", ""},                            // AE-1
      {"gzip, deflate, br", true, true, "br,gzip", "br,gzip"},  // AE-2
      {"deflate, GZIP", true, true, "gzip", "gzip"},
      {"br", true, true, "br", "br"},
      {"deflate", true, true, "", "identity"},
      {"br, gzip", true, false, "gzip", "gzip"},  // AE-3
      {"br", true, false, "", "identity"},
      {"br, gzip", false, false, "", ""},                  // AE-4
      {"gzip;q=0.5, br;q=0", true, true, "gzip", "gzip"},  // AE-5
      {"gzip;q=0.000", true, true, "", "identity"},
  };
  for (const Row& row : rows) {
    Request request("/");
    if (row.sent != nullptr) request.with("Accept-Encoding", row.sent);
    const AcceptEncoding made = normalise_accept_encoding(request.head, coding_rules(row.gzip, row.brotli));
    EXPECT_EQ(made.in_key, row.in_key) << (row.sent ? row.sent : "absent");
    EXPECT_EQ(made.to_origin, row.to_origin) << (row.sent ? row.sent : "absent");
  }
  Request old("/");
  old.with("Accept-Encoding", "gzip").head.version = http::Version::http_1_0;
  EXPECT_EQ(normalise_accept_encoding(old.head, coding_rules(true, true)).to_origin, "");  // AE-7
}

// Our extension: the service's keys know no zstd, and those of a policy that does not turn it on stay the service's.
TEST(Key, Ae5ZstdTakesPartOnlyWhereItIsOn) {
  Request request("/");
  request.with("Accept-Encoding", "gzip, deflate, br, zstd");
  EXPECT_EQ(normalise_accept_encoding(request.head, coding_rules(true, true)).in_key, "br,gzip");
  EXPECT_EQ(normalise_accept_encoding(request.head, coding_rules(true, true, true)).in_key, "zstd,br,gzip");
  EXPECT_EQ(normalise_accept_encoding(request.head, coding_rules(false, true, true)).to_origin, "zstd,br");
  Request refusing("/");
  refusing.with("Accept-Encoding", "zstd;q=0, gzip");
  EXPECT_EQ(normalise_accept_encoding(refusing.head, coding_rules(true, true, true)).in_key, "gzip");
}

TEST(Key, AnEmptyQueryIsNoQuery) {
  const KeyPolicy all = query_policy(NameSelection::all);
  EXPECT_EQ(key_of(all, Request("/a?")), key_of(all, Request("/a")));
}

// What a request says in the terms of the key, spelt out with separators that no part has.
using Parts = std::vector<std::string>;

TEST(Key, DistinctInputsNeverSpellTheSameText) {
  KeyPolicy policy;
  policy.query = NameSelection(NameSelection::all, {});
  policy.cookies = NameSelection(NameSelection::all, {});
  policy.headers = {"X-A", "X-B"};
  const KeyRules rules(policy);
  std::mt19937 chance(7);
  const std::string letters = ":0123456789DPHVCE/?&=";
  const auto word = [&] {
    std::string text;
    for (auto left = chance() % 4; left > 0; --left) text += letters[chance() % letters.size()];
    return text;
  };
  std::map<std::string, Parts> seen;
  for (int round = 0; round < 20'000; ++round) {
    const std::string distribution = word(), target = "/" + word(), a = word(), b = word(), cookie = "n=" + word();
    const bool has_a = chance() % 2 == 0, has_b = chance() % 2 == 0, has_cookie = chance() % 2 == 0;
    Request request(target);
    if (has_a) request.with("X-A", a);
    if (has_b) request.with("X-B", b);
    if (has_cookie) request.with("Cookie", cookie);
    // "/a?" and "/a" are one on purpose.
    const std::string asked =
        !target.empty() && target.find('?') == target.size() - 1 ? target.substr(0, target.size() - 1) : target;
    const Parts parts{distribution, asked, has_a ? "+" + a : "-", has_b ? "+" + b : "-",
                      has_cookie ? "+" + cookie : "-"};
    Made made(rules, request, distribution);
    const auto [at, is_new] = seen.emplace(made.text(), parts);
    if (!is_new) EXPECT_EQ(at->second, parts) << made.text();
  }
}

}  // namespace
}  // namespace gust::cache
