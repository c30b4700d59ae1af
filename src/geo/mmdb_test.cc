#include "geo/mmdb.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "geo/mmdb_writer_test_internal.h"
#include "rt/address.h"

namespace gust::geo {
namespace {

using Map = MmdbValue::Map;

// A file that is there as long as this.
class File {
 public:
  explicit File(const std::string& text)
      : path_((std::filesystem::temp_directory_path() /
               ("geo-" + std::to_string(++count) + "-" + std::to_string(reinterpret_cast<std::uintptr_t>(this))))
                  .string()) {
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~File() { std::filesystem::remove(path_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  const std::string& path() const { return path_; }

 private:
  static inline int count = 0;
  std::string path_;
};

MmdbValue named(const std::string& code, const std::string& name) {
  return {Map{{"iso_code", {code}}, {"names", {Map{{"de", {std::string("x")}}, {"en", {name}}}}}}};
}

std::string city_database() {
  MmdbWriter writer("Test-City");
  writer.add_v4(192, 0, 16,
                {Map{{"country", named("CH", "Switzerland")},
                     {"subdivisions", {MmdbValue::List{named("ZH", "Zurich"), named("111", "Horgen")}}},
                     {"city", named("", "Zürich")},
                     {"postal", {Map{{"code", {std::string("8001")}}}}},
                     {"location",
                      {Map{{"latitude", {47.3667}},
                           {"longitude", {8.55}},
                           {"metro_code", {std::uint32_t{501}}},
                           {"time_zone", {std::string("Europe/Zurich")}}}}}}});
  writer.add_v4(198, 51, 16, {Map{{"country", {std::string("not a map")}}}});
  writer.add({0x20, 0x01, 0x0d, 0xb8}, 32, {Map{{"country", named("JP", "Japan")}}});
  return writer.text();
}

rt::Endpoint address(const char* literal) { return *rt::read_address(literal, 0); }

TEST(Mmdb, AnAddressHasWhatItsRecordSays) {
  const File file(city_database());
  const auto locations = open_mmdb(file.path(), "");
  ASSERT_TRUE(locations) << locations.error();
  EXPECT_TRUE((*locations)->has_cities());
  EXPECT_FALSE((*locations)->has_networks());
  const Location found = (*locations)->find(address("192.0.2.7"));
  EXPECT_EQ(found.country, "CH");
  EXPECT_EQ(found.country_name, "Switzerland");
  EXPECT_EQ(found.region, "ZH");
  EXPECT_EQ(found.region_name, "Zurich");
  EXPECT_EQ(found.city, "Zürich");
  EXPECT_EQ(found.postal_code, "8001");
  EXPECT_EQ(found.time_zone, "Europe/Zurich");
  EXPECT_EQ(found.latitude, 47.3667);
  EXPECT_EQ(found.longitude, 8.55);
  EXPECT_EQ(found.metro_code, 501U);
  EXPECT_FALSE(found.network);
}

TEST(Mmdb, BothKindsOfAddressAreFound) {
  const File file(city_database());
  const auto locations = open_mmdb(file.path(), "");
  ASSERT_TRUE(locations) << locations.error();
  EXPECT_EQ((*locations)->find(address("2001:db8::1")).country, "JP");
  EXPECT_EQ((*locations)->find(address("2001:db9::1")).country, "");
  EXPECT_EQ((*locations)->find(address("10.0.0.1")).country, "");
  for (const char* each : {"2001:db8::1", "2001:db9::1", "192.0.2.7"}) {
    EXPECT_EQ((*locations)->country_of(address(each)), (*locations)->find(address(each)).country);
  }
}

TEST(Mmdb, ARecordOfAnotherFormIsAsNone) {
  const File file(city_database());
  const auto locations = open_mmdb(file.path(), "");
  ASSERT_TRUE(locations) << locations.error();
  const Location found = (*locations)->find(address("198.51.100.1"));
  EXPECT_EQ(found.country, "");
  EXPECT_FALSE(found.latitude);
}

TEST(Mmdb, NetworksComeFromAFileOfTheirOwn) {
  MmdbWriter writer("Test-ASN");
  writer.add_v4(192, 0, 16, {Map{{"autonomous_system_number", {std::uint32_t{64496}}}}});
  const File file(writer.text());
  const auto locations = open_mmdb("", file.path());
  ASSERT_TRUE(locations) << locations.error();
  EXPECT_EQ((*locations)->find(address("192.0.2.7")).network, 64496U);
  EXPECT_EQ((*locations)->find(address("192.0.2.7")).country, "");
}

TEST(Mmdb, AFileThatIsNoDatabaseIsRefusedByName) {
  const File file("this is not a database");
  const auto locations = open_mmdb(file.path(), "");
  ASSERT_FALSE(locations);
  EXPECT_NE(locations.error().find(file.path()), std::string::npos) << locations.error();
  EXPECT_FALSE(open_mmdb("/nowhere/at/all.mmdb", ""));
}

TEST(Mmdb, ADatabaseOfTheOtherKindIsRefused) {
  const File cities(city_database());
  const File networks(MmdbWriter("Test-ASN").text());
  const auto swapped = open_mmdb(networks.path(), cities.path());
  ASSERT_FALSE(swapped);
  EXPECT_NE(swapped.error().find("Test-ASN"), std::string::npos) << swapped.error();
  EXPECT_FALSE(open_mmdb("", cities.path()));
}

// A broken file gives nothing, and does not end the program.
TEST(Mmdb, ACutDatabaseGivesNothing) {
  const std::string whole = city_database();
  const std::size_t metadata = whole.find("\xab\xcd\xefMaxMind.com");
  // The tree stays, its data is gone.
  const File file(whole.substr(0, metadata - 200) + whole.substr(metadata));
  if (const auto locations = open_mmdb(file.path(), "")) {
    EXPECT_EQ((*locations)->find(address("192.0.2.7")).time_zone, "");
  }
}

}  // namespace
}  // namespace gust::geo
