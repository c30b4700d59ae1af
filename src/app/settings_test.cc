#include "app/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace gust::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

SettingSource flags(std::map<std::string, std::string> values) {
  SettingSource source{.title = "flags", .values = std::move(values), .places = {}};
  for (const auto& [name, value] : source.values) source.places[name] = "--" + name;
  return source;
}

TEST(Settings, DefaultsAreValid) {
  const auto settings = make_settings({});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->api_port, 9000);
  EXPECT_THAT(settings->edges, ElementsAre("BOM50", "IAD50"));
  EXPECT_EQ(settings->edge_memory, 256_MiB);
  EXPECT_EQ(settings->drain, std::chrono::seconds(10));
}

TEST(Settings, TheFirstSourceThatHasAValueWins) {
  const auto file = read_settings_file("edge_port: 1000\ndata: /file\nedges: [SEA19-C1, NRT20]\n", "g.yaml");
  ASSERT_TRUE(file);
  const std::array sources{flags({{"data", "/flag"}}), *file};
  const auto settings = make_settings(sources);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->data, "/flag");
  EXPECT_EQ(settings->edge_port, 1000);
  EXPECT_THAT(settings->edges, ElementsAre("SEA19-C1", "NRT20"));
}

TEST(Settings, QuotasAreSetByTheirNames) {
  EXPECT_EQ(make_settings({})->quotas.functions, control::Quotas().functions);
  const std::array from_flag{flags({{"quotas", "functions=7, distributions=9"}})};
  ASSERT_TRUE(make_settings(from_flag));
  EXPECT_EQ(make_settings(from_flag)->quotas.functions, 7U);
  EXPECT_EQ(make_settings(from_flag)->quotas.distributions, 9U);
  EXPECT_EQ(make_settings(from_flag)->quotas.tags, control::Quotas().tags);
  const std::array twice{flags({{"quotas", "tags=1,tags=2"}})};
  EXPECT_THAT(make_settings(twice).error(), ElementsAre(HasSubstr("each quota once")));
  const auto file = read_settings_file("quotas:\n  key_groups: 3\n  tags: 0\n", "g.yaml");
  ASSERT_TRUE(file);
  const std::array from_file{*file};
  EXPECT_EQ(make_settings(from_file)->quotas.key_groups, 3U);
  EXPECT_EQ(make_settings(from_file)->quotas.tags, 0U);
}

TEST(Settings, ThereMayBeNoRegionalCache) {
  const std::array sources{flags({{"regional", "none"}})};
  const auto settings = make_settings(sources);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->regional, "");
  EXPECT_EQ(make_settings({})->regional, "BOM52");
}

TEST(Settings, LoadBalancersAreAListOfRanges) {
  EXPECT_TRUE(make_settings({})->proxy_protocol_from.empty());
  const auto file = read_settings_file("proxy_protocol_from: [10.0.0.7, fd00::/8]\n", "g.yaml");
  ASSERT_TRUE(file);
  const std::array sources{*file};
  const auto settings = make_settings(sources);
  ASSERT_TRUE(settings);
  ASSERT_EQ(settings->proxy_protocol_from.size(), 2U);
  EXPECT_EQ(settings->proxy_protocol_from[1].prefix_bits, 8);
}

TEST(Settings, AWrongValueSaysWhereWhatAndWhatIsExpected) {
  struct Case {
    const char *name, *value, *expected;
  };
  for (const Case& c : {Case{"edge_memory", "12x", "a size such as"},
                        Case{"edge_memory", "1", "from 1MiB to 1024GiB"},
                        Case{"api_port", "70000", "from 1 to 65535"},
                        Case{"api_port", "http", "a port number"},
                        Case{"drain", "10", "a duration such as"},
                        Case{"edges", "Bombay", "three capital letters"},
                        Case{"edges", "BOM50,BOM50", "each edge location once"},
                        Case{"proxy_protocol_from", "10.0.0.0/33", "addresses or ranges"},
                        Case{"quotas", "functoins=1", "name of a quota"},
                        Case{"quotas", "functions", "0 to 10000"},
                        Case{"quotas", "tags=101", "0 to 100"},
                        Case{"address", "localhost", "address"},
                        Case{"account_id", "1", "12 digits"},
                        Case{"eviction", "lru", "lsg or sieve"},
                        Case{"eviction_size_weight", "201", "0 to 200"},
                        Case{"access_log", "maybe", "yes or no"},
                        Case{"domain_suffix", "-x", "domain"},
                        Case{"acme_directory", "http://ca.test/dir", "begins with https://"},
                        Case{"acme_contact", "ann", "an e-mail address"},
                        Case{"ports", "any", "fixed or auto"},
                        Case{"io", "kqueue", "auto, epoll or io_uring"}}) {
    const std::array sources{flags({{c.name, c.value}})};
    const auto settings = make_settings(sources);
    ASSERT_FALSE(settings) << c.name;
    EXPECT_THAT(settings.error().front(), HasSubstr(std::string("--") + c.name + ": \"" + c.value + "\""));
    EXPECT_THAT(settings.error().front(), HasSubstr(c.expected));
  }
}

TEST(Settings, AWeightThatThePolicyHasNoUseForIsRefused) {
  const std::array both{flags({{"eviction", "sieve"}, {"eviction_size_weight", "50"}})};
  const auto settings = make_settings(both);
  ASSERT_FALSE(settings);
  EXPECT_THAT(settings.error().front(), HasSubstr("sieve has no use for it"));
  const std::array alone{flags({{"eviction", "sieve"}})};
  EXPECT_TRUE(make_settings(alone));
}

TEST(Settings, WhatAnAcmeServerWantsIsRefusedWhereThereIsNone) {
  const std::array alone{flags({{"acme_contact", "ann@a.test"}})};
  const auto settings = make_settings(alone);
  ASSERT_FALSE(settings);
  EXPECT_THAT(settings.error().front(), HasSubstr("no use without acme_directory"));
  const std::array both{flags({{"acme_contact", "ann@a.test"}, {"acme_directory", "https://ca.test:14000/dir"}})};
  EXPECT_TRUE(make_settings(both));
}

TEST(Settings, EventsComeByEpollUnlessSomethingElseIsAskedFor) {
  for (const auto& [value, wish] : {std::pair{"auto", IoWish::automatic}, std::pair{"epoll", IoWish::epoll},
                                    std::pair{"io_uring", IoWish::io_uring}}) {
    const std::array sources{flags({{"io", value}})};
    EXPECT_EQ(make_settings(sources)->io, wish);
  }
  EXPECT_EQ(make_settings({})->io, IoWish::epoll);
}

TEST(SettingsFile, UnknownKeysAndWrongShapesAreFindingsWithTheirLine) {
  const auto file = read_settings_file("data: /x\nedge_prot: 1\n", "g.yaml");
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error().front(), HasSubstr("g.yaml:2: edge_prot"));
  EXPECT_FALSE(read_settings_file("data: [a, b]\n", "g.yaml"));
  EXPECT_FALSE(read_settings_file("- a\n", "g.yaml"));
  EXPECT_FALSE(read_settings_file("data: {x\n", "g.yaml"));
  EXPECT_FALSE(read_settings_file("data: a\ndata: b\n", "g.yaml"));
}

TEST(Settings, EveryRowHasAFlagAndAVariable) {
  const auto edge_memory = std::ranges::find(settings_table(), "edge_memory", &SettingRow::name);
  EXPECT_EQ(flag_of(*edge_memory), "--edge-memory");
  EXPECT_EQ(variable_of(*edge_memory), "GUSTFRONT_EDGE_MEMORY");
  for (const SettingRow& row : settings_table()) EXPECT_FALSE(row.help.empty()) << row.name;
}

}  // namespace
}  // namespace gust::app
